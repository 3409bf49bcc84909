//! What an actor prints of itself, over the rest of its page.

use crate::format;
use crate::ui::actions::{Action, Context};
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::view::events::clock;
use crate::ui::view::paint::inset;
use crate::ui::view::sections;
use actorscope_client::Dumped;
use actorscope_core::Outcome;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// A question to an actor, and what came of it. The text stays as it was printed, whatever the actor
/// does since.
#[derive(Clone, Debug)]
pub struct StatePane {
    /// The request it was asked under.
    pub request: u32,
    /// The answer, once it is here.
    pub answer: Option<Result<Dumped, String>>,
    /// Lines scrolled past.
    pub scroll: u16,
}

impl StatePane {
    /// Just asked.
    pub const fn asked(request: u32) -> Self {
        Self { request, answer: None, scroll: 0 }
    }
}

/// Draws the text, or why there is none.
pub fn draw(app: &App, attached: &Attached, pane: &StatePane, area: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    let inside = inset(area, 1);
    let width = usize::from(inside.width);
    let mut lines = vec![sections::heading("STATE", &explained(pane), width, theme)];
    lines.extend(match &pane.answer {
        None => {
            sections::sentence("asking the actor: it answers between two messages…", width, theme)
        }
        Some(Err(why)) => refused(app, why, width, theme),
        Some(Ok(dumped)) if dumped.outcome != Outcome::Done => {
            refused(app, &dumped.message, width, theme)
        }
        Some(Ok(dumped)) => printed(attached, dumped, width, theme),
    });
    sections::page(buf, inside, &lines, pane.scroll, theme);
}

/// Whose, when, and what it took.
fn explained(pane: &StatePane) -> String {
    match &pane.answer {
        Some(Ok(dumped)) if dumped.outcome == Outcome::Done => {
            let took = u64::try_from(dumped.took.as_nanos()).unwrap_or(u64::MAX);
            format!(
                "incarnation {}, printed at {} in {}",
                dumped.incarnation,
                clock(&dumped.taken_at.to_rfc3339()),
                format::duration(took)
            )
        }
        _ => String::new(),
    }
}

fn printed(attached: &Attached, dumped: &Dumped, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut warn = |text: &str| {
        for line in text::wrap(&format!("! {text}"), width) {
            lines.push(Line::from(Span::styled(line, theme.warn())));
        }
    };
    let stats = attached.known(dumped.slot).and_then(|(_, _, stats)| stats);
    if stats.is_some_and(|stats| stats.incarnation > dumped.incarnation) {
        warn("this actor has ended since: another one fills its slot");
    }
    if dumped.truncated {
        // The path stands above already.
        let path = attached.detail.as_ref().map_or("", |page| page.path.as_str());
        warn(dumped.message.strip_prefix(path).map_or(dumped.message.as_str(), str::trim_start));
    }
    for line in dumped.text.lines() {
        for part in text::broken(line, width) {
            lines.push(Line::from(Span::styled(part, theme.text())));
        }
    }
    if dumped.text.is_empty() {
        lines.extend(sections::sentence("it printed nothing", width, theme));
    }
    lines
}

fn refused(app: &App, why: &str, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (n, line) in text::wrap(why, width.saturating_sub(2)).into_iter().enumerate() {
        let sign = if n == 0 { "✗ " } else { "  " };
        lines.push(Line::from(Span::styled(format!("{sign}{line}"), theme.warn())));
    }
    let keys = &app.settings.keys;
    if let Some(key) = keys.key(Context::Detail, Action::State) {
        lines.push(Line::default());
        lines.extend(sections::sentence(&format!("{key} asks again."), width, theme));
    }
    lines
}
