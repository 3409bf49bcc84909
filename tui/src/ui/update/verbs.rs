//! The way to a verb and back: menu, preview, confirmation, outcome.

use super::keys::scrolled;
use crate::ui::actions::Action;
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::dialog::{Confirm, Dialog, Focus, Step};
use crate::ui::input::Command;
use crate::ui::severity::Severity;
use crate::ui::text;
use actorscope_core::blast::BlastRadius;
use actorscope_core::{Outcome, Verb};

/// Opens the menu for the selected slot.
pub fn open(app: &mut App) -> Vec<Command> {
    if app.settings.read_only {
        app.say(Severity::Calm, "started with --read-only: nothing can be done to actors");
        return Vec::new();
    }
    let Some(attached) = app.agent() else {
        return Vec::new();
    };
    let problem = if attached.is_stale() {
        "connection lost: nothing can be done to actors now".to_owned()
    } else if let Some(fold) = attached.page().selected_fold(attached) {
        let many = text::counted(fold.sums.count, "actor", "actors");
        format!("this row is {many}, and a verb is for one: open it and choose one of them")
    } else {
        let selected = attached.selected();
        match selected.and_then(|slot| attached.known(slot)) {
            Some((identity, path, Some(stats))) => {
                let dialog = Dialog::new(identity.clone(), path.to_owned(), stats);
                if let Some(attached) = app.agent_mut() {
                    attached.dialog = Some(dialog);
                }
                return Vec::new();
            }
            _ if selected.is_none() => "no actor is selected".to_owned(),
            _ => "too little is known of this actor here: open its details first".to_owned(),
        }
    };
    app.say(Severity::Warn, problem);
    Vec::new()
}

/// Whether the agent carries out verbs of this user at all.
fn control(attached: &Attached) -> bool {
    attached.model.node.as_ref().is_some_and(|n| n.rights.control)
}

/// A key inside of the dialog.
pub fn act(app: &mut App, action: Action) -> Vec<Command> {
    let lines = app.size.1;
    let next = app.requests.wrapping_add(1);
    let Some(attached) = app.stage.front_mut() else {
        return Vec::new();
    };
    let node = attached.id;
    let control = control(attached);
    let stale = attached.is_stale();
    let Some(dialog) = &mut attached.dialog else {
        return Vec::new();
    };
    let (slot, name) = (dialog.slot(), dialog.identity.name.clone());
    let mut close = action == Action::Back;
    let mut commands = Vec::new();
    match &mut dialog.step {
        Step::Menu { cursor } => match action {
            Action::Up => *cursor = cursor.saturating_sub(1),
            Action::Down => *cursor = (*cursor + 1).min(Verb::ALL.len().saturating_sub(1)),
            Action::Open => {
                if let Some(verb) = Verb::ALL.get(*cursor).copied() {
                    dialog.step = Step::Confirm(Box::new(Confirm::new(verb, next)));
                    commands.push(Command::Preview { node, request: next, verb, slot });
                }
            }
            _ => {}
        },
        Step::Confirm(confirm) => match action {
            Action::NextField => confirm.move_focus(1, control),
            Action::PreviousField => confirm.move_focus(-1, control),
            Action::PageUp | Action::PageDown => {
                confirm.scroll = scrolled(confirm.scroll, action, lines);
            }
            Action::Open => match confirm.focus {
                Focus::Cancel => close = true,
                Focus::Hold | Focus::Reason | Focus::Name => confirm.move_focus(1, control),
                Focus::Act if control && !stale && confirm.is_ready(&name) => {
                    if let Some(radius) = confirm.radius() {
                        commands.push(Command::Act {
                            node,
                            request: next,
                            verb: confirm.verb,
                            slot,
                            incarnation: radius.incarnation,
                            reason: confirm.reason.text().trim().to_owned(),
                            hold: confirm.held_for().unwrap_or_default(),
                        });
                        confirm.acting = Some(next);
                        confirm.focus = Focus::Cancel;
                    }
                }
                Focus::Act => {}
            },
            _ => {}
        },
        Step::Outcome { scroll, .. } => match action {
            Action::Open => close = true,
            action => *scroll = scrolled(*scroll, action, lines),
        },
    }
    if close {
        close_dialog(attached);
    }
    if !commands.is_empty() {
        app.requests = next;
    }
    commands
}

/// Closes the dialog; a verb that is out already reports in a note.
pub fn close_dialog(attached: &mut Attached) {
    if let Some(dialog) = attached.dialog.take()
        && let Step::Confirm(confirm) = dialog.step
        && let Some(request) = confirm.acting
    {
        attached.pending.insert(request, (confirm.verb, dialog.path));
    }
}

/// A preview is here.
pub fn previewed(app: &mut App, request: u32, result: Result<BlastRadius, String>) {
    for attached in app.stage.nodes_mut() {
        if let Some(dialog) = &mut attached.dialog
            && let Step::Confirm(confirm) = &mut dialog.step
            && confirm.request == request
            && confirm.preview.is_none()
        {
            // A preview of anything else than what the dialog names must not be confirmed.
            confirm.preview = Some(result.and_then(|radius| {
                if radius.slot == dialog.identity.id && radius.verb == confirm.verb {
                    Ok(radius)
                } else {
                    Err("the agent answered for another actor or verb".to_owned())
                }
            }));
            return;
        }
    }
}

/// A verb's outcome is here.
pub fn acted(app: &mut App, request: u32, result: Result<(Outcome, String), String>) {
    let pending = app.stage.nodes_mut().find_map(|node| node.pending.remove(&request));
    if let Some((verb, path)) = pending {
        let (severity, text) = match result {
            Ok((outcome, message)) if outcome.is_success() => {
                (Severity::Calm, format!("{verb} {path}: {outcome}. {message}"))
            }
            Ok((outcome, message)) => {
                (Severity::Warn, format!("{verb} {path}: {outcome}. {message}"))
            }
            Err(error) => (Severity::Warn, format!("{verb} {path}: {error}")),
        };
        app.say(severity, text);
        return;
    }
    for attached in app.stage.nodes_mut() {
        if let Some(dialog) = &mut attached.dialog
            && let Step::Confirm(confirm) = &dialog.step
            && confirm.acting == Some(request)
        {
            dialog.step = Step::Outcome { verb: confirm.verb, result, scroll: 0 };
            return;
        }
    }
}
