//! How the service is told to run, and why it can't.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use crate::{delivery::Backoff, fault::Fault};

/// How to serve.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Where jobs come in over TCP. Port 0 takes a free one. Default: 127.0.0.1:7510.
    pub listen: SocketAddr,
    /// What observers call the service. Default: `courier`.
    pub name: String,
    /// Where an observer attaches, in place of the directory in which it looks by itself. Default: none.
    pub socket: Option<PathBuf>,
    /// Directory of the journal and the dead letters, made if missing; job files are put in its `incoming`.
    /// Default: `courier-data` in the working directory.
    pub spool: PathBuf,
    /// Jobs that may be open; more are refused for now. Default: 10,000.
    pub max_open: usize,
    /// Attempts after which a job is dead. Default: 8.
    pub attempts: u32,
    /// Time between two attempts. Default: 200 ms, doubled up to 30 s.
    pub backoff: Backoff,
    /// How long an attempt may take. Default: 5 s.
    pub timeout: Duration,
    /// After so long without a job a destination's worker ends. Default: 30 s.
    pub idle: Duration,
    /// For so long a destination is left alone whose worker crashed too often. Default: 15 s.
    pub cool_down: Duration,
    /// Destinations that may have a worker at a time. Default: 256.
    pub max_destinations: usize,
    /// A defect to run with. Default: none.
    pub fault: Option<Fault>,
    /// Whether an observer may act on the actors, or only look. Default: true.
    pub allow_control: bool,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 7510).into(),
            name: "courier".to_owned(),
            socket: None,
            spool: PathBuf::from("courier-data"),
            max_open: 10_000,
            attempts: 8,
            backoff: Backoff { first: Duration::from_millis(200), most: Duration::from_secs(30) },
            timeout: Duration::from_secs(5),
            idle: Duration::from_secs(30),
            cool_down: Duration::from_secs(15),
            max_destinations: 256,
            fault: None,
            allow_control: true,
        }
    }
}

/// Why serving did not begin, or ended by itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Jobs are taken from this machine only.
    #[error("{0} is not an address of this machine alone; name one such as 127.0.0.1:7510")]
    NotLoopback(SocketAddr),
    /// The spool can't be used.
    #[error("can't use {} as the spool: {source}; name another directory", path.display())]
    Spool {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The address can't be listened on.
    #[error(
        "can't listen on {address}: {source}; is another courier running? Name another address"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The root of the supervision tree is gone, and nobody asked for it.
    #[error(
        "the root supervisor gave up; what was said last is why. Accepted jobs are in the journal"
    )]
    GaveUp,
}
