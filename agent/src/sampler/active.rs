//! The figures of a slot that does something, as of the last pass.

use super::fine::Attached;
use super::polling::Polled;
use super::seen::Sort;
use crate::cell::{HotSnapshot, Meter, PollsSnapshot};
use crate::clock::{Ticks, nanos};
use crate::slot::Slot;
use actorscope_core::histogram::Buckets;
use actorscope_core::quality::{Quality, Reading};
use actorscope_core::slot::{Counters, HandlingNow, LatencySummary, SlotDetail, Stats};
use actorscope_core::view::{SortKey, SortValue, Weight};
use actorscope_core::{SlotId, SlotState, Timestamp};
use std::num::NonZeroU64;

/// Rates are computed over at least this time, so that a pass out of turn does not make them jump.
const MIN_RATE_SPAN_NS: u64 = 500_000_000;

/// Durations in the windowed histogram from which its quantiles are worth more than those since the
/// start.
const ENOUGH: u64 = 20;

/// [`Active::probed`] of a slot whose depth nobody can read from outside.
const UNPROBED: u32 = u32::MAX;

/// [`Active::tick_mean_ns`] when no message was begun in the last tick.
const NO_MEAN: u64 = u64::MAX;

/// See the module's documentation. 152 bytes for each slot that ever did anything: what few have is in
/// boxes, and what follows from the rest is worked out when it is asked for.
pub(super) struct Active {
    hot: HotSnapshot,
    /// What the rates are measured from.
    since: Option<Mark>,
    /// When the queue was first seen non-empty behind the running handler (whose begin is kept to
    /// tell handlers apart), 0 = it is not: the best that is known of messages that arrived meanwhile.
    queue_seen: Ticks,
    queue_seen_behind: Ticks,
    /// Mean queue wait of the messages begun in the last tick.
    tick_mean_ns: u64,
    /// Messages handled a second, and share of the time that is spent in handlers; not a number = not
    /// known.
    rate_per_s: f32,
    utilization: f32,
    /// Messages queued, as read from outside.
    probed: u32,
    has_mailbox: bool,
    is_live: bool,
    /// Whether a measured handler ran when that was marked which the rates are measured from.
    was_handling: bool,
    /// How its task is polled, if it is one, unless it is messages that it is busy with.
    polls: Option<Box<PollsSnapshot>>,
    rare: Option<Box<Rare>>,
}

/// What few slots have.
#[derive(Default)]
struct Rare {
    attached: Option<Attached>,
    /// Whose answers are out, and since when.
    waits: Vec<(SlotId, Ticks)>,
}

/// What had been done when.
#[derive(Clone, Copy)]
struct Mark {
    at: NonZeroU64,
    handled: u64,
    busy_ns: u64,
    wait_sum_ns: u64,
}

const fn known(figure: f32) -> Option<f64> {
    if figure.is_nan() { None } else { Some(figure as f64) }
}

impl Active {
    /// Of a slot that has just done something, or is looked at.
    pub(super) fn first(slot: &Slot, now: Ticks) -> Self {
        let mut active = Self {
            hot: HotSnapshot::default(),
            since: None,
            queue_seen: 0,
            queue_seen_behind: 0,
            tick_mean_ns: NO_MEAN,
            rate_per_s: f32::NAN,
            utilization: f32::NAN,
            probed: UNPROBED,
            has_mailbox: false,
            is_live: false,
            was_handling: false,
            polls: None,
            rare: None,
        };
        active.sample(slot, now);
        active
    }

    /// Of a slot that does nothing; for how long is not known before it is `settled`.
    pub(super) fn idle(slot: &Slot, now: Ticks, settled: bool) -> Self {
        let mut active = Self::first(slot, now);
        if settled {
            let sort = active.sort(slot);
            active.rate_per_s = if sort.takes_messages() { 0.0 } else { f32::NAN };
            active.utilization = if sort.is_timed() { 0.0 } else { f32::NAN };
        }
        active
    }

