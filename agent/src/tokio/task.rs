//! Tasks with a name.

use crate::adapter::{
    Controls, Fate, Reaction, Registration, Registry, SlotHandle, current_slot, in_slot,
};
use actorscope_core::capability::{Capabilities, Capability};
use actorscope_core::{ChildKind, ExitReason};
use std::future::Future;
use std::sync::Arc;
use tokio::task::{AbortHandle, JoinHandle};

/// Spawns a task that is shown under the one that spawns it, and that an operator can kill.
///
/// Like [`tokio::spawn`] with a name.
///
/// # Panics
/// Outside of a tokio runtime, as tokio's does.
pub fn spawn<F>(name: &str, future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let slot = register::<F>(name);
    // Before the task is spawned: it may end before this thread goes on.
    slot.started(None);
    let task = tokio::spawn(run(slot.clone(), future));
    slot.set_controls(Arc::new(Abort(task.abort_handle())));
    task
}

fn register<F>(name: &str) -> SlotHandle {
    let parent = current_slot();
    let registry = parent.as_ref().map_or_else(Registry::current, |p| p.registry());
    registry.register(
        Registration::new("tokio", name, std::any::type_name::<F>())
            .parent(parent.map(|p| p.id()))
            .kind(ChildKind::Task)
            .capabilities(Capabilities::of(&[Capability::Kill, Capability::InterruptsHandler])),
    )
}

async fn run<F: Future>(slot: SlotHandle, future: F) -> F::Output {
    let mut witness = Witness { slot: slot.clone(), done: false };
    let output = in_slot(slot, future).await;
    witness.done = true;
    output
}

/// Reports how a task ended, however it ends.
struct Witness {
    slot: SlotHandle,
    done: bool,
}

impl Drop for Witness {
    fn drop(&mut self) {
        let exit = if self.done {
            ExitReason::Normal
        } else if std::thread::panicking() {
            ExitReason::Panic
        } else {
            ExitReason::Aborted
        };
        self.slot.exited(exit, None, Fate::Final);
    }
}

/// Kills a task by aborting it.
struct Abort(AbortHandle);

impl Controls for Abort {
    fn kill(&self) -> Reaction {
        if self.0.is_finished() {
            return Reaction::Gone;
        }
        self.0.abort();
        Reaction::Accepted
    }
}
