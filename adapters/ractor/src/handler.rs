//! A running handler: measured, part of its slot, and its panic heard.

use crate::seen::Seen;
use crate::{ends, held, stamped};
use actorscope_agent::adapter::in_slot;
use ractor::ActorProcessingErr;
use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

type Handled = Result<(), ActorProcessingErr>;

/// A handler that runs, from now on until it comes to an end or this is dropped.
///
/// The handler stays where it lies and is not wrapped: a wrapper would be moved with the handler and the
/// message in it, which costs more than what is measured. Two words, because ractor makes room for this
/// in every actor, three times over.
pub(crate) struct Running<'a, F> {
    /// `None` if nobody watches, and after its end.
    seen: Option<&'a Arc<Seen>>,
    handler: Pin<&'a mut F>,
}

impl<'a, F: Future<Output = Handled>> Running<'a, F> {
    #[inline]
    pub(crate) fn begin(
        seen: Option<&'a Arc<Seen>>,
        message_type: &'static str,
        handler: Pin<&'a mut F>,
    ) -> Self {
        if let Some(seen) = seen {
            begin(seen, message_type);
        }
        Self { seen, handler }
    }
}

impl<F: Future<Output = Handled>> Future for Running<'_, F> {
    type Output = Handled;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Handled> {
        let Some(seen) = self.seen else { return self.handler.as_mut().poll(cx) };
        let mut place = held::take(seen);
        let handler = self.handler.as_mut();
        // What unwinds goes on unwinding, so nothing half-done is seen.
        let polled = catch_unwind(AssertUnwindSafe(|| place.run(|| handler.poll(cx))));
        if let Ok(Poll::Ready(result)) = &polled {
            seen.slot.end(result.is_ok());
            self.seen = None;
        }
        held::leave(place);
        polled.unwrap_or_else(|payload| {
            self.seen = None;
            panicked(seen, payload)
        })
    }
}

#[cold]
fn panicked(seen: &Arc<Seen>, payload: Box<dyn Any + Send>) -> ! {
    seen.slot.end(false);
    ends::panicked(seen, &*payload);
    resume_unwind(payload)
}

impl<F> Drop for Running<'_, F> {
    #[inline]
    fn drop(&mut self) {
        if let Some(seen) = self.seen {
            cut_short(seen);
        }
    }
}

/// It was cancelled by a kill.
#[cold]
fn cut_short(seen: &Seen) {
    seen.slot.end(false);
}

/// The clock is read, although the handler before has ended a moment ago, usually: whether the task
/// slept in between nobody tells. A message is counted before it is in the mailbox, and a sender that
/// loses its processor there leaves the actor waiting; that is no handling.
#[inline]
fn begin(seen: &Seen, message_type: &'static str) {
    let slot = &seen.slot;
    let arrival = seen.inbox().and_then(|inbox| {
        let arrival = match stamped::take(seen.id()) {
            Some(stamped) => stamped.begin(inbox),
            None => inbox.begin(),
        };
        if inbox.is_mixed() {
            // Nobody else can tell any more how many there are at least.
            let queued = usize::try_from(inbox.waiting()).unwrap_or(usize::MAX);
            slot.set_depth(queued, 0, inbox.oldest());
        }
        arrival
    });
    slot.begin_typed(arrival, message_type);
}

/// Runs code of the user's that is no hook of ractor's: its panic is heard, too.
#[inline]
pub(crate) fn hear<T>(seen: Option<&Arc<Seen>>, work: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        if let Some(seen) = seen {
            ends::panicked(seen, &*payload);
        }
        resume_unwind(payload)
    })
}

/// Runs another hook of the user's than the handler: not measured, but part of the slot.
pub(crate) async fn run<T, F: Future<Output = T>>(seen: &Arc<Seen>, hook: F) -> T {
    let mut hook = std::pin::pin!(in_slot(seen.slot.clone(), hook));
    std::future::poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| hook.as_mut().poll(cx))) {
        Ok(poll) => poll,
        Err(payload) => {
            ends::panicked(seen, &*payload);
            resume_unwind(payload)
        }
    })
    .await
}