    /// Reads the slot anew.
    pub(super) fn sample(&mut self, slot: &Slot, now: Ticks) {
        self.hot = slot.hot();
        let has_mailbox = slot.marks.has_mailbox();
        if std::mem::replace(&mut self.has_mailbox, has_mailbox) != has_mailbox {
            // What it is busy with changes with that.
            self.since = None;
        }
        let polls = if has_mailbox { None } else { slot.polled() };
        self.polls = polls.map(|polls| {
            let mut seen = self.polls.take().unwrap_or_default();
            *seen = polls;
            seen
        });
        self.is_live = slot.marks.phase().is_live();
        let probed = slot.probe_depth().map(|depth| depth.min(u64::from(UNPROBED - 1)) as u32);
        self.probed = probed.unwrap_or(UNPROBED);
        if probed.is_some_and(|depth| depth > 0)
            && let Some(oldest) = slot.probe_oldest()
        {
            self.hot.head_arrival = oldest;
        }
        self.note_queue(now);
        self.read_rates(slot, now);
        if let Some(rare) = &mut self.rare {
            rare.waits.clear();
            if let Some(attached) = &mut rare.attached {
                attached.rotate_if_due(now);
            }
        }
        for wait in slot.read_links().iter().flat_map(|links| links.waits()) {
            self.rare.get_or_insert_default().waits.push(wait);
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
    pub(super) fn queued(&self, now: Ticks) -> u64 {
        self.depth(now).value().unwrap_or(0)
    }

    /// Messages handled a second.
    pub(super) fn rate(&self) -> f64 {
        known(self.rate_per_s).unwrap_or(0.0)
    }

    /// Whose answers are out, and since when.
    pub(super) fn waits(&self) -> &[(SlotId, Ticks)] {
        self.rare.as_ref().map_or(&[], |rare| rare.waits.as_slice())
    }

    /// Its tier-2 histogram.
    pub(super) fn attached(&self) -> Option<&Attached> {
        self.rare.as_ref()?.attached.as_ref()
    }

    /// The same, to be changed.
    pub(super) fn attached_mut(&mut self) -> Option<&mut Attached> {
        self.rare.as_mut()?.attached.as_mut()
    }

    /// Keeps a tier-2 histogram.
    pub(super) fn attach(&mut self, attached: Attached) {
        self.rare.get_or_insert_default().attached = Some(attached);
    }

    /// Gives the tier-2 histogram back.
    pub(super) fn detach(&mut self) {
        if let Some(rare) = &mut self.rare {
            rare.attached = None;
            if rare.waits.is_empty() {
                self.rare = None;
            }
        }
    }

    /// When what it does now began: the running handler or, of a task that takes no messages, the
    /// running poll. 0 = it does nothing.
    fn handling_since(&self) -> Ticks {
        let poll = self.polls.as_ref().map_or(0, |polls| polls.since);
        if self.hot.handling_since != 0 { self.hot.handling_since } else { poll }
    }

    fn busy_until(&self, now: Ticks) -> u64 {
        match &self.polls {
            Some(polls) => polls.busy_until(now),
            None => self.hot.busy_until(now),
        }
    }

    fn polled<'a>(&self, slot: &'a Slot) -> Option<Polled<'a>> {
        let polls = slot.read_polls()?;
        let seen = self.polls.as_ref().map_or_else(|| polls.read(), |seen| **seen);
        Some(Polled { seen, polls })
    }

    fn depth(&self, now: Ticks) -> Reading {
        if !self.has_mailbox {
            return Reading::ABSENT;
        }
        if !self.is_live {
            return Reading::exact(0);
        }
        if self.probed != UNPROBED {
            return Reading::exact(u64::from(self.probed));
        }
        let seen = u64::from(self.hot.depth);
        if self.hot.handling_since == 0 {
            return Reading::exact(seen);
        }
        // Behind a running handler the queue can only have grown.
        Reading::new(seen, Quality::Stale { age_ns: nanos(self.hot.handling_since, now) })
    }

    fn note_queue(&mut self, now: Ticks) {
        let depth = self.depth(now).value().unwrap_or(0);
        let handler = self.hot.handling_since;
        if depth == 0 || self.hot.head_arrival != 0 {
            self.queue_seen = 0;
        } else if self.queue_seen == 0 || self.queue_seen_behind != handler {
            (self.queue_seen, self.queue_seen_behind) = (now, handler);
        }
    }

    fn oldest_wait_ns(&self, now: Ticks) -> Option<u64> {
        let depth = self.depth(now);
        if depth.value()? == 0 {
            // A lower bound of 0 messages says nothing about the wait of those that may be there.
            return (!depth.is_lower_bound()).then_some(0);
        }
        let head = self.hot.head_arrival;
        Some(nanos(if head != 0 { head } else { self.queue_seen }, now))
    }

