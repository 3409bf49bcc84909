//! One slot as of the last pass.

use super::fine::Attached;
use super::polling::Polled;
use crate::cell::{HotSnapshot, Polls, PollsSnapshot};
use crate::clock::{Ticks, nanos};
use crate::slot::{Phase, Slot};
use actorscope_core::histogram::Buckets;
use actorscope_core::quality::{Quality, Reading};
use actorscope_core::slot::{Counters, HandlingNow, LatencySummary, SlotDetail, Stats};
use actorscope_core::view::{SortKey, SortValue};
use actorscope_core::{ChildKind, Identity, Incarnation, SlotId, SlotState, Timestamp};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Rates are computed over at least this time, so that a pass out of turn does not make them jump.
const MIN_RATE_SPAN_NS: u64 = 500_000_000;

/// Durations in the windowed histogram from which its quantiles are worth more than those since the
/// start.
const ENOUGH: u64 = 20;

pub(super) struct Row {
    pub(super) slot: Arc<Slot>,
    pub(super) identity: Identity,
    pub(super) phase: Phase,
    pub(super) state: SlotState,
    pub(super) restarts: u64,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) hot: HotSnapshot,
    /// How its task is polled, if it is one.
    polls: Option<PollsSnapshot>,
    pub(super) depth: Reading,
    pub(super) oldest_wait_ns: Option<u64>,
    pub(super) rate_per_s: Option<f64>,
    pub(super) utilization: Option<f64>,
    pub(super) attached: Option<Attached>,
    started_at: Timestamp,
    incarnation: Incarnation,
    /// Totals when the current incarnation began.
    base: Counters,
    has_mailbox: bool,
    /// What the rates are measured from: when, messages handled, busy time, summed waits.
    since: Option<(Ticks, u64, u64, u64)>,
    /// Mean queue wait of the messages begun in the last tick.
    tick_mean_ns: Option<u64>,
    /// When the queue was first seen non-empty behind the running handler (whose begin is kept to
    /// tell handlers apart): the best that is known of messages that arrived meanwhile.
    queue_seen: Option<(Ticks, Ticks)>,
    /// Whose answers are out, and since when.
    pub(super) waits: Vec<(SlotId, Ticks)>,
    now: Ticks,
}

impl Row {
    pub(super) fn new(slot: Arc<Slot>, identity: Identity) -> Self {
        let phase = slot.cold().phase;
        Self {
            state: SlotState::Starting,
            phase,
            restarts: 0,
            ended_at: None,
            hot: HotSnapshot::default(),
            polls: None,
            depth: Reading::ABSENT,
            oldest_wait_ns: None,
            rate_per_s: None,
            utilization: None,
            attached: None,
            started_at: identity.created_at,
            incarnation: Incarnation::FIRST,
            base: Counters::default(),
            has_mailbox: false,
            since: None,
            tick_mean_ns: None,
            queue_seen: None,
            waits: Vec::new(),
            now: 0,
            slot,
            identity,
        }
    }

    /// Reads the slot anew.
    pub(super) fn sample(&mut self, now: Ticks, wall: Timestamp) {
        self.now = now;
        self.hot = self.slot.meter.hot.read();
        self.polls = self.slot.read_polls().map(Polls::read);
        let suspended = self.slot.gate.is_suspended();
        let probe = {
            let cold = self.slot.cold();
            if self.has_mailbox != cold.has_mailbox {
                // What it is busy with changes with that.
                self.since = None;
                self.has_mailbox = cold.has_mailbox;
            }
            self.phase = cold.phase;
            let handling = self.handling_since() != 0;
            // A task without a mailbox asks nobody whether it may go on.
            let held = suspended && (self.has_mailbox || self.polls.is_none());
            self.state = cold.state(handling, held, wall);
            self.restarts = cold.restarts;
            self.started_at = cold.started_at;
            self.incarnation = self.slot.incarnation();
            self.base = cold.base;
            self.ended_at = cold.ended_at;
            cold.probe.clone()
        };
        self.depth = self.read_depth(probe.and_then(|p| p.depth()));
        self.oldest_wait_ns = self.read_oldest_wait();
        self.read_rates(now);
        self.waits.clear();
        if let Some(links) = self.slot.read_links() {
            self.waits.extend(links.waits());
        }
        if let Some(attached) = &mut self.attached {
            attached.rotate_if_due(now);
        }
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

    fn polled(&self) -> Option<Polled<'_>> {
        Some(Polled { seen: self.polls?, polls: self.slot.read_polls()? })
    }

