//! All slots as of the last pass: the source that views are evaluated over.

mod gone;
mod intake;
mod paths;
mod room;
mod source;

use super::figures::Reading;
use super::journal::{self, Journal};
use super::leading::Leading;
use super::links;
use super::places::Places;
use super::row::Row;
use super::tally::{self, Asleep};
use super::worst::Worst;
use crate::cell::Lent;
use crate::clock::Ticks;
use crate::registry::{Fact, Registry};
use crate::slot::Phase;
use actorscope_core::forest::Forest;
use actorscope_core::node::{AgentCost, Summary};
use actorscope_core::slab::Slab;
use actorscope_core::slot::Counters;
use actorscope_core::{EventKind, IdMap, SlotId, Timestamp};
use gone::Lately;
use room::Room;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long an ended slot stays visible, in nanoseconds: long enough to be noticed …
const STOPPED_KEPT_NS: u64 = 30_000_000_000;
/// … and to be looked into when it did not end in order.
const FAILED_KEPT_NS: u64 = 600_000_000_000;

/// See the module's documentation.
pub(crate) struct Rows {
    registry: Registry,
    forest: Forest,
    /// By where the forest keeps the slot.
    rows: Slab<Row>,
    /// Places of the slots that a pass looks at …
    awake: Places,
    /// … and what the others add to the totals.
    asleep: Asleep,
    /// Which of both come first in the orders that somebody asks for.
    leading: Cell<Leading>,
    /// Of the slots looked at in the last pass, the share that the next one looks at again.
    still_awake: f64,
    /// Where the slot is that was asked about last: whoever asks once asks again.
    last_place: Cell<Option<(SlotId, u32)>>,
    /// Places of the slots that ever told whom they send to.
    senders: Places,
    journal: Journal,
    /// Frameworks of the slots seen so far.
    frameworks: BTreeSet<&'static str>,
    /// Who has been waiting for whom for long.
    waits: IdMap<Vec<SlotId>>,
    /// How long after the last pass the next suspension ends by itself.
    resumes_in: Option<Duration>,
    /// What the slots counted that are no rows any more.
    departed: Counters,
    /// Who those were that went last.
    gone: Lately,
    /// For what is taken in next.
    room: Room,
    summary: Summary,
    tick: u64,
    now: Ticks,
}

impl Rows {
    pub(super) fn new(registry: Registry) -> Self {
        Self {
            registry,
            forest: Forest::new(),
            rows: Slab::default(),
            awake: Places::default(),
            asleep: Asleep::default(),
            leading: Cell::default(),
            still_awake: 1.0,
            last_place: Cell::new(None),
            senders: Places::default(),
            journal: Journal::new(journal::DEFAULT_BYTES),
            frameworks: BTreeSet::new(),
            waits: IdMap::default(),
            resumes_in: None,
            departed: Counters::default(),
            gone: Lately::default(),
            room: Room::default(),
            summary: Summary::default(),
            tick: 0,
            now: 0,
        }
    }

    fn row(&self, id: SlotId) -> Option<&Row> {
        let place = match self.last_place.get() {
            Some((last, place)) if last == id => place,
            _ => self.forest.place(id)?.number(),
        };
        self.rows.get(place)
    }

    #[cfg(test)]
    pub(super) fn count_awake(&self) -> usize {
        self.awake.iter().count()
    }

    #[cfg(test)]
    pub(super) const fn count_asleep(&self) -> u64 {
        self.asleep.slots
    }

    /// The rows that no pass looks at, with their places.
    fn sleeping(&self) -> impl Iterator<Item = (u32, &Row)> {
        self.rows.iter().filter(|(place, _)| !self.awake.contains(*place))
    }

    fn at<'a>(&'a self, places: impl Iterator<Item = u32> + 'a) -> impl Iterator<Item = &'a Row> {
        places.filter_map(|place| self.rows.get(place))
    }

    /// Number of the last pass.
    pub(crate) fn tick(&self) -> u64 {
        self.tick
    }

    /// Of the slots looked at in the last pass, the share that the next one looks at again.
    pub(super) const fn share_still_awake(&self) -> f64 {
        self.still_awake
    }

    /// How long the last pass took, and how long after it the next one comes.
    pub(super) fn took(&mut self, pass_ns: u64, tick: Duration) {
        self.summary.agent.pass_ns = pass_ns;
        self.summary.agent.tick_ns = u64::try_from(tick.as_nanos()).unwrap_or(u64::MAX);
    }

