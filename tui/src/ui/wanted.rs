//! Which views the screen needs: what is not on it is not asked for.

use super::app::{App, Attached, Page, Stage};
use super::input::Command;
use actorscope_core::view::{Filter, MAX_ROWS, Order, SortKey, ViewSpec};
use std::collections::VecDeque;
use std::time::Duration;

/// The node at a glance.
pub const SUMMARY: u32 = 1;
/// The tree. Has another id than the table, so that neither ever shows the other's rows.
pub const TREE: u32 = 2;
/// The page of one slot.
pub const DETAIL: u32 = 3;
/// The slots with the slowest queues, for the line in the header.
pub const SLOWEST: u32 = 4;
/// The table.
pub const TABLE: u32 = 5;

/// Rows are asked for in steps of this many, so that scrolling by a line rarely needs another view.
const STEP: u32 = 16;
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

/// The views that the screen needs now.
fn wanted(attached: &Attached, size: (u16, u16)) -> Vec<(u32, ViewSpec)> {
    let mut views = vec![
        (SUMMARY, ViewSpec::Summary),
        (
            SLOWEST,
            ViewSpec::Table {
                sort: SortKey::QueueWait,
                order: Order::Descending,
                filter: Filter::ALL,
                offset: 0,
                limit: 3,
            },
        ),
    ];
    views.push(match &attached.detail {
        Some(detail) => (DETAIL, ViewSpec::Detail { slot: detail.slot }),
        None => (attached.main(), main(attached, size)),
    });
    views
}

fn main(attached: &Attached, size: (u16, u16)) -> ViewSpec {
    let height = u32::from(attached.layout(size).rows.height);
    let top = attached.list().top;
    // At least half a step of rows is known above and below the screen.
    let offset = top.saturating_sub(STEP / 2) / STEP * STEP;
    let limit = height.saturating_add(2 * STEP).min(MAX_ROWS);
    let typed = attached.prompt.as_ref().map(|p| p.text());
    let filter = Filter::containing(typed.unwrap_or(&attached.filter));
    match attached.page {
        Page::Tree => ViewSpec::Tree {
            root: None,
            expansion: attached.tree.expansion.clone(),
            filter,
            offset,
            limit,
        },
        Page::Table => ViewSpec::Table {
            sort: attached.table.sort,
            order: attached.table.order,
            filter,
            offset,
            limit,
        },
    }
}

/// Commands that make the session follow the screen.
pub fn follow(app: &mut App) -> Vec<Command> {
    let (size, interval) = (app.size, app.settings.interval);
    let Stage::Attached(attached) = &mut app.stage else {
        return Vec::new();
    };
    let wanted = wanted(attached, size);
    let mut commands: Vec<Command> = Vec::new();
    attached.asked.retain(|id, _| {
        let keep = wanted.iter().any(|(w, _)| w == id);
        if !keep {
            commands.push(Command::DropView(*id));
        }
        keep
    });
    for (view, spec) in wanted {
        let asked = attached.asked.get(&view);
        if asked.is_some_and(|a| a.spec == spec && a.interval == interval) {
            continue;
        }
        let revisions = asked.map(|a| a.revisions.clone()).unwrap_or_default();
        commands.push(Command::SetView { view, spec: spec.clone(), interval });
        attached.asked.insert(view, Asked { spec, interval, revisions });
    }
    commands
}
