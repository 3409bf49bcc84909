//! Tasks of a `LocalSet` that is not being run at the moment.

use super::slots::Spawning;
use std::future::Future;
use tokio::task::{JoinHandle, LocalSet};

/// Names for the tasks of a [`LocalSet`].
pub trait LocalSetExt {
    /// [`LocalSet::spawn_local`] with a name; within a set that runs, use
    /// [`spawn_local`](super::spawn_local()).
    fn spawn_local_observed<F>(&self, name: &str, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static;
}

impl LocalSetExt for LocalSet {
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
}
