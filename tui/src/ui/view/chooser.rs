//! The choice of columns: a line for each, in the order of the screen below, which shows the choice at
//! once.

use super::paint::{line_of, overstyle, put};
use super::popup;
use crate::ui::app::App;
use crate::ui::chooser::Chooser;
use crate::ui::columns::Column;
use crate::ui::severity::Severity;
use crate::ui::text;
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

/// Widest box.
const WIDTH: u16 = 84;
/// Cells for a column's name.
const NAME: usize = 14;

/// Draws it over the screen.
pub fn draw(app: &App, chooser: &Chooser, screen: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    let choice = app.settings.columns.of(chooser.screen);
    let title = format!("Columns of the {}", chooser.screen.word());
    let screen = above_footer(screen);
    let inside = popup::draw(buf, screen, size(app, chooser), &title, theme);
    let height = usize::from(inside.height.max(1));
    let top = chooser.top(height);
    for (n, (i, (column, shown))) in (0..).zip(choice.all().enumerate().skip(top)) {
        let Some(line) = line_of(inside, n) else { break };
        put(buf, line, one(column, shown, inside.width.into(), theme));
        if i == chooser.at {
            overstyle(buf, line, theme.selected());
        }
    }
    let below = choice.all().len().saturating_sub(top + height);
    popup::hidden(buf, inside, (top, below), "PgDn", theme);
    // The box may hide the place where notes are.
    if let Some(note) = app.note.as_ref().filter(|note| note.severity != Severity::Calm) {
        let edge = Rect { y: inside.bottom(), height: 1, ..inside };
        let room = usize::from(edge.width.saturating_sub(2));
        let text = format!(" {} ", text::fit(&note.text, room));
        put(buf, edge, Span::styled(text, theme.severity(note.severity)));
    }
}

/// The column that is drawn there, as a place in the choice.
pub fn at(app: &App, chooser: &Chooser, position: Position) -> Option<usize> {
    let screen = above_footer(Rect::new(0, 0, app.size.0, app.size.1));
    let inside = popup::inside(screen, size(app, chooser));
    let at =
        chooser.top(inside.height.max(1).into()) + usize::from(position.y.checked_sub(inside.y)?);
    let all = app.settings.columns.of(chooser.screen).all().len();
    (inside.contains(position) && at < all).then_some(at)
}

fn size(app: &App, chooser: &Chooser) -> (u16, u16) {
    let all = app.settings.columns.of(chooser.screen).all().len();
    (WIDTH, u16::try_from(all).unwrap_or(u16::MAX).saturating_add(2))
}

/// The last line keeps the keys.
fn above_footer(screen: Rect) -> Rect {
    Rect { height: screen.height.saturating_sub(u16::from(screen.height > 4)), ..screen }
}

fn one(column: &Column, shown: bool, width: usize, theme: Theme) -> Line<'static> {
    let (mark, style) = if shown { ("[x] ", theme.text()) } else { ("[ ] ", theme.faint()) };
    let room = width.saturating_sub(4 + NAME + 1);
    Line::from(vec![
        Span::styled(mark, style),
        Span::styled(text::left(column.id, NAME.min(width.saturating_sub(4))), style),
        Span::raw(" "),
        Span::styled(text::left(column.help, room), style),
    ])
}
