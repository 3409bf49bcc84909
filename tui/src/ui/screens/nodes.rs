//! The agents of this machine, and those attached to: each of the latter has a tab.

use super::{Bar, Page, Pointer};
use crate::format;
use crate::ui::actions::{Action, Context};
use crate::ui::app::{App, Stage};
use crate::ui::attached::Attached;
use crate::ui::input::{Command, Found};
use crate::ui::layout::Layout;
use crate::ui::nodes::NodeId;
use crate::ui::screens::rows;
use crate::ui::severity::Severity;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::view::paint::{Piece, line_of, overstyle, put};
use actorscope_client::{Link, Target};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Cells of the columns behind the name: process id, uptime, actors.
const PID: usize = 8;
const UPTIME: usize = 9;
const ACTORS: usize = 9;
/// Cells for what is with the tab.
const TAB: usize = 14;
/// Widest name.
const NAME: usize = 32;

/// What the user has done to it.
#[derive(Debug, Default)]
pub struct State {
    /// The selected row, and what stood there when it was selected.
    cursor: usize,
    selected: Option<Key>,
}

/// What a row is recognised by when others come and go.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Key {
    Tab(NodeId),
    Process(String, u32),
}

/// One line of the list.
struct Row<'a> {
    name: &'a str,
    pid: Option<u32>,
    uptime_ns: Option<u64>,
    actors: Option<u64>,
    target: String,
    /// The tab, if it is attached to.
    tab: Option<&'a Attached>,
    /// How to attach to it; `None` = it can't be.
    found: Option<&'a Found>,
    /// Why nothing more is known.
    problem: Option<String>,
}

impl Row<'_> {
    fn key(&self) -> Key {
        match self.tab {
            Some(tab) => Key::Tab(tab.id),
            None => Key::Process(self.name.to_owned(), self.pid.unwrap_or_default()),
        }
    }
}

/// Tabs first, in their order; then what else runs; then what cannot be reached.
fn rows(app: &App) -> Vec<Row<'_>> {
    let look = app.local.look.as_ref();
    let found: &[Found] = look.map_or(&[], |look| &look.agents);
    let mut rows: Vec<Row<'_>> = app.nodes().map(|tab| of_tab(tab, found, app)).collect();
    let is_open = |agent: &Found| app.nodes().any(|tab| is_same(tab, agent));
    rows.extend(found.iter().filter(|agent| !is_open(agent)).map(|agent| Row {
        name: &agent.name,
        pid: Some(agent.pid),
        uptime_ns: agent.uptime_ns,
        actors: agent.actors,
        target: agent.target.to_string(),
        tab: None,
        found: Some(agent),
        problem: agent.problem.clone(),
    }));
    rows.extend(look.into_iter().flat_map(|look| &look.problems).map(|dead| Row {
        name: &dead.name,
        pid: Some(dead.pid),
        uptime_ns: None,
        actors: None,
        target: format!("unix:{}", dead.path),
        tab: None,
        found: None,
        problem: Some(dead.why.clone()),
    }));
    rows
}

fn of_tab<'a>(tab: &'a Attached, found: &'a [Found], app: &App) -> Row<'a> {
    let found = found.iter().find(|agent| is_same(tab, agent));
    let summary = tab.summary();
    let node = tab.model.node.as_deref();
    let problem = match &tab.model.link {
        Link::Lost { reason, .. } => Some(match &tab.outage {
            Some(outage) => {
                let since = text::seconds(app.now.saturating_sub(outage.since));
                format!("lost {since} ago: {reason}")
            }
            None => reason.clone(),
        }),
        Link::Connecting => Some("connecting".to_owned()),
        Link::Live => None,
    };
    Row {
        name: tab.name(),
        pid: node.map(|node| node.pid).or(found.map(|agent| agent.pid)),
        uptime_ns: match (node, summary) {
            (Some(node), Some(summary)) => Some(summary.sampled_at.since(node.started_at)),
            _ => found.and_then(|agent| agent.uptime_ns),
        },
        actors: summary.map(|s| s.live).or(found.and_then(|agent| agent.actors)),
        target: tab.target.to_string(),
        tab: Some(tab),
        found,
        problem,
    }
}

