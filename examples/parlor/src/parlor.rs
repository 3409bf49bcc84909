//! The root of the tree.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorId, ActorRef, WeakActorRef},
    error::{ActorStopReason, Infallible},
};

use crate::{
    connection::Services,
    connections::{self, Connections},
    pipeline::Intake,
    presence::{self, Presence},
    rooms::{Rooms, RoomsArgs},
    signaling::Signaling,
    spawn,
    store::{self, Store},
    world::{Entrances, World},
};

/// Waiting messages a supervisor without traffic has space for.
const MAILBOX: usize = 64;

/// Starts the parts of the service and keeps them running, each by itself.
pub struct Parlor;

/// What the service is made of.
pub struct ParlorArgs {
    pub world: Arc<World>,
    pub intake: Intake,
}

#[observed]
impl Actor for Parlor {
    type Args = ParlorArgs;
    type Error = Infallible;

    async fn on_start(args: ParlorArgs, me: ActorRef<Self>) -> Result<Self, Infallible> {
        let ParlorArgs { world, intake } = args;
        spawn::name(&me, &world.name);
        let spec = |name| spawn::permanent(name, 100, Duration::from_secs(60));
        let given = |world: &Arc<World>| {
            let world = world.clone();
            move || world.clone()
        };

        let store: ActorRef<Store> =
            spawn::child(&me, spec("store"), store::MAILBOX, move || intake.clone()).await;
        let presence: ActorRef<Presence> =
            spawn::child(&me, spec("presence"), presence::MAILBOX, given(&world)).await;
        let signaling: ActorRef<Signaling> =
            spawn::child(&me, spec("signaling"), MAILBOX, given(&world)).await;
        let rooms_args = RoomsArgs { world: world.clone(), store: store.clone() };
        let rooms: ActorRef<Rooms> =
            spawn::child(&me, spec("rooms"), connections::MAILBOX, move || rooms_args.clone())
                .await;
        let services =
            Services { world: world.clone(), presence: presence.clone(), rooms: rooms.clone() };
        let connections: ActorRef<Connections> =
            spawn::child(&me, spec("connections"), connections::MAILBOX, move || services.clone())
                .await;
        world.set_entrances(Some(Entrances { connections, store, presence, rooms, signaling }));
        Ok(Self)
    }

    /// Only reached by a part that used up its restarts. Without it there is no service.
    async fn on_link_died(
        &mut self,
        _: WeakActorRef<Self>,
        id: ActorId,
        reason: ActorStopReason,
    ) -> Result<ControlFlow<ActorStopReason>, Infallible> {
        let reason = Box::new(reason);
        Ok(ControlFlow::Break(ActorStopReason::LinkDied { id, reason }))
    }
}
