//! The waker between a task and whatever wakes it: notes when, and forwards every wake.

use crate::clock::Ticks;
use crate::gate::wake_instant;
use crate::measuring;
use futures_util::task::{ArcWake, WakerRef, waker_ref};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::Waker;

/// What a waker notes and whom it wakes.
pub(super) struct Stamps {
    task: Waker,
    /// When the task was first woken since its last poll began; 0 = it was not.
    woken_at: AtomicU64,
}

impl ArcWake for Stamps {
    fn wake_by_ref(stamps: &Arc<Self>) {
        if stamps.woken_at.load(Relaxed) == 0 && measuring::is_on() {
            stamps.woken_at.store(wake_instant(), Relaxed);
        }
        // In any case: what was stamped before may be on its way into a poll.
        stamps.task.wake_by_ref();
    }
}

/// The waker that a future is polled with, kept from poll to poll: a task's own waker hardly ever
/// changes, so that one allocation lasts for its life.
pub(super) struct Stamping {
    /// Until the first poll: when it was spawned, which is its first wake. 0 = not known.
    spawned_at: Ticks,
    /// From the first poll on.
    stamps: Option<Arc<Stamps>>,
}

impl Stamping {
    /// For a task that was spawned at this instant; `None` = nobody knows when it will be.
    pub(super) fn new(spawned_at: Option<Ticks>) -> Self {
        Self { spawned_at: spawned_at.unwrap_or(0), stamps: None }
    }

    /// When the task was woken for the poll that begins now, if that is known. To be asked once a
    /// poll, before [`Stamping::over`].
    #[inline]
    pub(super) fn take(&mut self) -> Option<Ticks> {
        let at = match &self.stamps {
            None => std::mem::take(&mut self.spawned_at),
            Some(stamps) => {
                let at = stamps.woken_at.load(Relaxed);
                if at != 0 {
                    // Not a swap, which costs more: a wake in between goes without a stamp, not
                    // without its poll.
                    stamps.woken_at.store(0, Relaxed);
                }
                at
            }
        };
        (at != 0).then_some(at)
    }

    /// A waker that stamps and wakes `task`; itself while nothing is measured, so that who never has an agent pays
    /// for none.
    #[inline]
    pub(super) fn over<'a>(&'a mut self, task: &'a Waker) -> WakerRef<'a> {
        if !measuring::is_on() {
            return WakerRef::new(task);
        }
        // What was handed out before goes on waking the task that it was made for, as is right for a
        // future that moved.
        self.stamps.take_if(|stamps| !stamps.task.will_wake(task));
        let new = || Arc::new(Stamps { task: task.clone(), woken_at: AtomicU64::new(0) });
        waker_ref(self.stamps.get_or_insert_with(new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;

    #[derive(Default)]
    struct Counts(AtomicU32);

    impl std::task::Wake for Counts {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    #[test]
    fn every_wake_is_forwarded_and_the_waker_stays_while_the_task_does() {
        let (first, second) = (Arc::new(Counts::default()), Arc::new(Counts::default()));
        let (task, moved) = (Waker::from(first.clone()), Waker::from(second.clone()));
        let mut stamping = Stamping::new(Some(7));
        assert_eq!(stamping.take(), Some(7), "it was spawned then");
        let ours = stamping.over(&task).clone();
        assert!(ours.will_wake(&stamping.over(&task)), "nothing is allocated again");
        for _ in 0..3 {
            ours.wake_by_ref();
        }
        assert_eq!(first.0.load(Relaxed), 3);
        assert!(stamping.take().is_some_and(|at| at > 7));
        assert_eq!(stamping.take(), None, "one stamp, however often it was woken");
        let theirs = stamping.over(&moved).clone();
        assert!(!ours.will_wake(&theirs));
        theirs.wake();
        assert!(stamping.take().is_some());
        ours.wake();
        assert_eq!(stamping.take(), None, "another task was woken");
        assert_eq!((first.0.load(Relaxed), second.0.load(Relaxed)), (4, 1));
    }
}
