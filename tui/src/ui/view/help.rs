//! The help: the keys of the page below it, read from the table of actions, and what columns and
//! signs mean.

use super::{paint, popup};
use crate::ui::actions::{Action, Context};
use crate::ui::app::App;
use crate::ui::columns::COLUMNS;
use crate::ui::severity::Severity;
use crate::ui::text;
use crate::ui::theme::{GROUP, Theme, glyph, mark};
use crate::ui::update::context_below_help;
use actorscope_core::SlotState;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Cells for keys and signs.
const NAMES: usize = 20;
/// Widest box.
const WIDTH: u16 = 84;

/// Draws the help over the screen.
pub fn draw(app: &App, scroll: u16, screen: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    let width = WIDTH.min(screen.width);
    let lines = lines(app, usize::from(width.saturating_sub(4)).max(1), theme);
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inside = popup::draw(buf, screen, (width, height), "Help", theme);
    let above = usize::from(paint::scrolled(buf, inside, &lines, scroll));
    let below = lines.len().saturating_sub(above + usize::from(inside.height));
    popup::hidden(buf, inside, (above, below), "PgDn", theme);
}

fn lines(app: &App, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let names = if width < 60 { NAMES / 2 + 2 } else { NAMES };
    let mut lines = vec![Line::from(Span::styled("Keys", theme.title()))];
    let explain = |lines: &mut Vec<Line<'static>>, name: &str, meaning: &str| {
        for (n, part) in text::wrap(meaning, width.saturating_sub(names)).into_iter().enumerate() {
            let name = if n == 0 { name } else { "" };
            lines.push(Line::from(vec![
                Span::styled(text::left(name, names), theme.key()),
                Span::styled(part, theme.text()),
            ]));
        }
    };
    let place = context_below_help(app);
    let shown = app
        .settings
        .keys
        .of(place)
        .filter(|b| !b.keys.is_empty())
        .filter(|b| !(app.settings.read_only && b.action == Action::Verbs));
    for bound in shown {
        let mut keys = String::new();
        for key in bound.keys.iter().map(|key| key.name()) {
            // A key that has no room is one of several for the same.
            if keys.is_empty() {
                keys = key;
            } else if text::width(&keys) + text::width(&key) + 3 <= names {
                keys = format!("{keys}  {key}");
            }
        }
        explain(&mut lines, &keys, bound.help);
    }
    if let Context::Screen(screen) = place
        && screen.page().has_columns()
    {
        lines.push(Line::default());
        lines.push(Line::from(Span::styled("Columns", theme.title())));
        for column in COLUMNS {
            let (group, short) = column.group;
            let group = if names < NAMES { short } else { group };
            explain(&mut lines, format!("{group} {}", column.title).trim(), column.help);
        }
    }
    lines.push(Line::default());
    lines.push(Line::from(Span::styled("Signs", theme.title())));
    for (sign, meaning) in signs() {
        explain(&mut lines, &sign, meaning);
    }
    lines
}

fn signs() -> Vec<(String, &'static str)> {
    use SlotState::{Failed, Handling, Idle, Ignored, Starting, Stopped, Stopping, Suspended};
    let restarting = SlotState::Restarting { attempt: 1, in_ns: None };
    let states =
        |states: &[SlotState]| states.iter().map(|s| glyph(*s)).collect::<Vec<_>>().join(" ");
    vec![
        (states(&[Idle, Handling, Suspended]), "idle, handling a message, held by an operator"),
        (states(&[Starting, restarting, Stopping]), "starting, restarting, stopping"),
        (states(&[Stopped, Failed, Ignored]), "stopped in order, failed for good, never started"),
        (
            format!("{} {}", mark(Severity::Warn), mark(Severity::Severe)),
            "wants a look; wants a look first. The details say why",
        ),
        (GROUP.to_owned(), "a group: nothing runs in it, it only gathers what hangs below"),
        ("n/a".to_owned(), "not known: its framework does not tell"),
        ("≥".to_owned(), "at least: counted some time ago, may have grown since"),
        ("–".to_owned(), "no message came in the time that is looked at"),
    ]
}
