//! What the [driver](crate::driver) needs to know of the future that runs an actor, whichever context
//! that has.

use crate::control::Switch;
use actix::{Actor, Supervised};
use std::sync::Arc;
use std::task::{Context, Poll};

/// A running actor.
pub trait Life<A: Actor> {
    /// By this it is killed. To be told before it runs.
    fn obeys(&mut self, switch: &Arc<Switch>);

    /// Goes on until there is nothing to do, or an operator wants something.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()>;

    /// It is held: looks at what is queued, and no more.
    fn look(&mut self, cx: &mut Context<'_>);

    /// Ends it in order, which it may refuse.
    fn stop(&mut self);

    /// Ends it at its next poll, without asking it. False if only dropping it does that.
    fn kill(&mut self) -> bool;

    /// Whether anybody has its address.
    fn is_connected(&self) -> bool;

    /// Why it ended, as far as that is known.
    fn why(&self) -> Option<&'static str>;

    /// It ended for good: how many messages were queued. Takes them out.
    fn left(&mut self) -> u64;

    /// Begins anew, with the same actor and the same mailbox.
    fn restart(&mut self)
    where
        A: Supervised;
}
