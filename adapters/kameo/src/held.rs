//! From one hook to the next without a look into a table.
//!
//! kameo calls `on_message` in the same poll in which `next` returned a message, and `next` in the
//! same poll in which `on_start` or `on_message` ended. So what is known of an actor lies with the
//! thread while the actor runs there, and stays where it is from message to message: a hook looks
//! whether it is its actor's. While the actor sleeps or waits it is in the future that does
//! ([`take`], [`put`]); where it is in neither place (when kameo takes another way), the table is asked.
//!
//! What lies there also tells the agent whose code runs ([`whose_code_runs`]), so that no message has to
//! say it. The code of one actor that runs inside another actor's handler, in the same task, is the
//! exception: once it has slept, what the outer handler starts in the same poll hangs below nobody.

use crate::cell::ActorCell;
use crate::table;
use actorscope_agent::adapter::{SlotHandle, also_ask};
use kameo::actor::ActorId;
use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::sync::{Arc, Once};

thread_local! {
    // Whoever ends takes its own along. What a thread still has when it ends is not dropped: whether that
    // has happened would have to be looked at with every message.
    static HELD: Cell<ManuallyDrop<Option<Arc<ActorCell>>>> =
        const { Cell::new(ManuallyDrop::new(None)) };
}

#[inline]
fn exchange(new: Option<Arc<ActorCell>>) -> Option<Arc<ActorCell>> {
    ManuallyDrop::into_inner(HELD.with(|place| place.replace(ManuallyDrop::new(new))))
}

/// What is known of the actor whose id has this number, until it is [`put`] back; `None` if it is not
/// observed.
#[inline]
pub(crate) fn take(number: u64) -> Option<Arc<ActorCell>> {
    match exchange(None) {
        // By number, as in the table.
        Some(cell) if cell.id.sequence_id() == number => Some(cell),
        other => fetch(number, other),
    }
}

/// From the table. `_other` is another actor's: dropped here and not where every message comes by.
#[cold]
#[inline(never)]
fn fetch(number: u64, _other: Option<Arc<ActorCell>>) -> Option<Arc<ActorCell>> {
    table::get(ActorId::new(number))
}

/// Its actor runs on this thread from now on.
#[inline]
pub(crate) fn put(cell: Arc<ActorCell>) {
    if let Some(other) = exchange(Some(cell)) {
        drop_cold(other);
    }
}

/// Usually there is nothing to drop.
#[cold]
#[inline(never)]
fn drop_cold(cell: Arc<ActorCell>) {
    drop(cell);
}

/// Looks at what is known of the actor with this number; `None` if it is not observed. Twice with every
/// message, so always inlined.
#[inline(always)]
pub(crate) fn with<R>(number: u64, look: impl FnOnce(&ActorCell) -> R) -> Option<R> {
    let cell = take(number)?;
    let looked = look(&cell);
    put(cell);
    Some(looked)
}

/// From the first observed actor on, the agent asks here.
pub(crate) fn tell_whose_code_runs() {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| also_ask(whose_code_runs));
}

/// The slot of the actor in whose task the caller runs, while that is between two sleeps.
fn whose_code_runs() -> Option<SlotHandle> {
    let cell = exchange(None)?;
    // Who waits in one of its own hooks leaves its trace with the thread.
    let slot = cell.runs.is_current().then(|| cell.slot.clone());
    put(cell);
    slot
}
