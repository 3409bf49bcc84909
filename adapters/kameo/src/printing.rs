//! An actor prints its state, in its own task and only when somebody asks.

use std::fmt::Debug;

/// How an actor is printed.
pub type Printer<A> = fn(&A) -> &dyn Debug;

/// An actor and how it is printed. The exclusive reference is what lets actors be printed that are not
/// `Sync`.
pub type Printing<'a, A> = (&'a mut A, Printer<A>);

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