    /// How long after the last pass the next suspension ends by itself, if any does.
    pub(crate) fn resumes_in(&self) -> Option<Duration> {
        self.resumes_in
    }

    /// Whether slots came, changed or went, or anything happened, since it was taken in.
    pub(crate) fn is_behind(&self) -> bool {
        self.registry.has_news()
    }

    /// What happened so far.
    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Names of the frameworks that registered actors.
    pub(crate) fn frameworks(&self) -> Vec<String> {
        self.frameworks.iter().map(|name| (*name).to_owned()).collect()
    }

    pub(super) fn pass(&mut self, now: Ticks, wall: Timestamp, figures: Reading, cost: AgentCost) {
        self.tick += 1;
        self.now = now;
        self.take_in();
        self.give_back();
        self.wake_stirred();
        let mut summary = Summary {
            slots: self.rows.len() as u64,
            restarts: self.registry.restarts(),
            handled: self.departed.handled,
            messages_failed: self.departed.failed,
            process: figures.process,
            runtime: figures.runtime,
            agent: cost,
            sampled_at: wall,
            ..Summary::default()
        };
        self.asleep.count(&mut summary);
        let may_sleep = self.registry.stirrings().are_heard();
        let mut worst = Worst::default();
        let (mut to_care_for, mut fell_asleep) = (Vec::new(), Vec::new());
        self.waits.clear();
        let leading = self.leading.get_mut();
        leading.begin(self.tick);
        let mut looked_at = 0_usize;
        for (n, place) in self.awake.iter().enumerate() {
            if n % AHEAD == 0 {
                warm_up(&self.rows, self.awake.from(place).take(AHEAD));
            }
            let Some(row) = self.rows.get_mut(place) else { continue };
            looked_at += 1;
            let (did_nothing, counted) = row.sample(now);
            let figures = counted.as_ref().and_then(|counted| row.figures(counted));
            tally::count_life(&mut summary, row);
            let mut is_at_rest = did_nothing && row.may_sleep();
            if let Some(figures) = &figures {
                let burden = figures.burden(now);
                tally::count_work(&mut summary, figures, burden);
                is_at_rest = is_at_rest && figures.is_at_rest(burden);
                worst.offer(burden.wait_ns, row.slot.id);
                links::note_long_waits(row, now, &mut self.waits);
            }
            leading.rank(row.slot.id, |key| row.value_of(key, now, figures.as_ref()));
            if row.slot.read_links().is_some() {
                self.senders.insert(place);
            }
            let needs_care = row.needs_care();
            if needs_care {
                to_care_for.push(place);
            }
            if row.falls_asleep(is_at_rest && may_sleep && !needs_care) {
                fell_asleep.push(place);
            }
        }
        self.still_awake = 1.0 - fell_asleep.len() as f64 / (looked_at.max(1)) as f64;
        self.fall_asleep(&fell_asleep);
        summary.deadlocks = links::deadlocks(&self.waits, &self.forest);
        summary.last_event = self.journal.last();
        summary.agent.events_dropped = self.journal.dropped();
        summary.agent.warnings = self.registry.warnings();
        self.summary = summary;
        for id in worst.into_ids() {
            self.want(id);
        }
        self.care_for(&to_care_for, wall);
    }

    /// The slots at these places are not looked at again before they stir.
    fn fall_asleep(&mut self, places: &[u32]) {
        let leading = self.leading.get_mut();
        if places.len() as u64 > (self.asleep.slots / MANY).max(FEW) {
            leading.forget_asleep();
        }
        for place in places {
            self.awake.remove(*place);
            if let Some(row) = self.rows.get(*place) {
                self.asleep.add(row);
                leading.fall_asleep(*place, row.slot.id, |key| row.sort_value(key, self.now));
            }
        }
    }

    /// A slot that slept is looked at again, or goes.
    fn sleep_ends(&mut self, place: u32) {
        if let Some(row) = self.rows.get(place) {
            self.asleep.take_out(row);
        }
        self.leading.get_mut().wake(place);
    }

    /// Wakes the slots that stirred.
    fn wake_stirred(&mut self) {
        for id in self.registry.stirrings().take() {
            if let Some(place) = self.forest.place(id) {
                self.wake(place.number());
            }
        }
    }

    /// A slot is to be looked at in the next passes.
    fn wake(&mut self, place: u32) {
        if self.rows.get(place).is_none() {
            return;
        }
        if self.awake.insert(place) {
            self.sleep_ends(place);
            self.rank(place);
        }
        if let Some(row) = self.rows.get_mut(place) {
            row.wake();
        }
    }

