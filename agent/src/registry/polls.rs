//! How a slot's task is polled, as the future around it reports it.

use super::SlotHandle;
use crate::clock::Ticks;

impl SlotHandle {
    /// A poll begins. `woken` is when the task was woken for it, if that is known.
    #[inline]
    pub(crate) fn poll_begins(&self, woken: Option<Ticks>) {
        self.slot.polls().begin(woken);
        self.slot.stir();
    }

    /// The running poll ends.
    #[inline]
    pub(crate) fn poll_ends(&self) {
        // Of a task with a mailbox messages tell more.
        self.slot.polls().end(!self.slot.marks.has_mailbox());
    }
}
