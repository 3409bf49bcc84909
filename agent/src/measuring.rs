//! Whether messages and polls are measured: from the start of the process's first agent on.
//!
//! A service may carry the agent and not start it. Then nobody will ever ask how its messages fare:
//! neither is the clock read for them, nor is anything counted or allocated, and they cost what it takes
//! to find that out. Starts and ends, and who hangs below whom, are noted all the same.

use crate::clock::{Ticks, ticks};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Stands for an instant before anything was measured. No reading of the counter is 1.
pub(crate) const BEFORE: Ticks = 1;

/// When it began; 0 = it has not. It does not end with the agent: another one may follow.
static SINCE: AtomicU64 = AtomicU64::new(0);

/// An agent starts.
pub(crate) fn begin() {
    let _ = SINCE.compare_exchange(0, ticks(), Relaxed, Relaxed);
}

/// Whether it has begun. In unit tests, most of which have no agent, it always has.
#[inline]
pub(crate) fn is_on() -> bool {
    cfg!(test) || SINCE.load(Relaxed) != 0
}

/// The instant itself; of one before anything was measured, the end of that time.
#[inline]
pub(crate) fn at_the_latest(instant: Ticks) -> Ticks {
    if instant == BEFORE { SINCE.load(Relaxed).max(BEFORE) } else { instant }
}
