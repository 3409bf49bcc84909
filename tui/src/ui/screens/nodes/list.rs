//! The lines of the list: tabs, agents that could have one, and what cannot be reached.

use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::input::Found;
use crate::ui::nodes::NodeId;
use crate::ui::text;
use actorscope_client::{Link, Target};

/// What a row is recognised by when others come and go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Key {
    /// A tab.
    Tab(NodeId),
    /// A process without one.
    Process(String, u32),
}

/// One line of the list.
pub struct Row<'a> {
    pub name: &'a str,
    pub pid: Option<u32>,
    pub uptime_ns: Option<u64>,
    pub actors: Option<u64>,
    pub target: String,
    /// The tab, if it is attached to.
    pub tab: Option<&'a Attached>,
    /// How to attach to it; `None` = it can't be.
    pub found: Option<&'a Found>,
    /// Why nothing more is known.
    pub problem: Option<String>,
}

impl Row<'_> {
    /// What it is recognised by.
    pub fn key(&self) -> Key {
        match self.tab {
            Some(tab) => Key::Tab(tab.id),
            None => Key::Process(self.name.to_owned(), self.pid.unwrap_or_default()),
        }
    }
}

/// Tabs first, in their order; then what else runs; then what cannot be reached.
pub fn rows(app: &App) -> Vec<Row<'_>> {
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
