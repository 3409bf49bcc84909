//! Who is online, and in which room.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorRef},
    error::Infallible,
    message::{Context, Message},
};

use crate::{connections::Announce, spawn, world::World};

/// Waiting messages presence has space for. Everybody may move at once.
pub const MAILBOX: usize = 4096;

/// See the module's text. Its state is rebuilt after a restart by asking every connection for its own part of it.
pub struct Presence {
    clients: HashMap<u64, Whereabouts>,
    nicks: HashSet<Arc<str>>,
}

struct Whereabouts {
    nick: Arc<str>,
    room: Option<String>,
}

#[observed]
impl Actor for Presence {
    type Args = Arc<World>;
    type Error = Infallible;

    async fn on_start(world: Arc<World>, _: ActorRef<Self>) -> Result<Self, Infallible> {
        // There are no connections yet at the first start.
        if let Some(connections) = world.entrances().map(|to| to.connections) {
            let _ = spawn::tell(&connections, Announce).send().await;
        }
        Ok(Self { clients: HashMap::new(), nicks: HashSet::new() })
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
        let whereabouts = Whereabouts { nick: claim.nick, room: None };
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
        let whereabouts = Whereabouts { nick: moved.nick, room: moved.room };
        self.clients.insert(moved.connection, whereabouts);
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
    pub rooms: BTreeMap<String, usize>,
}

impl Message<Who> for Presence {
    type Reply = Result<Summary, Infallible>;

    async fn handle(&mut self, _: Who, _: &mut Context<Self, Self::Reply>) -> Self::Reply {
        let mut rooms = BTreeMap::new();
        for room in self.clients.values().filter_map(|client| client.room.as_ref()) {
            *rooms.entry(room.clone()).or_default() += 1;
        }
        Ok(Summary { online: self.clients.len(), rooms })
    }
}