    /// A slot is awake since the last pass.
    fn rank(&mut self, place: u32) {
        let now = self.now;
        if let Some(row) = self.rows.get(place) {
            self.leading.get_mut().rank(row.slot.id, |key| row.sort_value(key, now));
        }
    }

    /// Slots with something to do about them.
    fn care_for(&mut self, places: &[u32], wall: Timestamp) {
        for place in places {
            if let Some(row) = self.rows.get_mut(*place) {
                row.slot.nudge_if_suspended();
                row.take_back_fine(self.now);
            }
        }
        self.resume_expired(places, wall);
        for row in self.at(places.iter().copied()) {
            self.settle_orphan(row);
            self.prune(row, wall);
        }
    }

    /// The path of a slot; empty if it is not there.
    pub(crate) fn path(&self, id: SlotId) -> String {
        self.forest.path(id)
    }

    /// Nobody watches: how children are alike is not kept any longer.
    pub(super) fn forget_kin(&mut self) {
        self.forest.forget_kin();
    }

    /// Somebody looks at this slot: it gets a fine histogram while there are any.
    pub(crate) fn want(&mut self, id: SlotId) {
        let now = self.now;
        let place = self.forest.place(id);
        let Some(row) = place.and_then(|place| self.rows.get_mut(place.number())) else {
            return;
        };
        if let Some(polls) = row.slot.read_polls().filter(|_| row.slot.marks.has_mailbox()) {
            polls.look();
        }
        if row.keep_fine(now) || !row.slot.marks.phase().is_live() || !row.is_measured() {
            return;
        }
        let Some(fine) = Lent::take(now) else { return };
        if let Some(place) = place {
            // Before its figures are touched, by which it was counted.
            self.wake(place.number());
            if let Some(row) = self.rows.get_mut(place.number()) {
                row.lend_fine(fine, now);
            }
        }
    }

    /// Lets go whoever was held long enough, and notes who is next.
    fn resume_expired(&mut self, places: &[u32], wall: Timestamp) {
        let mut next: Option<Duration> = None;
        for row in self.at(places.iter().copied()) {
            if !row.slot.gate.is_suspended() {
                continue;
            }
            let due = {
                let mut cold = row.slot.cold();
                let until = cold.suspended_until();
                let due = until.is_some_and(|until| until <= wall);
                if due {
                    cold.set_suspended_until(None);
                } else if let Some(until) = until {
                    let left = Duration::from_nanos(until.since(wall));
                    next = Some(next.map_or(left, |next| next.min(left)));
                }
                due
            };
            if due && row.slot.gate.resume() {
                let fact = Fact::because("deadline passed");
                self.registry.event(EventKind::Resumed, Some(&row.slot), fact);
            }
        }
        self.resumes_in = next;
    }

    /// A slot that waits for a successor which will not come, because its supervisor dropped it or
    /// is gone itself, stays empty.
    fn settle_orphan(&self, row: &Row) {
        if row.slot.marks.phase() != Phase::Restarting {
            return;
        }
        let parent = self.forest.parent(row.slot.id).and_then(|p| self.row(p));
        let orphaned = parent.is_some_and(|p| !p.slot.marks.phase().is_live());
        let is_final = row.slot.cold().is_final();
        if orphaned || is_final.is_some_and(|is_final| is_final()) {
            self.registry.settle(&row.slot);
        }
    }

    fn prune(&self, row: &Row, wall: Timestamp) {
        let phase = row.slot.marks.phase();
        if phase.is_live() || self.forest.child_count(row.slot.id) > 0 {
            return;
        }
        let failed = phase == Phase::Failed;
        let kept = if failed { FAILED_KEPT_NS } else { STOPPED_KEPT_NS };
        let ended_at = row.slot.cold().ended_at();
        if ended_at.is_some_and(|ended| wall.since(ended) > kept) {
            self.registry.throw_out(&row.slot);
        }
    }
}

/// Where more slots fall asleep at once than one for so many that sleep already, which come first is worked out
/// anew …
const MANY: u64 = 8;
/// … unless they are as few as this.
const FEW: u64 = 64;

/// Slots that are fetched from memory together before they are read one after the other: a slot is
/// several places far apart, and each would be waited for.
const AHEAD: usize = 64;

fn warm_up(rows: &Slab<Row>, places: impl Iterator<Item = u32>) {
    let touched = places.filter_map(|place| rows.get(place)).map(Row::touch);
    std::hint::black_box(touched.fold(0, |all, one| all ^ one));
}
