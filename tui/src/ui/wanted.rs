//! Which views are needed now: those of the page, and those of the header. What is not on the screen
//! is not asked for; of agents in tabs behind only how they are doing.

use super::app::{App, Stage};
use super::attached::Attached;
use super::input::Command;
use actorscope_core::view::{Filter, Order, SortKey, ViewSpec};
use std::collections::VecDeque;
use std::time::Duration;

/// The node at a glance. Numbers below 16 are everybody's; the others belong to screens (see
/// [`ScreenId::view`](super::screens::ScreenId::view)).
pub const SUMMARY: u32 = 1;
/// The page of one slot.
pub const DETAIL: u32 = 3;
/// The slots with the slowest queues, for the line in the header.
pub const SLOWEST: u32 = 4;
/// Rows of that.
pub const SLOWEST_ROWS: u32 = 5;

/// Revisions whose answers may still come.
const MAX_REVISIONS: usize = 32;

/// A view that was asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Asked {
    /// What was asked for last.
    pub spec: ViewSpec,
    /// How often.
    pub interval: Duration,
    /// Offsets of the latest revisions: rows say where they are only together with these.
    pub revisions: VecDeque<(u32, u32)>,
}

impl Asked {
    /// Rows before the first one of an answer.
    pub fn offset_of(&self, revision: u32) -> u32 {
        self.revisions
            .iter()
            .find(|(r, _)| *r == revision)
            .map_or_else(|| offset(&self.spec), |(_, offset)| *offset)
    }

    /// The revision asked for last.
    pub fn newest(&self) -> Option<u32> {
        self.revisions.back().map(|(revision, _)| *revision)
    }

    /// The session took what was asked for last under this revision.
    pub fn taken_as(&mut self, revision: u32) {
        if self.revisions.len() >= MAX_REVISIONS {
            self.revisions.pop_front();
        }
        self.revisions.push_back((revision, offset(&self.spec)));
    }
}

fn offset(spec: &ViewSpec) -> u32 {
    match spec {
        ViewSpec::Table { offset, .. } | ViewSpec::Tree { offset, .. } => *offset,
        ViewSpec::Summary | ViewSpec::Detail { .. } => 0,
    }
}

/// What an agent in a tab behind is asked for: its tab shows whether it is in trouble, and its charts
/// have no hole when it is shown again.
fn wanted_behind() -> Vec<(u32, ViewSpec)> {
    vec![(SUMMARY, ViewSpec::Summary)]
}

/// The views that the screen needs now.
fn wanted(attached: &Attached, size: (u16, u16)) -> Vec<(u32, ViewSpec)> {
    let slowest = ViewSpec::Table {
        sort: SortKey::QueueWait,
        order: Order::Descending,
        filter: Filter::all(),
        offset: 0,
        limit: SLOWEST_ROWS,
    };
    let mut views = vec![(SUMMARY, ViewSpec::Summary), (SLOWEST, slowest)];
    views.extend(attached.page().views(attached, size));
    views
}

/// Commands that make the sessions follow the screen.
pub fn follow(app: &mut App) -> Vec<Command> {
    let (size, interval) = (app.size, app.settings.interval);
    let Stage::Attached(nodes) = &mut app.stage else {
        return Vec::new();
    };
    let front = nodes.front().id;
    let mut commands = Vec::new();
    for node in nodes.iter_mut() {
        let wanted = if node.id == front { wanted(node, size) } else { wanted_behind() };
        follow_one(node, wanted, interval, &mut commands);
    }
    commands
}

fn follow_one(
    attached: &mut Attached,
    wanted: Vec<(u32, ViewSpec)>,
    interval: Duration,
    commands: &mut Vec<Command>,
) {
    let node = attached.id;
    attached.asked.retain(|id, _| {
        let keep = wanted.iter().any(|(w, _)| w == id);
        if !keep {
            commands.push(Command::DropView { node, view: *id });
        }
        keep
    });
    for (view, spec) in wanted {
        let asked = attached.asked.get(&view);
        if asked.is_some_and(|a| a.spec == spec && a.interval == interval) {
            continue;
        }
        let revisions = asked.map(|a| a.revisions.clone()).unwrap_or_default();
        commands.push(Command::SetView { node, view, spec: spec.clone(), interval });
        attached.asked.insert(view, Asked { spec, interval, revisions });
    }
}
