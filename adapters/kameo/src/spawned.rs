//! Spawning actors that nobody supervises, so that they hang where they are spawned.
//!
//! kameo's `spawn` tells nobody whose code calls it: the new actor's task begins without a trace of it.

use crate::Observed;
use crate::names::{self, Given};
use actorscope_agent::adapter::current_place;
use kameo::actor::{ActorRef, PreparedActor, Spawn};
use kameo::mailbox::{self, MailboxReceiver, MailboxSender};

/// kameo's own default for a mailbox.
const DEFAULT_CAPACITY: usize = 64;

/// Spawns observed actors under a name, below whatever spawns them: an actor of any framework, an
/// observed tokio task. For all actors with `#[observed]`.
///
/// ```
/// use actorscope_kameo::{Actor, SpawnObserved, agent};
///
/// #[derive(Actor)]
/// struct Book;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let shop = agent::tokio::spawn("shop", async {
///     let book = Book::spawn_observed("book", Book); // shown as `shop/book`
/// });
/// # shop.await.unwrap();
/// # }
/// ```
///
/// Nothing else changes: it is not linked with whoever spawns it and does not end with it.
pub trait SpawnObserved: Observed {
    /// Like kameo's `spawn`.
    ///
    /// # Panics
    /// Outside of a tokio runtime, as that does.
    fn spawn_observed(name: &str, args: Self::Args) -> ActorRef<Self> {
        Self::spawn_observed_with_mailbox(name, args, mailbox::bounded(DEFAULT_CAPACITY))
    }

    /// Like kameo's `spawn_with_mailbox`.
    ///
    /// # Panics
    /// Outside of a tokio runtime, as that does.
    fn spawn_observed_with_mailbox(
        name: &str,
        args: Self::Args,
        mailbox: (MailboxSender<Self>, MailboxReceiver<Self>),
    ) -> ActorRef<Self> {
        let prepared: PreparedActor<Self> = Self::prepare_with_mailbox(mailbox);
        let actor_ref = prepared.actor_ref().clone();
        let given = Given { name: name.to_owned(), starter: current_place() };
        names::give(actor_ref.id(), given);
        prepared.spawn(args);
        actor_ref
    }
}

impl<A: Observed> SpawnObserved for A {}
