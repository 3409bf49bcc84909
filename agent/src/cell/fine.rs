//! Tier 2: log-linear histograms for the slots that somebody looks at.
//!
//! Two halves take turns, so that a reading covers between one and two half-windows. The sampler
//! hands an instance out and takes it back; the actor's own task picks it up with its next message.

use actorscope_core::histogram::{Buckets, Layout, fine};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed};

#[derive(Debug)]
struct Half {
    wait: [AtomicU32; fine::LEN],
    handling: [AtomicU32; fine::LEN],
    wait_max_units: AtomicU32,
    handling_max_units: AtomicU32,
}

impl Half {
    const fn new() -> Self {
        Self {
            wait: [const { AtomicU32::new(0) }; fine::LEN],
            handling: [const { AtomicU32::new(0) }; fine::LEN],
            wait_max_units: AtomicU32::new(0),
            handling_max_units: AtomicU32::new(0),
        }
    }

    fn clear(&self) {
        for counter in self.wait.iter().chain(&self.handling) {
            counter.store(0, Relaxed);
        }
        self.wait_max_units.store(0, Relaxed);
        self.handling_max_units.store(0, Relaxed);
    }
}

/// Maxima are kept in units of 64 ns, so that 32 bits reach 275 s.
const MAX_UNIT_BITS: u32 = 6;

/// Both histograms of one slot.
#[derive(Debug)]
pub(crate) struct Fine {
    active: AtomicUsize,
    halves: [Half; 2],
}

impl Fine {
    fn new() -> Self {
        Self { active: AtomicUsize::new(0), halves: [const { Half::new() }; 2] }
    }

    #[inline]
    fn half(&self) -> &Half {
        let [first, second] = &self.halves;
        if self.active.load(Relaxed) == 0 { first } else { second }
    }

    #[inline]
    pub(crate) fn record_wait(&self, ns: u64) {
        let half = self.half();
        count(&half.wait, ns, &half.wait_max_units);
    }

    #[inline]
    pub(crate) fn record_handling(&self, ns: u64) {
        let half = self.half();
        count(&half.handling, ns, &half.handling_max_units);
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
        self.active.store(1 - active.min(1), Relaxed);
    }

    fn clear(&self) {
        for half in &self.halves {
            half.clear();
        }
    }

    /// Queue waits within `window_ns`, the time since the older half was emptied.
    pub(crate) fn wait(&self, window_ns: u64) -> Buckets {
        self.read(|h| (&h.wait, &h.wait_max_units), window_ns)
    }

    /// Handling times within `window_ns`.
    pub(crate) fn handling(&self, window_ns: u64) -> Buckets {
        self.read(|h| (&h.handling, &h.handling_max_units), window_ns)
    }

    fn read(
        &self,
        pick: impl Fn(&Half) -> (&[AtomicU32; fine::LEN], &AtomicU32),
        window_ns: u64,
    ) -> Buckets {
        let [first, second] = &self.halves;
        let ((a, a_max), (b, b_max)) = (pick(first), pick(second));
        let sums =
            a.iter().zip(b).map(|(a, b)| u64::from(a.load(Relaxed)) + u64::from(b.load(Relaxed)));
        let mut buckets = Buckets::from_dense(Layout::Fine, sums);
        let max = a_max.load(Relaxed).max(b_max.load(Relaxed));
        buckets.max_ns = (max > 0).then(|| u64::from(max) << MAX_UNIT_BITS);
        buckets.window_ns = Some(window_ns);
        buckets
    }
}

#[inline]
fn count(counters: &[AtomicU32; fine::LEN], ns: u64, max_units: &AtomicU32) {
    if let Some(counter) = counters.get(fine::index(ns)) {
        counter.store(counter.load(Relaxed).saturating_add(1), Relaxed);
    }
    // Rounded up, so that the maximum is never below what was measured.
    let units = u32::try_from((ns >> MAX_UNIT_BITS) + 1).unwrap_or(u32::MAX);
    if units > max_units.load(Relaxed) {
        max_units.store(units, Relaxed);
    }
}

/// A fixed number of [`Fine`]s, made when first needed and used again.
#[derive(Debug)]
pub(crate) struct FinePool {
    free: Vec<Arc<Fine>>,
    made: usize,
    most: usize,
}

impl FinePool {
    /// At most `most` at a time; each takes 3.6 KB.
    pub(crate) const fn new(most: usize) -> Self {
        Self { free: Vec::new(), made: 0, most }
    }

    /// An empty one, unless all are in use.
    pub(crate) fn take(&mut self) -> Option<Arc<Fine>> {
        // One that its actor has not let go of yet cannot be used again.
        let idle = self.free.iter().position(|fine| Arc::strong_count(fine) == 1);
        if let Some(at) = idle {
            let fine = self.free.swap_remove(at);
            fine.clear();
            return Some(fine);
        }
        if self.made >= self.most {
            return None;
        }
        self.made += 1;
        Some(Arc::new(Fine::new()))
    }

    /// Takes one back.
    pub(crate) fn give_back(&mut self, fine: Arc<Fine>) {
        self.free.push(fine);
    }
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
    fn the_pool_is_bounded_and_waits_for_actors_to_let_go() {
        let mut pool = FinePool::new(1);
        let ours = pool.take().unwrap();
        assert!(pool.take().is_none());
        let actors = ours.clone();
        pool.give_back(ours);
        assert!(pool.take().is_none(), "the actor still writes to it");
        drop(actors);
        assert!(pool.take().is_some());
    }
}
