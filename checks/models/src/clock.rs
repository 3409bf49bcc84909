//! Time in a model: it stands still but for what the model lets pass. Each reading is one tick later
//! than the one before, so that no two are the same.

use actorscope_core::Timestamp;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A nanosecond here; 0 stands for "none".
pub(crate) type Ticks = u64;

/// Not the model checker's: what time it is decides nothing.
static NOW: AtomicU64 = AtomicU64::new(BEGIN);

const BEGIN: u64 = 1_000_000_000;

/// A run begins.
pub(crate) fn reset() {
    NOW.store(BEGIN, Relaxed);
}

/// So many nanoseconds pass.
pub(crate) fn pass(ns: u64) {
    NOW.fetch_add(ns, Relaxed);
}

pub(crate) fn ticks() -> Ticks {
    NOW.fetch_add(1, Relaxed) + 1
}

pub(crate) fn ticks_since(from: Ticks) -> (Ticks, u64) {
    let now = ticks();
    (now, nanos(from, now))
}

pub(crate) fn nanos(from: Ticks, to: Ticks) -> u64 {
    to.saturating_sub(from)
}

pub(crate) fn wall() -> Timestamp {
    Timestamp(ticks())
}

pub(crate) const fn wall_at(now: Ticks) -> Timestamp {
    Timestamp(now)
}
