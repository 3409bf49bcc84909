//! The floor: what measuring queue wait and handling time costs at the very least.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Calibrated once: that takes a moment and belongs to no actor.
static CLOCK: LazyLock<quanta::Clock> = LazyLock::new(quanta::Clock::new);

/// Two raw clock reads a message and the stores that keep what they say: counters and one bucket of
/// two histograms, written by one task with plain loads and stores.
///
/// In a place of their own on the heap, as any observer's are: nobody could read them else. Inside of
/// an actor they would make it 600 bytes longer, and frameworks move actors: a spawn and an ask
/// would take longer for a reason that has nothing to do with measuring.
#[derive(Debug, Default)]
pub struct Floor(Box<Counters>);

#[derive(Debug)]
struct Counters {
    clock: quanta::Clock,
    handled: AtomicU64,
    busy: AtomicU64,
    wait: AtomicU64,
    longest: AtomicU64,
    since: AtomicU64,
    waits: [AtomicU64; 32],
    handlings: [AtomicU64; 32],
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            clock: CLOCK.clone(),
            handled: AtomicU64::new(0),
            busy: AtomicU64::new(0),
            wait: AtomicU64::new(0),
            longest: AtomicU64::new(0),
            since: AtomicU64::new(0),
            waits: [const { AtomicU64::new(0) }; 32],
            handlings: [const { AtomicU64::new(0) }; 32],
        }
    }
}

fn bump(counter: &AtomicU64, by: u64) {
    counter.store(counter.load(Relaxed).wrapping_add(by), Relaxed);
}

fn count(buckets: &[AtomicU64; 32], ns: u64) {
    bump(&buckets[(64 - ns.leading_zeros() as usize).min(31)], 1);
}

impl Floor {
    /// A handler begins: one clock read. The wait is counted from the last end.
    #[inline]
    pub fn begin(&self) {
        let this = &*self.0;
        let now = this.clock.raw();
        let wait = this.clock.delta_as_nanos(this.since.load(Relaxed), now);
        bump(&this.wait, wait);
        if wait > this.longest.load(Relaxed) {
            this.longest.store(wait, Relaxed);
        }
        count(&this.waits, wait);
        this.since.store(now, Relaxed);
    }

    /// A handler ends: one clock read.
    #[inline]
    pub fn end(&self) {
        let this = &*self.0;
        let now = this.clock.raw();
        let took = this.clock.delta_as_nanos(this.since.load(Relaxed), now);
        bump(&this.busy, took);
        bump(&this.handled, 1);
        count(&this.handlings, took);
        this.since.store(now, Relaxed);
    }
}

/// [`Floor`] where nothing is measured.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProbe;

impl NoProbe {
    /// A handler begins.
    #[inline]
    pub fn begin(&self) {}

    /// A handler ends.
    #[inline]
    pub fn end(&self) {}
}
