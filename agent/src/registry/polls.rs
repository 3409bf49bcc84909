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

    /// The running poll ends.
    #[inline]
    pub(crate) fn poll_ends(&self) {
        if let Some(polls) = self.slot.read_polls() {
            // Of a task with a mailbox messages tell more.
            polls.end(!self.slot.marks.has_mailbox());
        } else {
            self.slot.gate.unmeasured.poll.set(false);
        }
    }
}
