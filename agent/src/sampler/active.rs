//! What is kept of a slot that does something, as of the last pass: only what cannot be read from the slot
//! when somebody asks (see [`Look`]).

use super::fine::Attached;
use super::look::{Counted, Look};
use super::seen::Sort;
use crate::cell::HotSnapshot;
use crate::clock::{Ticks, nanos};
use crate::slot::Slot;
use actorscope_core::SlotId;

/// Rates are computed over at least this time, so that a pass out of turn does not make them jump.
const MIN_RATE_SPAN_NS: u64 = 500_000_000;

/// [`Active::probed`] of a slot whose depth nobody can read from outside.
const UNPROBED: u32 = u32::MAX;

/// See the module's documentation. 48 bytes for each slot that ever did anything: what few have is in a box,
/// and of what only its growth is wanted, the low half is kept.
pub(super) struct Active {
    /// When the rates were worked out last, or what they are measured from was noted first; 0 = not yet …
    marked_at: Ticks,
    /// … and what had been done by then: nanoseconds waited, microseconds busy, messages handled.
    marked_wait_ns: u64,
    marked_busy: BusyMicros,
    marked_handled: u32,
    /// Messages queued, as read from outside.
    probed: u32,
    /// Messages handled a second, and the mean queue wait in nanoseconds of the messages begun in the last
    /// tick; not a number = not known.
    rate_per_s: f32,
    tick_mean_ns: f32,
    utilization: Share,
    has_mailbox: bool,
    /// Whether a measured handler ran at [`Active::marked_at`].
    was_handling: bool,
    rare: Option<Box<Rare>>,
}

/// A share of the time, in 65,534ths, rounded up so that what is not nothing is never taken for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Share(u16);

impl Share {
    const UNKNOWN: Self = Self(u16::MAX);
    const NONE: Self = Self(0);
    const WHOLE: u16 = u16::MAX - 1;

    /// So much of a whole that is not nothing.
    fn of(part: u64, whole: u64) -> Self {
        let units = part.saturating_mul(Self::WHOLE.into()).div_ceil(whole.max(1));
        Self(units.min(Self::WHOLE.into()) as u16)
    }

    const fn read(self) -> Option<f64> {
        if self.0 == Self::UNKNOWN.0 { None } else { Some(self.0 as f64 / Self::WHOLE as f64) }
    }
}

/// Time spent busy, of which only the growth from one pass to the next is wanted: the low half in units of
/// 1,024 ns, which is enough for half an hour between two passes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct BusyMicros(u32);

impl BusyMicros {
    const NONE: Self = Self(0);

    const fn of(ns: u64) -> Self {
        Self((ns >> 10) as u32)
    }

    /// Nanoseconds since an earlier reading, exact to 1,024; 0 if this one is less: both are read while the
    /// actor writes.
    fn since(self, earlier: Self) -> u64 {
        let grown = self.0.wrapping_sub(earlier.0).cast_signed();
        u64::from(grown.max(0).cast_unsigned()) << 10
    }
}

/// What few slots have.
#[derive(Default)]
struct Rare {
    /// The low half of how many messages had failed by the last pass.
    failed: u32,
    attached: Option<Attached>,
    /// Whose answers are out, and since when.
    waits: Vec<(SlotId, Ticks)>,
    oldest: Oldest,
}

/// When the oldest message arrived that the actor itself has not seen.
#[derive(Clone, Copy, Default)]
struct Oldest {
    /// As read from outside. Where nobody can tell, when the queue was first seen non-empty behind the running
    /// handler, which is the best that is known of messages that arrived meanwhile. 0 = there is none.
    since: Ticks,
    /// The low half of when that handler began, to tell handlers apart.
    behind: u32,
    /// Whether it was read from outside.
    is_probed: bool,
}

const fn known(figure: f32) -> Option<f64> {
    if figure.is_nan() { None } else { Some(figure as f64) }
}

/// The value that had this low half a while ago, and has grown since by less than 2³².
pub(super) const fn as_of(now: u64, low: u32) -> u64 {
    now.saturating_sub((now as u32).wrapping_sub(low) as u64)
}

