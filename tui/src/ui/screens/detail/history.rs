//! The actors that filled the slot before.

use super::Subject;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::view::events::clock;
use crate::ui::view::sections::heading;
use actorscope_core::slot::PastIncarnation;
use ratatui::text::{Line, Span};

/// The section.
pub fn section(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![heading("HISTORY", "actors before this one", width, theme)];
    let Some(detail) = subject.detail else {
        lines.push(Line::from(Span::styled("asking the agent…", theme.faint())));
        return lines;
    };
    if detail.history.is_empty() {
        lines.push(Line::from(Span::styled(
            "none: this is the first actor in this slot",
            theme.faint(),
        )));
        return lines;
    }
    for past in &detail.history {
        lines.extend(one(past, subject, width, theme));
    }
    lines
}

fn one(
    past: &PastIncarnation,
    subject: &Subject<'_>,
    width: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let ago = text::age(subject.at.since(past.ended_at));
    let lived = text::age(past.ended_at.since(past.started_at));
    let exit = past.exit.word().replace('_', " ");
    let style = if past.exit.is_normal() { theme.text() } else { theme.warn() };
    let head = text::left(&format!("{}", past.incarnation), 4);
    let when = format!("{}  ", clock(&past.ended_at.to_rfc3339()));
    let mut rest = format!("  {ago} ago, after {lived}");
    if let Some(counters) = past.counters {
        rest.push_str(&format!(" and {}", text::counted(counters.handled, "message", "messages")));
    }
    if let Some(lost) = past.lost_messages.filter(|n| *n > 0) {
        rest.push_str(&format!(", {} lost", text::grouped(lost)));
    }
    let used = text::width(&head) + text::width(&when) + text::width(&exit);
    let rest = text::fit(&rest, width.saturating_sub(used)).into_owned();
    let mut lines = vec![Line::from(vec![
        Span::styled(head, theme.heading()),
        Span::styled(when, theme.faint()),
        Span::styled(exit, style),
        Span::styled(rest, theme.text()),
    ])];
    if let Some(reason) = &past.reason {
        for line in text::wrap(reason, width.saturating_sub(4)).into_iter().take(3) {
            lines.push(Line::from(Span::styled(format!("    {line}"), theme.faint())));
        }
    }
    lines
}
