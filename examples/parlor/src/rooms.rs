//! The supervisor of rooms.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorId, ActorRef, WeakActorRef},
    error::{ActorStopReason, Infallible},
    message::{Context, Message},
};

use crate::{
    directory::{RoomEntry, TooManyRooms},
    fault::Fault,
    room::{Room, RoomArgs},
    spawn,
    world::World,
};

/// With [`Fault::CrashyRoom`], every so many messages [`Fault::ROOM`] crashes.
const CRASH_EVERY: u64 = 200;
/// Waiting messages a room has space for: more than ten seconds of a lively one.
const MAILBOX: usize = 1024;
/// An operator may restart a room as often as a demonstration takes; a room that crashes at each start still ends.
const RESTARTS: (u32, Duration) = (1000, Duration::from_secs(60));

/// Starts a room when it is first joined, and again when it fails.
pub struct Rooms {
    world: Arc<World>,
}

#[observed]
impl Actor for Rooms {
    type Args = Arc<World>;
    type Error = Infallible;

    async fn on_start(world: Arc<World>, me: ActorRef<Self>) -> Result<Self, Infallible> {
        let rooms = Self { world };
        // After a restart of this supervisor: the rooms that existed, members still seated.
        for entry in rooms.world.directory.all() {
            rooms.start(entry, &me).await;
        }
        Ok(rooms)
    }

    /// Only reached by a room that used up its restarts. The next `join` starts it anew; the others live on.
    async fn on_link_died(
        &mut self,
        _: WeakActorRef<Self>,
        id: ActorId,
        reason: ActorStopReason,
    ) -> Result<ControlFlow<ActorStopReason>, Infallible> {
        for entry in self.world.directory.all() {
            if entry.actor().is_some_and(|actor| actor.id() == id) {
                entry.set_actor(None);
                self.world
                    .notice(format_args!("room `{}` failed for good: {reason}", entry.name()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

impl Rooms {
    async fn start(&self, entry: Arc<RoomEntry>, me: &ActorRef<Self>) {
        let fault = self.world.fault.filter(|_| entry.name() == Fault::ROOM);
        let crash_every = (fault == Some(Fault::CrashyRoom)).then_some(CRASH_EVERY);
        let moderator = match fault {
            Some(Fault::Deadlock) => self.world.entrances().map(|to| to.presence),
            _ => None,
        };
        let (store, log) = (self.world.store.clone(), self.world.log.clone());
        let (restarts, within) = RESTARTS;
        let spec = spawn::permanent(entry.name(), restarts, within);
        let args = {
            let entry = entry.clone();
            move || RoomArgs {
                entry: entry.clone(),
                store: store.clone(),
                log: log.clone(),
                crash_every,
                moderator: moderator.clone(),
            }
        };
        let actor = spawn::child::<_, Room>(me, spec, MAILBOX, args).await;
        entry.set_actor(Some(actor));
    }
}

/// Answered with the room of that name, started if need be.
pub struct Open(pub String);

impl Message<Open> for Rooms {
    type Reply = Result<Arc<RoomEntry>, TooManyRooms>;

    async fn handle(
        &mut self,
        Open(name): Open,
        ctx: &mut Context<Self, Self::Reply>,
    ) -> Self::Reply {
        let directory = &self.world.directory;
        let entry = match directory.get(&name) {
            Some(entry) => entry,
            None => directory.add(&name)?,
        };
        if entry.actor().is_none() {
            self.start(entry.clone(), ctx.actor_ref()).await;
        }
        Ok(entry)
    }
}
