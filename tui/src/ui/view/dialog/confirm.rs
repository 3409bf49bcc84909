//! What a verb would do, in the agent's words, and the fields and buttons below.

use super::{Room, button, capitalised, say, target};
use crate::ui::attached::Attached;
use crate::ui::dialog::{Confirm, Dialog, Focus};
use crate::ui::text;
use crate::ui::view::footer::typed;
use actorscope_core::blast::{BlastRadius, Effect};
use ratatui::text::{Line, Span};

/// What it would do.
pub fn preview(
    attached: &Attached,
    dialog: &Dialog,
    confirm: &Confirm,
    refused: Option<&str>,
    room: Room,
) -> Vec<Line<'static>> {
    let radius = match &confirm.preview {
        None => {
            let mut lines = target(dialog, dialog.incarnation.0, room);
            lines.push(Line::from(Span::styled(
                "asking the agent what it would do…",
                room.theme.faint(),
            )));
            return lines;
        }
        Some(Err(error)) => {
            let mut lines = target(dialog, dialog.incarnation.0, room);
            say(&mut lines, &format!("No preview: {error}"), "✗ ", room, room.theme.severe());
            return lines;
        }
        Some(Ok(radius)) => radius,
    };
    let mut lines = target(dialog, radius.incarnation.0, room);
    if let Some(why) = &radius.impossible {
        say(&mut lines, &format!("Not possible: {why}"), "✗ ", room, room.theme.severe());
        return lines;
    }
    if radius.incarnation != dialog.incarnation {
        let text = format!(
            "Its actor was replaced since this dialog was opened: it was incarnation {}.",
            dialog.incarnation
        );
        say(&mut lines, &text, "! ", room, room.theme.warn());
    }
    let now =
        attached.known(dialog.slot()).and_then(|(.., stats)| stats).map(|stats| stats.incarnation);
    if now.is_some_and(|now| now > radius.incarnation) {
        let text =
            "Its actor was replaced meanwhile: the agent will refuse. Cancel and look again.";
        say(&mut lines, text, "! ", room, room.theme.severe());
    }
    for sentence in &radius.sentences {
        let style = if radius.exceeds_budget { room.theme.warn() } else { room.theme.text() };
        say(&mut lines, sentence, "• ", room, style);
    }
    if radius.affected_total > 1 {
        room.gap(&mut lines);
        lines.extend(affected(radius, room));
    }
    if let Some(why) = refused {
        room.gap(&mut lines);
        say(&mut lines, &format!("This agent refuses: {why}"), "✗ ", room, room.theme.warn());
    }
    lines
}

/// The list of everybody who is touched.
fn affected(radius: &BlastRadius, room: Room) -> Vec<Line<'static>> {
    let title = format!("Touches {}", text::counted(radius.affected_total, "actor", "actors"));
    let mut lines = vec![Line::from(Span::styled(title, room.theme.heading()))];
    for one in &radius.affected {
        let (word, style) = match one.effect {
            Effect::Ends => ("ends", room.theme.severe()),
            Effect::Restarts => ("restarts", room.theme.warn()),
            Effect::EndsWithParent => ("ends with parent", room.theme.severe()),
            Effect::Held => ("held", room.theme.warn()),
            Effect::Released => ("goes on", room.theme.good()),
        };
        let path = text::fit_end(&one.path, room.cells.saturating_sub(18)).into_owned();
        lines.push(Line::from(vec![
            Span::styled(text::left(word, 18), style),
            Span::styled(path, room.theme.text()),
        ]));
    }
    let rest = radius.affected_total.saturating_sub(radius.affected.len() as u64);
    if rest > 0 {
        lines.push(Line::from(Span::styled(
            format!("… and {} more", text::grouped(rest)),
            room.theme.faint(),
        )));
    }
    lines
}

/// Fields and buttons.
pub fn controls(
    dialog: &Dialog,
    confirm: &Confirm,
    control: bool,
    room: Room,
) -> Vec<Line<'static>> {
    if confirm.acting.is_some() {
        let text = format!("{}: asking the agent…", confirm.verb);
        return vec![
            Line::from(Span::styled(text, room.theme.warn())),
            button("Leave, and hear of it in a note", true, room.theme),
        ];
    }
    let fields = confirm.fields(control);
    let mut lines = Vec::new();
    room.gap(&mut lines);
    let label = |text: &str, focused: bool| {
        let style = if focused { room.theme.title() } else { room.theme.heading() };
        Span::styled(text::left(text, 9), style)
    };
    if fields.contains(&Focus::Hold) {
        let focused = confirm.focus == Focus::Hold;
        let mut spans = vec![label("For", focused)];
        spans.extend(typed(&confirm.hold, focused, room.theme));
        let (after, style) = match confirm.held_for() {
            Ok(_) => ("then it goes on by itself", room.theme.faint()),
            Err(_) => ("a time such as 90 s, 5m or 1h", room.theme.warn()),
        };
        let used: usize = spans.iter().map(|span| text::width(&span.content)).sum();
        if used + 2 + text::width(after) <= room.cells {
            spans.push(Span::styled(format!("  {after}"), style));
        }
        lines.push(Line::from(spans));
    }
    if fields.contains(&Focus::Reason) {
        let focused = confirm.focus == Focus::Reason;
        let mut spans = vec![label("Reason", focused)];
        if confirm.reason.text().is_empty() && !focused {
            spans.push(Span::styled("for the service's log (optional)", room.theme.faint()));
        } else {
            spans.extend(typed(&confirm.reason, focused, room.theme));
        }
        lines.push(Line::from(spans));
    }
    if fields.contains(&Focus::Name) {
        let focused = confirm.focus == Focus::Name;
        let mut spans = vec![label("Name", focused)];
        if confirm.name.text().is_empty() && !focused {
            let hint = format!("type {} to confirm", dialog.identity.name);
            let hint = text::fit(&hint, room.cells.saturating_sub(9)).into_owned();
            spans.push(Span::styled(hint, room.theme.warn()));
        } else {
            spans.extend(typed(&confirm.name, focused, room.theme));
        }
        lines.push(Line::from(spans));
    }
    let mut buttons = button("Cancel", confirm.focus == Focus::Cancel, room.theme);
    if fields.contains(&Focus::Act) {
        let ready = confirm.is_ready(&dialog.identity.name);
        let name = capitalised(confirm.verb);
        buttons.spans.push(Span::raw("  "));
        let act = button(&name, confirm.focus == Focus::Act, room.theme);
        if ready {
            buttons.spans.extend(act.spans);
        } else {
            let faint =
                |s: Span<'static>| Span::styled(s.content, s.style.patch(room.theme.faint()));
            buttons.spans.extend(act.spans.into_iter().map(faint));
            let missing = if confirm.held_for().is_err() {
                "  (say for how long first)"
            } else {
                "  (type the name first)"
            };
            buttons.spans.push(Span::styled(missing, room.theme.faint()));
        }
    }
    lines.push(buttons);
    lines
}
