//! Tasks of a `TaskTracker`.

use super::blocking::Blocking;
use super::slots::Spawning;
use std::future::Future;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

/// Names for the tasks of a [`TaskTracker`]. They hang under the task that spawns them, or in the
/// [`group`](super::group()) that it does so within; an operator can kill each of them, and the
/// tracker counts it as ended.
pub trait TaskTrackerExt {
    /// [`TaskTracker::spawn`] with a name.
    ///
    /// # Panics
    /// Outside of a tokio runtime, as tokio's does.
    fn spawn_observed<F>(&self, name: &str, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static;

    /// [`TaskTracker::spawn_local`] with a name.
    ///
    /// # Panics
    /// Outside of a [`LocalSet`](tokio::task::LocalSet), as tokio's does.
    fn spawn_local_observed<F>(&self, name: &str, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static;

    /// [`TaskTracker::spawn_blocking`] with a name; see
    /// [`spawn_blocking`](super::spawn_blocking()).
    ///
    /// # Panics
    /// Outside of a tokio runtime, as tokio's does.
    fn spawn_blocking_observed<F, R>(&self, name: &str, work: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static;
}

impl TaskTrackerExt for TaskTracker {
    #[track_caller]
    fn spawn_observed<F>(&self, name: &str, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let new = Spawning::new::<F>(name);
        let task = self.spawn(new.observe(future));
        new.killed_by(task.abort_handle());
        task
    }

    #[track_caller]
    fn spawn_local_observed<F>(&self, name: &str, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let new = Spawning::new::<F>(name);
        let task = self.spawn_local(new.observe(future));
        new.killed_by(task.abort_handle());
        task
    }

    #[track_caller]
    fn spawn_blocking_observed<F, R>(&self, name: &str, work: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        let new = Blocking::new::<F>(name);
        let task = self.spawn_blocking(new.observe(work));
        new.killed_by(task.abort_handle());
        task
    }
}
