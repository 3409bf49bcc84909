//! A small agent for tests: says what it was told to say and remembers what it was asked.

// Each test file uses its part.
#![allow(dead_code, reason = "each test binary uses a part")]

use actorscope_client::{Search, Update};
use actorscope_core::slot::{Identity, Stats};
use actorscope_core::socket::SocketName;
use actorscope_core::spec::ChildKind;
use actorscope_core::state::SlotState;
use actorscope_core::view::Placed;
use actorscope_core::{Capabilities, InstanceId, SlotId, Timestamp};
use actorscope_proto::pack::Packer;
use actorscope_proto::v1;
use actorscope_proto::v1::control_server::{Control, ControlServer};
use actorscope_proto::v1::observe_server::{Observe, ObserveServer};
use actorscope_proto::v1::state_server::{State, StateServer};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::UnixListener;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};
use tower::Service as _;

/// Longest wait for anything that should happen.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// What an agent says and has been asked.
pub struct Script {
    pub description: Mutex<v1::NodeDescription>,
    /// Refuses every handshake with this.
    pub refuse: Mutex<Option<Status>>,
    pub events: Mutex<Vec<v1::Event>>,
    /// Keeps streams open without writing to them.
    pub silent: AtomicBool,
    pub watched: Mutex<Vec<v1::WatchRequest>>,
    pub events_asked: Mutex<Vec<v1::EventsRequest>>,
    pub acted: Mutex<Vec<v1::ActRequest>>,
    /// What asking for an actor's state comes to; `None` = the host did not opt in.
    pub state: Mutex<Option<Result<v1::DumpResponse, Status>>>,
    pub dumped: Mutex<Vec<v1::DumpRequest>>,
    pub streams: AtomicUsize,
}

impl Script {
    pub fn new(instance: u128) -> Arc<Self> {
        Arc::new(Self {
            description: Mutex::new(v1::NodeDescription {
                protocol: 1,
                protocol_min: 1,
                instance: InstanceId(instance).to_bytes().to_vec(),
                name: "shop".into(),
                pid: 4711,
                rights: Some(v1::Rights {
                    control: false,
                    control_refused_because: "add `.control(Control::Operators)`".into(),
                    state_refused_because: "add `.allow_state()`".into(),
                    principal: "uid 1000".into(),
                    ..v1::Rights::default()
                }),
                limits: Some(v1::Limits { max_rows: 10, ..v1::Limits::default() }),
                ..v1::NodeDescription::default()
            }),
            refuse: Mutex::default(),
            events: Mutex::default(),
            silent: AtomicBool::new(false),
            watched: Mutex::default(),
            events_asked: Mutex::default(),
            acted: Mutex::default(),
            state: Mutex::default(),
            dumped: Mutex::default(),
            streams: AtomicUsize::new(0),
        })
    }

    /// Adds an event with the next number.
    pub fn happens(&self, path: &str) {
        let mut events = self.events.lock().unwrap();
        let seq = events.len() as u64 + 1;
        events.push(v1::Event {
            seq,
            kind: "started".into(),
            path: path.into(),
            ..v1::Event::default()
        });
    }
}

/// An agent on a socket, with its own threads: ending it ends its connections at once, as the end
/// of a process does.
pub struct FakeAgent {
    runtime: Option<Runtime>,
    pub path: PathBuf,
}

impl FakeAgent {
    pub fn start(dir: &Path, name: &str, pid: u32, script: &Arc<Script>) -> Self {
        Self::start_with(dir, name, pid, script, false)
    }

    pub fn start_with_control(dir: &Path, name: &str, pid: u32, script: &Arc<Script>) -> Self {
        Self::start_with(dir, name, pid, script, true)
    }

