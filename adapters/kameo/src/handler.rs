//! Into the handler: what stands in for, or around, kameo's `on_message`.

use crate::between::between;
use crate::cell::{self, ActorCell};
use crate::held::Held;
use crate::printing::Printer;
use actorscope_agent::adapter::InSlot;
use kameo::Actor;
use kameo::actor::{ActorId, ActorRef};
use kameo::message::BoxMessage;
use kameo::reply::{BoxReplySender, ReplyError};
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// What a handler's future comes to.
pub type Handled = Result<(), Box<dyn ReplyError>>;

/// The boxed future that kameo makes of a message.
pub type Boxed<'a> = Pin<Box<dyn Future<Output = Handled> + Send + 'a>>;

/// The body of an `on_message` that the user did not write. `own_next`: the user wrote that instead;
/// `printer` prints the actor if somebody asks.
#[inline]
pub fn on_message<'a, A: Actor>(
    actor: &'a mut A,
    own_next: bool,
    printer: Option<Printer<A>>,
    message: BoxMessage<A>,
    actor_ref: ActorRef<A>,
    reply: Option<BoxReplySender>,
    stop: &'a mut bool,
) -> Handle<Boxed<'a>> {
    let id = actor_ref.id();
    if cell::any_buffered() {
        let after_the_buffer = async move {
            between(actor, printer, id, stop).await;
            Handle::new(Some(id), own_next, message.handle_dyn(actor, actor_ref, reply, stop)).await
        };
        return Handle::new(None, own_next, Box::pin(after_the_buffer));
    }
    Handle::new(Some(id), own_next, message.handle_dyn(actor, actor_ref, reply, stop))
}

/// Measures a handler.
#[inline]
pub fn handle<F: Future<Output = Handled>>(id: ActorId, handler: F) -> Handle<F> {
    Handle::new(Some(id), false, handler)
}

/// Measures a handler of an actor that has a `next` of its own: how long its message waited is not
/// known.
#[inline]
pub fn handle_own<F: Future<Output = Handled>>(id: ActorId, handler: F) -> Handle<F> {
    Handle::new(Some(id), true, handler)
}

impl<F> Handle<F> {
    /// Without an id nothing is measured.
    const fn new(id: Option<ActorId>, own_next: bool, handler: F) -> Self {
        Self { id, own_next, cell: None, inside: InSlot::nowhere(handler) }
    }
}

pin_project! {
    /// See [`handle`].
    #[allow(missing_debug_implementations, reason = "nobody sees it")]
    pub struct Handle<F> {
        // Until the first poll.
        id: Option<ActorId>,
        own_next: bool,
        // From the first poll until the end, if the actor is observed.
        cell: Option<Arc<ActorCell>>,
        #[pin]
        inside: InSlot<F>,
    }

    impl<F> PinnedDrop for Handle<F> {
        fn drop(this: Pin<&mut Self>) {
            // It panicked or was cancelled.
            if let Some(cell) = this.project().cell.take() {
                cell.slot.end(false);
            }
        }
    }
}

impl<F: Future<Output = Handled>> Future for Handle<F> {
    type Output = Handled;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Handled> {
        let mut this = self.project();
        if let Some(id) = this.id.take()
            && let Some(Held { cell, slot }) = Held::take(id)
        {
            let taken = cell.begins();
            let arrival = taken.map(|t| t.arrival).filter(|_| !*this.own_next);
            cell.slot.begin(arrival, taken.map(|t| t.message_type));
            this.inside.as_mut().put_slot(slot);
            *this.cell = Some(cell);
        }
        let Poll::Ready(result) = this.inside.as_mut().poll(cx) else {
            return Poll::Pending;
        };
        if let Some(cell) = this.cell.take() {
            cell.slot.end(result.is_ok());
            if let Some(slot) = this.inside.take_slot() {
                Held { cell, slot }.leave();
            }
        }
        Poll::Ready(result)
    }
}
