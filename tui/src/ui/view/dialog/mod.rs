//! The dialog for verbs: menu, preview with its fields and buttons, outcome.

mod confirm;
mod menu;
mod outcome;

use super::paint::{line_of, overstyle, put, scrolled};
use super::popup;
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::dialog::{Dialog, Step};
use crate::ui::text;
use crate::ui::theme::{Theme, glyph};
use actorscope_core::Verb;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Widest box.
const WIDTH: u16 = 84;
/// Screens with fewer lines get a dialog without empty lines.
const AIRY: u16 = 16;

/// The room that texts have, and their looks.
#[derive(Clone, Copy)]
struct Room {
    /// Cells in a line.
    cells: usize,
    /// Whether empty lines separate paragraphs.
    airy: bool,
    theme: Theme,
}

impl Room {
    /// An empty line, if there is room for such.
    fn gap(self, lines: &mut Vec<Line<'static>>) {
        if self.airy {
            lines.push(Line::default());
        }
    }
}

/// Draws the dialog over the screen.
pub fn draw(app: &App, attached: &Attached, dialog: &Dialog, screen: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    // The last line keeps the keys.
    let screen =
        Rect { height: screen.height.saturating_sub(u16::from(screen.height > 4)), ..screen };
    // A strip of the page at each side shows what is below, unless there is no room to give away.
    let width = match screen.width {
        0..60 => screen.width,
        wide => WIDTH.min(wide - 2),
    };
    let room = Room {
        cells: usize::from(width.saturating_sub(4)).max(1),
        airy: screen.height >= AIRY,
        theme,
    };
    let refused = refused_because(attached);
    let (title, body, bottom) = match &dialog.step {
        Step::Menu { .. } => {
            ("What to do?".to_owned(), menu::menu(dialog, refused.as_deref(), room), Vec::new())
        }
        Step::Confirm(confirm) => (
            format!("{} this actor?", capitalised(confirm.verb)),
            confirm::preview(attached, dialog, confirm, refused.as_deref(), room),
            confirm::controls(dialog, confirm, refused.is_none(), room),
        ),
        Step::Outcome { verb, result, .. } => (
            capitalised(*verb),
            outcome::outcome(dialog, *verb, result, room),
            vec![button("Close", true, theme)],
        ),
    };
    let length = |lines: &[Line<'_>]| u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let wanted = length(&body).saturating_add(length(&bottom)).saturating_add(2);
    let inside = popup::draw(buf, screen, (width, wanted.min(screen.height)), &title, theme);
    let body_area = Rect { height: inside.height.saturating_sub(length(&bottom)), ..inside };
    let scroll = match &dialog.step {
        // The selected verb stays in sight; the lines above it are said once.
        Step::Menu { cursor } => (first_verb(&body) + cursor + 1)
            .saturating_sub(body_area.height.into())
            .try_into()
            .unwrap_or(u16::MAX),
        Step::Confirm(confirm) => confirm.scroll,
        Step::Outcome { scroll, .. } => *scroll,
    };
    let skipped = usize::from(scrolled(buf, body_area, &body, scroll));
    if let Step::Menu { cursor } = &dialog.step
        && let Some(n) = (first_verb(&body) + cursor).checked_sub(skipped)
        && let Some(line) = u16::try_from(n).ok().and_then(|n| line_of(body_area, n))
    {
        overstyle(buf, line, theme.selected());
    }
    for (n, line) in (body_area.height..).zip(bottom) {
        if let Some(at) = line_of(inside, n) {
            put(buf, at, line);
        }
    }
    let below = body.len().saturating_sub(skipped + usize::from(body_area.height));
    popup::hidden(buf, inside, (skipped, below), "PgDn", theme);
}

/// The line of the first verb in a menu.
fn first_verb(menu: &[Line<'_>]) -> usize {
    menu.len().saturating_sub(Verb::ALL.len())
}

/// Why the agent would refuse every verb of this user, if it would.
fn refused_because(attached: &Attached) -> Option<String> {
    let rights = &attached.model.node.as_ref()?.rights;
    (!rights.control).then(|| {
        rights
            .control_refused_because
            .clone()
            .filter(|why| !why.is_empty())
            .unwrap_or_else(|| "control is off".to_owned())
    })
}

fn capitalised(verb: Verb) -> String {
    let word = verb.word();
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + chars.as_str())
        .unwrap_or_default()
}

/// Says something over as many lines as it needs.
fn say(lines: &mut Vec<Line<'static>>, text: &str, indent: &str, room: Room, style: Style) {
    let cells = room.cells.saturating_sub(text::width(indent));
    for (n, line) in text::wrap(text, cells).into_iter().enumerate() {
        let indent = if n == 0 { indent.to_owned() } else { " ".repeat(text::width(indent)) };
        lines.push(Line::from(Span::styled(format!("{indent}{line}"), style)));
    }
}

/// Who it is about.
fn target(dialog: &Dialog, incarnation: u32, room: Room) -> Vec<Line<'static>> {
    let path = text::fit_end(&dialog.path, room.cells).into_owned();
    let is = format!(
        "incarnation {incarnation} · {} {} · {}",
        glyph(dialog.state),
        dialog.state,
        dialog.identity.kind,
    );
    let is = text::fit(&is, room.cells).into_owned();
    let mut lines = vec![
        Line::from(Span::styled(path, room.theme.strong())),
        Line::from(Span::styled(is, room.theme.text())),
    ];
    room.gap(&mut lines);
    lines
}

fn button(name: &str, focused: bool, theme: Theme) -> Line<'static> {
    let style = if focused { theme.selected().patch(theme.strong()) } else { theme.text() };
    Line::from(Span::styled(format!("[ {name} ]"), style))
}
