//! The service as a whole: bind, run until told to stop, stop without losing anything.

use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    pin::pin,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use actorscope_kameo::agent::{self, Agent};
use kameo::actor::ActorRef;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{oneshot, watch},
    time::{sleep, timeout},
};

use crate::{
    connections::{Accepted, DismissAll},
    directory::RoomDirectory,
    door::Door,
    media::MediaRelay,
    outbox::WriterCount,
    parlor::{Parlor, ParlorArgs},
    pipeline::StoreStats,
    room,
    serve_options::{ServeError, ServeOptions},
    spawn, store,
    world::World,
};

/// How long each step of a shutdown may take.
const STEP: Duration = Duration::from_secs(5);
/// Pause after the system refused a connection, for lack of file descriptors for example.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A server that is bound to its address and not yet serving. Clients that connect now are served once it runs.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    options: ServeOptions,
    world: Arc<World>,
}

/// A look into a server, also while it runs.
#[derive(Clone)]
pub struct ServerHandle {
    world: Arc<World>,
}

/// Binds and serves until `shutdown` resolves.
pub async fn serve(
    options: ServeOptions,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    Server::bind(options).await?.run(shutdown).await
}

impl Server {
    /// Checks the options, makes the data directory, binds the address.
    pub async fn bind(options: ServeOptions) -> Result<Self, ServeError> {
        options.check()?;
        if let Err(source) = tokio::fs::create_dir_all(&options.data_dir).await {
            let path = options.data_dir;
            return Err(ServeError::DataDir { path, source });
        }
        let refused = |source| ServeError::Listen { address: options.listen, source };
        let listener = TcpListener::bind(options.listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let world = Arc::new(World {
            name: options.name.clone(),
            fault: options.fault,
            signaling_workers: options.signaling_workers,
            signaling_mailbox: options.signaling_mailbox,
            max_connections: options.max_connections,
            quiet: options.quiet,
            directory: Arc::new(RoomDirectory::default()),
            signaling: Default::default(),
            relay: MediaRelay::new(options.fault),
            ports: Door::default(),
            store: Door::default(),
            index: Door::default(),
            log: StoreStats::default(),
            writers: WriterCount::new(),
            entrances: Default::default(),
            accepted: AtomicU64::new(0),
            stopping: watch::Sender::new(false),
        });
        Ok(Self { listener, address, options, world })
    }

    /// Where clients connect to.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// A look into the server that stays valid while it runs.
    pub fn handle(&self) -> ServerHandle {
        let world = self.world.clone();
        ServerHandle { world }
    }

    fn observer(&self) -> agent::Builder {
        let builder = Agent::builder(&self.options.name);
        if self.options.allow_control {
            // Whoever may act on actors may also see what they hold: here that is no secret.
            builder.allow_control().allow_state_dump()
        } else {
            builder
        }
    }

    /// Serves until `shutdown` resolves. Then: no new clients, a goodbye to those there are, everything said goes to
    /// the disk.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), ServeError> {
        let world = self.world.clone();
        // Runs as long as the service does; without it the service runs all the same.
        let _agent = self
            .observer()
            .start()
            .inspect_err(|error| world.notice(format_args!("not observed: {error}")));
        let (started, pipeline) = oneshot::channel();
        let data_dir = self.options.data_dir.clone();
        let args = ParlorArgs { world: world.clone(), data_dir, pipeline: started };
        let root: ActorRef<Parlor> = spawn::root(args);
        root.wait_for_startup().await;
        let pipeline = pipeline.await.ok();
        let fault = world.fault.map(|fault| format!(", fault {fault}")).unwrap_or_default();
        world.notice(format_args!("listening on {}{fault}", self.address));

        let asked_to_stop = tokio::select! {
            never = accept(&self.listener, &world) => match never {},
            () = shutdown => true,
            () = root.wait_for_shutdown() => false,
        };
        drop(self.listener);
        let failure = if asked_to_stop {
            world.notice(format_args!("stopping"));
            stop(&world, &root).await;
            None
        } else {
            let reason = match root.wait_for_shutdown_result().await {
                Ok(reason) => reason.to_string(),
                Err(error) => error.to_string(),
            };
            Some(ServeError::RootStopped { reason })
        };
        world.stopping.send_replace(true);
        world.forget_actors();
        if let Some(pipeline) = pipeline
            && !pipeline.close().await
        {
            world.notice(format_args!("store: the disk is too slow, messages may be lost"));
        }
        let log = &world.log;
        world.notice(format_args!(
            "stopped; {} messages written, {} dropped",
            log.written(),
            log.dropped()
        ));
        failure.map_or(Ok(()), Err)
    }
}

