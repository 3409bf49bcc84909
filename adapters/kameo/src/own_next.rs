//! Actors with a `next` of their own: it chooses the message, so nothing is known of waits and
//! depth. Which message it chose is known, and what operators want is done before it is asked.

use crate::cell::{ActorCell, Taken};
use crate::{lifecycle, table};
use actorscope_agent::adapter::{Arrival, Request};
use kameo::Actor;
use kameo::actor::WeakActorRef;
use kameo::mailbox::Signal;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

/// What is kept of an actor between the two halves of its `next`. Knows its signals `S` and not its
/// type, for the reason given at [`lifecycle::Starting`].
#[allow(missing_debug_implementations, reason = "nobody sees it")]
pub struct Observed<S> {
    cell: Option<Arc<ActorCell>>,
    stop: S,
    look: fn(&S) -> Look,
}

/// What a signal is to us.
enum Look {
    Message(&'static str),
    StopBySupervisor,
    Other,
}

/// To be called before the user's `next`, which takes the reference.
pub fn before_own_next<A: Actor>(actor_ref: &WeakActorRef<A>) -> Observed<Signal<A>> {
    if lifecycle::any_parent_unknown() {
        lifecycle::learn_parent(actor_ref);
    }
    let cell = table::get(actor_ref.id());
    if let Some(cell) = &cell {
        cell.looks();
    }
    let look = |signal: &Signal<A>| match signal {
        Signal::Message { message_name, .. } => Look::Message(message_name),
        Signal::SupervisorRestart => Look::StopBySupervisor,
        _ => Look::Other,
    };
    Observed { cell, stop: Signal::Stop, look }
}

/// The user's `next`, polled while the actor is not held.
pub async fn own_next<S, E, F>(observed: Observed<S>, next: F) -> F::Output
where
    F: Future<Output = Result<Option<S>, E>>,
{
    let Observed { cell: Some(cell), stop, look } = observed else {
        return next.await;
    };
    let (mut next, mut stop) = (pin!(next), Some(stop));
    let result = poll_fn(|cx| {
        cell.slot.register(cx.waker());
        match cell.slot.check() {
            Request::Proceed => next.as_mut().poll(cx),
            Request::Restart => lifecycle::restart_now(),
            Request::Stop => Poll::Ready(Ok(stop.take())),
            Request::Hold => Poll::Pending,
        }
    })
    .await;
    match result.as_ref().ok().and_then(Option::as_ref).map(look) {
        Some(Look::Message(name)) => chose(&cell, name),
        Some(Look::StopBySupervisor) => cell.stop_by_supervisor(),
        Some(Look::Other) | None => {}
    }
    result
}

fn chose(cell: &ActorCell, message_name: &'static str) {
    // Stands for the arrival, which is not known and not told to the slot.
    if let Some(arrival) = Arrival::from_raw(1) {
        let message_type = cell.slot.message_type(message_name);
        cell.took(Taken { arrival, message_type });
    }
}
