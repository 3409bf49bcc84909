//! The waker between a task and whatever wakes it: notes when, and forwards every wake.

use crate::clock::Ticks;
use crate::gate::wake_instant;
use crate::measuring;
use crate::spares::Spares;
use crate::sync::thread_local;
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

thread_local! {
    /// Of tasks that ended, for those that begin.
    static SPARE: Spares<Stamps> = const { Spares::new() };
}

impl Stamps {
    fn of(task: Waker) -> Arc<Self> {
        if let Ok(Some(mut stamps)) = SPARE.try_with(Spares::take)
            && let Some(alone) = Arc::get_mut(&mut stamps)
        {
            alone.task = task;
            *alone.woken_at.get_mut() = 0;
            return stamps;
        }
        Arc::new(Self { task, woken_at: AtomicU64::new(0) })
    }

    /// Whoever was handed it may still have it; if not, it is kept without its task.
    fn done(mut stamps: Arc<Self>) {
        if let Some(alone) = Arc::get_mut(&mut stamps) {
            alone.task = Waker::noop().clone();
            // On a thread that is ending it is freed.
            let _ = SPARE.try_with(|spares| spares.keep(stamps));
        }
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
        waker_ref(self.stamps.get_or_insert_with(|| Stamps::of(task.clone())))
    }
}

impl Drop for Stamping {
    fn drop(&mut self) {
        if let Some(stamps) = self.stamps.take() {
            Stamps::done(stamps);
        }
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
    fn a_waker_that_nobody_has_any_more_is_the_next_tasks() {
        let (first, second) = (Arc::new(Counts::default()), Arc::new(Counts::default()));
        let (before, after) = (Waker::from(first.clone()), Waker::from(second.clone()));
        let mut stamping = Stamping::new(None);
        stamping.over(&before).wake_by_ref();
        let at = Arc::as_ptr(stamping.stamps.as_ref().unwrap());
        drop(stamping);
        drop(before);
        assert_eq!(Arc::strong_count(&first), 1, "the task is not kept with it");
        let mut next = Stamping::new(Some(7));
        let handed_out = next.over(&after).clone();
        assert_eq!(Arc::as_ptr(next.stamps.as_ref().unwrap()), at);
        assert_eq!(next.take(), None, "the wakes of the one before are not its own");
        drop(next);
        let mut third = Stamping::new(None);
        assert!(!third.over(&after).will_wake(&handed_out), "somebody has that one");
        handed_out.wake();
        assert_eq!((first.0.load(Relaxed), second.0.load(Relaxed)), (1, 1));
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
