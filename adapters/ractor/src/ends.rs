//! What an event of ractor says of how an actor ended.

use crate::seen::Seen;
use crate::table;
use actorscope_agent::core::ExitReason;
use ractor::SupervisionEvent;
use std::any::Any;
use std::sync::Arc;

/// An actor's supervisor hears of it.
pub(crate) fn heard(event: &SupervisionEvent) {
    // The watcher, who hears of it too, still has to find it.
    if let Some(seen) = tell(event).filter(|seen| !seen.is_watched()) {
        table::remove(seen.id());
    }
}

/// Our watcher hears of it.
pub(crate) fn watched(event: &SupervisionEvent) {
    if let Some(seen) = tell(event) {
        seen.is_heard();
        table::remove(seen.id());
    }
}

/// Who ended, if that is what the event is about and the actor is known. ractor tells of it after it has
/// marked the actor as stopping, so that no walk takes it for somebody new if it is forgotten now.
fn tell(event: &SupervisionEvent) -> Option<Arc<Seen>> {
    let seen = table::get(event.actor_id()?)?;
    match event {
        SupervisionEvent::ActorTerminated(_, _, reason) => terminated(&seen, reason.as_deref()),
        // An observed one said so itself, and knew whether it was a panic.
        SupervisionEvent::ActorFailed(_, error) => {
            seen.end(ExitReason::Error, Some(error.to_string()));
        }
        _ => return None,
    }
    Some(seen)
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
