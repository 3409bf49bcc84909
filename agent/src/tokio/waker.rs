//! The waker between a task and whatever wakes it: notes when, and forwards every wake.

use crate::adapter::SlotHandle;
use std::sync::Arc;
use std::task::{Wake, Waker};

struct Stamps {
    task: Waker,
    slot: SlotHandle,
}

impl Wake for Stamps {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.slot.task_woken();
        self.task.wake_by_ref();
    }
}

/// The waker that a future is polled with, kept from poll to poll: a task's own waker hardly ever
/// changes, so that one allocation lasts for its life.
#[derive(Default)]
pub(super) struct Stamping(Option<(Arc<Stamps>, Waker)>);

impl Stamping {
    /// A waker that stamps `slot` and wakes `task`.
    #[inline]
    pub(super) fn over<'a>(&'a mut self, task: &'a Waker, slot: &SlotHandle) -> &'a Waker {
        if self.0.as_ref().is_none_or(|(stamps, _)| !stamps.task.will_wake(task)) {
            // What was handed out before goes on waking the task that it was made for, as is right
            // for a future that moved.
            let stamps = Arc::new(Stamps { task: task.clone(), slot: slot.clone() });
            self.0 = Some((stamps.clone(), Waker::from(stamps)));
        }
        self.0.as_ref().map_or(task, |(_, waker)| waker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Registration, Registry};
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    #[derive(Default)]
    struct Counts(AtomicU32);

    impl Wake for Counts {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    #[test]
    fn every_wake_is_forwarded_and_the_waker_stays_while_the_task_does() {
        let slot = Registry::new().register(Registration::new("test", "a", "T"));
        let (first, second) = (Arc::new(Counts::default()), Arc::new(Counts::default()));
        let (task, moved) = (Waker::from(first.clone()), Waker::from(second.clone()));
        let mut stamping = Stamping::default();
        let ours = stamping.over(&task, &slot).clone();
        assert!(ours.will_wake(stamping.over(&task, &slot)), "nothing is allocated again");
        for _ in 0..3 {
            ours.wake_by_ref();
        }
        assert_eq!(first.0.load(Relaxed), 3);
        let theirs = stamping.over(&moved, &slot).clone();
        assert!(!ours.will_wake(&theirs));
        theirs.wake();
        ours.wake();
        assert_eq!((first.0.load(Relaxed), second.0.load(Relaxed)), (4, 1));
    }
}
