//! Starting and stopping the agent.

use crate::registry::Registry;
use crate::sampler::Sampler;
#[cfg(unix)]
use crate::server::{BindError, Socket};
use crate::server::{NodeInfo, OptIns, Roles, Server, Shared};
use actorscope_core::InstanceId;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Why the agent did not start. The service runs on without it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// One agent serves a whole process.
    #[error("an agent runs in this process already: start it once, in main")]
    AlreadyRunning,
    /// The socket could not be bound.
    #[cfg(unix)]
    #[error(transparent)]
    Socket(#[from] BindError),
    /// The system gave no thread, runtime or randomness.
    #[error("the agent's thread could not be started: {0}")]
    Thread(std::io::Error),
    /// Sockets of this kind do not exist here.
    #[error("the agent runs on Linux and macOS only")]
    Unsupported,
}

/// Builds an [`Agent`].
#[derive(Debug)]
#[must_use = "nothing happens until `start` or `start_or_warn`"]
pub struct Builder {
    name: String,
    socket: Option<PathBuf>,
    opt_ins: OptIns,
    operators: HashSet<u32>,
    viewers: HashSet<u32>,
    runtime: Option<Handle>,
    registry: Option<Registry>,
}

impl Builder {
    /// Lets operators kill, stop, restart and suspend actors. Without this call nobody can.
    pub fn allow_control(mut self) -> Self {
        self.opt_ins.control = true;
        self
    }

    /// Lets operators ask actors to print their state, where an actor's type allows it. Without this
    /// call nobody can: a state may hold secrets.
    pub fn allow_state_dump(mut self) -> Self {
        self.opt_ins.state = true;
        self
    }

    /// Binds the socket here instead of where clients look for it. The directory must be there and
    /// must keep strangers out.
    pub fn socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.socket = Some(path.into());
        self
    }

    /// Lets another user look. The process's own user and root always may.
    pub fn viewer_uid(mut self, uid: u32) -> Self {
        self.viewers.insert(uid);
        self
    }

    /// Lets another user look and, with [`Builder::allow_control`], act.
    pub fn operator_uid(mut self, uid: u32) -> Self {
        self.operators.insert(uid);
        self
    }

    /// Shows the figures of this runtime; by default of the one that `start` is called in, if any.
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Serves this registry instead of the process's own. For tests.
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = Some(registry);
        self
    }

    /// Starts the agent; it runs until the returned guard is dropped.
    ///
    /// The socket is bound when this returns. Takes a few milliseconds; blocks nothing afterwards.
    pub fn start(self) -> Result<Agent, StartError> {
        let registry = self.registry.unwrap_or_else(Registry::current);
        if !registry.claim() {
            return Err(StartError::AlreadyRunning);
        }
        self.start_claimed(&registry).inspect_err(|_| registry.release())
    }

    /// Starts the agent for as long as the process lives. If that fails, says so through `tracing`
    /// (or, without a subscriber, on stderr) and lets the service run on without it.
    pub fn start_or_warn(self) {
        let name = self.name.clone();
        match self.start() {
            Ok(agent) => agent.detach(),
            Err(error) if tracing::dispatcher::has_been_set() => {
                tracing::warn!("actorscope does not observe {name:?}: {error}");
            }
            Err(error) => eprintln!("actorscope does not observe {name:?}: {error}"),
        }
    }

    #[cfg(not(unix))]
    fn start_claimed(self, _: &Registry) -> Result<Agent, StartError> {
        Err(StartError::Unsupported)
    }

    #[cfg(unix)]
    fn start_claimed(self, registry: &Registry) -> Result<Agent, StartError> {
        let info = NodeInfo {
            name: actorscope_core::text::segment(&self.name),
            instance: random_instance()?,
            pid: std::process::id(),
            host: rustix::system::uname().nodename().to_string_lossy().into_owned(),
            os: sysinfo::System::long_os_version().unwrap_or_default(),
        };
        let roles = Roles {
            own: rustix::process::geteuid().as_raw(),
            operators: self.operators,
            viewers: self.viewers,
        };
        let host_runtime = self.runtime.or_else(|| Handle::try_current().ok());
        let socket = Socket::bind(self.socket, &info.name, info.instance)?;
        let path = socket.path().to_owned();
        let instance = info.instance;
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, readiness) = mpsc::sync_channel::<std::io::Result<()>>(1);
        let of_thread = *registry;
        let opt_ins = self.opt_ins;
        let thread = std::thread::Builder::new()
            .name("actorscope".to_owned())
            .spawn(move || {
                // Made here and not by the caller: dropping a runtime where tasks run is a panic.
                let prepared = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .and_then(|runtime| {
                        let inside = runtime.enter();
                        let listener = socket.listen()?;
                        drop(inside);
                        Ok((runtime, listener))
                    });
                let (runtime, listener) = match prepared {
                    Ok(prepared) => prepared,
                    Err(error) => {
                        let _ = ready.send(Err(error));
                        return;
                    }
                };
                let sampler = Sampler::new(of_thread, host_runtime);
                let shared = Shared::new(info, of_thread, roles.clone(), opt_ins, sampler);
                let server = Server::new(Arc::new(shared));
                let _ = ready.send(Ok(()));
                runtime.block_on(async {
                    tokio::select! {
                        () = server.tick() => {}
                        () = socket.accept(&listener, &server, &roles) => {}
                        // An error means that the guard was detached, which means: run on.
                        Ok(()) = stopped => {}
                    }
                });
                // Connections are cut before slots are let go.
                drop(runtime);
                of_thread.release();
            })
            .map_err(StartError::Thread)?;
        match readiness.recv() {
            Ok(Ok(())) => Ok(Agent { path, instance, stop: Some(stop), thread: Some(thread) }),
            Ok(Err(error)) => Err(StartError::Thread(error)),
            Err(_) => Err(StartError::Thread(std::io::Error::other("the thread ended at once"))),
        }
    }
}

#[cfg(unix)]
fn random_instance() -> Result<InstanceId, StartError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| StartError::Thread(std::io::Error::other(error.to_string())))?;
    Ok(InstanceId(u128::from_be_bytes(bytes)))
}

/// A running agent. Dropping it stops it, removes its socket and resumes every actor it suspended.
#[derive(Debug)]
#[must_use = "the agent stops when this is dropped; `start_or_warn` keeps it running"]
pub struct Agent {
    path: PathBuf,
    instance: InstanceId,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Agent {
    /// Begins to build an agent for the service with this name.
    pub fn builder(name: impl Into<String>) -> Builder {
        Builder {
            name: name.into(),
            socket: None,
            opt_ins: OptIns::default(),
            operators: HashSet::new(),
            viewers: HashSet::new(),
            runtime: None,
            registry: None,
        }
    }

    /// The socket it listens on.
    pub fn socket_path(&self) -> &Path {
        &self.path
    }

    /// The id of this run of the process.
    pub fn instance(&self) -> InstanceId {
        self.instance
    }

    /// Lets it run until the process ends.
    pub fn detach(mut self) {
        // The thread takes only a message for the sign to stop, not the sender's end.
        self.thread = None;
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        // Short: the thread only has to notice. A panic in it was its own.
        let _ = thread.join();
    }
}
