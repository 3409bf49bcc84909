//! For tests: an agent on a socket of its own, and a client that asks it.

pub mod accuracy;
mod frame;
pub mod heap;
#[cfg(target_os = "linux")]
pub mod per_message;
#[cfg(target_os = "linux")]
pub mod steps;

pub use frame::{Frame, Place};

use actorscope_agent::adapter::Registry;
use actorscope_agent::core::InstanceId;
use actorscope_agent::{Agent, Builder};
use actorscope_proto::pack::Unpacker;
use actorscope_proto::v1;
use actorscope_proto::v1::control_client::ControlClient;
use actorscope_proto::v1::observe_client::ObserveClient;
use actorscope_proto::v1::state_client::StateClient;
use hyper_util::rt::TokioIo;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::net::UnixStream;
use tonic::Status;
use tonic::transport::{Channel, Endpoint, Uri};

/// How long a test waits for what must come.
pub const SOON: Duration = Duration::from_secs(10);

/// An agent and a connection to it.
#[derive(Debug)]
pub struct Rig {
    /// The agent, unless it is shared by all tests of the process, or in another one.
    pub agent: Option<Agent>,
    /// What it serves; empty for the agent of another process.
    pub registry: Registry,
    /// The connection.
    pub channel: Channel,
    /// The run of the process.
    pub instance: InstanceId,
    /// The agent's socket.
    pub socket: PathBuf,
    _directory: Option<tempfile::TempDir>,
}

/// The one agent on the process's own registry: path of its socket and the id of the run.
static SHARED: OnceLock<(PathBuf, InstanceId)> = OnceLock::new();

impl Rig {
    /// An agent that allows control.
    pub async fn start() -> Self {
        Self::start_with(Builder::allow_control).await
    }

    /// An agent built in some other way.
    pub async fn start_with(build: impl FnOnce(Builder) -> Builder) -> Self {
        Self::start_on(Registry::new(), build).await
    }

