//! Contexts whose actors can be observed.

use crate::life::Life;
use actix::dev::channel::AddressReceiver;
use actix::{Actor, AsyncContext};
use actorscope_agent::adapter::SlotHandle;

/// A context whose actors can be observed: [`actix::Context`] and our own
/// [`Context`](crate::Context).
#[diagnostic::on_unimplemented(
    message = "actors with the context `{Self}` can't be observed",
    note = "`actix::Context` and `actorscope_actix::Context` can"
)]
pub trait ObservedContext<A: Actor<Context = Self>>: AsyncContext<A> {
    /// Whether a supervised actor can be ended without being asked.
    #[doc(hidden)]
    const KILLS_SUPERVISED: bool;

    /// What comes with it until the actor runs.
    #[doc(hidden)]
    type Rest;

    /// The running actor.
    #[doc(hidden)]
    type Life: Life<A> + Unpin + 'static;

    /// The context of an actor that does not run yet.
    #[doc(hidden)]
    fn open(slot: &SlotHandle, receiver: AddressReceiver<A>) -> (Self, Self::Rest);

    /// The actor runs.
    #[doc(hidden)]
    fn live(self, rest: Self::Rest, actor: A) -> Self::Life;
}
