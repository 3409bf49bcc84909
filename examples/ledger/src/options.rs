//! How the service is told to run, and why it can't.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use crate::fault::Fault;

/// How to serve.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Where to listen. Port 0 takes a free one. Default: 127.0.0.1:7520.
    pub listen: SocketAddr,
    /// What observers call the service. Default: `ledger`.
    pub name: String,
    /// Where an observer attaches, in place of the directory in which it looks by itself. Default: none.
    pub socket: Option<PathBuf>,
    /// Directory of the journal, made if missing. Default: `ledger-data` in the working directory.
    pub data_dir: PathBuf,
    /// Actors that know the accounts, at least 1. Default: 4.
    pub shards: usize,
    /// Orders that the journal writes with one sync, at least 1. Default: 16.
    pub batch: usize,
    /// Connections that may be open. Default: 1,000.
    pub max_sessions: usize,
    /// A defect to run with. Default: none.
    pub fault: Option<Fault>,
    /// Whether an observer may act on the actors, or only look. Default: true.
    pub allow_control: bool,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 7520).into(),
            name: "ledger".to_owned(),
            socket: None,
            data_dir: PathBuf::from("ledger-data"),
            shards: 4,
            batch: 16,
            max_sessions: 1_000,
            fault: None,
            allow_control: true,
        }
    }
}

/// Why serving did not begin, or ended by itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Nobody but this machine is served: nobody is asked who he is.
    #[error("{0} is not an address of this machine alone; name one such as 127.0.0.1:7520")]
    NotLoopback(SocketAddr),
    /// The journal can't be read or written.
    #[error("can't use the journal {}: {source}", path.display())]
    Journal {
        /// The file.
        path: PathBuf,
        /// What the system says, or what is wrong in it.
        source: io::Error,
    },
    /// The address can't be listened on.
    #[error("can't listen on {address}: {source}; is another ledger running? Name another address")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}
