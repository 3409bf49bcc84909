//! Who is meant: what people write behind `--target`, and the address it leads to.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// An agent, as named by a person.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Target {
    /// The only one on this machine.
    #[default]
    Local,
    /// The local one of this name; `NAME-PID` tells two processes of one name apart. Looked up anew
    /// for every connection, so that a restarted service is found again.
    Named(String),
    /// The one behind this socket.
    Unix(PathBuf),
    /// The one on this loopback port, without encryption.
    Tcp(SocketAddr),
}

/// Why a text names no target.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TargetError {
    /// Nothing was written.
    #[error("a target is a name, unix:PATH or http://127.0.0.1:PORT")]
    Empty,
    /// `unix:` without a path.
    #[error(
        "unix: needs the path of a socket, such as unix:/run/user/1000/actorscope/shop-1-ab12.sock"
    )]
    NoPath,
    /// TLS is not part of this release.
    #[error(
        "{0}: TCP with mTLS is not built into this release; use the agent's unix socket on its own \
         machine (through ssh, for instance)"
    )]
    TlsNotBuiltIn(String),
    /// Plain TCP to another machine: everybody on the way could act as an operator.
    #[error("{0}: without encryption only this machine can be reached (http://127.0.0.1:PORT)")]
    NotLoopback(String),
    /// `http://` without an address and a port.
    #[error("{0} is not of the form http://127.0.0.1:PORT")]
    NoSocketAddress(String),
    /// An unknown `scheme://`.
    #[error("{0}: unknown kind of target; a target is a name, unix:PATH or http://127.0.0.1:PORT")]
    UnknownScheme(String),
    /// A path without `unix:`.
    #[error("{0} looks like a path: write unix:{0}")]
    BarePath(String),
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TargetError::Empty);
        }
        if let Some(path) = text.strip_prefix("unix:") {
            // gRPC's own notation for absolute paths is unix:///path.
            let path = match path.strip_prefix("//") {
                Some(rest) if rest.starts_with('/') => rest,
                _ => path,
            };
            return if path.is_empty() {
                Err(TargetError::NoPath)
            } else {
                Ok(Self::Unix(PathBuf::from(path)))
            };
        }
        if text.starts_with("https://") {
            return Err(TargetError::TlsNotBuiltIn(text.to_owned()));
        }
        if let Some(authority) = text.strip_prefix("http://") {
            return loopback(text, authority);
        }
        if text.contains("://") {
            return Err(TargetError::UnknownScheme(text.to_owned()));
        }
        if text.contains('/') {
            return Err(TargetError::BarePath(text.to_owned()));
        }
        Ok(Self::Named(text.to_owned()))
    }
}

fn loopback(text: &str, authority: &str) -> Result<Target, TargetError> {
    let authority = authority.trim_end_matches('/');
    let address = match authority.strip_prefix("localhost:") {
        Some(port) => {
            port.parse().ok().map(|port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
        }
        None => authority.parse().ok(),
    };
    match address {
        Some(address) if address.ip().is_loopback() => Ok(Target::Tcp(address)),
        Some(_) => Err(TargetError::NotLoopback(text.to_owned())),
        // A host name is no less remote for not having been looked up.
        None if has_port(authority) => Err(TargetError::NotLoopback(text.to_owned())),
        None => Err(TargetError::NoSocketAddress(text.to_owned())),
    }
}

fn has_port(authority: &str) -> bool {
    authority
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local => f.write_str("the local agent"),
            Self::Named(name) => f.write_str(name),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Tcp(address) => write!(f, "http://{address}"),
        }
    }
}

/// Where an agent listens.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Address {
    /// On a socket in the file system.
    Unix(PathBuf),
    /// On a loopback port, without encryption.
    Tcp(SocketAddr),
}

impl Address {
    /// The socket's path, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Unix(path) => Some(path),
            Self::Tcp(_) => None,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Tcp(address) => write!(f, "http://{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_and_written_alike() {
        for text in
            ["shop", "shop-4711", "unix:/run/a.sock", "unix:a.sock", "http://127.0.0.1:7070"]
        {
            let target = text.parse::<Target>().unwrap();
            assert_eq!(target.to_string(), text);
        }
        assert_eq!("http://localhost:7070".parse(), Ok(Target::Tcp(([127, 0, 0, 1], 7070).into())));
        assert_eq!("unix:///run/a.sock".parse(), Ok(Target::Unix("/run/a.sock".into())));
    }

    #[test]
    fn what_cannot_be_reached_is_said_at_once() {
        let error = |text: &str| text.parse::<Target>().unwrap_err();
        assert_eq!(error(" "), TargetError::Empty);
        assert_eq!(error("unix:"), TargetError::NoPath);
        assert!(matches!(error("https://a:1"), TargetError::TlsNotBuiltIn(_)));
        assert!(matches!(error("http://10.0.0.1:1"), TargetError::NotLoopback(_)));
        assert!(matches!(error("http://shop:1"), TargetError::NotLoopback(_)));
        assert!(matches!(error("http://shop"), TargetError::NoSocketAddress(_)));
        assert!(matches!(error("ssh://shop"), TargetError::UnknownScheme(_)));
        assert_eq!(
            error("./a.sock").to_string(),
            "./a.sock looks like a path: write unix:./a.sock"
        );
    }
}
