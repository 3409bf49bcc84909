//! What operators want of an actor, as the actor's own task sees it: one relaxed load a message while
//! they want nothing.
//!
//! A verb sets a flag and wakes the task; the task acts on it before its next message, so verbs do
//! not wait behind a backlog.

use crate::clock::{Ticks, ticks};
use crate::measuring::Unmeasured;
use crate::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use crate::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64};
use crate::sync::{AtomicWaker, thread_local};
use actorscope_core::Incarnation;
use std::cell::Cell;
use std::task::Waker;

const STOP: u8 = 1;
const RESTART: u8 = 2;
const SUSPEND: u8 = 4;
const DUMP: u8 = 8;

/// What the actor is to do before its next message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Request {
    /// Nothing: go on.
    Proceed,
    /// End as if its work were done.
    Stop,
    /// Fail, so that its supervisor replaces it.
    Restart,
    /// Wait; ask again when woken.
    Hold,
}

/// Flags for one slot, and the waker of the task that runs its actor.
#[derive(Debug)]
pub(crate) struct Gate {
    flags: AtomicU8,
    /// Here because the task looks at the flags beside it anyway, with each message.
    pub(crate) unmeasured: Unmeasured,
    /// Whether there ever was a waker since the last task ended.
    has_waker: AtomicBool,
    /// The actor that they are for.
    incarnation: AtomicU32,
    waker: AtomicWaker,
    /// When a sender woke the sleeping task; 0 = not since it was last taken.
    woken_at: AtomicU64,
}

thread_local! {
    /// The instant of the wake that this thread, as a sender, is just passing on; 0 = none is.
    static WAKING: Cell<Ticks> = const { Cell::new(0) };
}

/// The instant of a wake that just happens to a task: within that of a sender, the clock is not read
/// again.
pub(crate) fn wake_instant() -> Ticks {
    let known = WAKING.try_with(Cell::get).unwrap_or(0);
    if known == 0 { ticks() } else { known }
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            flags: AtomicU8::new(0),
            unmeasured: Unmeasured::default(),
            has_waker: AtomicBool::new(false),
            incarnation: AtomicU32::new(Incarnation::FIRST.0),
            waker: AtomicWaker::new(),
            woken_at: AtomicU64::new(0),
        }
    }
}

impl Gate {
    /// Which actor fills the slot, or filled it last.
    #[inline]
    pub(crate) fn incarnation(&self) -> Incarnation {
        Incarnation(self.incarnation.load(Relaxed))
    }

    /// What to do. A request to stop or restart is handed out once.
    #[inline]
    pub(crate) fn check(&self) -> Request {
        if self.flags.load(Relaxed) == 0 { Request::Proceed } else { self.check_cold() }
    }

    /// Whether anybody wants anything. Hands nothing out.
    #[inline]
    pub(crate) fn is_asked(&self) -> bool {
        self.flags.load(Relaxed) != 0
    }

    #[cold]
    fn check_cold(&self) -> Request {
        let flags = self.flags.load(Acquire);
        for (flag, request) in [(RESTART, Request::Restart), (STOP, Request::Stop)] {
            if flags & flag != 0 {
                self.flags.fetch_and(!(STOP | RESTART), AcqRel);
                return request;
            }
        }
        if flags & SUSPEND != 0 { Request::Hold } else { Request::Proceed }
    }

    pub(crate) fn is_suspended(&self) -> bool {
        self.flags.load(Acquire) & SUSPEND != 0
    }

    /// It is to stop. As with the two that follow, its task is told with [`Gate::nudge`], later: whoever
    /// asks may hold the slot's lock, and what a waker does is not known.
    pub(crate) fn stop(&self) {
        self.flags.fetch_or(STOP, Release);
    }

    pub(crate) fn restart(&self) {
        self.flags.fetch_or(RESTART, Release);
    }

    pub(crate) fn suspend(&self) {
        self.flags.fetch_or(SUSPEND, Release);
    }