/// Whether a tab is about this agent: the same life of a service or, as long as it has not answered,
/// meant in the same way.
fn is_same(tab: &Attached, agent: &Found) -> bool {
    match (tab.instance, agent.instance) {
        (Some(a), Some(b)) => a == b,
        (Some(_), None) => tab.model.node.as_ref().is_some_and(|node| {
            // It refuses the question, but it is the process that answers the tab.
            node.pid == agent.pid && node.name == agent.name
        }),
        (None, _) => tab.target == agent.target && tab.target != Target::Local,
    }
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
            rows::message(buf, rest, "looking for agents…", theme);
        } else if rest.height > 3 {
            rows::message(buf, rest, &hint(app), theme);
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
    let here = Context::Screen(super::ScreenId::Nodes);
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
                if node.screen == super::ScreenId::Nodes {
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
        next.go(super::ScreenId::Nodes);
    }
    vec![command]
}

/// Who gets how many cells.
struct Columns {
    name: usize,
    uptime: bool,
    actors: bool,
    tab: usize,
    /// For the target.
    rest: usize,
    /// The whole line.
    width: usize,
}

impl Columns {
    fn of(width: usize, rows: &[Row<'_>]) -> Self {
        let widest = rows.iter().map(|row| text::width(row.name)).max().unwrap_or(0);
        let name = widest.clamp(8, NAME);
        let mut room = width.saturating_sub(2 + name.min(width / 3) + PID);
        let mut take = |cells: usize| {
            let fits = room >= cells + 10;
            if fits {
                room -= cells;
            }
            fits
        };
        let tab = if take(TAB) { TAB } else { 0 };
        let (actors, uptime) = (take(ACTORS), take(UPTIME));
        Self { name: name.min(width / 3), uptime, actors, tab, rest: room.saturating_sub(2), width }
    }

    fn heads(&self) -> String {
        let mut out = format!("  {}{}", text::left("NODE", self.name), text::right("PID", PID));
        if self.uptime {
            out.push_str(&text::right("UPTIME", UPTIME));
        }
        if self.actors {
            out.push_str(&text::right("ACTORS", ACTORS));
        }
        out.push_str("  ");
        if self.tab > 0 {
            out.push_str(&text::left("TAB", self.tab));
        }
        out.push_str(&text::fit("TARGET", self.rest));
        out
    }

    fn line(&self, row: &Row<'_>, front: &Attached, theme: Theme) -> Line<'static> {
        let or_absent = |text: Option<String>| text.unwrap_or_else(|| format::ABSENT.to_owned());
        let (sign, tab, style) = tab(row, front, theme);
        let is_shown = row.tab.is_some_and(|tab| tab.id == front.id);
        let name = if is_shown { theme.strong() } else { theme.text() };
        let mut spans = vec![
            Span::styled(format!("{sign} "), style),
            Span::styled(text::left(row.name, self.name), name),
        ];
        let mut facts = text::right(&or_absent(row.pid.map(|pid| pid.to_string())), PID);
        if let Some(problem) = &row.problem {
            // What is in the way matters more than what is not known.
            let room = self.width.saturating_sub(self.name + PID + 5);
            let problem = text::fit(problem, room).into_owned();
            spans.push(Span::styled(format!("{facts}  "), theme.text()));
            spans.push(Span::styled(problem, theme.warn()));
            return Line::from(spans);
        }
        if self.uptime {
            facts.push_str(&text::right(&or_absent(row.uptime_ns.map(text::age)), UPTIME));
        }
        if self.actors {
            facts.push_str(&text::right(&or_absent(row.actors.map(text::grouped)), ACTORS));
        }
        let target = text::fit(&row.target, self.rest).into_owned();
        spans.extend([
            Span::styled(format!("{facts}  "), theme.text()),
            Span::styled(text::left(tab, self.tab), style),
            Span::styled(target, theme.faint()),
        ]);
        Line::from(spans)
    }
}

/// What is with the tab of a row, as a sign and in words.
fn tab(row: &Row<'_>, front: &Attached, theme: Theme) -> (&'static str, &'static str, Style) {
    match row.tab.map(|tab| (&tab.model.link, tab.id == front.id)) {
        Some((Link::Lost { .. }, _)) => ("✗", "lost", theme.severe()),
        Some((Link::Connecting, _)) => ("◌", "connecting", theme.warn()),
        Some((Link::Live, true)) => ("●", "this one", theme.good()),
        Some((Link::Live, false)) => ("●", "attached", theme.good()),
        None if row.problem.is_some() => ("!", "", theme.warn()),
        None => (" ", "", theme.text()),
    }
}
