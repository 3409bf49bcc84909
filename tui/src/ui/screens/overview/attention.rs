//! What needs attention, as lines of the screen.

use super::health::{Item, name};
use super::place::Places;
use crate::ui::severity::Severity;
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use crate::ui::view::paint::{line_of, put, restyle};
use crate::ui::view::sections::heading;
use ratatui::buffer::Buffer;
use ratatui::text::{Line, Span};
use std::borrow::Cow;

/// Widest path beside what is said of it.
const PATH: usize = 44;
/// Narrower screens have no room for more than names.
const ROOMY: usize = 58;

/// How many of the things that need attention have a line of their own, and how many only share the
/// last one.
pub fn fitting(items: &[Item], height: u16) -> (usize, usize) {
    let height = usize::from(height);
    if items.len() <= height || height < 2 {
        return (items.len().min(height), 0);
    }
    (height - 1, items.len() - (height - 1))
}

/// Draws them, or that there are none.
pub fn draw(items: &[Item], places: &Places, theme: Theme, buf: &mut Buffer) {
    let width = usize::from(places.health.width);
    if let Some(line) = line_of(places.health_head, 0) {
        put(buf, line, heading("NEEDS ATTENTION", "", width, theme));
    }
    if items.is_empty() {
        if let Some(line) = line_of(places.health, 0) {
            let text = text::fit("● nothing needs attention", width).into_owned();
            put(buf, line, Span::styled(text, theme.good()));
        }
        return;
    }
    let (shown, hidden) = fitting(items, places.health.height);
    let shown = items.get(..shown).unwrap_or(items);
    // What is said matters more than where, as long as it is clear who.
    let most = PATH.min(width * 2 / 5);
    let path = shown.iter().map(|item| text::width(&who(item, most, width))).max().unwrap_or(0);
    for (n, item) in (0..places.health.height).zip(shown) {
        let Some(line) = line_of(places.health, n) else { break };
        put(buf, line, attention(item, path, width, theme));
        if item.severity == Severity::Severe {
            restyle(buf, line, theme.strong());
        }
    }
    if hidden > 0
        && let Some(line) = line_of(places.health, places.health.height - 1)
    {
        let text = format!("  and {hidden} more");
        put(buf, line, Span::styled(text::fit(&text, width).into_owned(), theme.faint()));
    }
}

/// Whom it is about, in at most `most` cells of a line that is `width` cells wide.
fn who(item: &Item, most: usize, width: usize) -> Cow<'_, str> {
    let path = item.path.as_str();
    text::fit_path(if width < ROOMY { name(path) } else { path }, most)
}

fn attention(item: &Item, path: usize, width: usize, theme: Theme) -> Line<'static> {
    let style = match item.severity {
        Severity::Calm => theme.faint(),
        severity => theme.severity(severity),
    };
    let mark = format!("{} ", theme::mark(item.severity));
    if item.path.is_empty() {
        let room = width.saturating_sub(2);
        let text = match &item.short {
            Some(short) if text::width(&item.text) > room => short,
            _ => &item.text,
        };
        let text = text::fit(text, room).into_owned();
        return Line::from(vec![Span::styled(mark, style), Span::styled(text, style)]);
    }
    let name = text::left(&who(item, path, width), path);
    let gap = if width < ROOMY { 1 } else { 2 };
    let text = text::fit(&item.text, width.saturating_sub(path + 2 + gap)).into_owned();
    Line::from(vec![
        Span::styled(mark, style),
        Span::styled(name, style),
        Span::raw(" ".repeat(gap)),
        Span::styled(text, theme.text()),
    ])
}
