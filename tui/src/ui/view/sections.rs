//! Pages of text: sections with a heading, named facts, two sections beside each other, and what does
//! not fit scrolled out of sight.

use super::paint::{line_of, put, scrolled};
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Pages at least this wide have two columns.
pub const TWO_COLUMNS: usize = 124;
/// Between two columns.
pub const GUTTER: usize = 4;
/// Cells for the names of facts.
pub const LABEL: usize = 11;

/// The heading of a section: a name, perhaps an explanation, and a rule.
pub fn heading(name: &str, explained: &str, width: usize, theme: Theme) -> Line<'static> {
    let name = text::fit(name, width);
    let mut spans = vec![Span::styled(name.to_string(), theme.title())];
    let mut used = text::width(&name);
    if !explained.is_empty() && used + text::width(explained) + 2 <= width {
        spans.push(Span::styled(format!("  {explained}"), theme.faint()));
        used += text::width(explained) + 2;
    }
    if let Some(rest) = width.checked_sub(used + 1) {
        spans.push(Span::raw(" "));
        spans.push(Span::styled(theme::RULE.repeat(rest), theme.faint()));
    }
    Line::from(spans)
}

/// A named fact; its text goes on below itself when it is too long for one line.
pub fn fact(
    lines: &mut Vec<Line<'static>>,
    name: &str,
    text: &str,
    (width, theme): (usize, Theme),
) {
    let wrapped = text::wrap(text, width.saturating_sub(LABEL));
    labelled(lines, name, wrapped, theme);
}

/// A named fact of several parts, which are kept whole.
pub fn facts(
    lines: &mut Vec<Line<'static>>,
    name: &str,
    parts: &[String],
    (width, theme): (usize, Theme),
) {
    let wrapped = text::wrap_parts(parts, width.saturating_sub(LABEL));
    labelled(lines, name, wrapped, theme);
}

fn labelled(lines: &mut Vec<Line<'static>>, name: &str, texts: Vec<String>, theme: Theme) {
    for (n, part) in texts.into_iter().enumerate() {
        let name = if n == 0 { name } else { "" };
        lines.push(Line::from(vec![label(name, theme), Span::styled(part, theme.text())]));
    }
}

/// The name of a fact.
pub fn label(name: &str, theme: Theme) -> Span<'static> {
    Span::styled(text::left(name, LABEL), theme.heading())
}

/// A sentence where facts would be, over as many lines as it needs.
pub fn sentence(text: &str, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let said = |line| Line::from(Span::styled(line, theme.faint()));
    text::wrap(text, width).into_iter().map(said).collect()
}

/// Two sections beside each other, the left one `left` cells wide.
pub fn beside(a: Vec<Line<'static>>, b: Vec<Line<'static>>, left: usize) -> Vec<Line<'static>> {
    let rows = a.len().max(b.len());
    let (mut a, mut b) = (a.into_iter(), b.into_iter());
    (0..rows)
        .map(|_| {
            let mut line = a.next().unwrap_or_default();
            let gap = (left + GUTTER).saturating_sub(line.width());
            line.spans.push(Span::raw(" ".repeat(gap)));
            line.spans.extend(b.next().unwrap_or_default().spans);
            line
        })
        .collect()
}

/// All sections below each other, or two and two beside each other on pages at least `two` cells wide.
/// `section` makes the n-th in so many cells.
pub fn columns(
    count: usize,
    (width, two): (usize, usize),
    section: impl Fn(usize, usize) -> Vec<Line<'static>>,
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let two = width >= two;
    let left = if two { (width - GUTTER) / 2 } else { width };
    let mut n = 0;
    while n < count {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        if two && n + 1 < count {
            let right = width - GUTTER - left;
            lines.extend(beside(section(n, left), section(n + 1, right), left));
            n += 2;
        } else {
            lines.extend(section(n, left));
            n += 1;
        }
    }
    lines
}

/// Draws a page of lines, `scroll` of them skipped. What does not fit is announced in a line of its
/// own.
pub fn page(buf: &mut Buffer, area: Rect, lines: &[Line<'_>], scroll: u16, theme: Theme) {
    let overflows = lines.len() > usize::from(area.height) && area.height > 4;
    let shown = Rect { height: area.height - u16::from(overflows), ..area };
    let above = usize::from(scrolled(buf, shown, lines, scroll));
    if overflows && let Some(last) = line_of(area, shown.height) {
        let below = lines.len().saturating_sub(above + usize::from(shown.height));
        let text = match (above, below) {
            (0, below) => format!("↓ {below} more lines"),
            (above, 0) => format!("↑ {above} lines above"),
            (above, below) => format!("↑ {above} lines above  ↓ {below} more lines"),
        };
        put(buf, last, Span::styled(text, theme.faint()));
    }
}
