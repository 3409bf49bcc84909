//! What the slot does with each type of message.

use super::Subject;
use crate::format;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::view::paint::bar;
use crate::ui::view::sections::heading;
use actorscope_core::slot::HandlerStats;
use actorscope_core::text::short_type;
use ratatui::text::{Line, Span};

/// Cells of the columns behind the type.
const COLUMNS: [(&str, usize); 4] = [("HANDLED", 9), ("FAILED", 8), ("MEAN", 9), ("MAX", 9)];
/// Cells for the bar that shows the share of time, and the least room for it.
const SHARE: usize = 10;

/// The section.
pub fn section(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![heading("MESSAGE TYPES", "most time first", width, theme)];
    let handlers = subject.detail.map(|d| d.handlers.as_slice()).unwrap_or_default();
    if handlers.is_empty() {
        let text = if subject.detail.is_some() {
            "n/a: no message yet, or its framework does not tell their types"
        } else {
            "asking the agent…"
        };
        let text = text::fit(text, width).into_owned();
        lines.push(Line::from(Span::styled(text, theme.faint())));
        return lines;
    }
    let taken: usize = COLUMNS.iter().map(|(_, width)| width).sum();
    let shows_share = width >= taken + SHARE + 26;
    let share = if shows_share { SHARE + 2 } else { 0 };
    let name = width.saturating_sub(taken + share).min(40);
    let mut heads = text::left("TYPE", name);
    for (title, width) in COLUMNS {
        heads.push_str(&text::right(title, width));
    }
    if shows_share {
        heads.push_str("  TIME");
    }
    lines.push(Line::from(Span::styled(text::fit(&heads, width).into_owned(), theme.heading())));
    let busy: u64 = handlers.iter().fold(0, |sum, h| sum.saturating_add(h.busy_ns));
    for handler in handlers {
        lines.push(one(handler, busy, name, shows_share, theme));
    }
    lines
}

fn one(
    handler: &HandlerStats,
    busy: u64,
    name: usize,
    shows_share: bool,
    theme: Theme,
) -> Line<'static> {
    let mean = handler.busy_ns.checked_div(handler.handled);
    let cells = [
        format::count(handler.handled),
        format::count(handler.failed),
        mean.map_or_else(|| "–".to_owned(), format::duration),
        format::duration(handler.max_ns),
    ];
    let mut spans =
        vec![Span::styled(text::left(&short_type(&handler.message_type), name), theme.text())];
    for (i, (cell, (_, width))) in cells.iter().zip(COLUMNS).enumerate() {
        let style = match i {
            1 if handler.failed > 0 => theme.warn(),
            1 => theme.faint(),
            _ => theme.text(),
        };
        spans.push(Span::styled(text::right(cell, width), style));
    }
    if shows_share && busy > 0 {
        spans.push(Span::raw("  "));
        let share = handler.busy_ns as f64 / busy as f64;
        spans.push(Span::styled(bar(share, SHARE), theme.bar()));
    }
    Line::from(spans)
}
