//! A running handler: measured, part of its slot, and its panic heard.

use crate::seen::Seen;
use crate::{ends, held, stamped};
use actorscope_agent::adapter::{InSlot, in_slot};
use pin_project_lite::pin_project;
use ractor::ActorProcessingErr;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

type Handled = Result<(), ActorProcessingErr>;

pin_project! {
    /// Handles one message.
    pub(crate) struct Handle<'a, F> {
        // `None` if nobody watches.
        seen: Option<&'a Arc<Seen>>,
        message_type: &'static str,
        // While it runs.
        place: Option<InSlot>,
        #[pin]
        handler: F,
    }

    impl<F> PinnedDrop for Handle<'_, F> {
        fn drop(this: Pin<&mut Self>) {
            // It was cancelled by a kill.
            let this = this.project();
            if let (Some(_), Some(seen)) = (this.place.take(), this.seen) {
                seen.slot.end(false);
            }
        }
    }
}

impl<'a, F: Future<Output = Handled>> Handle<'a, F> {
    #[inline]
    pub(crate) fn new(seen: Option<&'a Arc<Seen>>, message_type: &'static str, handler: F) -> Self {
        Self { seen, message_type, place: None, handler }
    }
}

impl<F: Future<Output = Handled>> Future for Handle<'_, F> {
    type Output = Handled;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Handled> {
        let this = self.project();
        let Some(seen) = *this.seen else { return this.handler.poll(cx) };
        let place = this.place.get_or_insert_with(|| {
            begin(seen, this.message_type);
            held::take(seen)
        });
        // What unwinds goes on unwinding, so nothing half-done is seen.
        match catch_unwind(AssertUnwindSafe(|| place.run(|| this.handler.poll(cx)))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(result)) => {
                seen.slot.end(result.is_ok());
                if let Some(place) = this.place.take() {
                    held::leave(place);
                }
                Poll::Ready(result)
            }
            Err(payload) => {
                *this.place = None;
                seen.slot.end(false);
                ends::panicked(seen, &*payload);
                resume_unwind(payload)
            }
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