impl Active {
    /// Of a slot that has just done something, or is looked at, and is to be read.
    pub(super) const fn new() -> Self {
        Self {
            marked_at: 0,
            marked_wait_ns: 0,
            marked_busy: BusyMicros::NONE,
            marked_handled: 0,
            probed: UNPROBED,
            rate_per_s: f32::NAN,
            tick_mean_ns: f32::NAN,
            utilization: Share::UNKNOWN,
            has_mailbox: false,
            was_handling: false,
            rare: None,
        }
    }

    /// Of a slot that does nothing; for how long is not known before it is `settled`.
    pub(super) fn idle(slot: &Slot, now: Ticks, settled: bool) -> (Self, Counted) {
        let mut active = Self::new();
        let counted = active.sample(slot, now);
        if settled {
            let sort = Look::new(&active, slot, &counted).sort();
            active.rate_per_s = if sort.takes_messages() { 0.0 } else { f32::NAN };
            active.utilization = if sort.is_timed() { Share::NONE } else { Share::UNKNOWN };
        }
        (active, counted)
    }

    /// Reads the slot anew; returns what it read.
    pub(super) fn sample(&mut self, slot: &Slot, now: Ticks) -> Counted {
        let counted = Counted::read(slot);
        let (hot, has_mailbox) = (&counted.hot, counted.has_mailbox);
        if std::mem::replace(&mut self.has_mailbox, has_mailbox) != has_mailbox {
            // What it is busy with changes with that.
            self.marked_at = 0;
        }
        let probed = slot.probe_depth().map(|depth| depth.min(u64::from(UNPROBED - 1)) as u32);
        self.probed = probed.unwrap_or(UNPROBED);
        let oldest = probed.filter(|depth| *depth > 0).and_then(|_| slot.probe_oldest());
        if hot.failed > 0 {
            self.rare.get_or_insert_default().failed = hot.failed as u32;
        }
        let depth = Look::new(self, slot, &counted).queued(now);
        self.note_queue(hot, depth, oldest, now);
        self.read_rates(&counted, slot, now);
        if let Some(rare) = &mut self.rare {
            rare.waits.clear();
            if let Some(attached) = &mut rare.attached {
                attached.rotate_if_due(now);
            }
        }
        for wait in slot.read_links().iter().flat_map(|links| links.waits()) {
            self.rare.get_or_insert_default().waits.push(wait);
        }
        counted
    }

    fn note_queue(&mut self, hot: &HotSnapshot, depth: u64, oldest: Option<Ticks>, now: Ticks) {
        let behind = hot.handling_since as u32;
        if let Some(since) = oldest {
            let oldest = Oldest { since, behind, is_probed: true };
            self.rare.get_or_insert_default().oldest = oldest;
        } else if depth == 0 || hot.head_arrival != 0 {
            if let Some(rare) = &mut self.rare {
                rare.oldest = Oldest::default();
            }
        } else {
            let oldest = &mut self.rare.get_or_insert_default().oldest;
            let is_known = oldest.since != 0 && oldest.behind == behind;
            let since = if is_known { oldest.since } else { now };
            *oldest = Oldest { since, behind, is_probed: false };
        }
    }

    fn read_rates(&mut self, counted: &Counted, slot: &Slot, now: Ticks) {
        let (hot, busy) = (&counted.hot, BusyMicros::of(counted.busy_until(now)));
        let is_handling = hot.is_measured();
        let span = nanos(self.marked_at, now);
        if self.marked_at != 0 {
            if span < MIN_RATE_SPAN_NS {
                return;
            }
            let sort = Sort::of(slot, hot.handled > 0);
            let messages = (hot.handled as u32).wrapping_sub(self.marked_handled);
            let rate = (f64::from(messages) * 1e9 / span as f64) as f32;
            self.rate_per_s = if sort.takes_messages() { rate } else { f32::NAN };
            // Whoever did something was busy, though it may have been for less than can be told.
            let least = u64::from(messages > 0 || is_handling);
            let share = Share::of(busy.since(self.marked_busy).max(least), span);
            self.utilization = if sort.is_timed() { share } else { Share::UNKNOWN };
            let waited = hot.wait_sum_ns.saturating_sub(self.marked_wait_ns);
            // A wait is over when its handler begins.
            let begun = u64::from(messages) + u64::from(is_handling);
            let mean = waited.checked_div(begun.saturating_sub(self.was_handling.into()));
            self.tick_mean_ns = mean.map_or(f32::NAN, |mean| mean as f32);
        }
        self.marked_at = now;
        self.marked_busy = busy;
        self.marked_wait_ns = hot.wait_sum_ns;
        self.marked_handled = hot.handled as u32;
        self.was_handling = is_handling;
    }

