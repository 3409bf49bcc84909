//! The figures of a slot that does something, as of the last pass.

use super::fine::Attached;
use super::polling::Polled;
use crate::cell::{HotSnapshot, Meter, Polls, PollsSnapshot};
use crate::clock::{Ticks, nanos};
use crate::slot::Slot;
use actorscope_core::histogram::Buckets;
use actorscope_core::quality::{Quality, Reading};
use actorscope_core::slot::{Counters, HandlingNow, LatencySummary, SlotDetail, Stats};
use actorscope_core::view::{SortKey, SortValue};
use actorscope_core::{ChildKind, SlotId, SlotState, Timestamp};

/// Rates are computed over at least this time, so that a pass out of turn does not make them jump.
const MIN_RATE_SPAN_NS: u64 = 500_000_000;

/// Durations in the windowed histogram from which its quantiles are worth more than those since the
/// start.
const ENOUGH: u64 = 20;

/// See the module's documentation.
#[derive(Default)]
pub(super) struct Active {
    hot: HotSnapshot,
    /// How its task is polled, if it is one.
    polls: Option<PollsSnapshot>,
    depth: Reading,
    oldest_wait_ns: Option<u64>,
    rate_per_s: Option<f64>,
    utilization: Option<f64>,
    pub(super) attached: Option<Attached>,
    has_mailbox: bool,
    is_live: bool,
    /// What the rates are measured from.
    since: Option<Mark>,
    /// Mean queue wait of the messages begun in the last tick.
    tick_mean_ns: Option<u64>,
    /// When the queue was first seen non-empty behind the running handler (whose begin is kept to
    /// tell handlers apart): the best that is known of messages that arrived meanwhile.
    queue_seen: Option<(Ticks, Ticks)>,
    /// Whose answers are out, and since when.
    pub(super) waits: Vec<(SlotId, Ticks)>,
    now: Ticks,
}

/// What had been done when.
#[derive(Clone, Copy)]
struct Mark {
    at: Ticks,
    handled: u64,
    begun: u64,
    busy_ns: u64,
    wait_sum_ns: u64,
}

impl Active {
    /// Of a slot that has just done something, or is looked at.
    pub(super) fn first(slot: &Slot, now: Ticks) -> Self {
        let mut active = Self::default();
        active.sample(slot, now);
        active
    }

    /// Of a slot that does nothing; for how long is not known before it is `settled`.
    pub(super) fn idle(slot: &Slot, now: Ticks, settled: bool) -> Self {
        let mut active = Self::first(slot, now);
        if settled {
            active.rate_per_s = active.takes_messages(slot).then_some(0.0);
            active.utilization = active.is_timed(slot).then_some(0.0);
        }
        active
    }

    /// Reads the slot anew.
    pub(super) fn sample(&mut self, slot: &Slot, now: Ticks) {
        self.now = now;
        self.hot = slot.hot();
        self.polls = slot.read_polls().map(Polls::read);
        let has_mailbox = slot.marks.has_mailbox();
        if std::mem::replace(&mut self.has_mailbox, has_mailbox) != has_mailbox {
            // What it is busy with changes with that.
            self.since = None;
        }
        self.is_live = slot.marks.phase().is_live();
        self.depth = self.read_depth(slot.probe_depth());
        self.oldest_wait_ns = self.read_oldest_wait();
        self.read_rates(slot, now);
        self.waits.clear();
        if let Some(links) = slot.read_links() {
            self.waits.extend(links.waits());
        }
        if let Some(attached) = &mut self.attached {
            attached.rotate_if_due(now);
        }
    }

    /// Whether it is doing something at this moment.
    pub(super) fn is_handling(&self) -> bool {
        self.handling_since() != 0
    }

    /// Messages handled, and those of them that failed.
    pub(super) const fn counts(&self) -> (u64, u64) {
        (self.hot.handled, self.hot.failed)
    }

    /// Messages queued, as far as is known.
    pub(super) fn queued(&self) -> u64 {
        self.depth.value().unwrap_or(0)
    }

    /// Messages handled a second.
    pub(super) fn rate(&self) -> f64 {
        self.rate_per_s.unwrap_or(0.0)
    }

    /// When what it does now began: the running handler or, of a task that takes no messages, the
    /// running poll. 0 = it does nothing.
    fn handling_since(&self) -> Ticks {
        let poll = self.polls.filter(|_| !self.has_mailbox).map_or(0, |polls| polls.since);
        if self.hot.handling_since != 0 { self.hot.handling_since } else { poll }
    }

