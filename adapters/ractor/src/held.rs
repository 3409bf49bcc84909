//! A handle of the slot whose actor's code runs, from message to message.
//!
//! The code of a handler runs as part of its slot, for which a handle is moved into the handler's
//! future and out again. Between messages it is left with the thread; only if another actor's message
//! came in between it has to be made anew.

use crate::seen::Seen;
use actorscope_agent::adapter::SlotHandle;
use std::cell::Cell;

thread_local! {
    static HELD: Cell<Option<SlotHandle>> = const { Cell::new(None) };
}

#[inline]
pub(crate) fn take(seen: &Seen) -> SlotHandle {
    match HELD.try_with(Cell::take).ok().flatten() {
        Some(slot) if slot.id() == seen.slot.id() => slot,
        _ => seen.slot.clone(),
    }
}

#[inline]
pub(crate) fn leave(slot: SlotHandle) {
    let _ = HELD.try_with(|place| place.set(Some(slot)));
}
