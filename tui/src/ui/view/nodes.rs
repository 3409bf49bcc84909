//! The tabs of the agents attached to, at the beginning of the header. Only when there are several.

use super::paint::{Piece, inset};
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::nodes::NodeId;
use crate::ui::text;
use crate::ui::theme::Theme;
use actorscope_client::Link;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

/// Between two tabs.
const BETWEEN: &str = " │ ";
/// Widest name.
const NAME: usize = 24;

/// One tab: whose, its name and what is wrong with it.
struct Tab {
    node: NodeId,
    name: String,
    sign: &'static str,
    style: Style,
}

/// The tabs in `width` cells, or which of them is shown where there is no room for all; `None` = there
/// is only one.
pub fn piece(app: &App, width: u16) -> Option<Piece> {
    let theme = app.settings.theme;
    let tabs = shown(app, width)?;
    let mut spans = Vec::new();
    let count = app.nodes().count();
    if tabs.len() < count {
        let front = app.agent().map(|front| front.id);
        let at = app.nodes().position(|node| Some(node.id) == front).unwrap_or(0) + 1;
        spans.push(Span::styled(format!("{at}/{count} "), theme.heading()));
    }
    for (n, tab) in tabs.into_iter().enumerate() {
        if n > 0 {
            spans.push(Span::styled(BETWEEN, theme.faint()));
        }
        spans.push(Span::styled(tab.name, tab.style));
        if !tab.sign.is_empty() {
            spans.push(Span::styled(tab.sign, theme.warn()));
        }
    }
    Some(Piece { rank: 0, spans })
}

/// The agent whose tab is there. `line` is the first one of the header.
pub fn at(app: &App, line: Rect, position: Position) -> Option<NodeId> {
    let tabs = shown(app, line.width)?;
    if !line.contains(position) || tabs.len() < app.nodes().count() {
        return None;
    }
    let mut x = usize::from(inset(line, 1).x);
    for tab in tabs {
        let end = x + text::width(&tab.name) + text::width(tab.sign);
        if (x..end).contains(&usize::from(position.x)) {
            return Some(tab.node);
        }
        x = end + text::width(BETWEEN);
    }
    None
}

/// All tabs, or the front one where they would take more than half of the line.
fn shown(app: &App, width: u16) -> Option<Vec<Tab>> {
    let all: Vec<&Attached> = app.nodes().collect();
    if all.len() < 2 {
        return None;
    }
    let front = app.agent()?.id;
    let mut tabs: Vec<Tab> = all
        .iter()
        .map(|node| Tab {
            node: node.id,
            name: text::fit(&name(node, &all), NAME).into_owned(),
            sign: sign(node),
            style: style(node.id == front, app.settings.theme),
        })
        .collect();
    let cells = |tab: &Tab| text::width(&tab.name) + text::width(tab.sign) + text::width(BETWEEN);
    if tabs.iter().map(cells).sum::<usize>() > usize::from(width) / 2 {
        tabs.retain(|tab| tab.node == front);
    }
    Some(tabs)
}

/// The service's name, with its process id where another one has the same.
fn name(node: &Attached, among: &[&Attached]) -> String {
    let same = among.iter().filter(|other| other.name() == node.name()).count();
    match &node.model.node {
        Some(known) if same > 1 => format!("{}-{}", known.name, known.pid),
        _ => node.name().to_owned(),
    }
}

/// What is wrong: with the connection, or with the service.
fn sign(node: &Attached) -> &'static str {
    let in_trouble = node.summary().is_some_and(|s| s.failed > 0 || !s.deadlocks.is_empty());
    match &node.model.link {
        Link::Lost { .. } => " ✗",
        Link::Connecting => " ◌",
        Link::Live if in_trouble => " !",
        Link::Live => "",
    }
}

fn style(is_front: bool, theme: Theme) -> Style {
    if is_front { theme.title().add_modifier(Modifier::UNDERLINED) } else { theme.text() }
}
