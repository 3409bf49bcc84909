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
    for screen in shown(app, attached, area.width) {
        let end = x + width(app, screen);
        if (x..end).contains(&position.x) {
            return Some(screen);
        }
        x = end + GAP;
    }
    None
}

/// All tabs, or the one that is open where there is no room for all.
fn shown(app: &App, attached: &Attached, line: u16) -> Vec<ScreenId> {
    let Bar { left, right } = attached.page().bar(app, attached);
    let needed = left.iter().chain(&right).filter(|piece| piece.rank <= 1);
    let others: usize = needed.map(Piece::width).sum();
    let tabs: u16 = ScreenId::ALL.iter().map(|screen| width(app, *screen) + GAP).sum();
    // Rules between the pieces, and edges.
    let is_roomy = usize::from(tabs) + others + 6 <= usize::from(line);
    if is_roomy && attached.detail.is_none() {
        ScreenId::ALL.to_vec()
    } else {
        vec![attached.screen]
    }
}

fn key(app: &App, screen: ScreenId) -> String {
    app.settings.keys.key(Context::Screen(screen), Action::Go(screen)).unwrap_or_default()
}

fn width(app: &App, screen: ScreenId) -> u16 {
    let key = text::width(&key(app, screen));
    let width = key + usize::from(key > 0) + text::width(screen.word());
    u16::try_from(width).unwrap_or(u16::MAX)
}

fn piece(app: &App, attached: &Attached, tabs: &[ScreenId]) -> Piece {
    let theme = app.settings.theme;
    let mut spans = vec![Span::raw(" ")];
    for (n, screen) in tabs.iter().enumerate() {
        if n > 0 {
            spans.push(Span::raw(" ".repeat(GAP.into())));
        }
        let is_open = *screen == attached.screen && attached.detail.is_none();
        let (number, word) = if is_open {
            let open = theme.title().add_modifier(Modifier::UNDERLINED);
            (open, open)
        } else {
            (theme.heading(), theme.faint())
        };
        let key = key(app, *screen);
        if !key.is_empty() {
            spans.push(Span::styled(format!("{key} "), number));
        }
        spans.push(Span::styled(screen.word(), word));
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
