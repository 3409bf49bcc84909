//! Who sends to whom.

use crate::seen::Seen;
use actorscope_agent::adapter::{Asking, SlotHandle, current_slot};
use actorscope_agent::core::SlotId;

/// From the actor whose task this is to another.
pub(super) struct Edge {
    sender: SlotHandle,
    receiver: SlotId,
}

impl Edge {
    /// `None` outside of observed actors and to those that are none.
    #[inline]
    pub(super) fn to(receiver: Option<&Seen>) -> Option<Self> {
        let receiver = receiver?.slot.id();
        Some(Self { sender: current_slot()?, receiver })
    }

    pub(super) fn told(self, delivered: bool) {
        self.sender.told(self.receiver, delivered);
    }

    pub(super) fn asks(&self) -> Asking {
        self.sender.asks(self.receiver)
    }
}
