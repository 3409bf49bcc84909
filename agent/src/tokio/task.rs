//! Tasks with a name.

use super::observed::Observed;
use super::slots::{Spawning, register};
use super::witness::Witness;
use crate::adapter::Registration;
use actorscope_core::ChildKind;
use std::future::Future;
use tokio::task::JoinHandle;

/// Why a bare task can't be killed, and what would change that.
const NO_HOLD: &str = "it was made with `task`, which has no hold on what runs it; \
                       `spawn` in the place of `task` makes it killable";

/// Spawns a task that is shown under the one that spawns it, and that an operator can kill.
///
/// Like [`tokio::spawn`] with a name. The task's outcome is shown as done, panicked (with what the
/// panic said), aborted or, with [`outcome`](super::outcome()), failed with an error.
///
/// # Panics
/// Outside of a tokio runtime, as tokio's does.
#[track_caller]
pub fn spawn<F>(name: &str, future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let new = Spawning::new::<F>(name);
    let task = tokio::spawn(new.observe(future));
    new.killed_by(task.abort_handle());
    task
}

/// Like [`tokio::task::spawn_local`] with a name: [`spawn`] for futures that stay on their thread.
///
/// # Panics
/// Outside of a [`LocalSet`](tokio::task::LocalSet), as tokio's does.
#[track_caller]
pub fn spawn_local<F>(name: &str, future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let new = Spawning::new::<F>(name);
    let task = tokio::task::spawn_local(new.observe(future));
    new.killed_by(task.abort_handle());
    task
}

/// Gives a future a name, whoever runs it: `tokio::spawn(task("sync", sync()))`, an arm of a
/// `select!`, a spawner of somebody else's, or plainly `task("sync", sync()).await`.
///
/// It hangs under the task that calls this, is shown as starting until it is first polled, and as
/// aborted when it is dropped before its end. It is measured like a spawned task; one that is
/// awaited inside of another is part of that one's polls, too. Nobody can kill it: use [`spawn`]
/// where that is wanted.
pub fn task<F: Future>(name: &str, future: F) -> Observed<F> {
    let new = Registration::new("tokio", name, std::any::type_name::<F>()).kind(ChildKind::Task);
    Observed::given_away(Witness::of_waiting(register(new.no_kill(NO_HOLD))), future)
}
