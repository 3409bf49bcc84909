//! What is said of a slot: what it counts, read now, beside what is kept of the last pass.
//!
//! Counts, maxima and what its handler does are in the slot, which is read once for each look, so that what
//! one look says fits together. Rates are as of the last pass, and where many are looked at, so are depths
//! that were read from outside.

use super::active::Active;
use super::polling::Polled;
use super::seen::Sort;
use crate::cell::{HotSnapshot, Meter};
use crate::clock::{Ticks, nanos};
use crate::slot::Slot;
use actorscope_core::histogram::Buckets;
use actorscope_core::quality::{Quality, Reading};
use actorscope_core::slot::{Counters, HandlingNow, LatencySummary, SlotDetail, Stats};
use actorscope_core::view::{SortKey, SortValue, Weight};
use actorscope_core::{SlotState, Timestamp};

/// Durations in the windowed histogram from which its quantiles are worth more than those since the
/// start.
const ENOUGH: u64 = 20;

/// What a slot counts, as read once.
#[derive(Clone, Copy)]
pub(super) struct Counted {
    pub(super) hot: HotSnapshot,
    pub(super) has_mailbox: bool,
    /// Whether it is polls that it is busy with, and not messages: since when, and for how long before.
    is_polled: bool,
    poll_since: Ticks,
    poll_busy_ns: u64,
}

impl Counted {
    #[inline]
    pub(super) fn read(slot: &Slot) -> Self {
        let has_mailbox = slot.marks.has_mailbox();
        let polls = if has_mailbox { None } else { slot.polled() };
        let (is_polled, polls) = (polls.is_some(), polls.unwrap_or_default());
        let (poll_since, poll_busy_ns) = (polls.since, polls.busy_ns);
        Self { hot: slot.hot(), has_mailbox, is_polled, poll_since, poll_busy_ns }
    }

    /// When what it does now began: the running handler or, of a task that takes no messages, the
    /// running poll. 0 = it does nothing.
    fn handling_since(&self) -> Ticks {
        if self.hot.handling_since != 0 { self.hot.handling_since } else { self.poll_since }
    }

    /// Whether it is doing something at this moment.
    pub(super) fn is_handling(&self) -> bool {
        self.handling_since() != 0
    }

    /// Nanoseconds that it was busy, until now.
    pub(super) fn busy_until(&self, now: Ticks) -> u64 {
        if !self.is_polled {
            return self.hot.busy_until(now);
        }
        let running = if self.poll_since == 0 { 0 } else { nanos(self.poll_since, now) };
        self.poll_busy_ns.saturating_add(running)
    }
}

/// See [`Look::burden`].
#[derive(Clone, Copy)]
pub(super) struct Burden {
    pub(super) queued: u64,
    /// In nanoseconds; 0 = nothing waits, or nobody knows.
    pub(super) wait_ns: u64,
}

/// See the module's documentation.
pub(super) struct Look<'a> {
    active: &'a Active,
    slot: &'a Slot,
    counted: &'a Counted,
    /// Messages queued, as read from outside.
    probed: Option<u64>,
    /// When the oldest of them arrived; 0 = nobody knows.
    oldest: Ticks,
}

impl<'a> Look<'a> {
    /// With the depth as of the last pass: for those who look at many.
    pub(super) fn new(active: &'a Active, slot: &'a Slot, counted: &'a Counted) -> Self {
        let oldest = active.oldest(counted.hot.head_arrival);
        Self { active, slot, counted, probed: active.probed(), oldest }
    }

    /// With the depth as it is now, so that whoever reads of an idle actor does not read of messages before it
    /// that are handled by now.
    pub(super) fn now(active: &'a Active, slot: &'a Slot, counted: &'a Counted) -> Self {
        let probed = slot.probe_depth();
        let oldest = probed.filter(|depth| *depth > 0).and_then(|_| slot.probe_oldest());
        let look = Self::new(active, slot, counted);
        Self { probed, oldest: oldest.unwrap_or(look.oldest), ..look }
    }

    const fn hot(&self) -> &HotSnapshot {
        &self.counted.hot
    }

    /// What decides which figures the slot can have.
    pub(super) fn sort(&self) -> Sort {
        Sort::of(self.slot, self.hot().handled > 0)
    }

    /// Messages handled, and those of them that failed.
    pub(super) const fn counts(&self) -> (u64, u64) {
        (self.hot().handled, self.hot().failed)
    }

    /// Whether it is doing something at this moment.
    pub(super) fn is_handling(&self) -> bool {
        self.counted.is_handling()
    }

