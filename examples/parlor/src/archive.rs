//! The supervisor of what is kept: the store, and the search that depends on it.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorId, ActorRef, WeakActorRef},
    error::{ActorStopReason, Infallible},
    supervision::SupervisionStrategy,
};

use crate::{
    fault::Fault,
    pipeline::Intake,
    search::{Search, SearchArgs},
    spawn,
    store::{self, Store, StoreArgs},
    world::World,
};

/// Waiting messages search has space for; only news of its one child come here.
const MAILBOX: usize = 64;
/// See [`StoreArgs::flush_every`].
const FLUSH_EVERY: u64 = 100;
/// As the root's for its parts.
const RESTARTS: (u32, Duration) = (100, Duration::from_secs(60));

/// Starts the store, then search, and starts search anew with each new store: the index has registered with the store
/// that is gone, and would wait for its messages for ever. A new index is nothing to the store.
///
/// kameo 0.22 counts a child that is down for good among those it waits for before it restarts any, and so never
/// restarts any of them again. What may give up therefore has a supervisor of its own below this one, see [`Search`].
pub struct Archive {
    parts: [ActorId; 2],
}

/// What each incarnation starts with.
#[derive(Clone)]
pub struct ArchiveArgs {
    pub world: Arc<World>,
    pub intake: Intake,
}

#[observed]
impl Actor for Archive {
    type Args = ArchiveArgs;
    type Error = Infallible;

    fn supervision_strategy() -> SupervisionStrategy {
        SupervisionStrategy::RestForOne
    }

    async fn on_start(args: ArchiveArgs, me: ActorRef<Self>) -> Result<Self, Infallible> {
        let ArchiveArgs { world, intake } = args;
        let spec = |name| spawn::permanent(name, RESTARTS.0, RESTARTS.1);
        let flush_every = (world.fault == Some(Fault::StuckStore)).then_some(FLUSH_EVERY);
        let store_args = StoreArgs { intake, flush_every };
        let store: ActorRef<Store> =
            spawn::child(&me, spec("store"), store::MAILBOX, move || store_args.clone()).await;
        // Spawning does not wait for the start. Whoever depends on the store starts when it is there.
        store.wait_for_startup().await;
        let search_args = SearchArgs { world: world.clone(), store: store.clone() };
        let search: ActorRef<Search> =
            spawn::child(&me, spec("search"), MAILBOX, move || search_args.clone()).await;
        let parts = [store.id(), search.id()];
        world.store.set(Some(store));
        Ok(Self { parts })
    }

    /// A part that used up its restarts ends this actor, which is then started anew with all of them.
    ///
    /// After a restart of this actor, kameo also delivers the deaths of the parts before it. They mean nothing.
    async fn on_link_died(
        &mut self,
        _: WeakActorRef<Self>,
        id: ActorId,
        reason: ActorStopReason,
    ) -> Result<ControlFlow<ActorStopReason>, Infallible> {
        if !self.parts.contains(&id) {
            return Ok(ControlFlow::Continue(()));
        }
        let reason = Box::new(reason);
        Ok(ControlFlow::Break(ActorStopReason::LinkDied { id, reason }))
    }
}
