//! The place in the slot whose actor's code runs, from message to message.
//!
//! The code of a handler runs as part of its slot, for which this is taken whenever the handler is
//! polled, and left with the thread again; only if another actor's handler was polled in between it has
//! to be made anew.

use crate::seen::Seen;
use actorscope_agent::adapter::InSlot;
use std::cell::Cell;

thread_local! {
    static HELD: Cell<Option<InSlot>> = const { Cell::new(None) };
}

#[inline]
pub(crate) fn take(seen: &Seen) -> InSlot {
    match HELD.try_with(Cell::take).ok().flatten() {
        Some(place) if place.is_of(&seen.slot) => place,
        other => anew(seen, other),
    }
}

/// `_other` is another actor's, or nobody's: dropped here and not where every message comes by.
#[cold]
fn anew(seen: &Seen, _other: Option<InSlot>) -> InSlot {
    InSlot::new(seen.slot.clone())
}

#[inline]
pub(crate) fn leave(place: InSlot) {
    let mut held = Some(place);
    let _ = HELD.try_with(|there| held = there.replace(held.take()));
    if let Some(other) = held {
        drop_cold(other);
    }
}

/// Usually there is nothing to drop.
#[cold]
fn drop_cold(place: InSlot) {
    drop(place);
}