    fn read_rates(&mut self, slot: &Slot, now: Ticks) {
        let mark = NonZeroU64::new(now).map(|at| Mark {
            at,
            handled: self.hot.handled,
            busy_ns: self.busy_until(now),
            wait_sum_ns: self.hot.wait_sum_ns,
        });
        let is_handling = self.hot.is_measured();
        let (Some(since), Some(until)) = (self.since, mark) else {
            (self.since, self.was_handling) = (mark, is_handling);
            return;
        };
        let span = nanos(since.at.get(), now);
        if span < MIN_RATE_SPAN_NS {
            return;
        }
        let messages = until.handled.saturating_sub(since.handled);
        let rate = (messages as f64 * 1e9 / span as f64) as f32;
        let sort = self.sort(slot);
        self.rate_per_s = if sort.takes_messages() { rate } else { f32::NAN };
        let busy_share = until.busy_ns.saturating_sub(since.busy_ns) as f64 / span as f64;
        let busy_share = busy_share.clamp(0.0, 1.0) as f32;
        self.utilization = if sort.is_timed() { busy_share } else { f32::NAN };
        let waited = until.wait_sum_ns.saturating_sub(since.wait_sum_ns);
        // A wait is over when its handler begins.
        let begun = (messages + u64::from(is_handling)).saturating_sub(self.was_handling.into());
        self.tick_mean_ns = waited.checked_div(begun).unwrap_or(NO_MEAN);
        (self.since, self.was_handling) = (mark, is_handling);
    }

    fn tick_mean_ns(&self) -> Option<u64> {
        (self.tick_mean_ns != NO_MEAN).then_some(self.tick_mean_ns)
    }

    /// Reads a little of all of it; the number means nothing.
    #[inline]
    pub(super) fn touch(&self) -> u64 {
        self.hot.handled ^ u64::from(self.probed) ^ self.tick_mean_ns ^ self.queue_seen
    }

    fn sort(&self, slot: &Slot) -> Sort {
        Sort::of(slot, self.hot.handled > 0)
    }

    /// Whether it does nothing and its figures say so: what they say will be true until it stirs.
    pub(super) fn is_at_rest(&self, now: Ticks) -> bool {
        let is_zero = |figure: f32| figure.is_nan() || figure == 0.0;
        !self.is_handling()
            && self.depth(now).value().unwrap_or(0) == 0
            && is_zero(self.rate_per_s)
            && is_zero(self.utilization)
            && self.tick_mean_ns == NO_MEAN
            && self
                .rare
                .as_ref()
                .is_none_or(|rare| rare.attached.is_none() && rare.waits.is_empty())
    }

