//! What the mouse does: everything it can do, keys can do too. It presses no button of the dialog for
//! verbs: nothing is done to an actor by a click that went astray.

use super::keys::{context, scrolled};
use super::popup;
use crate::ui::actions::{Action, Context};
use crate::ui::app::{App, Stage};
use crate::ui::dialog::Step;
use crate::ui::input::Command;
use crate::ui::palette::entries::entries;
use crate::ui::popup::Popup;
use crate::ui::screens::Pointer;
use crate::ui::view::paint::line_of;
use crate::ui::view::{chooser, looking, nodes, palette, tabs};
use actorscope_core::Verb;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

/// Lines that one notch of the wheel scrolls.
const NOTCH: i64 = 3;

/// Scrolls, selects, changes screens.
pub fn mouse(app: &mut App, event: MouseEvent) -> Vec<Command> {
    let pointer = match event.kind {
        MouseEventKind::ScrollUp => Pointer::Scroll(-NOTCH),
        MouseEventKind::ScrollDown => Pointer::Scroll(NOTCH),
        MouseEventKind::Down(MouseButton::Left) => {
            Pointer::Click(Position::new(event.column, event.row))
        }
        _ => return Vec::new(),
    };
    match context(app) {
        Context::Help => {
            if let (Some(scroll), Pointer::Scroll(lines)) = (app.help, pointer) {
                app.help = Some(wheel(scroll, lines));
            }
            Vec::new()
        }
        Context::Palette | Context::Columns => over(app, pointer),
        Context::Menu | Context::Confirm | Context::Outcome => {
            dialog(app, pointer);
            Vec::new()
        }
        Context::Choosing => choosing(app, pointer),
        Context::Screen(_) | Context::Detail => {
            node_tab(app, pointer).unwrap_or_else(|| page(app, pointer))
        }
        Context::Connecting => node_tab(app, pointer).unwrap_or_default(),
        Context::Waiting | Context::Typing => Vec::new(),
    }
}

/// Goes to the node whose tab was clicked; `None` if none was.
fn node_tab(app: &mut App, pointer: Pointer) -> Option<Vec<Command>> {
    let Pointer::Click(at) = pointer else { return None };
    let line = line_of(app.agent()?.layout(app.size).header, 0)?;
    let node = nodes::at(app, line, at)?;
    Some(super::looking::go(app, node))
}

fn page(app: &mut App, pointer: Pointer) -> Vec<Command> {
    if let Pointer::Click(at) = pointer
        && let Some(screen) = tabs::at(app, at)
        && let Some(attached) = app.agent_mut()
    {
        attached.go(screen);
        return Vec::new();
    }
    match app.agent() {
        Some(attached) => attached.page().point(app, pointer),
        None => Vec::new(),
    }
}

/// Palette and choice of columns: a click marks, a click on what is marked does what Enter or Space
/// does.
fn over(app: &mut App, pointer: Pointer) -> Vec<Command> {
    match app.popup.take() {
        Some(Popup::Palette(mut state)) => {
            let fitting = entries(app, state.typed());
            match pointer {
                Pointer::Scroll(lines) => state.complete(&fitting, lines.signum() as isize),
                Pointer::Click(at) => match palette::at(app, &state, at) {
                    Some(at) if state.has_marked(at) => return popup::run(app, state),
                    Some(at) => state.mark(&fitting, at),
                    None => {}
                },
            }
            app.popup = Some(Popup::Palette(state));
        }
        Some(Popup::Columns(mut state)) => {
            let clicked = match pointer {
                Pointer::Click(at) => chooser::at(app, &state, at),
                Pointer::Scroll(_) => None,
            };
            if let Some(choice) = app.settings.columns.of_mut(state.screen) {
                match (clicked, pointer) {
                    (Some(at), _) if at == state.at => choice.toggle(at),
                    (Some(at), _) => state.at = at,
                    (None, Pointer::Scroll(lines)) => state.step(lines.signum() as isize, choice),
                    (None, Pointer::Click(_)) => {}
                }
            }
            app.popup = Some(Popup::Columns(state));
        }
        None => {}
    }
    Vec::new()
}

/// The wheel scrolls; a click does nothing.
fn dialog(app: &mut App, pointer: Pointer) {
    let dialog = app.agent_mut().and_then(|attached| attached.dialog.as_mut());
    let (Some(dialog), Pointer::Scroll(lines)) = (dialog, pointer) else {
        return;
    };
    match &mut dialog.step {
        Step::Menu { cursor } => {
            let last = Verb::ALL.len().saturating_sub(1);
            *cursor = cursor.saturating_add_signed(lines.signum() as isize).min(last);
        }
        Step::Confirm(confirm) => confirm.scroll = wheel(confirm.scroll, lines),
        Step::Outcome { scroll, .. } => *scroll = wheel(*scroll, lines),
    }
}

/// The list of agents: a click selects, a click on the selected one attaches.
fn choosing(app: &mut App, pointer: Pointer) -> Vec<Command> {
    let clicked = match pointer {
        Pointer::Click(at) => looking::at(app, at),
        Pointer::Scroll(_) => None,
    };
    let last = app.local.agents().saturating_sub(1);
    let Stage::Looking(state) = &mut app.stage else {
        return Vec::new();
    };
    match (clicked, pointer) {
        (Some(at), _) if at == state.cursor => return super::looking::attach_to_selected(app),
        (Some(at), _) => state.cursor = at,
        (None, Pointer::Scroll(lines)) => {
            state.cursor = state.cursor.saturating_add_signed(lines.signum() as isize).min(last);
        }
        (None, Pointer::Click(_)) => {}
    }
    Vec::new()
}

/// A scroll position after the wheel has turned; drawing cuts it to what there is.
pub fn wheel(scroll: u16, lines: i64) -> u16 {
    let turn = if lines < 0 { Action::Up } else { Action::Down };
    (0..lines.unsigned_abs()).fold(scroll, |scroll, _| scrolled(scroll, turn, 0))
}