impl ServerHandle {
    /// What became of the messages.
    pub fn store_stats(&self) -> StoreStats {
        self.world.log.clone()
    }

    /// How many clients sit in a room. `None` if there is no such room.
    pub fn members(&self, room: &str) -> Option<usize> {
        self.world.directory.get(room).map(|room| room.len())
    }

    /// Kills a room's actor, as an operator would. `false` if there is no such room.
    pub fn kill_room(&self, room: &str) -> bool {
        let actor = self.world.directory.get(room).and_then(|room| room.actor());
        actor.inspect(ActorRef::kill).is_some()
    }

    /// Kills a part of the service by its name in the tree. For tests of recovery; works once a part, because kameo
    /// ignores `kill` through the reference of an earlier incarnation.
    #[doc(hidden)]
    pub fn kill_part(&self, part: &str) -> bool {
        let Some(to) = self.world.entrances() else {
            return false;
        };
        match part {
            "connections" => to.connections.kill(),
            "presence" => to.presence.kill(),
            "rooms" => to.rooms.kill(),
            "signaling" => to.signaling.kill(),
            _ => return false,
        }
        true
    }
}

/// Hands clients to their supervisor.
async fn accept(listener: &TcpListener, world: &World) -> Infallible {
    let mut refused = false;
    loop {
        match listener.accept().await {
            Ok((socket, _)) => {
                refused = false;
                if !hand_over(socket, world).await {
                    // The tree is going down; whoever waits for that also ends this.
                    return std::future::pending().await;
                }
            }
            Err(error) => {
                // Told once, not ten times a second.
                if !refused {
                    world.notice(format_args!("can't accept connections: {error}; trying again"));
                }
                refused = true;
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn hand_over(socket: TcpStream, world: &World) -> bool {
    match world.entrances().map(|to| to.connections) {
        Some(connections) => spawn::tell(&connections, Accepted(socket)).send().await.is_ok(),
        None => false,
    }
}

/// Stops from the clients inwards, so that nothing said is lost: first nobody can say anything any more, then rooms
/// finish, then the store. Each step is limited: an actor somebody suspended must not hold the process.
async fn stop(world: &World, root: &ActorRef<Parlor>) {
    world.stopping.send_replace(true);
    let dismissing = async {
        if let Some(connections) = world.entrances().map(|to| to.connections) {
            let _ = spawn::tell(&connections, DismissAll).send().await;
        }
        world.writers.none_left().await;
    };
    let _ = timeout(STEP, dismissing).await;

    let settling = async {
        for room in world.directory.all() {
            if let Some(actor) = room.actor() {
                let _ = spawn::ask(&actor, room::Settle).send().await;
            }
        }
        if let Some(store) = world.store.actor() {
            let _ = spawn::ask(&store, store::Settle).send().await;
        }
    };
    let _ = timeout(STEP, settling).await;

    let mut stopping = pin!(async {
        let _ = root.stop_gracefully().await;
        root.wait_for_shutdown().await;
    });
    if timeout(STEP, &mut stopping).await.is_err() {
        world.notice(format_args!("some actors do not stop; leaving them behind"));
        root.kill();
    }
    // Connections that were still busy when dismissed have been stopped with the tree and say goodbye now.
    let _ = timeout(STEP, world.writers.none_left()).await;
}