    /// The whole row.
    pub(super) fn stats(
        &self,
        slot: &Slot,
        state: SlotState,
        now: Ticks,
        wall: Timestamp,
    ) -> Stats {
        let (started_at, base, budget) = {
            let cold = slot.cold();
            (cold.started_at, cold.base(), cold.budget(wall))
        };
        let is_counted = self.sort(slot).takes_messages();
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
            depth: self.depth(now),
            total: is_counted.then_some(total),
            current: is_counted.then(|| Counters {
                handled: total.handled.saturating_sub(base.handled),
                failed: total.failed.saturating_sub(base.failed),
                busy_ns: total.busy_ns.saturating_sub(base.busy_ns),
            }),
            rate_per_s: known(self.rate_per_s),
            utilization: known(self.utilization),
            oldest_wait_ns: self.oldest_wait_ns(now),
            queue_wait: self.queue_wait(slot, now),
            queue_wait_quality: if self.has_mailbox { Quality::Measured } else { Quality::Absent },
            handling: self.handling(slot, now),
            handling_now: self.handling_now(now),
            budget,
            polling: self.polled(slot).map(|polled| polled.summary(now)),
            waiting_for: None,
        }
    }

    fn handling_now(&self, now: Ticks) -> Option<HandlingNow> {
        let since = self.handling_since();
        let of_message = self.hot.handling_since != 0;
        (since != 0).then(|| HandlingNow {
            message_type: of_message.then(|| crate::cell::name_of(self.hot.message_type)).flatten(),
            for_ns: nanos(since, now),
        })
    }

    fn queue_wait(&self, slot: &Slot, now: Ticks) -> Option<LatencySummary> {
        if !self.has_mailbox {
            return None;
        }
        let mut summary = self.wait_buckets(slot, now).map(|b| b.summary()).unwrap_or_default();
        let begun = self.hot.begun();
        if summary.window_ns.is_none() {
            summary.count = begun;
            summary.max = (begun > 0).then_some(self.hot.wait_max_ns);
        }
        let overall = self.hot.wait_sum_ns.checked_div(begun);
        summary.mean = self.tick_mean_ns().or(overall);
        Some(summary)
    }

    fn handling(&self, slot: &Slot, now: Ticks) -> Option<LatencySummary> {
        if !self.has_mailbox && self.hot.handled == 0 {
            return None;
        }
        let mut summary = self.handling_buckets(slot, now).map(|b| b.summary()).unwrap_or_default();
        if summary.window_ns.is_none() {
            summary.count = self.hot.handled;
            let max = slot.read_meter().map(Meter::handling_max_ns);
            summary.max = max.filter(|_| self.hot.handled > 0);
        }
        summary.mean = self.hot.busy_ns.checked_div(self.hot.handled);
        Some(summary)
    }

    fn wait_buckets(&self, slot: &Slot, now: Ticks) -> Option<Buckets> {
        let windowed = self.attached().and_then(|a| a.wait(now));
        self.best(windowed, || {
            let mut all = slot.read_meter()?.read_tier1()?.wait.read();
            all.max_ns = Some(self.hot.wait_max_ns);
            Some(all)
        })
    }

    fn handling_buckets(&self, slot: &Slot, now: Ticks) -> Option<Buckets> {
        let windowed = self.attached().and_then(|a| a.handling(now));
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
    pub(super) fn detail(&self, slot: &Slot, now: Ticks, children: usize) -> SlotDetail {
        let mut history = slot.history();
        if !self.sort(slot).takes_messages() {
            history.iter_mut().for_each(|past| past.counters = None);
        }
        let (poll, delay) = self.polled(slot).map(|polled| polled.buckets(now)).unwrap_or_default();
        SlotDetail {
            handlers: slot.read_meter().map(Meter::handlers).unwrap_or_default(),
            history,
            queue_wait: self.has_mailbox.then(|| self.wait_buckets(slot, now)).flatten(),
            handling: self.handling_buckets(slot, now),
            poll,
            delay,
            links: None,
            children: children as u64,
        }
    }

    /// What the slot adds to a fold.
    pub(super) fn weight(&self, slot: &Slot, state: SlotState, now: Ticks) -> Weight {
        let (handled, failed) = self.counts();
        let total = Counters { handled, failed, busy_ns: self.hot.busy_ns };
        let handling = (handled > 0).then(|| self.handling_buckets(slot, now)).flatten();
        Weight {
            state,
            depth: self.depth(now),
            rate_per_s: known(self.rate_per_s),
            total: self.sort(slot).takes_messages().then_some(total),
            restarts: slot.restarts(),
            wait_ns: self.worst_wait_ns(now),
            handling_p99_ns: handling.and_then(|buckets| buckets.quantile(0.99)),
            utilization: known(self.utilization),
        }
    }

    /// What a sort by a measured column compares, of one that takes messages if it is about counts.
    pub(super) fn sort_value(&self, slot: &Slot, now: Ticks, key: SortKey) -> SortValue {
        match key {
            SortKey::Depth => self.depth(now).value().into(),
            SortKey::Rate => known(self.rate_per_s).into(),
            SortKey::QueueWait => self.worst_wait_ns(now).into(),
            SortKey::Handling => {
                self.handling_buckets(slot, now).and_then(|b| b.quantile(0.99)).into()
            }
            SortKey::Utilization => known(self.utilization).into(),
            SortKey::Handled => Some(self.hot.handled).into(),
            SortKey::Failed => Some(self.hot.failed).into(),
            SortKey::Name | SortKey::State | SortKey::Restarts | SortKey::Age => SortValue::Unknown,
        }
    }

    /// The last tick's mean wait, or the oldest message's when that is longer.
    pub(super) fn worst_wait_ns(&self, now: Ticks) -> Option<u64> {
        if !self.has_mailbox {
            return None;
        }
        self.tick_mean_ns().max(self.oldest_wait_ns(now))
    }
}

#[cfg(test)]
mod tests {
    use super::Active;

    #[test]
    fn the_figures_of_a_slot_are_small() {
        // Each 8 bytes more are 8 MB of a million active actors.
        assert!(size_of::<Active>() <= 152, "{} bytes", size_of::<Active>());
    }
}