    /// An agent for a registry that is there already.
    pub async fn start_on(registry: Registry, build: impl FnOnce(Builder) -> Builder) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("agent.sock");
        let builder = Agent::builder("test").socket(&path).registry(registry);
        let agent = build(builder).start().unwrap();
        let channel = connect(path.clone()).await;
        let instance = agent.instance();
        Self {
            agent: Some(agent),
            registry,
            channel,
            instance,
            socket: path,
            _directory: Some(directory),
        }
    }

    /// The agent on the process's own registry, for frameworks whose actors start in tasks that no
    /// scope reaches. All tests of a process share it; it allows everything.
    pub async fn shared() -> Self {
        let (socket, instance) = SHARED
            .get_or_init(|| {
                let path = tempfile::tempdir().unwrap().keep().join("agent.sock");
                let builder = Agent::builder("test").socket(&path);
                let agent = builder.allow_control().allow_state_dump().start().unwrap();
                let instance = agent.instance();
                agent.detach();
                (path, instance)
            })
            .clone();
        let channel = connect(socket.clone()).await;
        let registry = Registry::global();
        Self { agent: None, registry, channel, instance, socket, _directory: None }
    }

    /// The agent of another process, once it listens on this socket.
    pub async fn attach(socket: PathBuf) -> Self {
        let deadline = tokio::time::Instant::now() + SOON;
        while UnixStream::connect(&socket).await.is_err() {
            assert!(tokio::time::Instant::now() < deadline, "no agent at {}", socket.display());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let channel = connect(socket.clone()).await;
        let request = v1::DescribeRequest { protocol: 1, client: "testkit".to_owned() };
        let node = ObserveClient::new(channel.clone()).describe(request).await.unwrap();
        let instance = InstanceId::from_slice(&node.into_inner().instance).unwrap();
        let registry = Registry::new();
        Self { agent: None, registry, channel, instance, socket, _directory: None }
    }

    /// The slot that is worst by a sort key's word.
    pub async fn worst(&self, sort: &str) -> Option<(v1::Identity, v1::Stats)> {
        let table = v1::TableView {
            sort: sort.to_owned(),
            descending: true,
            limit: 1,
            ..Default::default()
        };
        let view = Some(v1::View { kind: Some(v1::view::Kind::Table(table)) });
        let request = v1::QueryRequest { view, path: String::new() };
        let frame = self.ask(request).await.unwrap();
        Some((frame.identities.first()?.clone(), frame.stats.first()?.clone()))
    }

    /// A client for looking.
    pub fn observe(&self) -> ObserveClient<Channel> {
        ObserveClient::new(self.channel.clone())
    }

    /// The slot with this path, once `ready` accepts it.
    pub async fn when(
        &self,
        path: &str,
        mut ready: impl FnMut(&v1::Stats) -> bool,
    ) -> (v1::Identity, v1::Stats) {
        let mut last = None;
        let deadline = tokio::time::Instant::now() + SOON;
        while tokio::time::Instant::now() < deadline {
            let shown = self.show(path).await;
            if let Ok((identity, stats, _)) = &shown
                && ready(stats)
            {
                return (identity.clone(), stats.clone());
            }
            last = Some(shown.map(|(_, stats, _)| stats));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{path} never became what was waited for; last seen: {last:#?}");
    }

    /// Everything about the slot with this path.
    pub async fn show(&self, path: &str) -> Result<(v1::Identity, v1::Stats, v1::Detail), Status> {
        let request = v1::QueryRequest { path: path.to_owned(), view: None };
        let frame = self.ask(request).await?;
        Ok((frame.identities[0].clone(), frame.stats[0].clone(), frame.detail.unwrap_or_default()))
    }

    /// One answer to one question.
    pub async fn ask(&self, request: v1::QueryRequest) -> Result<Frame, Status> {
        let wire = self.observe().query(request).await?.into_inner();
        Frame::unpack(wire, &mut Unpacker::default())
            .map_err(|malformed| Status::internal(malformed.to_string()))
    }

    /// One answer to one view.
    pub async fn query(&self, kind: v1::view::Kind) -> Result<Frame, Status> {
        let view = Some(v1::View { kind: Some(kind) });
        let request = v1::QueryRequest { path: String::new(), view };
        self.ask(request).await
    }

    /// The node as a whole.
    pub async fn summary(&self) -> v1::Summary {
        let frame = self.query(v1::view::Kind::Summary(v1::SummaryView {})).await;
        frame.unwrap().summary.unwrap_or_default()
    }

    /// What a verb would do to the slot with this path.
    pub async fn preview(&self, verb: &str, path: &str) -> Result<v1::BlastRadius, Status> {
        let (identity, ..) = self.show(path).await?;
        let instance = self.instance.to_bytes().to_vec();
        let target = v1::Target { instance, slot: identity.slot, incarnation: 0 };
        let request = v1::PreviewRequest { verb: verb.to_owned(), target: Some(target) };
        Ok(self.observe().preview(request).await?.into_inner())
    }

    /// Waits until there is no slot with this path.
    pub async fn gone(&self, path: &str) {
        let deadline = tokio::time::Instant::now() + SOON;
        while self.show(path).await.is_ok() {
            assert!(tokio::time::Instant::now() < deadline, "{path} is still there");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Does something to whatever actor is in the slot with this path.
    pub async fn act(&self, verb: &str, path: &str) -> Result<v1::ActResponse, Status> {
        let (identity, ..) = self.show(path).await?;
        self.act_on(verb, identity.slot, 0).await
    }

    /// Does something to one incarnation (0 = any).
    pub async fn act_on(
        &self,
        verb: &str,
        slot: u64,
        incarnation: u32,
    ) -> Result<v1::ActResponse, Status> {
        self.act_within(verb, slot, incarnation, Duration::ZERO).await
    }

    /// The same with a deadline, as a suspension has (0 = the agent's own).
    pub async fn act_within(
        &self,
        verb: &str,
        slot: u64,
        incarnation: u32,
        deadline: Duration,
    ) -> Result<v1::ActResponse, Status> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).unwrap();
        let request = v1::ActRequest {
            verb: verb.to_owned(),
            target: Some(self.target(slot, incarnation)),
            request_id: id.to_vec(),
            reason: "a test".to_owned(),
            deadline_ns: deadline.as_nanos() as u64,
        };
        let mut control = ControlClient::new(self.channel.clone());
        Ok(control.act(request).await?.into_inner())
    }

    /// Has whatever actor is in the slot with this path print its state, in so many bytes and so
    /// much time at most (0 = the agent's own limits).
    pub async fn dump(
        &self,
        path: &str,
        max_bytes: u32,
        deadline: Duration,
    ) -> Result<v1::DumpResponse, Status> {
        let (identity, ..) = self.show(path).await?;
        let request = v1::DumpRequest {
            target: Some(self.target(identity.slot, 0)),
            max_bytes,
            deadline_ns: deadline.as_nanos() as u64,
        };
        Ok(StateClient::new(self.channel.clone()).dump(request).await?.into_inner())
    }

    fn target(&self, slot: u64, incarnation: u32) -> v1::Target {
        v1::Target { instance: self.instance.to_bytes().to_vec(), slot, incarnation }
    }

    /// All events so far.
    pub async fn events(&self) -> Vec<v1::Event> {
        let mut stream =
            self.observe().events(v1::EventsRequest::default()).await.unwrap().into_inner();
        let mut all = Vec::new();
        while let Some(batch) = stream.message().await.unwrap() {
            all.extend(batch.events);
        }
        all
    }

    /// Waits until `ready` accepts the kinds of the events of one path.
    pub async fn until_kinds(&self, path: &str, ready: impl Fn(&[String]) -> bool) {
        let deadline = tokio::time::Instant::now() + SOON;
        loop {
            let kinds = self.kinds(path).await;
            if ready(&kinds) {
                return;
            }
            assert!(tokio::time::Instant::now() < deadline, "{path}: only {kinds:?} happened");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Kinds of the events of one path, in order.
    pub async fn kinds(&self, path: &str) -> Vec<String> {
        self.events().await.into_iter().filter(|e| e.path == path).map(|e| e.kind).collect()
    }
}

/// Connects to a socket.
pub async fn connect(path: PathBuf) -> Channel {
    Endpoint::from_static("http://agent.invalid")
        .connect_with_connector(tower::service_fn(move |_: Uri| {
            let path = path.clone();
            async move { UnixStream::connect(path).await.map(TokioIo::new) }
        }))
        .await
        .unwrap()
}

/// Depth and the word for how well it is known.
pub fn depth(stats: &v1::Stats) -> (u64, String) {
    let reading = stats.depth.clone().unwrap_or_default();
    (reading.value, reading.quality.unwrap_or_default().word)
}

/// The word for what the slot is doing.
pub fn state(stats: &v1::Stats) -> &str {
    stats.state.as_ref().map_or("", |s| &s.word)
}
