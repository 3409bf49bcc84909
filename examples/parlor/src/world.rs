//! What the actors of one server share: settings, tables that outlive actors, and the ways to each other.

use std::{
    fmt,
    sync::{Arc, OnceLock, atomic::AtomicU64},
};

use kameo::actor::ActorRef;
use tokio::sync::watch;

use crate::{
    connections::Connections, directory::RoomDirectory, fault::Fault, outbox::WriterCount, pipeline::StoreStats,
    signaling::SignalingRouter,
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
    pub log: StoreStats,
    pub writers: WriterCount,
    /// Set once, when the tree starts. kameo keeps a reference valid through restarts.
    pub connections: OnceLock<ActorRef<Connections>>,
    /// Numbers connections. Here, so that a restarted supervisor does not begin again at 1.
    pub accepted: AtomicU64,
    /// Turns true when the service stops.
    pub stopping: watch::Sender<bool>,
}

impl World {
    /// Says something to the operator, unless the service was told to be quiet.
    pub fn notice(&self, text: fmt::Arguments<'_>) {
        if !self.quiet {
            eprintln!("{}: {text}", self.name);
        }
    }
}
