//! Time, read as cheaply as the machine allows.
//!
//! The message path reads the raw counter (15 ns where `Instant::now` takes 33 ns) and converts only
//! when a duration is recorded.

use actorscope_core::Timestamp;
use std::sync::OnceLock;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

/// A reading of the raw counter; 0 stands for "none".
pub(crate) type Ticks = u64;

/// The counter, and what its ticks are worth. Kept beside it, because its own conversion looks once
/// more what kind of clock there is.
struct Clock {
    counter: quanta::Clock,
    /// Nanoseconds in 2⁴⁰ ticks: six minutes of a processor's, and exact to 10⁻¹².
    scale: u64,
    wall: Wall,
}

/// Of [`Clock::scale`], as a power of two.
const SCALE_BITS: u32 = 40;

static CLOCK: OnceLock<Clock> = OnceLock::new();

#[inline]
fn clock() -> &'static Clock {
    CLOCK.get_or_init(Clock::new)
}

impl Clock {
    #[cold]
    fn new() -> Self {
        // Calibrates the counter against the system's clock, once in a process.
        let counter = quanta::Clock::new();
        let scale = counter.delta_as_nanos(0, 1 << SCALE_BITS);
        Self { counter, scale, wall: Wall::default() }
    }

    #[inline]
    fn now(&self) -> Ticks {
        self.counter.raw().max(1)
    }

    #[inline]
    fn nanos(&self, from: Ticks, to: Ticks) -> u64 {
        let ticks = to.saturating_sub(from);
        ((u128::from(ticks) * u128::from(self.scale)) >> SCALE_BITS) as u64
    }
}

/// The raw counter, now; never 0.
#[inline]
pub(crate) fn ticks() -> Ticks {
    clock().now()
}

/// The raw counter, now, and nanoseconds since an earlier reading: for the message path, which would
/// else look twice what kind of clock there is.
#[inline]
pub(crate) fn ticks_since(from: Ticks) -> (Ticks, u64) {
    let clock = clock();
    let now = clock.now();
    (now, clock.nanos(from, now))
}

/// Nanoseconds between two readings; 0 if `to` is not later.
#[inline]
pub(crate) fn nanos(from: Ticks, to: Ticks) -> u64 {
    clock().nanos(from, to)
}

/// The wall clock.
pub(crate) fn wall() -> Timestamp {
    wall_at(ticks())
}

/// [`wall`] at a reading of the counter that was made just now.
#[inline]
pub(crate) fn wall_at(now: Ticks) -> Timestamp {
    let clock = clock();
    clock.wall.at(clock, now)
}

/// The system's wall clock, which takes three readings of the counter.
#[cfg(unix)]
fn system() -> Timestamp {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
    // Before 1970 nothing ran.
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    let nanos = u64::try_from(now.tv_nsec).unwrap_or_default();
    Timestamp(seconds.saturating_mul(1_000_000_000).saturating_add(nanos))
}

/// The system's wall clock.
#[cfg(not(unix))]
fn system() -> Timestamp {
    std::time::SystemTime::now().into()
}

/// How the wall clock is told from the counter, as it is asked for with every actor that comes and goes: by how far one was
/// ahead of the other when both were last read, a moment ago. So it follows whoever sets the system's clock, that moment
/// later.
#[derive(Default)]
struct Wall {
    /// Nanoseconds that the wall clock is ahead of the counter.
    ahead: AtomicU64,
    /// When that was found; 0 = never.
    found: AtomicU64,
}

impl Wall {
    /// Rates as far apart as 10⁻⁵ are 100 ns apart by then.
    const FRESH_NS: u64 = 10_000_000;

    /// The two were read this close to each other, if nothing held the thread up.
    const CLOSE_NS: u64 = 1_000;

    #[inline]
    fn at(&self, clock: &Clock, now: Ticks) -> Timestamp {
        let found = self.found.load(Acquire);
        // Of a reading from before that, the difference is 0.
        if found == 0 || clock.nanos(found, now) > Self::FRESH_NS {
            self.find(clock);
        }
        // Should another thread find it anew meanwhile, both are right.
        Timestamp(clock.nanos(0, now).wrapping_add(self.ahead.load(Relaxed)))
    }

    #[cold]
    #[inline(never)]
    fn find(&self, clock: &Clock) {
        let read = || {
            let (before, wall, after) = (clock.now(), system(), clock.now());
            (clock.nanos(before, after), wall, before, after)
        };
        // Who was held up tries again, but not for ever.
        let first = read();
        let (apart, wall, before, after) =
            if first.0 <= Self::CLOSE_NS { first } else { first.min(read()).min(read()) };
        let ahead = wall.0.wrapping_sub(clock.nanos(0, before)).wrapping_sub(apart / 2);
        self.ahead.store(ahead, Relaxed);
        // Whoever sees this sees how far it is ahead.
        self.found.store(after, Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn a_difference_is_what_the_counters_own_conversion_says() {
        let from = ticks();
        // A moment, a second, a day and a year.
        for ticks in [1, 7, 3_000_000_000, 260_000_000_000_000, 95_000_000_000_000_000] {
            let own = clock().counter.delta_as_nanos(from, from + ticks);
            let ours = nanos(from, from + ticks);
            assert!(ours.abs_diff(own) <= 1 + own / 100_000_000_000, "{ticks}: {ours} for {own}");
        }
        assert_eq!((nanos(from, from), nanos(from, from - 1)), (0, 0));
    }

    #[test]
    fn the_wall_clock_told_from_the_counter_is_the_systems() {
        let first = wall();
        let found = || clock().wall.found.load(Relaxed);
        let (begin, found_first) = (Instant::now(), found());
        assert!(first.0 > 0 && found_first > 0);
        // Longer than one finding of how far they are apart holds.
        while begin.elapsed() < Duration::from_millis(50) {
            let (before, told, after) = (system(), wall(), system());
            // But for rates that differ, and for a thread that was held up where it compared them.
            let spare = 200_000;
            let within = before.0 - spare..=after.0 + spare;
            assert!(within.contains(&told.0), "{told:?} between {before:?} and {after:?}");
        }
        assert!(found() > found_first, "they were compared again");
    }

    #[test]
    fn a_wait_is_measured_in_nanoseconds() {
        let (outer, from, inner) = (Instant::now(), ticks(), Instant::now());
        while inner.elapsed() < Duration::from_millis(20) {}
        let (measured, outer) = (ticks_since(from).1, outer.elapsed().as_nanos() as u64);
        assert!(measured > 19_800_000, "{measured} ns");
        assert!(measured < outer + outer / 100, "{measured} ns of {outer}");
    }
}
