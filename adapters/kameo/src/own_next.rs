//! Actors with a `next` of their own: it chooses the message, so nothing is known of waits and
//! depth, but what operators want is done before it is asked.

use crate::cell::ActorCell;
use crate::{lifecycle, table};
use actorscope_agent::adapter::Request;
use kameo::Actor;
use kameo::actor::WeakActorRef;
use kameo::mailbox::Signal;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Poll;

/// What is kept of an actor between the two halves of its `next`.
#[allow(missing_debug_implementations, reason = "nobody sees it")]
pub struct Observed(Option<Arc<ActorCell>>);

/// To be called before the user's `next`, which takes the reference.
pub fn before_own_next<A: Actor>(actor_ref: &WeakActorRef<A>) -> Observed {
    let cell = table::get(actor_ref.id());
    if let Some(cell) = &cell
        && !cell.parent_known.load(Relaxed)
    {
        lifecycle::learn_parent(cell, actor_ref);
    }
    Observed(cell)
}

/// The user's `next`, polled while the actor is not held.
pub async fn own_next<A, F>(observed: Observed, next: F) -> F::Output
where
    A: Actor,
    F: Future<Output = Result<Option<Signal<A>>, A::Error>>,
{
    let Observed(Some(cell)) = observed else {
        return next.await;
    };
    let mut next = pin!(next);
    let result = poll_fn(|cx| {
        cell.slot.register(cx.waker());
        match cell.slot.check() {
            Request::Proceed => next.as_mut().poll(cx),
            Request::Restart => lifecycle::restart_now(),
            Request::Stop => Poll::Ready(Ok(Some(Signal::Stop))),
            Request::Hold => Poll::Pending,
        }
    })
    .await;
    if let Ok(Some(Signal::SupervisorRestart)) = &result {
        cell.stop_by_supervisor();
    }
    result
}
