//! Tier 2: log-linear histograms for the slots that somebody looks at.
//!
//! Two halves take turns, so that a reading covers between one and two half-windows. The sampler
//! lends one to a slot and takes it back; the actor's own task finds it by number.

use super::max::Max;
use crate::clock::{Ticks, nanos, ticks};
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::atomic::{AtomicU32, AtomicUsize};
use crate::sync::{Mutex, global, lock};
use actorscope_core::histogram::{Buckets, Layout, fine as buckets};
use std::collections::VecDeque;
use std::sync::OnceLock;

#[derive(Debug)]
struct Half {
    wait: [AtomicU32; buckets::LEN],
    handling: [AtomicU32; buckets::LEN],
    wait_max: Max,
    handling_max: Max,
}

impl Half {
    fn new() -> Self {
        Self {
            wait: std::array::from_fn(|_| AtomicU32::new(0)),
            handling: std::array::from_fn(|_| AtomicU32::new(0)),
            wait_max: Max::default(),
            handling_max: Max::default(),
        }
    }

    fn clear(&self) {
        for counter in self.wait.iter().chain(&self.handling) {
            counter.store(0, Relaxed);
        }
        self.wait_max.clear();
        self.handling_max.clear();
    }
}

/// Both histograms of one slot.
#[derive(Debug)]
pub(crate) struct Fine {
    active: AtomicUsize,
    halves: [Half; 2],
}

impl Fine {
    fn new() -> Self {
        Self { active: AtomicUsize::new(0), halves: [Half::new(), Half::new()] }
    }

    #[inline]
    fn half(&self) -> &Half {
        let [first, second] = &self.halves;
        // Whoever sees that the halves have changed places sees the new one emptied, too.
        if self.active.load(Acquire) == 0 { first } else { second }
    }

    #[inline]
    pub(crate) fn record_wait(&self, ns: u64) {
        let half = self.half();
        count(&half.wait, ns, &half.wait_max);
    }

    #[inline]
    pub(crate) fn record_handling(&self, ns: u64) {
        let half = self.half();
        count(&half.handling, ns, &half.handling_max);
    }

    /// Both of them.
    #[inline]
    pub(crate) fn record(&self, handling_ns: u64, wait_ns: u64) {
        let half = self.half();
        count(&half.handling, handling_ns, &half.handling_max);
        count(&half.wait, wait_ns, &half.wait_max);
    }

    /// Empties the older half and lets it take over.
    pub(crate) fn rotate(&self) {
        let [first, second] = &self.halves;
        let active = self.active.load(Relaxed);
        if active == 0 {
            second.clear()
        } else {
            first.clear()
        }
        self.active.store(1 - active.min(1), Release);
    }

    fn clear(&self) {
        for half in &self.halves {
            half.clear();
        }
    }

    /// Queue waits within `window_ns`, the time since the older half was emptied.
    pub(crate) fn wait(&self, window_ns: u64) -> Buckets {
        self.read(|h| (&h.wait, &h.wait_max), window_ns)
    }

    /// Handling times within `window_ns`.
    pub(crate) fn handling(&self, window_ns: u64) -> Buckets {
        self.read(|h| (&h.handling, &h.handling_max), window_ns)
    }

    fn read(
        &self,
        pick: impl Fn(&Half) -> (&[AtomicU32; buckets::LEN], &Max),
        window_ns: u64,
    ) -> Buckets {
        let [first, second] = &self.halves;
        let ((a, a_max), (b, b_max)) = (pick(first), pick(second));
        let sums =
            a.iter().zip(b).map(|(a, b)| u64::from(a.load(Relaxed)) + u64::from(b.load(Relaxed)));
        let mut all = Buckets::from_dense(Layout::Fine, sums);
        all.max_ns = (all.count() > 0).then(|| a_max.read().ns().max(b_max.read().ns()));
        all.window_ns = Some(window_ns);
        all
    }
}

