//! In whose actor the calling task runs.

use super::SlotHandle;
use pin_project_lite::pin_project;
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

thread_local! {
    /// The slot whose future is being polled on this thread.
    static CURRENT: Cell<Option<SlotHandle>> = const { Cell::new(None) };
}

/// The slot in whose actor the calling task runs, if an adapter said so with [`in_slot`].
pub fn current_slot() -> Option<SlotHandle> {
    // A thread that is ending has no current slot any more.
    CURRENT
        .try_with(|current| {
            let slot = current.take();
            current.set(slot.clone());
            slot
        })
        .ok()
        .flatten()
}

/// Runs a future as part of a slot's actor: what it starts hangs under that slot.
pub fn in_slot<F: Future>(slot: SlotHandle, future: F) -> InSlot<F> {
    InSlot { slot: Some(slot), future }
}

pin_project! {
    /// See [`in_slot`].
    #[derive(Debug)]
    pub struct InSlot<F> {
        // Out of its place while the future is being polled.
        slot: Option<SlotHandle>,
        #[pin]
        future: F,
    }
}

impl<F> InSlot<F> {
    /// Runs a future in whatever slot the calling task is, until [`InSlot::put_slot`].
    pub const fn nowhere(future: F) -> Self {
        Self { slot: None, future }
    }

    /// From the next poll on the future runs as part of this slot's actor.
    #[inline]
    pub fn put_slot(self: Pin<&mut Self>, slot: SlotHandle) {
        *self.project().slot = Some(slot);
    }

    /// Takes the slot back, for adapters that move one handle from message to message instead of
    /// cloning it.
    #[inline]
    pub fn take_slot(self: Pin<&mut Self>) -> Option<SlotHandle> {
        self.project().slot.take()
    }
}

/// Exchanges the current slot and a future's, now and again when dropped: also when the future
/// panics.
struct Exchange<'a>(&'a mut Option<SlotHandle>);

impl<'a> Exchange<'a> {
    #[inline]
    fn begin(slot: &'a mut Option<SlotHandle>) -> Self {
        let mut exchange = Self(slot);
        exchange.swap();
        exchange
    }

    #[inline]
    fn swap(&mut self) {
        let _ = CURRENT.try_with(|current| *self.0 = current.replace(self.0.take()));
    }
}

impl Drop for Exchange<'_> {
    #[inline]
    fn drop(&mut self) {
        self.swap();
    }
}

impl<F: Future> Future for InSlot<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if this.slot.is_none() {
            return this.future.poll(cx);
        }
        let _exchange = Exchange::begin(this.slot);
        this.future.poll(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Registration, Registry};
    use actorscope_core::SlotId;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::pin::pin;
    use std::task::Waker;

    fn slots() -> (SlotHandle, SlotHandle) {
        let registry = Registry::new();
        let slot = |name| registry.register(Registration::new("test", name, "T"));
        (slot("outer"), slot("inner"))
    }

    fn here() -> Option<SlotId> {
        current_slot().map(|slot| slot.id())
    }

    #[tokio::test]
    async fn the_innermost_slot_is_the_current_one_and_only_while_it_is_polled() {
        let (outer, inner) = slots();
        let ids = (outer.id(), inner.id());
        let seen = in_slot(outer, async {
            let before = here();
            let within = in_slot(inner, async {
                tokio::task::yield_now().await;
                here()
            })
            .await;
            (before, within, here())
        })
        .await;
        assert_eq!(seen, (Some(ids.0), Some(ids.1), Some(ids.0)));
        assert_eq!(here(), None);
    }

    #[test]
    fn a_panic_leaves_no_slot_behind() {
        let (slot, _) = slots();
        let mut future = pin!(in_slot(slot, async {
            std::panic::resume_unwind(Box::new("without the hook"));
        }));
        let mut cx = Context::from_waker(Waker::noop());
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut cx).is_ready()));
        assert!(polled.is_err());
        assert_eq!(here(), None);
        assert!(future.take_slot().is_some());
    }
}
