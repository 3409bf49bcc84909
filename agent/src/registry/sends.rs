//! What an actor sends, as code that wants to be seen says it: the opt-in edges between slots.

use super::SlotHandle;
use crate::cell::Ask;

impl SlotHandle {
    /// A message went to `receiver`, or could not be delivered. Callable from any task.
    pub fn told(&self, receiver: &Self, delivered: bool) {
        self.slot.links().to(receiver.id()).told(delivered);
    }

    /// A message goes to `receiver`, and its answer is waited for until the returned guard is told of
    /// it or dropped. Callable from any task; concurrent asks are kept apart.
    pub fn asks(&self, receiver: &Self) -> Asking {
        let ask = self.slot.links().to(receiver.id()).asked();
        Asking { sender: self.clone(), receiver: receiver.id(), ask, answered: false }
    }
}

/// An answer that is out. Dropped without [`Asking::answered`] the ask counts as failed: it timed
/// out, or nobody waits any more.
#[derive(Debug)]
pub struct Asking {
    sender: SlotHandle,
    receiver: actorscope_core::SlotId,
    ask: Ask,
    answered: bool,
}

impl Asking {
    /// The answer came; not `ok` if it is that there will be none.
    pub fn answered(mut self, ok: bool) {
        self.answered = ok;
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.sender.slot.links().to(self.receiver).answered(self.ask, self.answered);
    }
}
