//! From one hook to the next without a look into a table.
//!
//! kameo calls `on_message` in the same poll in which `next` returned a message, and `next` in the
//! same poll in which `on_message` ended. So each hook leaves what it knows of the actor with the
//! thread, and the next one takes it: moved, not counted. Where that fails (at the first message, or
//! when kameo takes another way) the table is asked.

use crate::cell::ActorCell;
use crate::table;
use actorscope_agent::adapter::SlotHandle;
use kameo::actor::ActorId;
use std::cell::Cell;
use std::sync::Arc;

thread_local! {
    static HELD: Cell<Option<Held>> = const { Cell::new(None) };
}

/// What is known of an actor, and a handle of its slot of its own, to be moved where one is needed.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) cell: Arc<ActorCell>,
    pub(crate) slot: SlotHandle,
}

impl Held {
    pub(crate) fn new(cell: Arc<ActorCell>) -> Self {
        let slot = cell.slot.clone();
        Self { cell, slot }
    }

    /// What is known of the actor with this id; `None` if it is not observed.
    #[inline]
    pub(crate) fn take(id: ActorId) -> Option<Self> {
        match HELD.try_with(Cell::take).ok().flatten() {
            Some(held) if held.cell.id == id => Some(held),
            _ => Self::look_up(id),
        }
    }

    #[cold]
    fn look_up(id: ActorId) -> Option<Self> {
        table::get(id).map(Self::new)
    }

    /// Leaves it for the next hook.
    #[inline]
    pub(crate) fn leave(self) {
        let _ = HELD.try_with(|place| place.set(Some(self)));
    }
}