    fn busy_until(&self, now: Ticks) -> u64 {
        match self.polls.filter(|_| !self.has_mailbox) {
            Some(polls) => polls.busy_until(now),
            None => self.hot.busy_until(now),
        }
    }

    fn polled<'a>(&self, slot: &'a Slot) -> Option<Polled<'a>> {
        Some(Polled { seen: self.polls?, polls: slot.read_polls()? })
    }

    fn read_depth(&self, live: Option<u64>) -> Reading {
        if !self.has_mailbox {
            return Reading::ABSENT;
        }
        if !self.is_live {
            return Reading::exact(0);
        }
        match live {
            Some(depth) => Reading::exact(depth),
            // Behind a running handler the queue can only have grown.
            None if self.hot.handling_since != 0 => {
                let age_ns = nanos(self.hot.handling_since, self.now);
                Reading::new(u64::from(self.hot.depth), Quality::Stale { age_ns })
            }
            None => Reading::exact(u64::from(self.hot.depth)),
        }
    }

    fn read_oldest_wait(&mut self) -> Option<u64> {
        let depth = self.depth.value()?;
        if depth > 0 && self.hot.head_arrival != 0 {
            self.queue_seen = None;
            return Some(nanos(self.hot.head_arrival, self.now));
        }
        if depth == 0 {
            self.queue_seen = None;
            // A lower bound of 0 messages says nothing about the wait of those that may be there.
            return (!self.depth.is_lower_bound()).then_some(0);
        }
        let handler = self.hot.handling_since;
        let seen = match self.queue_seen {
            Some((seen, of)) if of == handler => seen,
            _ => {
                self.queue_seen = Some((self.now, handler));
                self.now
            }
        };
        Some(nanos(seen, self.now))
    }

    fn read_rates(&mut self, slot: &Slot, now: Ticks) {
        let mark = Mark {
            at: now,
            handled: self.hot.handled,
            begun: self.hot.begun(),
            busy_ns: self.busy_until(now),
            wait_sum_ns: self.hot.wait_sum_ns,
        };
        let Some(since) = self.since else {
            self.since = Some(mark);
            return;
        };
        let span = nanos(since.at, now);
        if span < MIN_RATE_SPAN_NS {
            return;
        }
        let messages = mark.handled.saturating_sub(since.handled);
        let rate = messages as f64 * 1e9 / span as f64;
        self.rate_per_s = self.takes_messages(slot).then_some(rate);
        let busy_share = mark.busy_ns.saturating_sub(since.busy_ns) as f64 / span as f64;
        self.utilization = self.is_timed(slot).then_some(busy_share.clamp(0.0, 1.0));
        let waited = mark.wait_sum_ns.saturating_sub(since.wait_sum_ns);
        // A wait is over when its handler begins.
        self.tick_mean_ns = waited.checked_div(mark.begun.saturating_sub(since.begun));
        self.since = Some(mark);
    }

    /// Whether anybody measures what it does: a task that was never polled in our sight may be busy.
    fn is_timed(&self, slot: &Slot) -> bool {
        match slot.marks.kind() {
            ChildKind::Group => false,
            ChildKind::Task | ChildKind::Blocking => {
                self.polls.is_some() || self.has_mailbox || self.hot.handled > 0
            }
            ChildKind::Supervisor | ChildKind::Worker | ChildKind::Mailbox => true,
        }
    }

    /// Whether it takes messages, as far as is known.
    fn takes_messages(&self, slot: &Slot) -> bool {
        let bare =
            matches!(slot.marks.kind(), ChildKind::Task | ChildKind::Blocking | ChildKind::Group);
        self.has_mailbox || self.hot.handled > 0 || !(bare || self.polls.is_some())
    }

    /// The whole row.
    pub(super) fn stats(&self, slot: &Slot, state: SlotState, wall: Timestamp) -> Stats {
        let (started_at, base, budget) = {
            let cold = slot.cold();
            (cold.started_at, cold.base(), cold.budget(wall))
        };
        let total = Counters {
            handled: self.hot.handled,
            failed: self.hot.failed,
            busy_ns: self.hot.busy_ns,
        };
        Stats {
            state,
            incarnation: slot.incarnation(),
            started_at,
            restarts: slot.restarts(),
            depth: self.depth,
            total,
            current: Counters {
                handled: total.handled.saturating_sub(base.handled),
                failed: total.failed.saturating_sub(base.failed),
                busy_ns: total.busy_ns.saturating_sub(base.busy_ns),
            },
            rate_per_s: self.rate_per_s,
            utilization: self.utilization,
            oldest_wait_ns: self.oldest_wait_ns,
            queue_wait: self.queue_wait(slot),
            queue_wait_quality: if self.has_mailbox { Quality::Measured } else { Quality::Absent },
            handling: self.handling(slot),
            handling_now: self.handling_now(),
            budget,
            polling: self.polled(slot).map(|polled| polled.summary(self.now)),
            waiting_for: None,
        }
    }

    fn handling_now(&self) -> Option<HandlingNow> {
        let since = self.handling_since();
        let of_message = self.hot.handling_since != 0;
        (since != 0).then(|| HandlingNow {
            message_type: of_message.then(|| crate::cell::name_of(self.hot.message_type)).flatten(),
            for_ns: nanos(since, self.now),
        })
    }

    fn queue_wait(&self, slot: &Slot) -> Option<LatencySummary> {
        if !self.has_mailbox {
            return None;
        }
        let mut summary = self.wait_buckets(slot).map(|b| b.summary()).unwrap_or_default();
        let begun = self.hot.begun();
        if summary.window_ns.is_none() {
            summary.count = begun;
            summary.max = (begun > 0).then_some(self.hot.wait_max_ns);
        }
        let overall = self.hot.wait_sum_ns.checked_div(begun);
        summary.mean = self.tick_mean_ns.or(overall);
        Some(summary)
    }

    fn handling(&self, slot: &Slot) -> Option<LatencySummary> {
        if !self.has_mailbox && self.hot.handled == 0 {
            return None;
        }
        let mut summary = self.handling_buckets(slot).map(|b| b.summary()).unwrap_or_default();
        if summary.window_ns.is_none() {
            summary.count = self.hot.handled;
            let max = slot.read_meter().map(Meter::handling_max_ns);
            summary.max = max.filter(|_| self.hot.handled > 0);
        }
        summary.mean = self.hot.busy_ns.checked_div(self.hot.handled);
        Some(summary)
    }

    fn wait_buckets(&self, slot: &Slot) -> Option<Buckets> {
        let windowed = self.attached.as_ref().and_then(|a| a.wait(self.now));
        self.best(windowed, || {
            let mut all = slot.read_meter()?.read_tier1()?.wait.read();
            all.max_ns = Some(self.hot.wait_max_ns);
            Some(all)
        })
    }

    fn handling_buckets(&self, slot: &Slot) -> Option<Buckets> {
        let windowed = self.attached.as_ref().and_then(|a| a.handling(self.now));
        self.best(windowed, || {
            let meter = slot.read_meter()?;
            let mut all = meter.read_tier1()?.handling.read();
            all.max_ns = Some(meter.handling_max_ns());
            Some(all)
        })
    }

    /// The windowed histogram once it has enough in it, else the one since the start.
    fn best(
        &self,
        windowed: Option<Buckets>,
        all: impl FnOnce() -> Option<Buckets>,
    ) -> Option<Buckets> {
        match windowed {
            Some(windowed) if windowed.count() >= ENOUGH => Some(windowed),
            _ => all().filter(|b| b.count() > 0),
        }
    }

    /// What the detail page adds.
    pub(super) fn detail(&self, slot: &Slot, children: usize) -> SlotDetail {
        let (poll, delay) =
            self.polled(slot).map(|polled| polled.buckets(self.now)).unwrap_or_default();
        SlotDetail {
            handlers: slot.read_meter().map(Meter::handlers).unwrap_or_default(),
            history: slot.history(),
            queue_wait: self.has_mailbox.then(|| self.wait_buckets(slot)).flatten(),
            handling: self.handling_buckets(slot),
            poll,
            delay,
            links: None,
            children: children as u64,
        }
    }

    /// What a sort by a measured column compares.
    pub(super) fn sort_value(&self, slot: &Slot, key: SortKey) -> SortValue {
        match key {
            SortKey::Depth => self.depth.value().into(),
            SortKey::Rate => self.rate_per_s.into(),
            SortKey::QueueWait => self.worst_wait_ns().into(),
            SortKey::Handling => self.handling_buckets(slot).and_then(|b| b.quantile(0.99)).into(),
            SortKey::Utilization => self.utilization.into(),
            SortKey::Handled => Some(self.hot.handled).into(),
            SortKey::Failed => Some(self.hot.failed).into(),
            SortKey::Name | SortKey::State | SortKey::Restarts | SortKey::Age => SortValue::Unknown,
        }
    }

    /// The last tick's mean wait, or the oldest message's when that is longer.
    pub(super) fn worst_wait_ns(&self) -> Option<u64> {
        if !self.has_mailbox {
            return None;
        }
        self.tick_mean_ns.max(self.oldest_wait_ns)
    }
}
