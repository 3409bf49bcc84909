//! Whether anything came into a mailbox that was found empty, without asking the mailbox again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::AcqRel, Ordering::Acquire, Ordering::Release};
use std::task::{Wake, Waker};

/// To be hung where a mailbox wakes who waits for it.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    is_silent: AtomicBool,
}

impl Bell {
    /// It hangs, and nothing has come since.
    #[inline]
    pub(crate) fn is_silent(&self) -> bool {
        self.is_silent.load(Acquire)
    }

    /// To be hung now.
    pub(crate) fn hang(self: &Arc<Self>) -> Waker {
        self.is_silent.swap(true, AcqRel);
        Waker::from(self.clone())
    }

    /// It hangs there no longer, or rang.
    pub(crate) fn take_down(&self) {
        self.is_silent.store(false, Release);
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.take_down();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.take_down();
    }
}
