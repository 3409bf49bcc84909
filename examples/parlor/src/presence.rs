//! Who is online, in which room, and how lately they did something.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
    sync::Arc,
    time::Duration,
};

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorRef},
    error::Infallible,
    message::{Context, Message},
};
use tokio::time::Instant;

use crate::{connections::Announce, fault::Fault, room, spawn, world::World};

mod sightings;

use sightings::Sightings;

/// Waiting messages presence has space for. Everybody may move at once.
pub const MAILBOX: usize = 4096;
/// With [`Fault::Deadlock`]: from which activity in the room on presence compares its count with the room's.
const RECOUNT_FROM: u64 = 100;
/// Who did something this lately is active.
const ACTIVE: Duration = Duration::from_secs(60);

/// See the module's text. Its state is rebuilt after a restart by asking every connection for its own part of it.
pub struct Presence {
    world: Arc<World>,
    clients: HashMap<u64, Whereabouts>,
    nicks: HashSet<Arc<str>>,
    /// Only with [`Fault::LeakyPresence`].
    sightings: Option<Sightings>,
    /// How often somebody did something in [`Fault::ROOM`].
    activity: u64,
}

#[derive(Debug)]
struct Whereabouts {
    nick: Arc<str>,
    room: Option<String>,
    active_at: Option<Instant>,
}

/// What an observer gets to see: everything that presence knows, without the ways to other actors.
impl fmt::Debug for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut presence = f.debug_struct("Presence");
        presence.field("activity", &self.activity).field("online", &self.clients.len());
        if let Some(sightings) = &self.sightings {
            presence.field("sightings", &sightings.len());
        }
        presence.field("clients", &self.clients).finish()
    }
}

#[observed(state)]
impl Actor for Presence {
    type Args = Arc<World>;
    type Error = Infallible;

    async fn on_start(world: Arc<World>, _: ActorRef<Self>) -> Result<Self, Infallible> {
        // There are no connections yet at the first start.
        if let Some(connections) = world.entrances().map(|to| to.connections) {
            let _ = spawn::tell(&connections, Announce).send().await;
        }
        let sightings = (world.fault == Some(Fault::LeakyPresence)).then(Sightings::default);
        let (clients, nicks) = (HashMap::new(), HashSet::new());
        Ok(Self { world, clients, nicks, sightings, activity: 0 })
    }
}

/// A client wants a nick. Answered with whether it is free.
pub struct Claim {
    pub connection: u64,
    pub nick: Arc<str>,
}

/// Another client has the nick.
#[derive(Clone, Copy, Debug)]
pub struct NickTaken;

impl Message<Claim> for Presence {
    type Reply = Result<(), NickTaken>;

    async fn handle(&mut self, claim: Claim, _: &mut Context<Self, Self::Reply>) -> Self::Reply {
        if !self.nicks.insert(claim.nick.clone()) {
            return Err(NickTaken);
        }
        let whereabouts = Whereabouts { nick: claim.nick, room: None, active_at: None };
        self.clients.insert(claim.connection, whereabouts);
        Ok(())
    }
}

/// A client that has a nick is now here.
pub struct Moved {
    pub connection: u64,
    pub nick: Arc<str>,
    pub room: Option<String>,
}

impl Message<Moved> for Presence {
    type Reply = ();

    async fn handle(&mut self, moved: Moved, _: &mut Context<Self, ()>) {
        self.nicks.insert(moved.nick.clone());
        let active_at = self.clients.get(&moved.connection).and_then(|client| client.active_at);
        let whereabouts = Whereabouts { nick: moved.nick, room: moved.room, active_at };
        self.clients.insert(moved.connection, whereabouts);
    }
}

/// A client says something or calls.
pub struct Active {
    pub connection: u64,
}

impl Message<Active> for Presence {
    type Reply = ();

    async fn handle(&mut self, Active { connection }: Active, _: &mut Context<Self, ()>) {
        let Some(client) = self.clients.get_mut(&connection) else { return };
        let now = Instant::now();
        client.active_at = Some(now);
        let Some(room) = client.room.clone() else { return };
        if let Some(sightings) = &mut self.sightings {
            let nick = client.nick.clone();
            let here = self.clients.values().filter(|client| client.room.as_ref() == Some(&room));
            let others = here.map(|client| client.nick.clone()).filter(|other| *other != nick);
            sightings.record(&nick, others, now);
        }
        if self.world.fault == Some(Fault::Deadlock) && room == Fault::ROOM {
            self.activity += 1;
            if self.activity >= RECOUNT_FROM {
                self.recount(&room).await;
            }
        }
    }
}

impl Presence {
    /// The half of [`Fault::Deadlock`] that is here: asks a room, which may be asking this actor, and waits.
    async fn recount(&self, room: &str) {
        let entry = self.world.directory.get(room);
        let Some(actor) = entry.and_then(|entry| entry.actor()) else { return };
        let Ok(seated) = spawn::ask(&actor, room::Headcount).send().await else { return };
        let known = self.clients.values().filter(|client| client.room.as_deref() == Some(room));
        if known.count() != seated
            && let Some(to) = self.world.entrances()
        {
            let _ = spawn::tell(&to.connections, Announce).try_send();
        }
    }
}

/// Answered with the room a client is in.
pub struct RoomOf {
    pub connection: u64,
}

impl Message<RoomOf> for Presence {
    type Reply = Result<Option<String>, Infallible>;

    async fn handle(
        &mut self,
        RoomOf { connection }: RoomOf,
        _: &mut Context<Self, Self::Reply>,
    ) -> Self::Reply {
        Ok(self.clients.get(&connection).and_then(|client| client.room.clone()))
    }
}

/// A client is gone.
pub struct Gone {
    pub connection: u64,
}

impl Message<Gone> for Presence {
    type Reply = ();

    async fn handle(&mut self, gone: Gone, _: &mut Context<Self, ()>) {
        if let Some(client) = self.clients.remove(&gone.connection) {
            self.nicks.remove(&client.nick);
        }
    }
}

/// Answered with a [`Summary`].
pub struct Who;

/// Numbers of those online.
pub struct Summary {
    pub online: usize,
    pub active: usize,
    pub rooms: BTreeMap<String, usize>,
}

impl Message<Who> for Presence {
    type Reply = Result<Summary, Infallible>;

    async fn handle(&mut self, _: Who, _: &mut Context<Self, Self::Reply>) -> Self::Reply {
        let mut rooms = BTreeMap::new();
        for room in self.clients.values().filter_map(|client| client.room.as_ref()) {
            *rooms.entry(room.clone()).or_default() += 1;
        }
        let active = self.clients.values().filter(|client| {
            client.active_at.is_some_and(|active_at| active_at.elapsed() < ACTIVE)
        });
        Ok(Summary { online: self.clients.len(), active: active.count(), rooms })
    }
}