    /// Somebody wants the actor's state.
    pub(crate) fn want_dump(&self) {
        self.flags.fetch_or(DUMP, Release);
        self.waker.wake();
    }

    /// Whether somebody wants it.
    #[inline]
    pub(crate) fn wants_dump(&self) -> bool {
        self.flags.load(Relaxed) & DUMP != 0
    }

    /// They have it, or want it no more.
    pub(crate) fn dump_answered(&self) {
        self.flags.fetch_and(!DUMP, AcqRel);
    }

    /// Whether it was suspended.
    pub(crate) fn resume(&self) -> bool {
        let was = self.flags.fetch_and(!SUSPEND, AcqRel) & SUSPEND != 0;
        self.waker.wake();
        was
    }

    /// A new actor fills the slot: what was asked of the old one is moot. A suspension stays.
    pub(crate) fn next_incarnation(&self) {
        self.incarnation.store(self.incarnation().next().0, Relaxed);
        self.flags.fetch_and(SUSPEND, AcqRel);
        self.woken_at.store(0, Relaxed);
    }

    /// The task goes to sleep and wants to be woken through `waker`.
    pub(crate) fn register(&self, waker: &Waker) {
        self.has_waker.store(true, Relaxed);
        self.waker.register(waker);
    }

    /// A sender wakes the task: notes when, and forwards the wake in any case.
    pub(crate) fn wake_at(&self, now: impl FnOnce() -> Ticks) {
        if self.woken_at.load(Relaxed) != 0 {
            self.waker.wake();
            return;
        }
        let now = now();
        self.woken_at.store(now, Release);
        let _ = WAKING.try_with(|waking| waking.set(now));
        self.waker.wake();
        let _ = WAKING.try_with(|waking| waking.set(0));
    }

    /// The task ends: it needs not be woken any more, and its memory is not kept for that.
    pub(crate) fn task_ends(&self) {
        // Many sleep before nothing that their gate wakes them from.
        if self.has_waker.load(Relaxed) {
            self.has_waker.store(false, Relaxed);
            drop(self.waker.take());
        }
    }

    /// Wakes the task for another reason than a message.
    pub(crate) fn nudge(&self) {
        self.waker.wake();
    }

    /// When a sender woke the task, once.
    pub(crate) fn take_woken_at(&self) -> Option<Ticks> {
        let at = self.woken_at.swap(0, Acquire);
        (at != 0).then_some(at)
    }

    /// Forgets an old wake. Looks before it writes: usually there is none, and this comes with every
    /// message.
    #[inline]
    pub(crate) fn clear_woken_at(&self) {
        if self.woken_at.load(Relaxed) != 0 {
            self.woken_at.store(0, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::task::Wake;

    #[test]
    fn a_restart_goes_before_a_stop_and_both_are_handed_out_once() {
        let gate = Gate::default();
        gate.suspend();
        gate.stop();
        gate.restart();
        assert_eq!(gate.check(), Request::Restart);
        assert_eq!(gate.check(), Request::Hold);
        assert!(gate.resume());
        assert_eq!(gate.check(), Request::Proceed);
        assert!(!gate.resume());
    }

    #[test]
    fn the_first_wake_is_the_arrival() {
        let gate = Gate::default();
        gate.wake_at(|| 10);
        gate.wake_at(|| 20);
        assert_eq!((gate.take_woken_at(), gate.take_woken_at()), (Some(10), None));
    }

    #[test]
    fn the_wake_of_a_task_by_a_message_is_that_of_its_sender() {
        struct Task(AtomicU64);
        impl Wake for Task {
            fn wake(self: Arc<Self>) {
                self.0.store(wake_instant(), Relaxed);
            }
        }
        let gate = Gate::default();
        let task = Arc::new(Task(AtomicU64::new(0)));
        gate.register(&Waker::from(task.clone()));
        gate.wake_at(|| 10);
        assert_eq!(task.0.load(Relaxed), 10);
        assert!(wake_instant() > 10, "nobody sends any more");
    }
}
