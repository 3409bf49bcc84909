//! What an actor sends, as code that wants to be seen says it: the opt-in edges between slots.

use super::SlotHandle;
use crate::cell::Ask;
use crate::clock::{Ticks, ticks};
use actorscope_core::SlotId;

/// When something began, for telling of it later.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment(Ticks);

impl Moment {
    /// This one.
    pub fn now() -> Self {
        Self(ticks())
    }
}

impl From<&SlotHandle> for SlotId {
    fn from(slot: &SlotHandle) -> Self {
        slot.id()
    }
}

impl SlotHandle {
    /// A message went to `receiver`, whose actor may have ended, or could not be delivered. Callable
    /// from any task.
    pub fn told(&self, receiver: impl Into<SlotId>, delivered: bool) {
        self.slot.meter().links().to(receiver.into()).told(delivered);
        self.slot.stir();
    }

    /// A message goes to `receiver`, and its answer is waited for until the returned guard is told of
    /// it or dropped. Callable from any task; concurrent asks are kept apart.
    pub fn asks(&self, receiver: impl Into<SlotId>) -> Asking {
        self.asks_since(receiver, Moment::now())
    }

    /// [`SlotHandle::asks`] of a message that was sent before its receiver's slot was known.
    pub fn asks_since(&self, receiver: impl Into<SlotId>, sent: Moment) -> Asking {
        let receiver = receiver.into();
        let ask = self.slot.meter().links().to(receiver).asked(sent.0);
        self.slot.stir();
        Asking { sender: self.clone(), receiver, ask, answered: false }
    }
}

/// An answer that is out. Dropped without [`Asking::answered`] the ask counts as failed: it timed
/// out, or nobody waits any more.
#[derive(Debug)]
pub struct Asking {
    sender: SlotHandle,
    receiver: SlotId,
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
        self.sender.slot.meter().links().to(self.receiver).answered(self.ask, self.answered);
    }
}
