//! What an event of ractor says of how an actor ended.

use crate::seen::Seen;
use crate::table;
use actorscope_agent::core::ExitReason;
use ractor::SupervisionEvent;
use std::any::Any;
use std::sync::Arc;

/// An actor's supervisor or our watcher hears of it.
pub(crate) fn heard(event: &SupervisionEvent) {
    let Some(seen) = event.actor_id().and_then(table::get) else { return };
    match event {
        SupervisionEvent::ActorTerminated(_, _, reason) => terminated(&seen, reason.as_deref()),
        // An observed one said so itself, and knew whether it was a panic.
        SupervisionEvent::ActorFailed(_, error) => {
            seen.end(ExitReason::Error, Some(error.to_string()));
        }
        _ => return,
    }
    // ractor tells of it after it has marked the actor as stopping, so that no walk takes it for
    // somebody new.
    table::remove(seen.id());
}

/// The words are ractor's; somebody may stop an actor with the same, which is told by whether its own
/// code for the end ran.
fn terminated(seen: &Arc<Seen>, reason: Option<&str>) {
    match reason {
        Some("killed") if !seen.has_stopped_in_order() => seen.end_killed(),
        Some("actor_task_cancelled") if !seen.has_stopped_in_order() => {
            seen.end(ExitReason::Aborted, Some("its task was dropped".to_owned()));
        }
        Some("Drained") => seen.end(ExitReason::Normal, Some("drained".to_owned())),
        reason => seen.end(ExitReason::Normal, reason.map(ToOwned::to_owned)),
    }
}

/// What a panic said.
pub(crate) fn panicked(seen: &Arc<Seen>, payload: &(dyn Any + Send)) {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    seen.end(ExitReason::Panic, text.map(ToOwned::to_owned));
}
