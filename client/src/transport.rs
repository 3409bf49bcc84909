//! From an address to a gRPC channel.

use crate::error::{Why, root_cause};
use crate::target::Address;
use hyper_util::rt::TokioIo;
use std::io;
use std::path::Path;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tonic::transport::{Channel, Endpoint, Uri};

/// What an unread stream may hold in memory: a reader that stands still makes the agent skip frames
/// instead of filling the client.
const STREAM_WINDOW: u32 = 256 * 1024;

/// What all streams of a connection may hold together. Larger than two streams, so that a verb's
/// answer comes through while both streams stand still.
const CONNECTION_WINDOW: u32 = 1024 * 1024;

/// Why there is no channel.
pub(crate) enum DialError {
    /// There is no way to the address.
    Unreachable(Why),
    /// Whoever accepted does not speak HTTP/2, or hung up.
    NoHttp2(String),
}

impl From<Why> for DialError {
    fn from(why: Why) -> Self {
        Self::Unreachable(why)
    }
}

/// Connects, without saying anything yet. Has no deadline of its own.
pub(crate) async fn dial(address: &Address) -> Result<Channel, DialError> {
    match address {
        Address::Unix(path) => channel(unix(path).await?).await,
        Address::Tcp(address) => {
            let stream = TcpStream::connect(address).await.map_err(|e| why(&e))?;
            // Keys and verbs are small and wait for an answer.
            stream.set_nodelay(true).map_err(|e| why(&e))?;
            channel(stream).await
        }
    }
}

/// Whether somebody listens: connects and hangs up.
pub(crate) async fn knock(address: &Address) -> Result<(), Why> {
    match address {
        Address::Unix(path) => unix(path).await.map(drop),
        Address::Tcp(address) => TcpStream::connect(address).await.map(drop).map_err(|e| why(&e)),
    }
}

#[cfg(unix)]
async fn unix(path: &Path) -> Result<tokio::net::UnixStream, Why> {
    actorscope_core::socket::check_length(path).map_err(|e| Why::Other(e.to_string()))?;
    match tokio::net::UnixStream::connect(path).await {
        Ok(stream) => Ok(stream),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(Why::PermissionDenied { owner: owner(path) })
        }
        Err(error) => Err(why(&error)),
    }
}

#[cfg(not(unix))]
async fn unix(_path: &Path) -> Result<TcpStream, Why> {
    Err(Why::Other("unix sockets are not supported on this system".to_owned()))
}

/// Who owns the socket or, where that cannot be seen, its directory.
#[cfg(unix)]
fn owner(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    path.ancestors().take(2).find_map(|p| std::fs::symlink_metadata(p).ok()).map(|m| m.uid())
}

fn why(error: &io::Error) -> Why {
    match error.kind() {
        io::ErrorKind::NotFound => Why::NoSuchFile,
        io::ErrorKind::ConnectionRefused => Why::NobodyListens,
        io::ErrorKind::PermissionDenied => Why::PermissionDenied { owner: None },
        // A unix socket whose queue of callers is full.
        io::ErrorKind::WouldBlock => {
            Why::Other("too many others are waiting to connect".to_owned())
        }
        _ => Why::Other(error.to_string()),
    }
}

/// Speaks HTTP/2 over one connection, which is never replaced behind the caller's back: another
/// connection may lead to another life of the service, and needs its own handshake.
async fn channel<T>(stream: T) -> Result<Channel, DialError>
where
    T: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut stream = Some(TokioIo::new(stream));
    let once = tower::service_fn(move |_: Uri| {
        let stream = stream.take();
        async move {
            stream.ok_or_else(|| io::Error::new(io::ErrorKind::NotConnected, "the agent hung up"))
        }
    });
    Endpoint::from_static("http://localhost")
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .connect_with_connector(once)
        .await
        .map_err(|e| DialError::NoHttp2(root_cause(&e)))
}
