//! A box in the middle of the screen.

use super::paint::put;
use crate::ui::text;
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Block, Clear, Widget};

/// Clears a box of at most `width` × `height` and draws its frame and title; returns its inside,
/// with a cell of air at the left and right.
pub fn draw(
    buf: &mut Buffer,
    screen: Rect,
    (width, height): (u16, u16),
    title: &str,
    theme: Theme,
) -> Rect {
    let area = place(screen, (width, height));
    let inside = inside(screen, (width, height));
    Clear.render(area, buf);
    if inside == area {
        return area;
    }
    Block::bordered().border_style(theme.heading()).render(area, buf);
    let title = text::fit(title, usize::from(area.width.saturating_sub(6)));
    let at = Rect { height: 1, y: area.y, ..inside };
    put(buf, at, Span::styled(format!(" {title} "), theme.title()));
    inside
}

/// The inside of such a box, for the mouse.
pub fn inside(screen: Rect, size: (u16, u16)) -> Rect {
    let area = place(screen, size);
    if area.width < 6 || area.height < 4 {
        // No room for a frame: the text matters more.
        return area;
    }
    Rect { x: area.x + 2, y: area.y + 1, width: area.width - 4, height: area.height - 2 }
}

fn place(screen: Rect, (width, height): (u16, u16)) -> Rect {
    let width = width.min(screen.width);
    let height = height.min(screen.height);
    Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    }
}

/// Says at the lower edge that there is more text, and by which key one gets there.
pub fn hidden(
    buf: &mut Buffer,
    inside: Rect,
    (above, below): (usize, usize),
    key: &str,
    theme: Theme,
) {
    let text = match (above, below) {
        (0, 0) => return,
        (_, 0) => format!(" ↑ {above} above "),
        _ => format!(" ↓ {below} more, {key} "),
    };
    let edge = Rect { y: inside.bottom(), height: 1, ..inside };
    put(buf, edge, Span::styled(text, theme.warn()));
}