    fn start_with(dir: &Path, name: &str, pid: u32, script: &Arc<Script>, control: bool) -> Self {
        let instance = InstanceId::from_slice(&script.description.lock().unwrap().instance);
        let socket = SocketName::new(name, pid, instance.unwrap_or(InstanceId(0)));
        let path = dir.join(socket.file_name());
        let _ = std::fs::remove_file(&path);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = {
            let _inside = runtime.enter();
            UnixListener::bind(&path).unwrap()
        };
        let observe = ObserveServer::new(Fake(script.clone()));
        let control = control.then(|| ControlServer::new(Fake(script.clone())));
        let state = script.state.lock().unwrap().is_some();
        let state = state.then(|| StateServer::new(Fake(script.clone())));
        runtime.spawn(serve(listener, observe, control, state));
        Self { runtime: Some(runtime), path }
    }

    /// Ends without cleaning up: the socket file stays.
    pub fn crash(self) {}
}

/// Accepts for ever.
async fn serve(
    listener: UnixListener,
    observe: ObserveServer<Fake>,
    control: Option<ControlServer<Fake>>,
    state: Option<StateServer<Fake>>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (observe, control, state) = (observe.clone(), control.clone(), state.clone());
        let service = tower::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let (mut observe, control, state) = (observe.clone(), control.clone(), state.clone());
            async move {
                let unknown = Ok(Status::unimplemented("").into_http());
                match (request.uri().path().split('/').nth(1), control, state) {
                    (Some("actorscope.v1.Control"), Some(mut control), _) => {
                        control.call(request).await
                    }
                    (Some("actorscope.v1.State"), _, Some(mut state)) => state.call(request).await,
                    (Some("actorscope.v1.Observe"), ..) => observe.call(request).await,
                    _ => unknown,
                }
            }
        });
        tokio::spawn(async move {
            let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
                .await;
        });
    }
}

