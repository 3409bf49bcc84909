//! From one hook to the next without a look into a table.
//!
//! kameo calls `on_message` in the same poll in which `next` returned a message, and `next` in the
//! same poll in which `on_message` ended. So each hook leaves what it knows of the actor with the
//! thread, and the next one takes it: moved, not counted, and as one pointer, because this happens
//! four times a message. Where that fails (at the first message, or when kameo takes another way)
//! the table is asked.

use crate::cell::ActorCell;
use crate::table;
use actorscope_agent::adapter::InSlot;
use kameo::actor::ActorId;
use std::cell::Cell;
use std::sync::Arc;

thread_local! {
    static HELD: Cell<Option<Box<Held>>> = const { Cell::new(None) };
}

/// What is known of an actor, and a place in its slot for its handlers to run in.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) cell: Arc<ActorCell>,
    pub(crate) place: InSlot,
}

impl Held {
    /// What is known of the actor with this id; `None` if it is not observed.
    #[inline]
    pub(crate) fn take(id: ActorId) -> Option<Box<Self>> {
        match HELD.try_with(Cell::take).ok().flatten() {
            Some(held) if held.cell.id == id => Some(held),
            other => Self::look_up(id, other),
        }
    }

    /// `_other` is another actor's, or nobody's: dropped here and not where every message comes by.
    #[cold]
    fn look_up(id: ActorId, _other: Option<Box<Self>>) -> Option<Box<Self>> {
        let cell = table::get(id)?;
        let place = InSlot::new(cell.slot.clone());
        Some(Box::new(Self { cell, place }))
    }

    /// Leaves it for the next hook.
    #[inline]
    pub(crate) fn leave(self: Box<Self>) {
        let mut held = Some(self);
        let _ = HELD.try_with(|place| held = place.replace(held.take()));
        if let Some(other) = held {
            drop_cold(other);
        }
    }
}

/// Usually there is nothing to drop.
#[cold]
fn drop_cold(held: Box<Held>) {
    drop(held);
}