#[inline]
fn count(counters: &[AtomicU32; buckets::LEN], ns: u64, max: &Max) {
    if let Some(counter) = counters.get(buckets::index(ns)) {
        counter.store(counter.load(Relaxed).saturating_add(1), Relaxed);
    }
    max.raise(ns);
}

/// Tier-2 histograms at a time, 3.6 KB each.
const MOST: usize = 512;

global! {
    /// Every histogram there ever was: made when first needed, used again, never freed. Static, so
    /// that an actor's task finds the one it was lent by a number, without a lock or a count of
    /// references.
    static ALL: [OnceLock<Box<Fine>>; MOST] = [const { OnceLock::new() }; MOST];
}

global! {
    static FREE: Mutex<Free> = Mutex::new(Free { made: 0, returned: VecDeque::new() });
}

/// Which numbers nobody has, and how many were given out at all.
#[derive(Debug)]
struct Free {
    made: usize,
    /// Oldest first, with the moment of the return.
    returned: VecDeque<(Ticks, usize)>,
}

/// Time for which a returned histogram is lent to nobody: an actor's task that was about to record
/// into it has done so by then. If it was held up for longer, one duration is counted in the wrong
/// slot.
const QUARANTINE_NS: u64 = 100_000_000;

impl Free {
    /// One that was returned long enough ago, else a new one while there are fewer than `most`.
    fn take(&mut self, now: Ticks, most: usize) -> Option<usize> {
        let oldest = self.returned.front();
        if oldest.is_some_and(|(at, _)| nanos(*at, now) > QUARANTINE_NS) {
            return self.returned.pop_front().map(|(_, index)| index);
        }
        if self.made >= most {
            return None;
        }
        self.made += 1;
        Some(self.made - 1)
    }
}

/// A histogram lent to one slot; returned when dropped.
#[derive(Debug)]
pub(crate) struct Lent(usize);

impl Lent {
    /// An empty one, unless all are in use.
    pub(crate) fn take(now: Ticks) -> Option<Self> {
        let index = lock(&FREE).take(now, MOST)?;
        ALL.get(index)?.get_or_init(|| Box::new(Fine::new())).clear();
        Some(Self(index))
    }

    /// The number under which an actor's task finds it; never 0.
    pub(super) fn number(&self) -> u32 {
        u32::try_from(self.0 + 1).unwrap_or(0)
    }

    /// Reads or rotates it.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&Fine) -> T) -> Option<T> {
        fine(self.0).map(work)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        lock(&FREE).returned.push_back((ticks(), self.0));
    }
}

#[inline]
fn fine(index: usize) -> Option<&'static Fine> {
    ALL.get(index)?.get().map(Box::as_ref)
}

/// The histogram with this number; `None` for 0.
#[inline]
pub(super) fn numbered(number: u32) -> Option<&'static Fine> {
    fine((number as usize).checked_sub(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_covers_the_last_two_halves_only() {
        let fine = Fine::new();
        fine.record_wait(1_000_000);
        assert_eq!(fine.wait(1).count(), 1);
        fine.rotate();
        fine.record_wait(2_000_000);
        assert_eq!(fine.wait(1).count(), 2);
        fine.rotate();
        assert_eq!(fine.wait(1).count(), 1);
        assert!(fine.wait(1).max_ns.is_some_and(|max| (2_000_000..2_000_200).contains(&max)));
        fine.rotate();
        assert_eq!(fine.wait(1).summary().p50, None);
    }

    #[test]
    fn what_was_returned_is_lent_again_but_not_at_once() {
        let mut free = Free { made: 0, returned: VecDeque::new() };
        let now = ticks();
        assert_eq!(
            [free.take(now, 2), free.take(now, 2), free.take(now, 2)],
            [Some(0), Some(1), None]
        );
        free.returned.push_back((now, 1));
        assert_eq!(free.take(now, 2), None, "its actor may still be about to record");
        let later = now.saturating_mul(2);
        assert_eq!([free.take(later, 2), free.take(later, 2)], [Some(1), None]);
    }
}
