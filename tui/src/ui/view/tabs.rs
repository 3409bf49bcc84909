//! The line between header and page: which screens there are, which one this is, and what it says of
//! itself.

use super::paint::{Piece, fits, inset, put_pieces, rule};
use crate::ui::actions::{Action, Context};
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::screens::{Bar, ScreenId};
use crate::ui::text;
use crate::ui::theme::{self, Theme, glyph};
use actorscope_core::SlotState;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use ratatui::text::Span;

/// Between two tabs.
const GAP: u16 = 2;

/// Draws the line.
pub fn draw(app: &App, attached: &Attached, area: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    rule(buf, area, theme);
    let Bar { left, right } = attached.page().bar(app, attached);
    let mut pieces = vec![piece(app, attached, &shown(app, attached, area.width))];
    pieces.extend(left);
    if attached.detail.is_none()
        && let Some((signs, words)) = trouble(attached, theme)
    {
        pieces.push(words);
        if !fits(area, 1, &pieces, &right) {
            pieces.pop();
            pieces.push(signs);
        }
    }
    put_pieces(buf, area, &Span::styled(theme::RULE, theme.faint()), pieces, right);
}

/// The screen whose tab is there.
pub fn at(app: &App, position: Position) -> Option<ScreenId> {
    let attached = app.agent()?;
    let area = attached.layout(app.size).bar;
    if !area.contains(position) {
        return None;
    }
    // The edge of the line, the edge of the piece.
    let mut x = inset(area, 1).x + 1;
    for tab in shown(app, attached, area.width) {
        let end = x + tab.width(app);
        if (x..end).contains(&position.x) {
            return Some(tab.screen);
        }
        x = end + GAP;
    }
    None
}

/// A tab as it is shown.
#[derive(Clone, Copy)]
struct Tab {
    screen: ScreenId,
    /// Whether its name is shown beside its key.
    is_named: bool,
}

impl Tab {
    fn texts(self, app: &App) -> (String, &'static str) {
        let key = app.settings.keys.key(Context::Screen(self.screen), Action::Go(self.screen));
        // What has no key needs its name.
        let is_named = self.is_named || key.is_none();
        (key.unwrap_or_default(), if is_named { self.screen.word() } else { "" })
    }

    fn width(self, app: &App) -> u16 {
        let (key, word) = self.texts(app);
        let both = usize::from(!key.is_empty() && !word.is_empty());
        u16::try_from(text::width(&key) + both + text::width(word)).unwrap_or(u16::MAX)
    }
}

/// All tabs; where there is no room for all names the keys of the others; where there is none for
/// them either only the tab that is open.
fn shown(app: &App, attached: &Attached, line: u16) -> Vec<Tab> {
    let Bar { left, right } = attached.page().bar(app, attached);
    let needed = left.iter().chain(&right).filter(|piece| piece.rank <= 1);
    let others: usize = needed.map(Piece::width).sum();
    let open = Tab { screen: attached.screen, is_named: true };
    if attached.detail.is_some() {
        return vec![open];
    }
    let tabs = |named: fn(ScreenId, ScreenId) -> bool| -> Vec<Tab> {
        let tab =
            |screen: &ScreenId| Tab { screen: *screen, is_named: named(*screen, attached.screen) };
        ScreenId::ALL.iter().map(tab).collect()
    };
    for tabs in [tabs(|_, _| true), tabs(|screen, open| screen == open)] {
        let cells: usize = tabs.iter().map(|tab| usize::from(tab.width(app) + GAP)).sum();
        // Rules between the pieces, and edges.
        if cells + others + 6 <= usize::from(line) {
            return tabs;
        }
    }
    vec![open]
}

fn piece(app: &App, attached: &Attached, tabs: &[Tab]) -> Piece {
    let theme = app.settings.theme;
    let mut spans = vec![Span::raw(" ")];
    for (n, tab) in tabs.iter().enumerate() {
        if n > 0 {
            spans.push(Span::raw(" ".repeat(GAP.into())));
        }
        let is_open = tab.screen == attached.screen && attached.detail.is_none();
        let (number, word) = if is_open {
            let open = theme.title().add_modifier(Modifier::UNDERLINED);
            (open, open)
        } else {
            (theme.heading(), theme.faint())
        };
        let (key, name) = tab.texts(app);
        let gap = if key.is_empty() || name.is_empty() { "" } else { " " };
        spans.push(Span::styled(format!("{key}{gap}"), number));
        spans.push(Span::styled(name, word));
    }
    spans.push(Span::raw(" "));
    Piece { rank: 0, spans }
}

/// How many slots are in trouble, in signs and in words; `None` = none is.
fn trouble(attached: &Attached, theme: Theme) -> Option<(Piece, Piece)> {
    let summary = attached.summary()?;
    let restarting = SlotState::Restarting { attempt: 1, in_ns: None };
    let (mut signs, mut words) = (Vec::new(), Vec::new());
    for (n, state, word, style) in [
        (summary.failed, SlotState::Failed, "failed", theme.severe()),
        (summary.restarting, restarting, "restarting", theme.warn()),
        (summary.suspended, SlotState::Suspended, "suspended", theme.warn()),
    ] {
        if n > 0 {
            let n = text::grouped(n);
            words.push(Span::raw(if words.is_empty() { " " } else { ", " }));
            words.push(Span::styled(format!("{n} {word}"), style));
            signs.push(Span::styled(format!(" {}{n}", glyph(state)), style));
        }
    }
    if words.is_empty() {
        return None;
    }
    signs.push(Span::raw(" "));
    words.push(Span::raw(" "));
    Some((Piece { rank: 2, spans: signs }, Piece { rank: 2, spans: words }))
}
