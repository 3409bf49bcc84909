//! The palette: a line of text and, below it, the commands that fit.

use super::footer::typed;
use super::paint::{line_of, overstyle, put};
use super::popup;
use crate::ui::app::App;
use crate::ui::palette::Palette;
use crate::ui::palette::entries::{Entry, about, entries};
use crate::ui::text;
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

/// Widest box.
const WIDTH: u16 = 84;
/// Highest box. It keeps its height while the list grows and shrinks.
const HEIGHT: u16 = 16;
/// Least cells for a command's name and argument.
const NAME: usize = 16;
/// Boxes at least this wide say which keys do the same.
const ROOMY: usize = 60;

/// Draws it over the screen.
pub fn draw(app: &App, palette: &Palette, screen: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    let inside = popup::draw(buf, above_footer(screen), (WIDTH, HEIGHT), "Command", theme);
    if let Some(line) = line_of(inside, 0) {
        let mut spans = vec![Span::styled(": ", theme.title())];
        spans.extend(typed(&palette.field, true, theme));
        put(buf, line, Line::from(spans));
    }
    let list = list(inside);
    let width = usize::from(list.width);
    if let Some(problem) = &palette.problem {
        for (n, text) in (0..).zip(text::wrap(problem, width)) {
            let Some(line) = line_of(list, n) else { break };
            put(buf, line, Span::styled(text, theme.warn()));
        }
        return;
    }
    let entries = entries(app, palette.typed());
    if entries.is_empty() {
        if let (Some(line), Some(command)) = (line_of(list, 0), about(app, palette.typed())) {
            let help = format!("{} {}: {}", command.word, command.argument, command.help);
            put(buf, line, Span::styled(text::fit(&help, width).into_owned(), theme.faint()));
        }
        return;
    }
    let top = top(palette, list);
    // Paths are long; what they are is said if there is room.
    let longest = entries.iter().map(|entry| text::width(&name(entry))).max().unwrap_or(0);
    let names = longest.max(NAME).min(width * 2 / 3);
    for (n, (i, entry)) in (0..list.height).zip(entries.iter().enumerate().skip(top)) {
        let Some(line) = line_of(list, n) else { break };
        put(buf, line, one(entry, (width, names), theme));
        if i == palette.marked() {
            overstyle(buf, line, theme.selected());
        }
    }
    let below = entries.len().saturating_sub(top + usize::from(list.height));
    popup::hidden(buf, inside, (top, below), "Tab", theme);
}

/// The entry that is drawn there.
pub fn at(app: &App, palette: &Palette, position: Position) -> Option<usize> {
    let screen = Rect::new(0, 0, app.size.0, app.size.1);
    let list = list(popup::inside(above_footer(screen), (WIDTH, HEIGHT)));
    let on_list = palette.problem.is_none() && list.contains(position);
    on_list.then(|| top(palette, list) + usize::from(position.y - list.y))
}

/// The last line keeps the keys.
fn above_footer(screen: Rect) -> Rect {
    Rect { height: screen.height.saturating_sub(u16::from(screen.height > 4)), ..screen }
}

/// The place of the list: below the text and, where there is room, a line of air.
fn list(inside: Rect) -> Rect {
    let above = if inside.height > 6 { 2 } else { 1 }.min(inside.height);
    Rect { y: inside.y + above, height: inside.height - above, ..inside }
}

/// The first entry that is drawn: the marked one is always on screen.
fn top(palette: &Palette, list: Rect) -> usize {
    (palette.marked() + 1).saturating_sub(usize::from(list.height.max(1)))
}

/// Arguments to choose from stand in place of the command that they belong to.
fn name(entry: &Entry) -> String {
    match entry.text.trim_end().split_once(' ') {
        Some((_, argument)) => argument.to_owned(),
        None => format!("{} {}", entry.word, entry.argument),
    }
}

/// One entry in so many cells, of which so many are for the name.
fn one(entry: &Entry, (width, names): (usize, usize), theme: Theme) -> Line<'static> {
    let keys = if width < ROOMY { "" } else { entry.keys.as_str() };
    let room = width.saturating_sub(names + 1);
    let keys = text::fit(keys, room / 3).into_owned();
    let help = text::left(&entry.help, room.saturating_sub(text::width(&keys) + 1));
    Line::from(vec![
        Span::styled(text::left(&text::fit_end(&name(entry), names), names), theme.strong()),
        Span::raw(" "),
        Span::styled(help, theme.text()),
        Span::raw(" "),
        Span::styled(keys, theme.key()),
    ])
}
