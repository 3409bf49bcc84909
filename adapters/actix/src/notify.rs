//! Messages that an actor sends to itself, past its mailbox.

use crate::context::Context;
use crate::envelope::handle;
use actix::{Actor, ActorFuture, Handler, Message};
use actorscope_agent::adapter::Arrival;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};
use std::time::Duration;
use tokio::time::Sleep;

/// See the module's documentation.
pub(crate) struct Notified<M> {
    /// Until it is handled.
    message: Option<M>,
    due: Due,
}

enum Due {
    Since(Arrival),
    In(Pin<Box<Sleep>>),
}

// The message is never pinned.
impl<M> Unpin for Notified<M> {}

impl<M> Notified<M> {
    pub(crate) fn now(message: M) -> Self {
        Self { message: Some(message), due: Due::Since(Arrival::now()) }
    }

    pub(crate) fn later(message: M, after: Duration) -> Self {
        Self { message: Some(message), due: Due::In(Box::pin(tokio::time::sleep(after))) }
    }
}

impl<A, M> ActorFuture<A> for Notified<M>
where
    A: Actor<Context = Context<A>> + Handler<M>,
    M: Message,
{
    type Output = ();

    fn poll(
        self: Pin<&mut Self>,
        actor: &mut A,
        ctx: &mut Context<A>,
        task: &mut Task<'_>,
    ) -> Poll<()> {
        let this = self.get_mut();
        let due = match &mut this.due {
            Due::Since(due) => *due,
            Due::In(sleep) => {
                ready!(sleep.as_mut().poll(task));
                Arrival::now()
            }
        };
        if let Some(message) = this.message.take() {
            // Of a message that left something to be waited for, for which we do not have to wait.
            ctx.slot().end(true);
            handle(actor, ctx, message, due, None);
            ctx.handled();
        }
        Poll::Ready(())
    }
}