    fn read_depth(&self, live: Option<u64>) -> Reading {
        if !self.has_mailbox {
            return Reading::ABSENT;
        }
        if !self.phase.is_live() {
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

    fn read_rates(&mut self, now: Ticks) {
        let busy = self.busy_until(now);
        let mark = (now, self.hot.handled, busy, self.hot.wait_sum_ns);
        let Some((at, handled, busy_then, waits)) = self.since else {
            self.since = Some(mark);
            return;
        };
        let span = nanos(at, now);
        if span < MIN_RATE_SPAN_NS {
            return;
        }
        let messages = self.hot.handled.saturating_sub(handled);
        let rate = messages as f64 * 1e9 / span as f64;
        self.rate_per_s = self.takes_messages().then_some(rate);
        let busy_share = busy.saturating_sub(busy_then) as f64 / span as f64;
        let runs = self.identity.kind != ChildKind::Group;
        self.utilization = runs.then_some(busy_share.clamp(0.0, 1.0));
        self.tick_mean_ns = self.hot.wait_sum_ns.saturating_sub(waits).checked_div(messages);
        self.since = Some(mark);
    }

    /// Whether it takes messages, as far as is known.
    fn takes_messages(&self) -> bool {
        let bare =
            matches!(self.identity.kind, ChildKind::Task | ChildKind::Blocking | ChildKind::Group);
        self.has_mailbox || self.hot.handled > 0 || !(bare || self.polls.is_some())
    }

    /// The whole row.
    pub(super) fn stats(&self, wall: Timestamp) -> Stats {
        let budget = self.slot.cold().budget(wall);
        let total = Counters {
            handled: self.hot.handled,
            failed: self.hot.failed,
            busy_ns: self.hot.busy_ns,
        };
        Stats {
            state: self.state,
            incarnation: self.incarnation,
            started_at: self.started_at,
            restarts: self.restarts,
            depth: self.depth,
            total,
            current: Counters {
                handled: total.handled.saturating_sub(self.base.handled),
                failed: total.failed.saturating_sub(self.base.failed),
                busy_ns: total.busy_ns.saturating_sub(self.base.busy_ns),
            },
            rate_per_s: self.rate_per_s,
            utilization: self.utilization,
            oldest_wait_ns: self.oldest_wait_ns,
            queue_wait: self.queue_wait(),
            queue_wait_quality: if self.has_mailbox { Quality::Measured } else { Quality::Absent },
            handling: self.handling(),
            handling_now: self.handling_now(),
            budget,
            polling: self.polled().map(|polled| polled.summary(self.now)),
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

    fn queue_wait(&self) -> Option<LatencySummary> {
        if !self.has_mailbox {
            return None;
        }
        let mut summary = self.wait_buckets().map(|b| b.summary()).unwrap_or_default();
        if summary.count == 0 {
            summary.count = self.hot.handled;
            summary.max = (self.hot.handled > 0).then_some(self.hot.wait_max_ns);
        }
        let overall = self.hot.wait_sum_ns.checked_div(self.hot.handled);
        summary.mean = self.tick_mean_ns.or(overall);
        Some(summary)
    }

    fn handling(&self) -> Option<LatencySummary> {
        if !self.has_mailbox && self.hot.handled == 0 {
            return None;
        }
        let mut summary = self.handling_buckets().map(|b| b.summary()).unwrap_or_default();
        if summary.count == 0 {
            summary.count = self.hot.handled;
        }
        summary.mean = self.hot.busy_ns.checked_div(self.hot.handled);
        Some(summary)
    }

    fn wait_buckets(&self) -> Option<Buckets> {
        let windowed = self.attached.as_ref().and_then(|a| a.wait(self.now));
        self.best(windowed, || {
            let mut all = self.slot.meter.read_tier1()?.wait.read();
            all.max_ns = Some(self.hot.wait_max_ns);
            Some(all)
        })
    }

    fn handling_buckets(&self) -> Option<Buckets> {
        let windowed = self.attached.as_ref().and_then(|a| a.handling(self.now));
        self.best(windowed, || {
            let tier1 = self.slot.meter.read_tier1()?;
            let mut all = tier1.handling.read();
            all.max_ns = Some(tier1.handling_max_ns.load(Relaxed));
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
    pub(super) fn detail(&self, children: usize) -> SlotDetail {
        let (poll, delay) = self.polled().map(Polled::buckets).unwrap_or_default();
        SlotDetail {
            handlers: self.slot.meter.read_tier1().map(|t| t.handlers()).unwrap_or_default(),
            history: self.slot.cold().history.iter().cloned().collect(),
            queue_wait: self.has_mailbox.then(|| self.wait_buckets()).flatten(),
            handling: self.handling_buckets(),
            poll,
            delay,
            links: None,
            children: children as u64,
        }
    }

    /// What a sort compares, without building the row.
    pub(super) fn sort_value(&self, key: SortKey) -> SortValue {
        match key {
            SortKey::Name => SortValue::Text(self.identity.name.clone()),
            SortKey::State => SortValue::Number(f64::from(self.state.rank())),
            SortKey::Depth => self.depth.value().into(),
            SortKey::Rate => self.rate_per_s.into(),
            SortKey::QueueWait => self.worst_wait_ns().into(),
            SortKey::Handling => self.handling_buckets().and_then(|b| b.quantile(0.99)).into(),
            SortKey::Utilization => self.utilization.into(),
            SortKey::Restarts => Some(self.restarts).into(),
            SortKey::Handled => Some(self.hot.handled).into(),
            SortKey::Failed => Some(self.hot.failed).into(),
            SortKey::Age => SortValue::Number(-(self.started_at.0 as f64)),
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
