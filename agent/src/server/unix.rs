//! The unix socket: bound where clients look, reachable for the right users only.

use super::{Roles, Server};
use actorscope_core::InstanceId;
use actorscope_core::socket::{self, Environment, PathTooLong, SocketName};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener as StdListener;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::net::UnixListener;

/// Why no socket could be bound.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The path does not fit into an address.
    #[error(transparent)]
    TooLong(#[from] PathTooLong),
    /// The directory could not be made or read.
    #[error("the socket directory {} could not be made: {error}; set ACTORSCOPE_DIR to a directory of your own", path.display())]
    Directory {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The directory belongs to somebody else or lets others in.
    #[error("the socket directory {} {problem}: others could pretend to be this service; set ACTORSCOPE_DIR to a directory of your own with mode 0700", path.display())]
    Unsafe {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The socket could not be bound.
    #[error("the socket {} could not be bound: {error}", path.display())]
    Bind {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// A bound socket; its file is removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Socket {
    listener: StdListener,
    path: PathBuf,
    /// Device and inode, so that only our own file is removed.
    file: Option<(u64, u64)>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        let now = std::fs::symlink_metadata(&self.path).ok().map(|m| (m.dev(), m.ino()));
        if now.is_some() && now == self.file {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Socket {
    /// Binds at `path`, or where clients look for a service of this name.
    pub(crate) fn bind(
        path: Option<PathBuf>,
        name: &str,
        instance: InstanceId,
    ) -> Result<Self, BindError> {
        let path = match path {
            Some(path) => path,
            None => {
                let dir = own_directory();
                make_private(&dir)?;
                dir.join(SocketName::new(name, std::process::id(), instance).file_name())
            }
        };
        socket::check_length(&path)?;
        remove_dead(&path);
        let bind_error = |error| BindError::Bind { path: path.clone(), error };
        let listener = StdListener::bind(&path).map_err(bind_error)?;
        listener.set_nonblocking(true).map_err(bind_error)?;
        // The directory is the guard on systems where the file's mode counts for nothing.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))
            .map_err(bind_error)?;
        let file = std::fs::symlink_metadata(&path).ok().map(|m| (m.dev(), m.ino()));
        Ok(Self { listener, path, file })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The listener for the runtime that this is called in.
    pub(crate) fn listen(&self) -> io::Result<UnixListener> {
        UnixListener::from_std(self.listener.try_clone()?)
    }

    /// Accepts connections for ever.
    pub(crate) async fn accept(&self, listener: &UnixListener, server: &Server, roles: &Roles) {
        let mut pause = Duration::ZERO;
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    pause = Duration::ZERO;
                    match stream.peer_cred() {
                        Ok(peer) => server.serve(stream, roles.principal(peer.uid())),
                        Err(error) => tracing::warn!("a peer without credentials: {error}"),
                    }
                }
                // Out of file descriptors: trying again at once would burn the host's CPU.
                Err(error) => {
                    tracing::warn!("accepting on {} failed: {error}", self.path.display());
                    pause = (pause * 2).clamp(Duration::from_millis(5), Duration::from_secs(1));
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }
}

/// The first directory in which clients look.
fn own_directory() -> PathBuf {
    let env = |name| std::env::var_os(name).map(PathBuf::from);
    let (own, systemd, session) =
        (env("ACTORSCOPE_DIR"), env("RUNTIME_DIRECTORY"), env("XDG_RUNTIME_DIR"));
    let temp_dir = std::env::temp_dir();
    let directories = socket::directories(&Environment {
        actorscope_dir: own.as_deref(),
        runtime_directory: systemd.as_deref(),
        xdg_runtime_dir: session.as_deref(),
        temp_dir: &temp_dir,
        uid: rustix::process::geteuid().as_raw(),
    });
    directories.into_iter().next().unwrap_or(temp_dir)
}

/// Makes the directory with mode 0700, or checks that the one there is ours and lets nobody else
/// write.
fn make_private(dir: &Path) -> Result<(), BindError> {
    let failed = |error| BindError::Directory { path: dir.to_owned(), error };
    let unsafe_because = |problem: String| BindError::Unsafe { path: dir.to_owned(), problem };
    if let Some(parent) = dir.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    match std::fs::DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error)),
    }
    // Not followed: a link planted by somebody else must not lead us elsewhere.
    let there = std::fs::symlink_metadata(dir).map_err(failed)?;
    let me = rustix::process::geteuid().as_raw();
    if !there.is_dir() {
        return Err(unsafe_because("is not a directory".to_owned()));
    }
    if there.uid() != me {
        return Err(unsafe_because(format!("belongs to uid {}, not to uid {me}", there.uid())));
    }
    if there.mode() & 0o022 != 0 {
        return Err(unsafe_because(format!("has mode {:04o}", there.mode() & 0o7777)));
    }
    Ok(())
}

/// Removes a socket file that nobody listens on; a live one makes the bind fail, as it should.
fn remove_dead(path: &Path) {
    let refused = std::os::unix::net::UnixStream::connect(path)
        .is_err_and(|e| e.kind() == io::ErrorKind::ConnectionRefused);
    if refused {
        let _ = std::fs::remove_file(path);
    }
}
