//! From one hook to the next without a look into a table.
//!
//! kameo calls `on_message` in the same poll in which `next` returned a message, and `next` in the
//! same poll in which `on_start` or `on_message` ended. So each hook leaves what it knows of the actor
//! with the thread, and the next one takes it: moved, not counted, and as one pointer, because this
//! happens four times a message. Where that fails (when kameo takes another way) the table is asked.
//!
//! The box it moves in stays with the thread: an actor that sleeps has none.

use crate::cell::ActorCell;
use crate::table;
use actorscope_agent::adapter::InSlot;
use kameo::actor::ActorId;
use std::cell::Cell;
use std::sync::Arc;

thread_local! {
    static HELD: Cell<Option<Held>> = const { Cell::new(None) };
}

/// What is known of an actor, and a place in its slot for its handlers to run in.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) cell: Arc<ActorCell>,
    pub(crate) place: InSlot,
}

/// What is known of an actor, as it is handed from hook to hook; or an empty box.
#[derive(Debug)]
pub(crate) struct Held(Box<Option<Known>>);

impl Known {
    pub(crate) fn new(cell: Arc<ActorCell>) -> Self {
        Self { place: InSlot::new(cell.slot.clone()), cell }
    }

    /// Leaves it for the next hook.
    pub(crate) fn leave(self) {
        let _ = HELD.try_with(|place| {
            let mut held = place.take().unwrap_or_else(|| Held(Box::default()));
            // Usually the box is empty.
            drop(held.0.replace(self));
            place.set(Some(held));
        });
    }
}

impl Held {
    /// What is known of the actor with this id; `None` if it is not observed.
    #[inline]
    pub(crate) fn take(id: ActorId) -> Option<Self> {
        match HELD.try_with(Cell::take).ok().flatten() {
            Some(held) if held.known().is_some_and(|known| known.cell.id == id) => Some(held),
            other => Self::look_up(id, other),
        }
    }

    /// In the thread's box, in which nobody's is, or what is known of an actor that has ended.
    #[cold]
    fn look_up(id: ActorId, held: Option<Self>) -> Option<Self> {
        let known = table::get(id).map(Known::new)?;
        let mut held = held.unwrap_or_else(|| Self(Box::default()));
        *held.0 = Some(known);
        Some(held)
    }

    /// What is in the box.
    #[inline]
    pub(crate) fn known(&self) -> Option<&Known> {
        Option::as_ref(&self.0)
    }

    /// What is in the box.
    #[inline]
    pub(crate) fn known_mut(&mut self) -> Option<&mut Known> {
        Option::as_mut(&mut self.0)
    }

    /// Takes it out of the box, which is left with the thread.
    pub(crate) fn unpack(mut self) -> Option<Known> {
        let known = self.0.take();
        self.leave();
        known
    }

    /// Leaves it for the next hook.
    #[inline]
    pub(crate) fn leave(self) {
        let mut held = Some(self);
        let _ = HELD.try_with(|place| held = place.replace(held.take()));
        if let Some(other) = held {
            drop_cold(other);
        }
    }
}

/// Usually there is nothing to drop.
#[cold]
fn drop_cold(held: Held) {
    drop(held);
}
