//! An actor prints its state, in its own task and only when somebody asks.

use crate::table;
use kameo::Actor;
use kameo::actor::ActorId;
use std::fmt::Debug;
use std::future::{Future, poll_fn};
use std::pin::pin;

/// How an actor is printed.
pub type Printer<A> = fn(&A) -> &dyn Debug;

/// By its own `Debug`. The only place that asks for one, so that who has none is told once:
///
/// ```compile_fail
/// # use actorscope_kameo::Actor;
/// #[derive(Actor)]
/// #[actor(state)] // `Secret` doesn't implement `Debug`
/// struct Secret;
/// ```
///
/// ```
/// # use actorscope_kameo::Actor;
/// #[derive(Actor, Debug)]
/// #[actor(state)]
/// struct Open;
/// ```
pub const fn printer<A: Debug>() -> Printer<A> {
    |actor| actor
}

/// Waits for `next` and prints the actor between two messages, and whenever the wait is woken
/// because somebody asked: the slot's waker wakes this very task, idle or suspended.
///
/// The exclusive reference is what lets actors be printed that are not `Sync`.
pub async fn printing<A, F>(actor: &mut A, printer: Printer<A>, id: ActorId, next: F) -> F::Output
where
    A: Actor,
    F: Future,
{
    let Some(cell) = table::get(id) else {
        return next.await;
    };
    let mut next = pin!(next);
    poll_fn(move |cx| {
        // First the poll, which registers the waker: what is asked after the look below wakes us.
        let poll = next.as_mut().poll(cx);
        cell.slot.dump_if_asked(&printer(actor));
        poll
    })
    .await
}
