//! How a server is told to run, and why it can't.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
};

use crate::fault::Fault;

/// How to serve.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Where to listen. Port 0 takes a free one. Default: 127.0.0.1:7420.
    pub listen: SocketAddr,
    /// What clients and observers call the server. Default: `parlor`.
    pub name: String,
    /// Directory for the message log, made if missing. Default: `parlor-data` in the working directory.
    pub data_dir: PathBuf,
    /// A defect to run with. Default: none.
    pub fault: Option<Fault>,
    /// Actors that set up calls, 1 to 1024. Default: 1.
    pub signaling_workers: usize,
    /// Calls that may wait for one signaling worker. Default: 16,384.
    pub signaling_mailbox: usize,
    /// Clients that may be connected at a time. Default: 10,000.
    pub max_connections: usize,
    /// Whether an observer may act on the server's actors, or only look. Default: true.
    pub allow_control: bool,
    /// Say nothing on stderr. Default: false.
    pub quiet: bool,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 7420).into(),
            name: "parlor".to_owned(),
            data_dir: PathBuf::from("parlor-data"),
            fault: None,
            signaling_workers: 1,
            signaling_mailbox: 16_384,
            max_connections: 10_000,
            allow_control: true,
            quiet: false,
        }
    }
}

/// Why serving did not begin, or ended by itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// An option is out of its range.
    #[error("option `{option}` must be {range}, not {found}")]
    Option {
        /// Name of the field.
        option: &'static str,
        /// What it may be.
        range: &'static str,
        /// What it is.
        found: usize,
    },
    /// The data directory can't be made.
    #[error("can't make the data directory {}: {source}; name another one", path.display())]
    DataDir {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The address can't be listened on.
    #[error("can't listen on {address}: {source}; is another server running? Name another address")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The root of the supervision tree is gone, and nobody asked for it.
    #[error("the root supervisor stopped: {reason}; start the server again")]
    RootStopped {
        /// What it stopped for.
        reason: String,
    },
}

impl ServeOptions {
    /// Whether every option is in its range.
    pub(crate) fn check(&self) -> Result<(), ServeError> {
        in_range("signaling_workers", self.signaling_workers, 1..=1024, "1 to 1024")?;
        in_range("signaling_mailbox", self.signaling_mailbox, 1..=1 << 24, "1 to 16777216")?;
        in_range("max_connections", self.max_connections, 1..=1 << 20, "1 to 1048576")?;
        Ok(())
    }
}

fn in_range(
    option: &'static str,
    found: usize,
    allowed: RangeInclusive<usize>,
    range: &'static str,
) -> Result<(), ServeError> {
    if allowed.contains(&found) {
        return Ok(());
    }
    Err(ServeError::Option { option, range, found })
}
