//! All slots as of the last pass: the source that views are evaluated over.

use super::figures::Reading;
use super::fine::Attached;
use super::links;
use super::row::Row;
use crate::cell::Lent;
use crate::clock::Ticks;
use crate::registry::{Fact, Registry};
use crate::slot::Phase;
use actorscope_core::forest::Forest;
use actorscope_core::node::{AgentCost, Summary};
use actorscope_core::slot::{SlotDetail, Stats};
use actorscope_core::view::{RowSource, SortKey, SortValue};
use actorscope_core::{ChildKind, EventKind, IdMap, Identity, SlotId, SlotState, Timestamp};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Slots that get a tier-2 histogram because their waits are the worst.
const WORST: usize = 32;

/// How long an ended slot stays visible, in nanoseconds: long enough to be noticed …
const STOPPED_KEPT_NS: u64 = 30_000_000_000;
/// … and to be looked into when it did not end in order.
const FAILED_KEPT_NS: u64 = 600_000_000_000;

/// See the module's documentation.
pub(crate) struct Rows {
    registry: Registry,
    forest: Forest,
    rows: IdMap<Row>,
    /// Who has been waiting for whom for long.
    waits: IdMap<Vec<SlotId>>,
    summary: Summary,
    tick: u64,
    now: Ticks,
}

impl Rows {
    pub(super) fn new(registry: Registry) -> Self {
        Self {
            registry,
            forest: Forest::new(),
            rows: IdMap::default(),
            waits: IdMap::default(),
            summary: Summary::default(),
            tick: 0,
            now: 0,
        }
    }

    /// Number of the last pass.
    pub(crate) fn tick(&self) -> u64 {
        self.tick
    }

    /// Whether slots came, changed or went since the last pass.
    pub(crate) fn is_behind(&self) -> bool {
        self.registry.has_changes()
    }

    /// When the last pass was.
    pub(crate) fn sampled_at(&self) -> Timestamp {
        self.summary.sampled_at
    }

    pub(super) fn pass(&mut self, now: Ticks, wall: Timestamp, figures: Reading, cost: AgentCost) {
        self.tick += 1;
        self.now = now;
        self.take_changes();
        let mut summary = Summary {
            slots: self.rows.len() as u64,
            restarts: self.registry.restarts(),
            process: figures.process,
            runtime: figures.runtime,
            agent: cost,
            sampled_at: wall,
            ..Summary::default()
        };
        let mut worst: BinaryHeap<Reverse<(u64, SlotId)>> = BinaryHeap::new();
        for (id, row) in &mut self.rows {
            row.sample(now, wall);
            row.slot.nudge_if_suspended();
            count(&mut summary, row);
            if let Some(wait) = row.worst_wait_ns().filter(|w| *w > 0) {
                worst.push(Reverse((wait, *id)));
                if worst.len() > WORST {
                    worst.pop();
                }
            }
        }
        self.waits = links::long_waits(self.rows.iter(), now);
        summary.deadlocks = links::deadlocks(&self.waits, &self.forest);
        (summary.last_event, summary.agent.events_dropped) =
            self.registry.events(|ring| (ring.last(), ring.dropped()));
        summary.agent.warnings = self.registry.warnings();
        self.summary = summary;
        for Reverse((_, id)) in worst {
            self.want(id);
        }
        self.take_back_fine();
        self.resume_expired(wall);
        self.settle_orphans();
        self.prune(wall);
    }

    /// Brings forest and identities up to date with the registry.
    fn take_changes(&mut self) {
        let mut changed = Vec::new();
        for (id, slot) in self.registry.take_changes() {
            let Some(slot) = slot else {
                self.forest.remove(id);
                if let Some(row) = self.rows.remove(&id) {
                    // Some adapter may still hold the slot.
                    row.slot.meter.lend_fine(None);
                }
                continue;
            };
            let identity = slot.cold().identity.clone();
            changed.push((id, identity.parent, identity.name.clone()));
            match self.rows.get_mut(&id) {
                Some(row) => row.identity = identity,
                None => {
                    self.rows.insert(id, Row::new(slot, identity));
                }
            }
        }
        self.forest.copy_places(&changed);
    }

