//! A message on its way, with the instant at which it was sent.

use crate::context::Context;
use actix::dev::{EnvelopeProxy, MessageResponse, OneshotSender};
use actix::{Actor, Handler, Message};
use actorscope_agent::adapter::Arrival;
use std::any::type_name;

/// See the module's documentation.
pub(crate) struct Stamped<M: Message> {
    /// Until it is handled.
    message: Option<M>,
    reply: Option<OneshotSender<M::Result>>,
    sent: Arrival,
}

impl<M: Message> Stamped<M> {
    #[inline]
    pub(crate) fn new(message: M, reply: Option<OneshotSender<M::Result>>) -> Self {
        Self { message: Some(message), reply, sent: Arrival::now() }
    }
}

impl<A, M> EnvelopeProxy<A> for Stamped<M>
where
    A: Actor<Context = Context<A>> + Handler<M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    fn handle(&mut self, actor: &mut A, ctx: &mut Context<A>) {
        if ctx.only_asks_when(self.sent) {
            return;
        }
        let reply = self.reply.take();
        if reply.as_ref().is_some_and(OneshotSender::is_closed) {
            // Whoever asked has given up: actix does not handle it either.
            return;
        }
        if let Some(message) = self.message.take() {
            handle(actor, ctx, message, self.sent, reply);
        }
    }
}

/// Has a message handled that was sent then. Who called this ends the handling.
#[inline]
pub(crate) fn handle<A, M>(
    actor: &mut A,
    ctx: &mut Context<A>,
    message: M,
    sent: Arrival,
    reply: Option<OneshotSender<M::Result>>,
) where
    A: Actor<Context = Context<A>> + Handler<M>,
    M: Message,
{
    let follows = ctx.take_follows();
    let slot = ctx.slot();
    if follows {
        slot.begin_next(sent, type_name::<M>());
    } else {
        slot.begin_typed(Some(sent), type_name::<M>());
    }
    let response = <A as Handler<M>>::handle(actor, message, ctx);
    response.handle(ctx, reply);
}
