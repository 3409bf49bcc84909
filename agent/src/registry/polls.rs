//! How a slot's task is polled, as the future around it reports it.

use super::SlotHandle;
use crate::clock::Ticks;

impl SlotHandle {
    /// Somebody wakes the task, or has just spawned it. Callable from any thread.
    #[inline]
    pub(crate) fn task_woken(&self) {
        self.slot.gate.task_woken();
    }

    /// A poll begins; `ended` is when the last one ended, 0 = there was none.
    #[inline]
    pub(crate) fn poll_begins(&self, ended: Ticks) {
        self.slot.polls().begin(self.slot.gate.take_task_woken_at(), ended);
    }

    /// The running poll ends; when.
    #[inline]
    pub(crate) fn poll_ends(&self) -> Ticks {
        self.slot.polls().end()
    }
}
