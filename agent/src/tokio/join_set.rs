//! Tasks of a `JoinSet`.

use super::blocking::Blocking;
use super::slots::Spawning;
use std::future::Future;
use tokio::task::{AbortHandle, JoinSet};

/// Names for the tasks of a [`JoinSet`]. They hang under the task that spawns them, or in the
/// [`group`](super::group()) that it does so within; an operator can kill each of them, and
/// `join_next` then returns a `JoinError` that is cancelled.
pub trait JoinSetExt<T> {
    /// [`JoinSet::spawn`] with a name.
    ///
    /// # Panics
    /// Outside of a tokio runtime, as tokio's does.
    fn spawn_observed<F>(&mut self, name: &str, future: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send;

    /// [`JoinSet::spawn_local`] with a name.
    ///
    /// # Panics
    /// Outside of a [`LocalSet`](tokio::task::LocalSet), as tokio's does.
    fn spawn_local_observed<F>(&mut self, name: &str, future: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static;

    /// [`JoinSet::spawn_blocking`] with a name; see [`spawn_blocking`](super::spawn_blocking()).
    ///
    /// # Panics
    /// Outside of a tokio runtime, as tokio's does.
    fn spawn_blocking_observed<F>(&mut self, name: &str, work: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send;
}

impl<T: 'static> JoinSetExt<T> for JoinSet<T> {
    #[track_caller]
    fn spawn_observed<F>(&mut self, name: &str, future: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        let new = Spawning::new::<F>(name);
        let abort = self.spawn(new.observe(future));
        new.killed_by(abort.clone());
        abort
    }

    #[track_caller]
    fn spawn_local_observed<F>(&mut self, name: &str, future: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        let new = Spawning::new::<F>(name);
        let abort = self.spawn_local(new.observe(future));
        new.killed_by(abort.clone());
        abort
    }

    #[track_caller]
    fn spawn_blocking_observed<F>(&mut self, name: &str, work: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        let new = Blocking::new::<F>(name);
        let abort = self.spawn_blocking(new.observe(work));
        new.killed_by(abort.clone());
        abort
    }
}