    // --- As of the last pass -------------------------------------------------------------------

    /// Of the messages that failed, those that had by then.
    pub(super) const fn failed(&self, now: u64) -> u64 {
        match &self.rare {
            Some(rare) => as_of(now, rare.failed),
            None => as_of(now, 0),
        }
    }

    /// Messages handled a second.
    pub(super) const fn rate_per_s(&self) -> Option<f64> {
        known(self.rate_per_s)
    }

    /// Share of the time that is spent in handlers.
    pub(super) const fn utilization(&self) -> Option<f64> {
        self.utilization.read()
    }

    /// Mean queue wait of the messages begun in the last tick.
    pub(super) const fn tick_mean_ns(&self) -> Option<u64> {
        if self.tick_mean_ns.is_nan() { None } else { Some(self.tick_mean_ns as u64) }
    }

    /// Messages queued, as read from outside.
    pub(super) const fn probed(&self) -> Option<u64> {
        if self.probed == UNPROBED { None } else { Some(self.probed as u64) }
    }

    /// When the oldest of the queued messages arrived, given what the actor itself knows of that; 0 = nobody
    /// knows.
    pub(super) fn oldest(&self, head_arrival: Ticks) -> Ticks {
        let noted = self.rare.as_ref().map(|rare| rare.oldest).unwrap_or_default();
        let is_better = noted.is_probed || head_arrival == 0;
        if is_better { noted.since } else { head_arrival }
    }

    /// Whether its figures are those of somebody who does nothing.
    pub(super) fn is_calm(&self) -> bool {
        let is_zero = |figure: f32| figure.is_nan() || figure == 0.0;
        is_zero(self.rate_per_s)
            && matches!(self.utilization, Share::NONE | Share::UNKNOWN)
            && self.tick_mean_ns.is_nan()
            && self
                .rare
                .as_ref()
                .is_none_or(|rare| rare.attached.is_none() && rare.waits.is_empty())
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
            if rare.waits.is_empty() && rare.oldest.since == 0 && rare.failed == 0 {
                self.rare = None;
            }
        }
    }

    /// Reads a little of all of it; the number means nothing.
    #[inline]
    pub(super) const fn touch(&self) -> u64 {
        self.marked_at ^ self.probed as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_slot_is_small() {
        // Each 8 bytes more are 8 MB of a million active actors.
        assert!(size_of::<Active>() <= 48, "{} bytes", size_of::<Active>());
    }

    #[test]
    fn the_growth_of_busy_time_is_known_over_half_an_hour() {
        let (half_an_hour, begun) = (1_800_000_000_000, 7 * u64::from(u32::MAX) * 1_024 + 5);
        for grown in [0, 1_024, 999_000_000, half_an_hour] {
            let found = BusyMicros::of(begun + grown).since(BusyMicros::of(begun));
            assert!(found.abs_diff(grown) <= 1_024, "{found} of {grown}");
        }
        assert_eq!(BusyMicros::of(begun - 5_000).since(BusyMicros::of(begun)), 0);
    }

    #[test]
    fn a_share_is_nothing_only_if_it_is() {
        assert_eq!(Share::of(0, 1_000), Share::NONE);
        assert_ne!(Share::of(1, u64::MAX), Share::NONE);
        let read = |part, whole| Share::of(part, whole).read();
        assert_eq!((read(9, 9), read(9, 7), Share::UNKNOWN.read()), (Some(1.0), Some(1.0), None));
        assert!(read(500, 1_000).is_some_and(|half| (half - 0.5).abs() < 2e-5));
    }

    #[test]
    fn a_value_is_known_by_its_low_half() {
        let long_ago = u64::from(u32::MAX) * 5 - 3;
        for grown in [0, 1, 7, u64::from(u32::MAX)] {
            assert_eq!(as_of(long_ago + grown, long_ago as u32), long_ago);
        }
        assert_eq!(as_of(3, 3), 3);
    }
}
