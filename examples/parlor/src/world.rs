//! What the actors of one server share: settings, tables that outlive actors, and the ways to each other.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock, atomic::AtomicU64},
};

use kameo::actor::ActorRef;
use tokio::sync::watch;

use crate::{
    connections::Connections,
    directory::RoomDirectory,
    door::Door,
    fault::Fault,
    media::{MediaRelay, Ports},
    outbox::WriterCount,
    pipeline::StoreStats,
    presence::Presence,
    rooms::Rooms,
    search::Index,
    signaling::{Signaling, SignalingRouter},
    store::Store,
};

/// See the module's text.
pub struct World {
    pub name: String,
    pub fault: Option<Fault>,
    pub signaling_workers: usize,
    pub signaling_mailbox: usize,
    pub max_connections: usize,
    pub quiet: bool,
    pub directory: Arc<RoomDirectory>,
    pub signaling: SignalingRouter,
    /// The machine that carries media.
    pub relay: MediaRelay,
    pub ports: Door<Ports>,
    pub store: Door<Store>,
    /// Closed while nothing can be found.
    pub index: Door<Index>,
    pub log: StoreStats,
    pub writers: WriterCount,
    pub entrances: RwLock<Option<Entrances>>,
    /// Numbers connections. Here, so that a restarted supervisor does not begin again at 1.
    pub accepted: AtomicU64,
    /// Turns true when the service stops.
    pub stopping: watch::Sender<bool>,
}

/// Actors that are spoken to from outside the tree. kameo keeps these references valid through restarts.
#[derive(Clone)]
pub struct Entrances {
    pub connections: ActorRef<Connections>,
    pub presence: ActorRef<Presence>,
    pub rooms: ActorRef<Rooms>,
    pub signaling: ActorRef<Signaling>,
}

impl World {
    /// Where the tree is entered. `None` before it has started and after it has stopped.
    pub fn entrances(&self) -> Option<Entrances> {
        self.entrances.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// See [`World::entrances`].
    pub fn set_entrances(&self, entrances: Option<Entrances>) {
        *self.entrances.write().unwrap_or_else(PoisonError::into_inner) = entrances;
    }

    /// Drops all references to actors. They refer to the world in turn: without this neither would ever be freed.
    pub fn forget_actors(&self) {
        self.set_entrances(None);
        self.signaling.publish(Vec::new());
        self.ports.set(None);
        self.store.set(None);
        self.index.set(None);
        for room in self.directory.all() {
            room.set_actor(None);
        }
    }

    /// Says something to the operator, unless the service was told to be quiet.
    pub fn notice(&self, text: fmt::Arguments<'_>) {
        if !self.quiet {
            eprintln!("{}: {text}", self.name);
        }
    }
}
