//! The one wrapper around a future that is observed as a task: whose code it is, how it is polled,
//! how it ends.

use super::waker::Stamping;
use super::witness::Witness;
use crate::adapter::SlotHandle;
use crate::clock::{Ticks, ticks};
use crate::registry::{Current, Placed};
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

pin_project_lite::pin_project! {
    /// A future that is observed wherever it runs: see [`task()`](super::task()).
    ///
    /// A poll of it costs two clock readings and a dozen relaxed writes to memory of its own. A
    /// panic goes through it unchanged. Polled again after its end it stays pending.
    #[must_use = "futures do nothing unless polled"]
    pub struct Observed<F> {
        // Dropped before the witness reports.
        #[pin]
        future: Placed<F, Current>,
        waker: Stamping,
        // When the last poll ended; 0 = there was none.
        ended: Ticks,
        witness: Witness,
    }
}

impl<F> Observed<F> {
    /// Of a future that is spawned now.
    pub(super) fn spawned(witness: Witness, future: F) -> Self {
        Self::new(witness, future, Some(ticks()))
    }

    /// Of a future that somebody polls at some time.
    pub(super) fn given_away(witness: Witness, future: F) -> Self {
        Self::new(witness, future, None)
    }

    fn new(witness: Witness, future: F, spawned_at: Option<Ticks>) -> Self {
        let place = Current::of(witness.slot().clone());
        let future = Placed::new(place, future);
        Self { future, waker: Stamping::new(spawned_at), ended: 0, witness }
    }
}

impl<F> fmt::Debug for Observed<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Observed").field(self.witness.slot()).finish()
    }
}

impl<F: Future> Future for Observed<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let (witness, mut future) = (this.witness, this.future);
        witness.runs();
        let woken = this.waker.take();
        let waker = this.waker.over(cx.waker());
        let polled = timed(witness.slot(), woken, this.ended, || {
            future.as_mut().poll(&mut Context::from_waker(waker))
        });
        let error = future.place().take_error();
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => {
                witness.done(error);
                Poll::Ready(output)
            }
            Err(panic) => {
                witness.panicked(&*panic);
                resume_unwind(panic)
            }
        }
    }
}

/// Runs `work`, a poll of the slot's task, and counts it; see [`SlotHandle::poll_begins`]. A panic is
/// caught for whoever is to see its text and to resume it, which runs no panic hook again.
#[inline]
pub(super) fn timed<R>(
    slot: &SlotHandle,
    woken: Option<Ticks>,
    ended: &mut Ticks,
    work: impl FnOnce() -> R,
) -> std::thread::Result<R> {
    slot.poll_begins(woken, *ended);
    let result = catch_unwind(AssertUnwindSafe(work));
    *ended = slot.poll_ends();
    result
}
