//! Into the handler: what stands in for, or around, kameo's `on_message`.

use crate::between::between;
use crate::cell::{self, ActorCell};
use crate::held;
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
        let number = id.sequence_id();
        let mut stage = Stage::Unseen;
        if let Some(cell) = held::take(number) {
            let taken = cell.begins();
            let arrival = taken.map(|t| t.arrival).filter(|_| !own_next);
            cell.slot.begin(arrival, taken.map(|t| t.message_type));
            stage = Stage::Runs { number, inside: cell.runs_inside() };
            held::put(cell);
        }
        Self { stage, handler }
    }

    /// Nothing is measured.
    const fn unmeasured(handler: F) -> Self {
        Self { stage: Stage::Unseen, handler }
    }
}

/// How far a handler is.
enum Stage {
    /// Nothing is measured: the actor is not observed, or the handler has come to its end.
    Unseen,
    /// From its beginning to its end, but for the time in which it waits.
    Runs {
        /// Of the actor's id, which is long with kameo's feature `remote`.
        number: u64,
        /// In a task that is an actor itself: whose code runs has to be said.
        inside: bool,
    },
    /// What is known of the actor, from one poll to the next.
    Waits(Arc<ActorCell>),
}

pin_project! {
    /// See [`handle`].
    #[allow(missing_debug_implementations, reason = "nobody sees it")]
    pub struct Handle<F> {
        stage: Stage,
        #[pin]
        handler: F,
    }

    impl<F> PinnedDrop for Handle<F> {
        fn drop(this: Pin<&mut Self>) {
            let stage = this.project().stage;
            if !matches!(stage, Stage::Unseen) {
                stage.cut_short();
            }
        }
    }
}

impl Stage {
    /// A handler that waited goes on; the stage that it is in then.
    #[cold]
    #[inline(never)]
    fn wake(&mut self) {
        if let Self::Waits(cell) = std::mem::replace(self, Self::Unseen) {
            let number = cell.id.sequence_id();
            *self = Self::Runs { number, inside: cell.runs_inside() };
            held::put(cell);
        }
    }

    /// A handler panicked or was cancelled.
    #[cold]
    #[inline(never)]
    fn cut_short(&mut self) {
        match std::mem::replace(self, Self::Unseen) {
            Self::Waits(cell) => cell.slot.end(false),
            Self::Runs { number, .. } => ended(number, false),
            Self::Unseen => {}
        }
    }
}

/// A handler came to its end.
#[inline]
fn ended(number: u64, ok: bool) {
    held::with(number, |cell| cell.slot.end(ok));
}

/// Says whose code `work` is.
#[cold]
fn inside<R>(number: u64, work: impl FnOnce() -> R) -> R {
    match held::with(number, |cell| InSlot::new(cell.slot.clone())) {
        Some(mut place) => place.run(work),
        None => work(),
    }
}

impl<F: Future<Output = Handled>> Future for Handle<F> {
    type Output = Handled;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Handled> {
        let this = self.project();
        if let Stage::Waits(_) = this.stage {
            this.stage.wake();
        }
        let Stage::Runs { number, inside: is_inside } = *this.stage else {
            return this.handler.poll(cx);
        };
        let poll = if is_inside {
            inside(number, || this.handler.poll(cx))
        } else {
            this.handler.poll(cx)
        };
        *this.stage = match &poll {
            Poll::Ready(result) => {
                ended(number, result.is_ok());
                Stage::Unseen
            }
            Poll::Pending => held::take(number).map_or(Stage::Unseen, Stage::Waits),
        };
        poll
    }
}
