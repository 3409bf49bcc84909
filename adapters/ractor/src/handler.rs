//! A running handler: measured, part of its slot, and its panic heard.

use crate::seen::Seen;
use crate::{ends, held, stamped};
use actorscope_agent::adapter::{InSlot, in_slot};
use ractor::ActorProcessingErr;
use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

type Handled = Result<(), ActorProcessingErr>;

/// A handler that runs, from now on until it comes to an end or this is dropped.
///
/// It stays where it lies and is not wrapped: a wrapper would be moved with the handler and the message
/// in it, which costs more than what is measured.
pub(crate) struct Running<'a> {
    /// `None` if nobody watches.
    seen: Option<&'a Arc<Seen>>,
    /// Until its end.
    place: Option<InSlot>,
}

impl<'a> Running<'a> {
    #[inline]
    pub(crate) fn begin(seen: Option<&'a Arc<Seen>>, message_type: &'static str) -> Self {
        let place = seen.map(|seen| {
            begin(seen, message_type);
            held::take(seen)
        });
        Self { seen, place }
    }

    /// Runs the handler to its end.
    #[inline]
    pub(crate) fn run<F>(&mut self, mut handler: Pin<&mut F>) -> impl Future<Output = Handled>
    where
        F: Future<Output = Handled>,
    {
        poll_fn(move |cx| self.poll(handler.as_mut(), cx))
    }

    #[inline]
    fn poll(
        &mut self,
        handler: Pin<&mut impl Future<Output = Handled>>,
        cx: &mut Context<'_>,
    ) -> Poll<Handled> {
        let (Some(seen), Some(place)) = (self.seen, &mut self.place) else {
            return handler.poll(cx);
        };
        // What unwinds goes on unwinding, so nothing half-done is seen.
        match catch_unwind(AssertUnwindSafe(|| place.run(|| handler.poll(cx)))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(result)) => {
                seen.slot.end(result.is_ok());
                if let Some(place) = self.place.take() {
                    held::leave(place);
                }
                Poll::Ready(result)
            }
            Err(payload) => self.panicked(payload),
        }
    }

    #[cold]
    fn panicked(&mut self, payload: Box<dyn Any + Send>) -> ! {
        self.place = None;
        if let Some(seen) = self.seen {
            seen.slot.end(false);
            ends::panicked(seen, &*payload);
        }
        resume_unwind(payload)
    }
}

impl Drop for Running<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.place.is_some() {
            self.cut_short();
        }
    }
}

impl Running<'_> {
    /// It was cancelled by a kill.
    #[cold]
    fn cut_short(&mut self) {
        self.place = None;
        if let Some(seen) = self.seen {
            seen.slot.end(false);
        }
    }
}

#[inline]
fn begin(seen: &Seen, message_type: &'static str) {
    let slot = &seen.slot;
    let arrival = seen.inbox().and_then(|inbox| {
        let arrival = match stamped::take(seen.id()) {
            Some(stamped) => stamped.begin(inbox),
            None => inbox.begin(),
        };
        let queued = usize::try_from(inbox.waiting()).unwrap_or(usize::MAX);
        slot.set_depth(queued, 0, inbox.oldest());
        arrival
    });
    slot.begin(arrival, Some(slot.message_type(message_type)));
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
