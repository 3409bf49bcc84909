//! What happened lately: one line below the page, and a pane with more of it.

use super::paint::{inset, line_of, put, rule};
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::filter;
use crate::ui::severity::Severity;
use crate::ui::text;
use crate::ui::theme::Theme;
use actorscope_client::Link;
use actorscope_core::{Event, EventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Cells for what happened: the longest word there is.
pub const KIND: usize = 17;
/// Lines at least this wide say which incarnation.
const ROOMY: u16 = 100;

/// Draws the line: a note, or why less is shown than was asked for, or the latest event.
pub fn strip(app: &App, attached: &Attached, area: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    let (line, area) = (area, inset(area, 1));
    // Below is the prompt, which begins in the first column.
    let typing = attached.prompt.as_ref().filter(|_| attached.page().filters_slots());
    if let Some(hint) = typing.and_then(|f| filter::hint(attached, f, line.width.into(), theme)) {
        put(buf, line, hint);
        return;
    }
    let partial = attached.shown().find_map(|view| view.partial.first());
    if let Some(note) = &app.note {
        put(buf, area, said(&note.text, area, note.severity, theme));
    } else if let Some(partial) = partial {
        put(buf, area, said(&partial.message, area, Severity::Warn, theme));
    } else if let Link::Lost { reason, .. } = &attached.model.link {
        let as_of = attached.summary().map_or_else(String::new, |summary| {
            format!("as of {}; ", clock(&summary.sampled_at.to_rfc3339()))
        });
        put(buf, area, said(&format!("{as_of}{reason}"), area, Severity::Warn, theme));
    } else if !attached.events_open
        && !attached.page().shows_events()
        && let Some(event) = attached.events().back()
    {
        put(buf, area, one(event, area.width, 0, theme));
    }
}

/// A sentence in the place of the strip.
pub fn said(text: &str, area: Rect, severity: Severity, theme: Theme) -> Line<'static> {
    let text = text::fit(text, area.width.into()).into_owned();
    Line::from(Span::styled(text, theme.severity(severity)))
}

/// Draws the pane: a title and the latest events, the newest at the bottom.
pub fn pane(attached: &Attached, theme: Theme, area: Rect, buf: &mut Buffer) {
    let Some(title) = line_of(area, 0) else {
        return;
    };
    rule(buf, title, theme);
    put(buf, inset(title, 1), Span::styled(" Events ", theme.title()));
    let rows = area.height.saturating_sub(1);
    let events = attached.events();
    let skip = events.len().saturating_sub(rows.into());
    if events.is_empty() {
        if let Some(line) = line_of(area, 1) {
            put(
                buf,
                inset(line, 1),
                Span::styled("nothing has happened since the agent began to watch", theme.faint()),
            );
        }
        return;
    }
    for (n, event) in (1..=rows).zip(events.iter().skip(skip)) {
        if let Some(line) = line_of(area, n) {
            put(buf, inset(line, 1), one(event, area.width.saturating_sub(2), KIND, theme));
        }
    }
}

/// How much an event wants a look.
fn severity(event: &Event) -> Severity {
    match event.kind {
        EventKind::GaveUp => Severity::Severe,
        EventKind::Exited if event.exit.is_some_and(|exit| !exit.is_normal()) => Severity::Warn,
        EventKind::Restarted
        | EventKind::RestartScheduled
        | EventKind::MessagesLost
        | EventKind::Suspended
        | EventKind::Warning
        | EventKind::Gap => Severity::Warn,
        _ => Severity::Calm,
    }
}

/// One event in one line; what happened takes at least `kind` cells.
pub fn one(event: &Event, width: u16, kind: usize, theme: Theme) -> Line<'static> {
    let time = clock(&event.at.to_rfc3339());
    let what = event.kind.word().replace('_', " ");
    let mut tail = String::new();
    if let Some(incarnation) = event.incarnation.filter(|_| width >= ROOMY) {
        tail.push_str(&format!(" (incarnation {incarnation})"));
    }
    if let Some(exit) = event.exit {
        tail.push_str(&format!(": {}", exit.word().replace('_', " ")));
    }
    if let Some(reason) = &event.reason {
        let sign = if event.exit.is_some() { "," } else { ":" };
        tail.push_str(&format!("{sign} {reason}"));
    }
    if let Some(by) = &event.by {
        tail.push_str(&format!(", by {by}"));
    }
    // What happened to nobody needs no sign between whom and what.
    let tail = if event.path.is_empty() { tail.trim_start_matches([':', ',', ' ']) } else { &tail };
    let head = format!("{time} ");
    let what = format!("{} ", text::left(&what, kind.max(text::width(&what))));
    let used = text::width(&head) + text::width(&what);
    let room = usize::from(width).saturating_sub(used);
    // The path gives way to the reason down to a third of the line.
    let path_room = room.saturating_sub(text::width(tail)).max(room / 3);
    let path = text::fit_end(&event.path, path_room).into_owned();
    let tail = text::fit(tail, room.saturating_sub(text::width(&path))).into_owned();
    Line::from(vec![
        Span::styled(head, theme.faint()),
        Span::styled(what, theme.severity(severity(event))),
        Span::styled(path, theme.text()),
        Span::styled(tail, theme.faint()),
    ])
}

/// Hours, minutes and seconds of an RFC 3339 time.
pub fn clock(rfc3339: &str) -> String {
    rfc3339.get(11..19).unwrap_or(rfc3339).to_owned()
}
