//! How code ends that comes to its end: in order, or with an error.
//!
//! Spawners take futures of any output, so none of them can know which outputs are errors. Whoever
//! wants an `Err` to count as a failure says so with [`outcome`], which works with all of them.

use crate::registry::failed;
use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Whether an output is a failure.
pub trait TaskOutcome {
    /// The error's text; `None` for an end in order.
    fn error(&self) -> Option<String>;
}

impl TaskOutcome for () {
    fn error(&self) -> Option<String> {
        None
    }
}

impl<T, E: Display> TaskOutcome for Result<T, E> {
    fn error(&self) -> Option<String> {
        self.as_ref().err().map(ToString::to_string)
    }
}

/// `None` is an end in order: what `run_until_cancelled` gives for cancelled work.
impl<T: TaskOutcome> TaskOutcome for Option<T> {
    fn error(&self) -> Option<String> {
        self.as_ref().and_then(TaskOutcome::error)
    }
}

/// Makes an error that `future` ends with the outcome of the observed task that ends with it:
/// `spawn("sync", outcome(sync()))`, `set.spawn_observed("sync", outcome(sync()))`,
/// `tokio::spawn(task("sync", outcome(sync())))`.
///
/// The task is then shown as failed, with the error's text. The output stays what it is. It counts
/// when the task ends in the same poll: a task that goes on has not failed.
pub const fn outcome<F>(future: F) -> Outcome<F>
where
    F: Future,
    F::Output: TaskOutcome,
{
    Outcome { future }
}

/// [`outcome`] for an output that is there already, as closures have it:
/// `spawn_blocking("hash", || outcome_of(hash(&file)))`.
pub fn outcome_of<T: TaskOutcome>(output: T) -> T {
    if let Some(error) = output.error() {
        failed(error);
    }
    output
}

pin_project_lite::pin_project! {
    /// See [`outcome`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Outcome<F> {
        #[pin]
        future: F,
    }
}

impl<F> Future for Outcome<F>
where
    F: Future,
    F::Output: TaskOutcome,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().future.poll(cx).map(outcome_of)
    }
}
