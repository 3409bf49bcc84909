//! Which agents run on this machine: sockets in the directories where agents bind.

use crate::error::{ConnectError, Why};
use crate::target::{Address, Target};
use crate::transport;
use actorscope_core::socket::{self, SocketName};
use futures_util::future::join_all;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long one socket may take to accept. It is on this machine: longer means stuck.
const KNOCK: Duration = Duration::from_secs(1);

/// A socket file that looks like an agent's.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Found {
    /// What its file name says.
    pub socket: SocketName,
    /// Where it is.
    pub path: PathBuf,
}

impl Found {
    /// The address behind it.
    pub fn address(&self) -> Address {
        Address::Unix(self.path.clone())
    }

    /// What to write behind `--target` to mean this one: its name or, where others have the same,
    /// name and process id.
    pub fn distinct_name(&self, among: &[Self]) -> String {
        let same = among.iter().filter(|f| f.socket.name == self.socket.name);
        if same.count() > 1 {
            format!("{}-{}", self.socket.name, self.socket.pid)
        } else {
            self.socket.name.clone()
        }
    }

    fn is_called(&self, name: &str) -> bool {
        self.socket.is_of(name) || format!("{}-{}", self.socket.name, self.socket.pid) == name
    }
}

/// What a search brought.
#[derive(Clone, Debug, Default)]
pub struct Finds {
    /// Sockets that somebody listens on, by name and process.
    pub live: Vec<Found>,
    /// Sockets that cannot be reached although their process may live, and those of the dead that
    /// could not be removed.
    pub unreachable: Vec<(Found, Why)>,
}

/// Where to look.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Search {
    directories: Vec<PathBuf>,
}

impl Search {
    /// The directories that agents of this user bind in; for root those of all users.
    pub fn from_environment() -> Self {
        let var = |name| std::env::var_os(name).map(PathBuf::from);
        let (chosen, runtime, session) =
            (var("ACTORSCOPE_DIR"), var("RUNTIME_DIRECTORY"), var("XDG_RUNTIME_DIR"));
        let temp_dir = std::env::temp_dir();
        let uid = local::uid();
        let environment = socket::Environment {
            actorscope_dir: chosen.as_deref(),
            runtime_directory: runtime.as_deref(),
            xdg_runtime_dir: session.as_deref(),
            temp_dir: &temp_dir,
            uid,
        };
        let mut directories = socket::directories(&environment);
        let chosen = chosen.is_some_and(|dir| !dir.as_os_str().is_empty());
        if !chosen && uid == 0 {
            for dir in local::of_all_users(&temp_dir) {
                if !directories.contains(&dir) {
                    directories.push(dir);
                }
            }
        }
        if !chosen {
            directories.retain(|dir| local::is_trusted(dir));
        }
        Self { directories }
    }

    /// Exactly these directories.
    pub const fn in_directories(directories: Vec<PathBuf>) -> Self {
        Self { directories }
    }

    /// Where this search looks.
    pub fn directories(&self) -> &[PathBuf] {
        &self.directories
    }

    /// Socket files that look like an agent's, by name and process, without connecting.
    pub fn candidates(&self) -> Vec<Found> {
        let mut found: Vec<Found> = self
            .directories
            .iter()
            // A directory that is not there or not ours holds nothing for us.
            .filter_map(|dir| std::fs::read_dir(dir).ok())
            .flatten()
            .filter_map(Result::ok)
            .filter(local::is_socket)
            .filter_map(|entry| {
                let socket = SocketName::parse(entry.file_name().to_str()?)?;
                Some(Found { socket, path: entry.path() })
            })
            .collect();
        found.sort();
        found
    }

    /// Finds agents by knocking at every candidate at once. Sockets of this user that nobody listens
    /// on any more are removed on the way.
    pub async fn agents(&self) -> Finds {
        self.knock_at(self.candidates()).await
    }

    /// The address that `target` means right now.
    pub async fn resolve(&self, target: &Target) -> Result<Address, ConnectError> {
        let (candidates, name) = match target {
            Target::Unix(path) => return Ok(Address::Unix(path.clone())),
            Target::Tcp(address) => return Ok(Address::Tcp(*address)),
            Target::Local => (self.candidates(), None),
            Target::Named(name) => (self.candidates(), Some(name)),
        };
        let (wanted, others): (Vec<_>, Vec<_>) =
            candidates.into_iter().partition(|found| name.is_none_or(|name| found.is_called(name)));
        let Finds { mut live, mut unreachable } = self.knock_at(wanted).await;
        // A target is not where somebody died.
        unreachable.retain(|(_, why)| *why != Why::NobodyListens);
        match (live.len(), name) {
            (1, _) => Ok(live.remove(0).address()),
            (0, _) if !unreachable.is_empty() => {
                let (found, why) = unreachable.remove(0);
                Err(ConnectError::Unreachable { target: found.address().to_string(), why })
            }
            (0, None) => Err(ConnectError::NoAgent { searched: self.directories.clone() }),
            (0, Some(name)) => Err(ConnectError::NoSuchName {
                name: name.clone(),
                running: self.knock_at(others).await.live,
                searched: self.directories.clone(),
            }),
            _ => Err(ConnectError::SeveralAgents { agents: live }),
        }
    }