impl Drop for FakeAgent {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

struct Fake(Arc<Script>);

type BoxStream<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl Observe for Fake {
    async fn describe(
        &self,
        _: Request<v1::DescribeRequest>,
    ) -> Result<Response<v1::NodeDescription>, Status> {
        match self.0.refuse.lock().unwrap().clone() {
            Some(status) => Err(status),
            None => Ok(Response::new(self.0.description.lock().unwrap().clone())),
        }
    }

    /// A table of 25 rows, in pages of at most 10.
    async fn query(
        &self,
        request: Request<v1::QueryRequest>,
    ) -> Result<Response<v1::Frame>, Status> {
        let request = request.into_inner();
        if request.path == "twice" {
            return Err(Status::failed_precondition("twice fits 2:\n/a/twice\n/b/twice"));
        }
        let Some(v1::view::Kind::Table(table)) = request.view.and_then(|v| v.kind) else {
            return Err(Status::not_found("no such actor"));
        };
        let first = u64::from(table.offset) + 1;
        let last = (first + u64::from(table.limit.min(10))).min(26);
        Ok(Response::new(frame_of(1, 1, first..last)))
    }

    type WatchStream = BoxStream<v1::Frame>;

    /// A frame for each view every few milliseconds.
    async fn watch(
        &self,
        request: Request<Streaming<v1::WatchRequest>>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let mut requests = request.into_inner();
        let script = self.0.clone();
        let (frames, receiver) = mpsc::channel(1);
        script.streams.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(async move {
            let mut views: Vec<v1::WatchRequest> = Vec::new();
            let mut tick = tokio::time::interval(Duration::from_millis(5));
            loop {
                tokio::select! {
                    request = requests.message() => {
                        let Ok(Some(request)) = request else { break };
                        script.watched.lock().unwrap().push(request.clone());
                        views.retain(|v| v.view_id != request.view_id);
                        if request.view.is_some() {
                            views.push(request);
                        }
                    }
                    _ = tick.tick() => {
                        for view in &views {
                            if script.silent.load(Ordering::SeqCst) {
                                continue;
                            }
                            let frame = frame_of(view.view_id, view.revision, 1..2);
                            if frames.send(Ok(frame)).await.is_err() {
                                break;
                            }
                        }
                        if frames.is_closed() {
                            break;
                        }
                    }
                }
            }
            script.streams.fetch_sub(1, Ordering::SeqCst);
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }

    async fn preview(
        &self,
        request: Request<v1::PreviewRequest>,
    ) -> Result<Response<v1::BlastRadius>, Status> {
        let request = request.into_inner();
        Ok(Response::new(v1::BlastRadius {
            verb: request.verb,
            slot: request.target.unwrap_or_default().slot,
            incarnation: 1,
            path: "/room\u{1b}[31m".into(),
            ..v1::BlastRadius::default()
        }))
    }

    type EventsStream = BoxStream<v1::EventBatch>;

    async fn events(
        &self,
        request: Request<v1::EventsRequest>,
    ) -> Result<Response<Self::EventsStream>, Status> {
        let request = request.into_inner();
        self.0.events_asked.lock().unwrap().push(request);
        let script = self.0.clone();
        let (batches, receiver) = mpsc::channel(1);
        tokio::spawn(async move {
            let mut next = request.from.max(1);
            while !batches.is_closed() {
                let new: Vec<v1::Event> = {
                    let events = script.events.lock().unwrap();
                    events.iter().filter(|e| e.seq >= next).cloned().collect()
                };
                if let Some(last) = new.last() {
                    next = last.seq + 1;
                    let _ = batches.send(Ok(v1::EventBatch { events: new })).await;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }
}

#[tonic::async_trait]
impl Control for Fake {
    async fn act(
        &self,
        request: Request<v1::ActRequest>,
    ) -> Result<Response<v1::ActResponse>, Status> {
        let request = request.into_inner();
        let slot = request.target.as_ref().map_or(0, |t| t.slot);
        self.0.acted.lock().unwrap().push(request);
        Ok(Response::new(v1::ActResponse {
            outcome: "accepted".into(),
            message: "it is busy; it ends with its next message".into(),
            slot,
            incarnation: 3,
        }))
    }
}

#[tonic::async_trait]
impl State for Fake {
    async fn dump(
        &self,
        request: Request<v1::DumpRequest>,
    ) -> Result<Response<v1::DumpResponse>, Status> {
        self.0.dumped.lock().unwrap().push(request.into_inner());
        let state = self.0.state.lock().unwrap().clone();
        state.unwrap_or_else(|| Err(Status::unimplemented(""))).map(Response::new)
    }
}

/// The first frame of a view, told as a reader who knows nothing needs it.
fn frame_of(view_id: u32, revision: u32, slots: std::ops::Range<u64>) -> v1::Frame {
    let mut packer = Packer::default();
    let mut packing = packer.frame(Timestamp(1_000_000_000));
    for slot in slots {
        let id = SlotId::new(slot).unwrap();
        let place = Placed::slot_at(id, 0, 0, false);
        let name: Arc<str> = format!("worker-{slot}").into();
        let identity = Identity {
            id,
            parent: None,
            name: name.clone(),
            actor_type: "".into(),
            framework: "".into(),
            kind: ChildKind::Worker,
            supervisor: None,
            child_spec: None,
            capabilities: Capabilities::NONE,
            mailbox_capacity: None,
            no_kill: None,
            created_at: Timestamp(1),
            ordinal: slot,
            version: 1,
        };
        let stats = Stats::new(SlotState::Idle, Timestamp(1));
        packing.row(place, &identity, &format!("/{name}"), &stats);
    }
    v1::Frame { view_id, revision, total: 25, matched: 25, ..packing.finish(None) }
}

/// A directory for sockets and the search that looks into it.
pub fn directory() -> (tempfile::TempDir, Search) {
    let dir = tempfile::Builder::new().prefix("as").tempdir().unwrap();
    let search = Search::in_directories(vec![dir.path().to_owned()]);
    (dir, search)
}

/// The first update that `pick` takes.
pub async fn until<T>(
    updates: &mut mpsc::Receiver<Update>,
    mut pick: impl FnMut(Update) -> Option<T>,
) -> T {
    let searching = async {
        loop {
            let update = updates.recv().await.expect("the session ended");
            if let Some(found) = pick(update) {
                return found;
            }
        }
    };
    tokio::time::timeout(PATIENCE, searching).await.expect("the update did not come")
}

/// Waits until `condition` holds.
pub async fn holds(what: &str, condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .unwrap_or_else(|_| panic!("still not so: {what}"));
}
