//! Putting lines of styled text into a screen.

use crate::ui::text;
use crate::ui::theme::{self, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// A piece of a line that can go when there is no room.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The higher, the sooner it goes; 0 never goes.
    pub rank: u8,
    /// Text and looks.
    pub spans: Vec<Span<'static>>,
}

impl Piece {
    /// A piece in one style.
    pub fn new(rank: u8, text: impl Into<String>, style: Style) -> Self {
        Self { rank, spans: vec![Span::styled(text.into(), style)] }
    }

    /// Cells it takes.
    pub fn width(&self) -> usize {
        self.spans.iter().map(|s| text::width(&s.content)).sum()
    }
}

/// The n-th line of an area; `None` if it has none.
pub fn line_of(area: Rect, n: u16) -> Option<Rect> {
    (n < area.height && area.width > 0).then(|| Rect {
        y: area.y.saturating_add(n),
        height: 1,
        ..area
    })
}

/// Writes a line at the left of `area`'s first line.
pub fn put<'a>(buf: &mut Buffer, area: Rect, line: impl Into<Line<'a>>) {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return;
    }
    buf.set_line(area.x, area.y, &line.into(), area.width);
}

/// Whether pieces have room in a line, with `space` cells between neighbours.
pub fn fits(area: Rect, space: usize, left: &[Piece], right: &[Piece]) -> bool {
    let width = |pieces: &[Piece]| {
        pieces.iter().map(Piece::width).sum::<usize>() + space * pieces.len().saturating_sub(1)
    };
    let both = usize::from(!left.is_empty() && !right.is_empty());
    // At least two cells between the two sides, one at each edge.
    width(left) + width(right) + 2 * both + 2 <= usize::from(area.width)
}

/// Writes pieces from the left and pieces from the right into one line; `between` stands between
/// neighbours. What has no room goes, by rank.
pub fn put_pieces(
    buf: &mut Buffer,
    area: Rect,
    between: &Span<'static>,
    mut left: Vec<Piece>,
    mut right: Vec<Piece>,
) {
    let space = text::width(&between.content);
    while !fits(area, space, &left, &right) {
        let worst = left.iter().chain(&right).map(|p| p.rank).max().unwrap_or(0);
        if worst == 0 {
            break;
        }
        // The last of equals goes first: what stands first matters more.
        if let Some(i) = right.iter().rposition(|p| p.rank == worst) {
            right.remove(i);
        } else if let Some(i) = left.iter().rposition(|p| p.rank == worst) {
            left.remove(i);
        }
    }
    let join = |pieces: Vec<Piece>| {
        let mut spans = Vec::new();
        for (i, piece) in pieces.into_iter().enumerate() {
            if i > 0 {
                spans.push(between.clone());
            }
            spans.extend(piece.spans);
        }
        Line::from(spans)
    };
    let (left, right) = (join(left), join(right));
    let right_width = u16::try_from(right.width()).unwrap_or(u16::MAX);
    put(buf, inset(area, 1), left);
    if right_width > 0 && right_width.saturating_add(2) <= area.width {
        let x = area.right().saturating_sub(right_width + 1);
        let at = Rect { x, width: right_width, ..area };
        put(buf, at, right);
    }
}

/// `area` without some cells at the left and right.
pub fn inset(area: Rect, cells: u16) -> Rect {
    Rect {
        x: area.x.saturating_add(cells.min(area.width)),
        width: area.width.saturating_sub(cells.saturating_mul(2)),
        ..area
    }
}

/// Fills a line with a rule.
pub fn rule(buf: &mut Buffer, area: Rect, theme: Theme) {
    let text = theme::RULE.repeat(usize::from(area.width));
    put(buf, area, Span::styled(text, theme.faint()));
}

/// Gives a whole area one style, on top of what it has.
pub fn restyle(buf: &mut Buffer, area: Rect, style: Style) {
    buf.set_style(area, style);
}

/// Makes a whole area look one way, whatever it looked like.
pub fn overstyle(buf: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buf.area);
    for position in area.positions() {
        if let Some(cell) = buf.cell_mut(position) {
            cell.set_style(Style::reset());
            cell.set_style(style);
        }
    }
}

/// A gauge `cells` wide, `share` (0 … 1) of it filled.
pub fn gauge(share: f64, cells: usize, theme: Theme) -> Vec<Span<'static>> {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let full = ((share * cells as f64).round() as usize).min(cells);
    vec![
        Span::styled(theme::FULL.repeat(full), theme.bar()),
        Span::styled(theme::EMPTY.repeat(cells - full), theme.faint()),
    ]
}

/// A bar up to `cells` wide with eighths of a cell, `share` (0 … 1) of it drawn. What is not nothing
/// shows at least a trace.
pub fn bar(share: f64, cells: usize) -> String {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let eighths = (share * cells as f64 * 8.0).round() as usize;
    let eighths = if share > 0.0 { eighths.max(1) } else { 0 };
    let mut out = theme::FULL.repeat(eighths / 8);
    if let Some(part) = (eighths % 8).checked_sub(1) {
        out.push_str(theme::EIGHTHS[part]);
    }
    out
}

/// Draws the lines that fit, `scroll` of them skipped; a scroll position beyond the end shows the
/// end. Returns the number of lines skipped.
pub fn scrolled(buf: &mut Buffer, area: Rect, lines: &[Line<'_>], scroll: u16) -> u16 {
    let most = lines.len().saturating_sub(usize::from(area.height));
    let skip = usize::from(scroll).min(most);
    for (n, line) in (0..area.height).zip(lines.iter().skip(skip)) {
        if let Some(at) = line_of(area, n) {
            put(buf, at, line.clone());
        }
    }
    u16::try_from(skip).unwrap_or(u16::MAX)
}