    /// Somebody looks at this slot: it gets a fine histogram while there are any.
    pub(crate) fn want(&mut self, id: SlotId) {
        let Some(row) = self.rows.get_mut(&id) else {
            return;
        };
        match &mut row.attached {
            Some(attached) => attached.want(self.now),
            None => {
                if row.phase.is_live()
                    && let Some(fine) = Lent::take(self.now)
                {
                    row.slot.meter.lend_fine(Some(&fine));
                    row.attached = Some(Attached::new(fine, self.now));
                }
            }
        }
    }

    fn take_back_fine(&mut self) {
        for row in self.rows.values_mut() {
            if row.attached.as_ref().is_some_and(|a| !a.is_wanted(self.now)) {
                row.slot.meter.lend_fine(None);
                row.attached = None;
            }
        }
    }

    fn resume_expired(&self, wall: Timestamp) {
        for row in self.rows.values() {
            if row.state != SlotState::Suspended && !row.slot.gate.is_suspended() {
                continue;
            }
            let due = {
                let mut cold = row.slot.cold();
                let due = cold.suspended_until.is_some_and(|until| until <= wall);
                if due {
                    cold.suspended_until = None;
                }
                due
            };
            if due && row.slot.gate.resume() {
                let fact = Fact { reason: Some("deadline passed".to_owned()), ..Fact::default() };
                self.registry.event(EventKind::Resumed, Some(&row.slot), fact);
            }
        }
    }

    /// A slot that waits for a successor which will not come, because its supervisor dropped it or
    /// is gone itself, stays empty.
    fn settle_orphans(&self) {
        for row in self.rows.values() {
            if !matches!(row.phase, Phase::Restarting { .. }) {
                continue;
            }
            let parent = self.forest.parent(row.slot.id).and_then(|p| self.rows.get(&p));
            let orphaned = parent.is_some_and(|p| !p.phase.is_live());
            let is_final = row.slot.cold().is_final.clone();
            if orphaned || is_final.is_some_and(|is_final| is_final()) {
                self.registry.settle(&row.slot);
            }
        }
    }

    fn prune(&self, wall: Timestamp) {
        for row in self.rows.values() {
            if row.phase.is_live() || self.forest.child_count(row.slot.id) > 0 {
                continue;
            }
            let failed = row.phase == Phase::Failed;
            let kept = if failed { FAILED_KEPT_NS } else { STOPPED_KEPT_NS };
            if row.ended_at.is_some_and(|ended| wall.since(ended) > kept) {
                self.registry.remove(row.slot.id);
            }
        }
    }
}

fn count(summary: &mut Summary, row: &Row) {
    if row.state.is_live() {
        summary.live += 1;
        if row.identity.kind == ChildKind::Supervisor {
            summary.supervisors += 1;
        }
    }
    match row.state {
        SlotState::Handling => summary.handling += 1,
        SlotState::Suspended => summary.suspended += 1,
        SlotState::Restarting { .. } => summary.restarting += 1,
        SlotState::Failed => summary.failed += 1,
        _ => {}
    }
    summary.queued += row.depth.value().unwrap_or(0);
    summary.rate_per_s += row.rate_per_s.unwrap_or(0.0);
    summary.handled += row.hot.handled;
    summary.messages_failed += row.hot.failed;
}

impl RowSource for Rows {
    fn forest(&self) -> &Forest {
        &self.forest
    }

    fn identity(&self, id: SlotId) -> Option<&Identity> {
        self.rows.get(&id).map(|row| &row.identity)
    }

    fn stats(&self, id: SlotId) -> Option<Stats> {
        self.rows.get(&id).map(|row| Stats {
            waiting_for: links::waiting_for(row, &self.forest, self.now),
            ..row.stats(self.summary.sampled_at)
        })
    }

    fn detail(&self, id: SlotId) -> Option<SlotDetail> {
        self.rows.get(&id).map(|row| SlotDetail {
            links: links::links_of(id, &self.rows, &self.waits, &self.forest, self.now),
            ..row.detail(self.forest.child_count(id))
        })
    }

    fn summary(&self) -> Summary {
        self.summary.clone()
    }

    fn slots(&self) -> Box<dyn Iterator<Item = SlotId> + '_> {
        Box::new(self.rows.keys().copied())
    }

    fn sort_value(&self, id: SlotId, key: SortKey) -> SortValue {
        self.rows.get(&id).map_or(SortValue::Unknown, |row| row.sort_value(key))
    }
}
