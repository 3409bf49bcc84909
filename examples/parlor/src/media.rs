//! The supervisor of what calls need from the media relay: a session with it, and its ports.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorId, ActorRef, WeakActorRef},
    error::{ActorStopReason, Infallible},
    supervision::SupervisionStrategy,
};
use tokio::sync::watch;

use crate::{fault::Fault, spawn, world::World};

mod leases;
mod ports;
mod relay;
mod relay_session;
mod sdp;

pub use ports::{Lease, NoPort, Ports};
pub use relay::{MediaRelay, SessionOver};
pub use sdp::{Offer, SdpError, Session};

use ports::{PortsArgs, RefreshPlan};
use relay_session::{RelaySession, RelaySessionArgs};

/// Waiting messages both parts have space for.
const MAILBOX: usize = 512;
/// As the root's for its parts.
const RESTARTS: (u32, Duration) = (100, Duration::from_secs(60));

/// Starts the two parts, and both anew when either fails, because each is worthless without what the other knows: the
/// relay frees all ports of a session that is gone, so a new session makes the table of ports wrong; and ports whose
/// table is gone can be freed by nothing but a new session.
pub struct Media {
    parts: [ActorId; 2],
}

#[observed]
impl Actor for Media {
    type Args = Arc<World>;
    type Error = Infallible;

    fn supervision_strategy() -> SupervisionStrategy {
        SupervisionStrategy::OneForAll
    }

    async fn on_start(world: Arc<World>, me: ActorRef<Self>) -> Result<Self, Infallible> {
        let spec = |name| spawn::permanent(name, RESTARTS.0, RESTARTS.1);
        let (publish, key) = watch::channel(None);
        let args = RelaySessionArgs { relay: world.relay.clone(), key: publish };
        let session: ActorRef<RelaySession> =
            spawn::child(&me, spec("relay-session"), MAILBOX, move || args.clone()).await;
        let plan = match world.fault {
            Some(Fault::Burst) => RefreshPlan::BURST,
            _ => RefreshPlan::SPREAD,
        };
        let args = PortsArgs { key, session: session.clone(), plan };
        let ports: ActorRef<Ports> =
            spawn::child(&me, spec("ports"), MAILBOX, move || args.clone()).await;
        let parts = [session.id(), ports.id()];
        world.ports.set(Some(ports));
        Ok(Self { parts })
    }

    /// A part that used up its restarts ends this actor, which is then started anew with both.
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
