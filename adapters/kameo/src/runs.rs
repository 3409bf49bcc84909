//! Which incarnation a hook belongs to.
//!
//! kameo hands a failed actor to its supervisor *before* it calls `on_stop`, so that on several
//! threads the successor's `on_start` may run before, or beside, the predecessor's `on_stop`. A start
//! therefore waits for the end before it to be reported; that is a moment away, because nothing in
//! between awaits.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{AcqRel, Acquire};
use std::sync::{Mutex, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;
use tokio::sync::Notify;

/// Longest wait for an end; what is reported later is not believed any more.
const PATIENCE: Duration = Duration::from_secs(1);

/// The task (or, for actors with a thread of their own, the thread) that runs one incarnation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Runner(Option<tokio::task::Id>, ThreadId);

impl Runner {
    pub(crate) fn current() -> Self {
        let task = tokio::task::try_id();
        // A task may move between threads, a thread's own actor does not.
        Self(task, std::thread::current().id())
    }

    pub(crate) fn is(self, other: Self) -> bool {
        match (self.0, other.0) {
            (Some(a), Some(b)) => a == b,
            (None, None) => self.1 == other.1,
            _ => false,
        }
    }
}

/// Starts and ends of the actors with one id.
#[derive(Default, Debug)]
pub(crate) struct Runs {
    starts: AtomicU32,
    ends: AtomicU32,
    runner: Mutex<Option<Runner>>,
}

/// Rings when the end of any actor was reported. One for all, because hardly anybody ever listens.
static ENDED: Notify = Notify::const_new();

impl Runs {
    /// Waits until the end of the actor before was reported; false if it was not.
    pub(crate) async fn predecessor_ended(&self) -> bool {
        let reported = async {
            loop {
                let mut ended = std::pin::pin!(ENDED.notified());
                ended.as_mut().enable();
                if self.ends.load(Acquire) >= self.starts.load(Acquire) {
                    return;
                }
                ended.await;
            }
        };
        tokio::time::timeout(PATIENCE, reported).await.is_ok()
    }

    /// The calling task runs the next incarnation.
    pub(crate) fn start(&self) {
        *self.runner.lock().unwrap_or_else(PoisonError::into_inner) = Some(Runner::current());
        self.starts.fetch_add(1, AcqRel);
    }

    /// How many have started.
    pub(crate) fn starts(&self) -> u32 {
        self.starts.load(Acquire)
    }

    /// Whether the calling task runs the present incarnation, and has not reported its end yet.
    pub(crate) fn is_current(&self) -> bool {
        let runner = *self.runner.lock().unwrap_or_else(PoisonError::into_inner);
        runner.is_some_and(|r| r.is(Runner::current()))
            && self.ends.load(Acquire) < self.starts.load(Acquire)
    }

    /// The present incarnation's end was reported.
    pub(crate) fn end(&self) {
        self.ends.store(self.starts.load(Acquire), std::sync::atomic::Ordering::Release);
        ENDED.notify_waiters();
    }
}
