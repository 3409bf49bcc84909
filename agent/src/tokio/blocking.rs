//! Closures on the threads for blocking work.

use super::observed::timed;
use super::slots::register;
use super::witness::Witness;
use crate::adapter::{Controls, Reaction, Registration, SlotHandle, current_place};
use crate::clock::ticks;
use crate::registry::inside;
use actorscope_core::ChildKind;
use actorscope_core::capability::{Capabilities, Capability};
use std::any::type_name;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use tokio::task::{AbortHandle, JoinHandle};

/// Why a closure that has begun can't be killed.
const RUNS: &str = "a blocking closure that has begun runs to its end: nothing can interrupt it; \
                    one that looks at a `CancellationToken` now and then could be stopped";

/// Like [`tokio::task::spawn_blocking`] with a name.
///
/// The closure is shown under the task that calls this: as starting while it waits for a thread (and
/// for so long it can be killed), then as handling until its end, which nobody can hasten. What it
/// starts hangs below it. Its only poll is its run, its scheduling delay the wait for the thread. When
/// the same task has another closure of this name run, one that ended in order is forgotten.
///
/// # Panics
/// Outside of a tokio runtime, as tokio's does.
#[track_caller]
pub fn spawn_blocking<F, R>(name: &str, work: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    let new = Blocking::new::<F>(name);
    let task = tokio::task::spawn_blocking(new.observe(work));
    new.killed_by(task.abort_handle());
    task
}

/// A closure that is about to wait for a thread.
pub(super) struct Blocking {
    slot: SlotHandle,
    begun: Arc<AtomicBool>,
}

impl Blocking {
    pub(super) fn new<F>(name: &str) -> Self {
        let new = Registration::new("tokio", name, type_name::<F>())
            .kind(ChildKind::Blocking)
            .capabilities(Capabilities::of(&[Capability::Kill]))
            .no_kill(RUNS);
        let slot = match current_place() {
            // A task that has one closure after the other run shows the last.
            Some(parent) => parent.registry().register_next(&parent, new.refill_key(name)),
            None => register(new),
        };
        Self { slot, begun: Arc::default() }
    }

    /// What is to be given to a thread.
    pub(super) fn observe<F: FnOnce() -> R, R>(&self, work: F) -> impl FnOnce() -> R + use<F, R> {
        let queued_at = ticks();
        let mut witness = Witness::of_waiting(self.slot.clone());
        let (slot, begun) = (self.slot.clone(), self.begun.clone());
        move || {
            begun.store(true, SeqCst);
            slot.set_capabilities(|c| c.without(Capability::Kill));
            witness.runs();
            let mut place = witness.enter();
            let result = timed(&slot, Some(queued_at), || inside(&mut place, work));
            let error = witness.leave(place);
            match result {
                Ok(output) => {
                    witness.done(error, None);
                    output
                }
                Err(panic) => {
                    witness.panicked(&*panic);
                    resume_unwind(panic)
                }
            }
        }
    }

    /// It is in the threads' queue.
    pub(super) fn killed_by(self, abort: AbortHandle) {
        self.slot.set_controls(Arc::new(Unqueue { abort, begun: self.begun }));
    }
}

/// Kills a closure that has not begun.
struct Unqueue {
    abort: AbortHandle,
    begun: Arc<AtomicBool>,
}

impl Controls for Unqueue {
    fn kill(&self) -> Reaction {
        if self.abort.is_finished() {
            return Reaction::Gone;
        }
        self.abort.abort();
        // Looked at afterwards, for one that began at this moment.
        if self.begun.load(SeqCst) {
            return Reaction::NotSupported(RUNS.to_owned());
        }
        Reaction::Accepted
    }
}
