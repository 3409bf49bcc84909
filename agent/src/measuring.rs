//! Whether messages and polls are measured: from the start of the process's first agent on.
//!
//! A service may carry the agent and not start it. Then nobody will ever ask how its messages fare:
//! neither is the clock read for them, nor is anything counted or allocated, and they cost what it takes
//! to find that out. Starts and ends, and who hangs below whom, are noted all the same; and what an actor
//! is in the middle of ([`Unmeasured`]), so that nobody is taken for idle who had begun by then.

use crate::clock::{Ticks, ticks};
use crate::sync::atomic::AtomicBool;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Stands for an instant before anything was measured. No reading of the counter is 1.
pub(crate) const BEFORE: Ticks = 1;

/// When it began; 0 = it has not. It does not end with the agent: another one may follow.
static SINCE: AtomicU64 = AtomicU64::new(0);

/// An agent starts.
pub(crate) fn begin() {
    let _ = SINCE.compare_exchange(0, ticks(), Relaxed, Relaxed);
}

/// Whether messages are measured: since the process's first agent started. While they are not, an adapter
/// needs not say how many are queued or when one came.
///
/// In unit tests of this crate, most of which have no agent, they always are.
#[inline]
pub fn is_on() -> bool {
    cfg!(test) || SINCE.load(Relaxed) != 0
}

/// When it began; 0 = it has not.
pub(crate) fn since() -> Ticks {
    SINCE.load(Relaxed)
}

/// The instant itself; of one before anything was measured, the end of that time.
#[inline]
pub(crate) fn at_the_latest(instant: Ticks) -> Ticks {
    if instant == BEFORE { since().max(BEFORE) } else { instant }
}

/// What a task is in the middle of that began while nothing was measured. Written by that task.
#[derive(Default, Debug)]
pub(crate) struct Unmeasured {
    /// The handler of a message.
    pub(crate) handler: Flag,
    /// A poll.
    pub(crate) poll: Flag,
}

impl Unmeasured {
    /// The task has ended.
    pub(crate) fn clear(&self) {
        self.handler.set(false);
        self.poll.set(false);
    }
}

/// One writer, any number of readers.
#[derive(Default, Debug)]
pub(crate) struct Flag(AtomicBool);

impl Flag {
    #[inline]
    pub(crate) fn set(&self, to: bool) {
        self.0.store(to, Relaxed);
    }

    #[inline]
    pub(crate) fn get(&self) -> bool {
        self.0.load(Relaxed)
    }

    /// When that began, as far as anybody knows: with the measuring, at the latest. 0 = it does not run,
    /// or nothing is measured yet.
    pub(crate) fn at_the_latest(&self) -> Ticks {
        if self.get() { since() } else { 0 }
    }
}
