//! The agents of this machine, and those attached to: each of the latter has a tab.

mod columns;
mod list;

use super::{Bar, Page, Pointer, ScreenId};
use crate::ui::actions::{Action, Context};
use crate::ui::app::{App, Stage};
use crate::ui::attached::Attached;
use crate::ui::input::Command;
use crate::ui::layout::Layout;
use crate::ui::screens::rows::message;
use crate::ui::severity::Severity;
use crate::ui::text;
use crate::ui::view::paint::{Piece, line_of, overstyle, put};
use columns::Columns;
use list::{Key, Row, rows};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// What the user has done to it.
#[derive(Debug, Default)]
pub struct State {
    /// The selected row, and what stood there when it was selected.
    cursor: usize,
    selected: Option<Key>,
}

/// The screen.
pub struct Screen;

impl Page for Screen {
    fn draw(&self, app: &App, attached: &Attached, layout: &Layout, buf: &mut Buffer) {
        let theme = app.settings.theme;
        let all = rows(app);
        let columns = Columns::of(layout.rows.width.into(), &all);
        if let Some(line) = line_of(layout.heads, layout.heads.height.saturating_sub(1)) {
            put(buf, line, Span::styled(columns.heads(), theme.heading()));
        }
        let area = layout.rows;
        let state = &attached.screens.nodes;
        let top = (state.cursor + 1).saturating_sub(area.height.into());
        for (n, (i, row)) in (0..area.height).zip(all.iter().enumerate().skip(top)) {
            let Some(line) = line_of(area, n) else { break };
            put(buf, line, columns.line(row, attached, theme));
            if i == state.cursor {
                overstyle(buf, line, theme.selected());
            }
        }
        let below = u16::try_from(all.len()).unwrap_or(u16::MAX).min(area.height);
        let rest = Rect { y: area.y + below, height: area.height - below, ..area };
        if app.local.look.is_none() {
            message(buf, rest, "looking for agents…", theme);
        } else if rest.height > 3 {
            message(buf, rest, &hint(app), theme);
        }
    }

    fn bar(&self, app: &App, _attached: &Attached) -> Bar {
        let theme = app.settings.theme;
        let tabs = app.nodes().count();
        let here = app.local.agents() as u64;
        let here = format!(" {} on this machine ", text::counted(here, "agent", "agents"));
        let tabs = format!(" {} attached ", text::grouped(tabs as u64));
        Bar {
            left: Vec::new(),
            right: vec![Piece::new(2, here, theme.text()), Piece::new(3, tabs, theme.faint())],
        }
    }

    fn act(&self, app: &mut App, action: Action) -> Vec<Command> {
        let count = rows(app).len();
        let height = app.agent().map_or(0, |a| a.layout(app.size).rows.height).max(2);
        let page = usize::from(height) - 1;
        let Some(attached) = app.agent() else {
            return Vec::new();
        };
        let at = attached.screens.nodes.cursor;
        let to = match action {
            Action::Open => return open(app),
            Action::Detach => return close(app),
            Action::Up => at.saturating_sub(1),
            Action::Down => at + 1,
            Action::PageUp => at.saturating_sub(page),
            Action::PageDown => at + page,
            Action::Top => 0,
            Action::Bottom => count,
            _ => return Vec::new(),
        };
        select(app, to);
        Vec::new()
    }

    fn point(&self, app: &mut App, pointer: Pointer) -> Vec<Command> {
        let size = app.size;
        let Some(attached) = app.agent() else {
            return Vec::new();
        };
        let area = attached.layout(size).rows;
        let cursor = attached.screens.nodes.cursor;
        let top = (cursor + 1).saturating_sub(area.height.into());
        match pointer {
            Pointer::Click(at) if area.contains(at) => {
                let row = top + usize::from(at.y - area.y);
                if row < rows(app).len() {
                    select(app, row);
                }
            }
            Pointer::Scroll(lines) if lines < 0 => select(app, cursor.saturating_sub(1)),
            Pointer::Scroll(_) => select(app, cursor + 1),
            Pointer::Click(_) => {}
        }
        Vec::new()
    }

    fn settle_all(&self, app: &mut App) {
        let all = rows(app);
        let Some(attached) = app.agent() else { return };
        let state = &attached.screens.nodes;
        let found =
            state.selected.as_ref().and_then(|key| all.iter().position(|row| row.key() == *key));
        // What is gone hands the selection to its neighbour.
        let cursor = found.unwrap_or(state.cursor).min(all.len().saturating_sub(1));
        let selected = all.get(cursor).map(Row::key);
        if let Some(attached) = app.agent_mut() {
            attached.screens.nodes = State { cursor, selected };
        }
    }

    fn shows_agents(&self) -> bool {
        true
    }
}

fn select(app: &mut App, row: usize) {
    let all = rows(app);
    let cursor = row.min(all.len().saturating_sub(1));
    let selected = all.get(cursor).map(Row::key);
    if let Some(attached) = app.agent_mut() {
        attached.screens.nodes = State { cursor, selected };
    }
}

/// What can be done here, with the keys that do it.
fn hint(app: &App) -> String {
    let here = Context::Screen(ScreenId::Nodes);
    let parts = [
        (Action::Open, "shows an agent in a tab of its own"),
        (Action::NextNode, "goes to the next tab, from anywhere"),
        (Action::Detach, "closes the tab of the selected one"),
    ];
    let part = |(action, does)| Some(format!("{} {does}", app.settings.keys.key(here, action)?));
    let parts: Vec<String> = parts.into_iter().filter_map(part).collect();
    format!("{}.", parts.join("; "))
}

/// Goes to the tab of the selected agent, or opens one.
fn open(app: &mut App) -> Vec<Command> {
    let cursor = app.agent().map_or(0, |attached| attached.screens.nodes.cursor);
    let (tab, found, why) = match rows(app).get(cursor) {
        Some(row) => (row.tab.map(|tab| tab.id), row.found.cloned(), row.problem.clone()),
        None => return Vec::new(),
    };
    match (tab, found) {
        (Some(tab), _) => {
            if let Stage::Attached(nodes) = &mut app.stage
                && nodes.go(tab)
            {
                // Whoever asks for the one that is shown already wants to leave this list.
                let node = nodes.front_mut();
                if node.screen == ScreenId::Nodes {
                    node.go(app.settings.first);
                }
            }
            Vec::new()
        }
        (None, Some(agent)) => {
            let label = format!("{} (pid {})", agent.name, agent.pid);
            vec![app.attach(label, agent.target)]
        }
        (None, None) => {
            let why = why.unwrap_or_default();
            app.say(Severity::Warn, format!("nothing to attach to: {why}"));
            Vec::new()
        }
    }
}

/// Closes the tab of the selected agent.
fn close(app: &mut App) -> Vec<Command> {
    let cursor = app.agent().map_or(0, |attached| attached.screens.nodes.cursor);
    let tab = rows(app).get(cursor).and_then(|row| row.tab.map(|tab| tab.id));
    let Some(tab) = tab else {
        app.say(Severity::Calm, "this agent is not attached to");
        return Vec::new();
    };
    let was_shown = app.agent().is_some_and(|front| front.id == tab);
    let command = app.detach(tab);
    // Who closes tabs from the list stays with the list.
    if was_shown && let Some(next) = app.agent_mut() {
        next.go(ScreenId::Nodes);
    }
    vec![command]
}
