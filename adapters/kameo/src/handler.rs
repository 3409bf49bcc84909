//! Into the handler: what stands in for, or around, kameo's `on_message`.

use crate::between::between;
use crate::cell;
use crate::held::{Held, Known};
use crate::printing::Printer;
use kameo::Actor;
use kameo::actor::{ActorId, ActorRef};
use kameo::message::BoxMessage;
use kameo::reply::{BoxReplySender, ReplyError};
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
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
            Handle::begin(id, own_next, message.handle_dyn(actor, actor_ref, reply, stop)).await
        };
        return Handle::unmeasured(Box::pin(after_the_buffer));
    }
    Handle::begin(id, own_next, message.handle_dyn(actor, actor_ref, reply, stop))
}

/// Measures a handler, from now on.
#[inline]
pub fn handle<F: Future<Output = Handled>>(id: ActorId, handler: F) -> Handle<F> {
    Handle::begin(id, false, handler)
}

/// Measures a handler of an actor that has a `next` of its own: how long its message waited is not
/// known.
#[inline]
pub fn handle_own<F: Future<Output = Handled>>(id: ActorId, handler: F) -> Handle<F> {
    Handle::begin(id, true, handler)
}

impl<F> Handle<F> {
    /// Begins at once, not at the first poll: whoever makes one awaits it there and then.
    ///
    /// Always inlined, so that it is made where it is awaited. Handed over through memory, it would be
    /// written in words and moved in double words a moment later, which a processor does not forward
    /// from its store buffer: it waits, 10 ns a message.
    #[inline(always)]
    fn begin(id: ActorId, own_next: bool, handler: F) -> Self {
        let held = Held::take(id);
        if let Some(Known { cell, .. }) = held.as_ref().and_then(Held::known) {
            let taken = cell.begins();
            let arrival = taken.map(|t| t.arrival).filter(|_| !own_next);
            cell.slot.begin(arrival, taken.map(|t| t.message_type));
        }
        Self { held, handler }
    }

    /// Nothing is measured.
    const fn unmeasured(handler: F) -> Self {
        Self { held: None, handler }
    }
}

pin_project! {
    /// See [`handle`].
    #[allow(missing_debug_implementations, reason = "nobody sees it")]
    pub struct Handle<F> {
        // Until the end, if the actor is observed.
        held: Option<Held>,
        #[pin]
        handler: F,
    }

    impl<F> PinnedDrop for Handle<F> {
        fn drop(this: Pin<&mut Self>) {
            if let Some(held) = this.project().held.take() {
                cut_short(held);
            }
        }
    }
}

/// A handler panicked or was cancelled.
#[cold]
#[inline(never)]
fn cut_short(held: Held) {
    if let Some(Known { cell, .. }) = held.known() {
        cell.slot.end(false);
    }
}

impl<F: Future<Output = Handled>> Future for Handle<F> {
    type Output = Handled;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Handled> {
        let this = self.project();
        let Some(known) = this.held.as_mut().and_then(Held::known_mut) else {
            return this.handler.poll(cx);
        };
        let poll = known.place.run(|| this.handler.poll(cx));
        if let Poll::Ready(result) = &poll {
            known.cell.slot.end(result.is_ok());
            if let Some(held) = this.held.take() {
                held.leave();
            }
        }
        poll
    }
}
