//! The exchange as a whole: bind, run until told to stop, stop without losing a trade.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actorscope_kameo::SpawnObserved;
use actorscope_kameo::agent::{self, Agent};
use ractor::SpawnErr;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::books::{Books, BooksArgs};
use crate::fault::Fault;
use crate::world::World;
use crate::{clearing, gateway};

/// How long each step of a shutdown may take.
const STEP: Duration = Duration::from_secs(5);

/// How to run.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Address to listen on; port 0 takes a free one. Default: 127.0.0.1:7430.
    pub listen: SocketAddr,
    /// What observers call it, and the root of the tree. Default: `exchange`.
    pub name: String,
    /// Directory of the journal, made if missing. Default: `exchange-data`.
    pub data_dir: PathBuf,
    /// What is traded. Default: ACME, BOLT, CASK.
    pub symbols: Vec<String>,
    /// A defect to run with.
    pub fault: Option<Fault>,
    /// Observers may act on actors. Default: true.
    pub allow_control: bool,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 7430).into(),
            name: "exchange".to_owned(),
            data_dir: "exchange-data".into(),
            symbols: ["ACME", "BOLT", "CASK"].map(str::to_owned).to_vec(),
            fault: None,
            allow_control: true,
        }
    }
}

/// Why the exchange does not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The data directory can't be made.
    #[error("can't make {}: {source}; name another one", path.display())]
    DataDir {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The address can't be listened on.
    #[error(
        "can't listen on {address}: {source}; is another exchange running? Name another address"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// Clearing did not start.
    #[error("clearing does not start: {0}")]
    Clearing(#[from] SpawnErr),
    /// A part that nobody restarts is gone, and nobody asked for it.
    #[error("{0} ended; start the exchange again")]
    Ended(&'static str),
}

/// An exchange that is bound to its address and not yet serving.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    options: ServeOptions,
}

impl Server {
    /// Makes the data directory, binds the address.
    pub async fn bind(options: ServeOptions) -> Result<Self, ServeError> {
        if let Err(source) = tokio::fs::create_dir_all(&options.data_dir).await {
            let path = options.data_dir;
            return Err(ServeError::DataDir { path, source });
        }
        let refused = |source| ServeError::Listen { address: options.listen, source };
        let listener = TcpListener::bind(options.listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Self { listener, address, options })
    }

    /// Where clients connect to.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` resolves. One process runs one exchange: ractor's names are the process's.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), ServeError> {
        let mut builder = Agent::builder(&self.options.name);
        if self.options.allow_control {
            // Whoever may act may also see what actors hold: here that is no secret.
            builder = builder.allow_control().allow_state_dump();
        }
        // Without it the exchange runs all the same.
        builder.start_or_warn();
        let name = self.options.name.clone();
        agent::tokio::task(&name, self.serve(shutdown)).await
    }

    async fn serve(self, shutdown: impl Future<Output = ()>) -> Result<(), ServeError> {
        let ServeOptions { symbols, fault, data_dir, .. } = self.options;
        let symbols = symbols.into_iter().map(Arc::from).collect();
        let world = Arc::new(World::new(symbols, fault, data_dir.join("journal.jsonl")));
        let (sessions, mut no_sessions) = mpsc::channel(1);
        let (feeds, mut no_feeds) = mpsc::channel(1);
        let (clearing, cleared) = clearing::start(&world).await?;
        let books =
            Books::spawn_observed("books", BooksArgs { world: world.clone(), alive: feeds });
        books.wait_for_startup().await;
        clearing::is_up(&world, STEP).await;
        let gateway = gateway::start(self.listener, world.clone(), sessions);
        let with = fault.map(|fault| format!(", fault {fault}")).unwrap_or_default();
        eprintln!("listening on {}{with}", self.address);

        let mut cleared = cleared;
        let ended = tokio::select! {
            () = shutdown => None,
            () = books.wait_for_shutdown() => Some("the books' supervisor"),
            _ = &mut cleared => Some("clearing"),
        };
        // From the clients inwards, so that everything traded is written. Each step is limited: an actor
        // that somebody suspended must not hold the process.
        gateway.abort();
        world.stopping.send_replace(true);
        let _ = timeout(STEP, no_sessions.recv()).await;
        let stopping = async {
            let _ = books.stop_gracefully().await;
            books.wait_for_shutdown().await;
        };
        let _ = timeout(STEP, stopping).await;
        world.set_books(Default::default());
        drop(books);
        if timeout(STEP, no_feeds.recv()).await.is_err() {
            eprintln!("not everything that was traded could be written");
        }
        world.set_positions(None);
        clearing.stop(None);
        if !cleared.is_finished() {
            let _ = timeout(STEP, &mut cleared).await;
        }
        eprintln!("stopped");
        ended.map_or(Ok(()), |what| Err(ServeError::Ended(what)))
    }
}
