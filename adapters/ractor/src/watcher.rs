//! The adapter's own thread: hears how actors end, and looks who else is there.
//!
//! ractor tells the reason of an end only to whoever supervises or monitors the actor. So one actor of
//! ours, on a thread and a runtime of its own, monitors those that are not observed, and observed ones
//! from when they stop in order: any other end of theirs they tell themselves. It is nobody's child and
//! has no name, so that no walk finds it.

use crate::{discovery, ends};
use ractor::{ActorCell, ActorProcessingErr, ActorRef, ActorRuntime, SupervisionEvent};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// Ends are heard at most this much and a tick of tokio's clock late, which is a millisecond, too; so
/// often is somebody who ends kept at most by waking the watcher.
const REST: Duration = Duration::from_millis(1);

/// Its thread has slept since somebody looked.
static HAS_SLEPT: AtomicBool = AtomicBool::new(false);

/// Ends that may be on their way to the watcher. Whoever ends is in memory until it was heard, some KB
/// each, and a program may end actors faster than one thread hears of them.
const MOST_UNHEARD: usize = 1_024;

static UNHEARD: AtomicUsize = AtomicUsize::new(0);

static WATCHER: OnceLock<Option<ActorCell>> = OnceLock::new();

/// The monitoring actor. `None` if its thread could not be started: then less is known of ends.
pub(crate) fn cell() -> Option<ActorCell> {
    WATCHER.get_or_init(start).clone()
}

/// Starts the thread, if it is not there yet.
pub(crate) fn run() {
    WATCHER.get_or_init(start);
}

/// From now on the actor's end is heard. `false` if there is nobody to hear it.
pub(crate) fn watch(actor: &ActorCell) -> bool {
    let Some(watcher) = cell() else { return false };
    watcher.monitor(actor.clone());
    true
}

/// Somebody is about to end and wants to be heard. `false` if the watcher is too far behind; else
/// [`heard`] is to follow.
pub(crate) fn expect() -> bool {
    let has_room = UNHEARD.fetch_add(1, Relaxed) < MOST_UNHEARD;
    if !has_room {
        heard();
    }
    has_room
}

pub(crate) fn heard() {
    UNHEARD.fetch_sub(1, Relaxed);
}

fn start() -> Option<ActorCell> {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .on_thread_park(|| HAS_SLEPT.store(true, Relaxed))
        .build()
        .ok()?;
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
        ends::watched(&event);
        // This thread slept, and whoever ended had to wake it: a call of the system, on their time. What
        // ends next finds a watcher that is in the middle of something, and is heard after it.
        if HAS_SLEPT.swap(false, Relaxed) {
            tokio::time::sleep(REST).await;
            HAS_SLEPT.store(false, Relaxed);
        }
        Ok(())
    }
}