    async fn knock_at(&self, candidates: Vec<Found>) -> Finds {
        let knocks = candidates.into_iter().map(|found| async move {
            let address = found.address();
            let knock = tokio::time::timeout(KNOCK, transport::knock(&address)).await;
            (found, knock.unwrap_or(Err(Why::NoAnswer(KNOCK))))
        });
        let mut finds = Finds::default();
        for (found, answer) in join_all(knocks).await {
            match answer {
                Ok(()) => finds.live.push(found),
                Err(why @ Why::NobodyListens) => {
                    if local::prune(&found.path) == Pruned::Stays {
                        finds.unreachable.push((found, why));
                    }
                }
                // Removed since the directory was read.
                Err(Why::NoSuchFile) => {}
                Err(why) => finds.unreachable.push((found, why)),
            }
        }
        finds
    }
}

/// What became of a socket that nobody listens on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Pruned {
    /// It is removed, was removed already, or is so young that somebody is about to listen.
    Away,
    /// It belongs to somebody else or cannot be removed.
    Stays,
}

#[cfg(unix)]
mod local {
    //! What needs the system.

    use super::{Path, PathBuf, Pruned};
    use std::fs::{self, DirEntry};
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    use std::time::Duration;

    /// A socket exists for a moment before its agent listens on it: younger ones are left alone.
    const GRACE: Duration = Duration::from_secs(2);

    pub(super) fn uid() -> u32 {
        rustix::process::geteuid().as_raw()
    }

    pub(super) fn is_socket(entry: &DirEntry) -> bool {
        entry.file_type().is_ok_and(|kind| kind.is_socket())
    }

    /// Whether no other user can put a socket there to impersonate an agent: anybody may create
    /// `actorscope-<our uid>` in a shared directory for temporary files.
    pub(super) fn is_trusted(dir: &Path) -> bool {
        let me = uid();
        match fs::symlink_metadata(dir) {
            Ok(metadata) => me == 0 || metadata.uid() == me || metadata.uid() == 0,
            // Not there: worth naming when nothing is found.
            Err(_) => true,
        }
    }

    /// Directories of other users, for root.
    pub(super) fn of_all_users(temp_dir: &Path) -> Vec<PathBuf> {
        let sessions = children(Path::new("/run/user")).map(|user| user.join("actorscope"));
        let temporary = children(temp_dir).filter(|dir| {
            dir.file_name()
                .and_then(|name| name.to_str()?.strip_prefix("actorscope-"))
                .is_some_and(|uid| !uid.is_empty() && uid.bytes().all(|b| b.is_ascii_digit()))
        });
        let mut all: Vec<PathBuf> = sessions.chain(temporary).filter(|d| d.is_dir()).collect();
        all.sort();
        all
    }

    fn children(dir: &Path) -> impl Iterator<Item = PathBuf> {
        fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path())
    }

    /// Removes a socket that refused a connection, if it is ours and not newborn. What cannot be
    /// removed stays; the next one will try.
    pub(super) fn prune(path: &Path) -> Pruned {
        let Ok(metadata) = fs::symlink_metadata(path) else {
            return Pruned::Away;
        };
        let settled = metadata
            .modified()
            .ok()
            .and_then(|at| at.elapsed().ok())
            .is_some_and(|age| age >= GRACE);
        if !settled {
            return Pruned::Away;
        }
        let ours = metadata.uid() == uid() && metadata.file_type().is_socket();
        if ours && fs::remove_file(path).is_ok() { Pruned::Away } else { Pruned::Stays }
    }
}

#[cfg(not(unix))]
mod local {
    //! Agents do not start here; nothing is ever found.

    use super::{Path, PathBuf, Pruned};

    pub(super) fn uid() -> u32 {
        u32::MAX
    }

    pub(super) fn is_socket(_: &std::fs::DirEntry) -> bool {
        false
    }

    pub(super) fn is_trusted(_: &Path) -> bool {
        true
    }

    pub(super) fn of_all_users(_: &Path) -> Vec<PathBuf> {
        Vec::new()
    }

    pub(super) fn prune(_: &Path) -> Pruned {
        Pruned::Away
    }
}
