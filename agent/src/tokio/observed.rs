//! The one wrapper around a future that is observed as a task: whose code it is, how it is polled,
//! how it ends.

use super::waker::Stamping;
use super::witness::Witness;
use crate::adapter::SlotHandle;
use crate::clock::Ticks;
use crate::measuring;
use crate::registry::inside;
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
        // `None` after its end.
        #[pin]
        future: Option<F>,
        waker: Stamping,
        witness: Witness,
    }

    impl<F> PinnedDrop for Observed<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let mut future = this.future;
            if future.is_some() {
                // Where it was polled, so that what its end starts hangs in the same place; and
                // before the witness reports.
                let mut place = this.witness.enter();
                inside(&mut place, || future.set(None));
                this.witness.leave(place);
            }
        }
    }
}

impl<F> Observed<F> {
    /// Of a future that is spawned at this moment.
    pub(super) fn spawned(witness: Witness, at: Ticks, future: F) -> Self {
        let at = measuring::is_on().then_some(at);
        Self { future: Some(future), waker: Stamping::new(at), witness }
    }

    /// Of a future that somebody polls at some time.
    pub(super) fn given_away(witness: Witness, future: F) -> Self {
        Self { future: Some(future), waker: Stamping::new(None), witness }
    }
}

impl<F> fmt::Debug for Observed<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Observed").field(&self.witness.slot()).finish()
    }
}

impl<F: Future> Future for Observed<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let (witness, mut future) = (this.witness, this.future);
        if future.is_none() {
            return Poll::Pending;
        }
        witness.runs();
        let woken = this.waker.take();
        let waker = this.waker.over(cx.waker());
        let mut place = witness.enter();
        if let Some(slot) = place.actor() {
            slot.poll_begins(woken);
        }
        let polled = catch_unwind(AssertUnwindSafe(|| {
            inside(&mut place, || {
                let Some(running) = future.as_mut().as_pin_mut() else { return Poll::Pending };
                let poll = running.poll(&mut Context::from_waker(&waker));
                if poll.is_ready() {
                    // Here and not later, so that what its end starts hangs in the same place.
                    future.set(None);
                }
                poll
            })
        }));
        let ended = place.actor().and_then(SlotHandle::poll_ends);
        let error = witness.leave(place);
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => {
                witness.done(error, ended);
                Poll::Ready(output)
            }
            Err(panic) => {
                witness.panicked(&*panic);
                resume_unwind(panic)
            }
        }
    }
}

/// Runs `work`, the only poll of the slot's closure, and counts it. A panic is caught for whoever is
/// to see its text and to resume it, which runs no panic hook again.
pub(super) fn timed<R>(
    slot: &SlotHandle,
    woken: Option<Ticks>,
    work: impl FnOnce() -> R,
) -> std::thread::Result<R> {
    slot.poll_begins(woken);
    let result = catch_unwind(AssertUnwindSafe(work));
    slot.poll_ends();
    result
}