    /// Messages queued, as far as is known.
    pub(super) fn queued(&self, now: Ticks) -> u64 {
        self.depth(now).value().unwrap_or(0)
    }

    /// Messages handled a second.
    pub(super) fn rate(&self) -> f64 {
        self.active.rate_per_s().unwrap_or(0.0)
    }

    /// Whether it does nothing and its figures say so: what they say will be true until it stirs.
    pub(super) fn is_at_rest(&self, burden: Burden) -> bool {
        !self.is_handling() && burden.queued == 0 && self.active.is_calm()
    }

    fn polled(&self) -> Option<Polled<'a>> {
        let polls = self.slot.read_polls()?;
        Some(Polled { seen: polls.read(), polls })
    }

    fn depth(&self, now: Ticks) -> Reading {
        if !self.counted.has_mailbox {
            return Reading::ABSENT;
        }
        if !self.slot.marks.phase().is_live() {
            return Reading::exact(0);
        }
        if let Some(probed) = self.probed {
            return Reading::exact(probed);
        }
        let seen = u64::from(self.hot().depth);
        if self.hot().handling_since == 0 {
            return Reading::exact(seen);
        }
        // Behind a running handler the queue can only have grown.
        Reading::new(seen, Quality::Stale { age_ns: nanos(self.hot().handling_since, now) })
    }

    fn oldest_wait_ns(&self, now: Ticks) -> Option<u64> {
        let depth = self.depth(now);
        if depth.value()? == 0 {
            // A lower bound of 0 messages says nothing about the wait of those that may be there.
            return (!depth.is_lower_bound()).then_some(0);
        }
        // What was queued in the last pass may have been taken out since.
        Some(if self.oldest == 0 { 0 } else { nanos(self.oldest, now) })
    }

    /// What totals and the search for the worst need of it, worked out once: messages queued, and the worst
    /// wait if it waits at all.
    #[inline]
    pub(super) fn burden(&self, now: Ticks) -> Burden {
        let depth = self.depth(now);
        let queued = depth.value().unwrap_or(0);
        let mean = self.active.tick_mean_ns().unwrap_or(0);
        let is_known = queued > 0 && self.oldest != 0;
        let oldest_ns = if is_known { nanos(self.oldest, now) } else { 0 };
        let wait_ns = if self.counted.has_mailbox { mean.max(oldest_ns) } else { 0 };
        Burden { queued, wait_ns }
    }

    /// The last tick's mean wait, or the oldest message's when that is longer.
    pub(super) fn worst_wait_ns(&self, now: Ticks) -> Option<u64> {
        if !self.counted.has_mailbox {
            return None;
        }
        self.active.tick_mean_ns().max(self.oldest_wait_ns(now))
    }

    fn total(&self) -> Counters {
        let HotSnapshot { handled, failed, busy_ns, .. } = *self.hot();
        Counters { handled, failed, busy_ns }
    }

    /// The whole row.
    pub(super) fn stats(&self, state: SlotState, now: Ticks, wall: Timestamp) -> Stats {
        // Who fills it, and what that used up of the budget, are changed under the lock, and read so: else
        // one would be told with a restart that the other does not count yet.
        let (started_at, base, budget, incarnation, restarts) = {
            let cold = self.slot.cold();
            let (incarnation, restarts) = (self.slot.incarnation(), self.slot.restarts());
            (cold.started_at, cold.base(), cold.budget(wall), incarnation, restarts)
        };
        let is_counted = self.sort().takes_messages();
        let total = self.total();
        Stats {
            state,
            incarnation,
            started_at,
            restarts,
            depth: self.depth(now),
            total: is_counted.then_some(total),
            current: is_counted.then(|| Counters {
                handled: total.handled.saturating_sub(base.handled),
                failed: total.failed.saturating_sub(base.failed),
                busy_ns: total.busy_ns.saturating_sub(base.busy_ns),
            }),
            rate_per_s: self.active.rate_per_s(),
            utilization: self.active.utilization(),
            oldest_wait_ns: self.oldest_wait_ns(now),
            queue_wait: self.queue_wait(now),
            queue_wait_quality: if self.counted.has_mailbox {
                Quality::Measured
            } else {
                Quality::Absent
            },
            handling: self.handling(now),
            handling_now: self.handling_now(now),
            budget,
            polling: self.polled().map(|polled| polled.summary(now)),
            waiting_for: None,
        }
    }

    fn handling_now(&self, now: Ticks) -> Option<HandlingNow> {
        let since = self.counted.handling_since();
        let of_message = self.hot().handling_since != 0;
        (since != 0).then(|| HandlingNow {
            message_type: of_message
                .then(|| crate::cell::name_of(self.hot().message_type))
                .flatten(),
            for_ns: nanos(since, now),
        })
    }

    fn queue_wait(&self, now: Ticks) -> Option<LatencySummary> {
        if !self.counted.has_mailbox {
            return None;
        }
        let mut summary = self.wait_buckets(now).map(|b| b.summary()).unwrap_or_default();
        let begun = self.hot().begun();
        if summary.window_ns.is_none() {
            summary.count = begun;
            summary.max = (begun > 0).then_some(self.hot().wait_max.ns());
        }
        let overall = self.hot().wait_sum_ns.checked_div(begun);
        summary.mean = self.active.tick_mean_ns().or(overall);
        Some(summary)
    }

    fn handling(&self, now: Ticks) -> Option<LatencySummary> {
        if !self.counted.has_mailbox && self.hot().handled == 0 {
            return None;
        }
        let mut summary = self.handling_buckets(now).map(|b| b.summary()).unwrap_or_default();
        if summary.window_ns.is_none() {
            summary.count = self.hot().handled;
            summary.max = (self.hot().handled > 0).then_some(self.hot().handling_max.ns());
        }
        summary.mean = self.hot().busy_ns.checked_div(self.hot().handled);
        Some(summary)
    }

    fn wait_buckets(&self, now: Ticks) -> Option<Buckets> {
        let windowed = self.active.attached().and_then(|a| a.wait(now));
        best(windowed, || {
            let mut all = self.slot.read_meter()?.read_tier1()?.wait.read();
            all.max_ns = Some(self.hot().wait_max.ns());
            Some(all)
        })
    }

    fn handling_buckets(&self, now: Ticks) -> Option<Buckets> {
        let windowed = self.active.attached().and_then(|a| a.handling(now));
        best(windowed, || {
            let meter = self.slot.read_meter()?;
            let mut all = meter.read_tier1()?.handling.read();
            all.max_ns = Some(self.hot().handling_max.ns());
            Some(all)
        })
    }

    /// What the detail page adds.
    pub(super) fn detail(&self, now: Ticks, children: usize) -> SlotDetail {
        let mut history = self.slot.history();
        if !self.sort().takes_messages() {
            history.iter_mut().for_each(|past| past.counters = None);
        }
        let (poll, delay) = self.polled().map(|polled| polled.buckets(now)).unwrap_or_default();
        SlotDetail {
            handlers: self.slot.read_meter().map(Meter::handlers).unwrap_or_default(),
            history,
            queue_wait: self.counted.has_mailbox.then(|| self.wait_buckets(now)).flatten(),
            handling: self.handling_buckets(now),
            poll,
            delay,
            links: None,
            children: children as u64,
            pending: self.slot.pending(),
        }
    }

    /// What the slot adds to a fold.
    pub(super) fn weight(&self, state: SlotState, now: Ticks) -> Weight {
        let total = self.total();
        let handling = (total.handled > 0).then(|| self.handling_buckets(now)).flatten();
        Weight {
            state,
            depth: self.depth(now),
            rate_per_s: self.active.rate_per_s(),
            total: self.sort().takes_messages().then_some(total),
            restarts: self.slot.restarts(),
            wait_ns: self.worst_wait_ns(now),
            handling_p99_ns: handling.and_then(|buckets| buckets.quantile(0.99)),
            utilization: self.active.utilization(),
        }
    }

    /// What a sort by a measured column compares, of one that takes messages if it is about counts.
    pub(super) fn sort_value(&self, now: Ticks, key: SortKey) -> SortValue {
        match key {
            SortKey::Depth => self.depth(now).value().into(),
            SortKey::Rate => self.active.rate_per_s().into(),
            SortKey::QueueWait => self.worst_wait_ns(now).into(),
            SortKey::Handling => self.handling_buckets(now).and_then(|b| b.quantile(0.99)).into(),
            SortKey::Utilization => self.active.utilization().into(),
            SortKey::Handled => Some(self.hot().handled).into(),
            SortKey::Failed => Some(self.hot().failed).into(),
            SortKey::Name | SortKey::State | SortKey::Restarts | SortKey::Age => SortValue::Unknown,
        }
    }
}

/// The windowed histogram once it has enough in it, else the one since the start.
fn best(windowed: Option<Buckets>, all: impl FnOnce() -> Option<Buckets>) -> Option<Buckets> {
    match windowed {
        Some(windowed) if windowed.count() >= ENOUGH => Some(windowed),
        _ => all().filter(|b| b.count() > 0),
    }
}
