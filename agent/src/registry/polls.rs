//! How a slot's task is polled, as the future around it reports it.

use super::SlotHandle;
use crate::clock::Ticks;
use crate::measuring;

impl SlotHandle {
    /// A poll begins. `woken` is when the task was woken for it, if that is known.
    #[inline]
    pub(crate) fn poll_begins(&self, woken: Option<Ticks>) {
        let polls = match self.slot.read_polls() {
            Some(polls) => polls,
            None if measuring::is_on() => self.slot.polls(),
            None => return self.slot.gate.unmeasured.poll.set(true),
        };
        polls.begin(woken);
        self.slot.stir();
    }

    /// The running poll ends; when, if that was measured.
    #[inline]
    pub(crate) fn poll_ends(&self) -> Option<Ticks> {
        if let Some(polls) = self.slot.read_polls() {
            // Of a task with a mailbox messages tell more.
            return polls.end(!self.slot.marks.has_mailbox());
        }
        self.slot.gate.unmeasured.poll.set(false);
        None
    }
}
