//! The help: the keys of the page below it, read from the table of keys, and what the signs mean.

use super::{paint, popup};
use crate::ui::app::App;
use crate::ui::keys::{self, Action};
use crate::ui::text;
use crate::ui::theme::{Theme, glyph, mark};
use crate::ui::severity::Severity;
use crate::ui::update::context_below_help;
use actorscope_core::SlotState;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Cells for the keys.
const KEYS: usize = 20;

/// Draws the help over the screen.
pub fn draw(app: &App, scroll: u16, screen: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    let lines = lines(app, theme);
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inside = popup::draw(buf, screen, (78, height), "Help", theme);
    paint::scrolled(buf, inside, &lines, scroll);
}

fn lines(app: &App, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![Line::from(Span::styled("Keys", theme.title()))];
    let shown = keys::of(context_below_help(app))
        .filter(|b| !b.help.is_empty())
        .filter(|b| !(app.settings.read_only && b.action == Action::Verbs));
    for binding in shown {
        let names: Vec<String> = binding.keys.iter().map(|k| k.name()).collect();
        lines.push(Line::from(vec![
            Span::styled(text::left(&names.join("  "), KEYS), theme.key()),
            Span::styled(binding.help, theme.text()),
        ]));
    }
    lines.push(Line::default());
    lines.push(Line::from(Span::styled("Signs", theme.title())));
    let mut sign = |signs: String, meaning: &'static str| {
        lines.push(Line::from(vec![
            Span::styled(text::left(&signs, KEYS), theme.key()),
            Span::styled(meaning, theme.text()),
        ]));
    };
    let restarting = SlotState::Restarting {
        attempt: 1,
        in_ns: None,
    };
    let states = |states: &[SlotState]| states.iter().map(|s| glyph(*s)).collect::<Vec<_>>().join(" ");
    use SlotState::{Failed, Handling, Idle, Ignored, Starting, Stopped, Stopping, Suspended};
    sign(states(&[Idle, Handling, Suspended]), "idle, handling a message, held by an operator");
    sign(states(&[Starting, restarting, Stopping]), "starting, restarting, stopping");
    sign(states(&[Stopped, Failed, Ignored]), "stopped in order, failed for good, never started");
    sign(
        format!("{} {}", mark(Severity::Warn), mark(Severity::Severe)),
        "wants a look; wants a look first. The details say why",
    );
    sign("n/a".to_owned(), "not known: its framework does not tell");
    sign("≥".to_owned(), "at least: counted some time ago, may have grown since");
    sign("–".to_owned(), "no message came in the time that is looked at");
    sign("now".to_owned(), "mean wait, or the oldest message's wait when longer");
    sign("RST".to_owned(), "how often the slot was filled again");
    lines
}
