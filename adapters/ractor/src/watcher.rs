//! The adapter's own thread: hears how actors end, and looks who else is there.
//!
//! ractor tells the reason of an end only to whoever supervises or monitors the actor. So one actor of
//! ours, on a thread and a runtime of its own, monitors all that are known. It is nobody's child and
//! has no name, so that no walk finds it.

use crate::{discovery, ends};
use ractor::{ActorCell, ActorProcessingErr, ActorRef, ActorRuntime, SupervisionEvent};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::runtime::{Builder, Runtime};

static WATCHER: OnceLock<Option<ActorCell>> = OnceLock::new();

/// The monitoring actor. `None` if its thread could not be started: then less is known of ends.
pub(crate) fn cell() -> Option<ActorCell> {
    WATCHER.get_or_init(start).clone()
}

/// From now on the actor's end is heard.
pub(crate) fn watch(actor: &ActorCell) {
    if let Some(watcher) = cell() {
        watcher.monitor(actor.clone());
    }
}

fn start() -> Option<ActorCell> {
    let runtime = Builder::new_current_thread().enable_time().build().ok()?;
    let spawned = {
        let _inside = runtime.enter();
        ActorRuntime::spawn_instant(None, Watcher, ())
    };
    // In a place of its own, because a runtime must not be dropped where futures are polled.
    let runtime = Arc::new(Mutex::new(Some(runtime)));
    let take = |place: &Mutex<Option<Runtime>>| {
        place.lock().unwrap_or_else(PoisonError::into_inner).take()
    };
    let of_thread = runtime.clone();
    let thread =
        std::thread::Builder::new().name("actorscope-ractor".to_owned()).spawn(move || {
            if let Some(runtime) = take(&of_thread) {
                runtime.block_on(discovery::run());
            }
        });
    match (thread, spawned) {
        (Ok(_), Ok((watcher, _))) => Some(watcher.get_cell()),
        _ => {
            if let Some(runtime) = take(&runtime) {
                runtime.shutdown_background();
            }
            None
        }
    }
}

struct Watcher;

#[ractor::actor(message = ())]
impl Watcher {
    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<()>,
        event: SupervisionEvent,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        ends::heard(&event);
        Ok(())
    }
}
