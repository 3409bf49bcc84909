//! A registry of its own, an agent on a socket of its own, and a client.

#![allow(dead_code, reason = "each test target uses another part of this")]

use actorscope_agent::adapter::Registry;
use actorscope_agent::{Agent, Builder};
use actorscope_proto::v1;
use actorscope_proto::v1::control_client::ControlClient;
use actorscope_proto::v1::observe_client::ObserveClient;
use hyper_util::rt::TokioIo;
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::UnixStream;
use tonic::Status;
use tonic::transport::{Channel, Endpoint, Uri};

/// How long a test waits for what must come.
pub const SOON: Duration = Duration::from_secs(10);

pub struct Rig {
    pub agent: Agent,
    pub registry: Registry,
    pub channel: Channel,
    pub directory: tempfile::TempDir,
}

impl Rig {
    /// An agent that allows control.
    pub async fn start() -> Self {
        Self::start_with(Builder::allow_control).await
    }

    pub async fn start_with(build: impl FnOnce(Builder) -> Builder) -> Self {
        Self::start_on(Registry::new(), build).await
    }

    pub async fn start_on(registry: Registry, build: impl FnOnce(Builder) -> Builder) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("agent.sock");
        let builder = Agent::builder("test")
            .socket(&path)
            .registry(registry.clone());
        let agent = build(builder).start().unwrap();
        let channel = connect(path).await;
        Self {
            agent,
            registry,
            channel,
            directory,
        }
    }

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
            if let Ok((identity, stats, _)) = self.show(path).await {
                if ready(&stats) {
                    return (identity, stats);
                }
                last = Some(stats);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{path} never became what was waited for; last seen: {last:#?}");
    }

    pub async fn show(&self, path: &str) -> Result<(v1::Identity, v1::Stats, v1::Detail), Status> {
        let request = v1::QueryRequest {
            path: path.to_owned(),
            view: None,
        };
        let frame = self.observe().query(request).await?.into_inner();
        Ok((
            frame.identities[0].clone(),
            frame.stats[0].clone(),
            frame.detail.unwrap_or_default(),
        ))
    }

    pub async fn act(&self, verb: &str, path: &str) -> Result<v1::ActResponse, Status> {
        let (identity, ..) = self.show(path).await?;
        self.act_on(verb, identity.slot, 0).await
    }

    pub async fn act_on(
        &self,
        verb: &str,
        slot: u64,
        incarnation: u32,
    ) -> Result<v1::ActResponse, Status> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).unwrap();
        let target = v1::Target {
            instance: self.agent.instance().to_bytes().to_vec(),
            slot,
            incarnation,
        };
        let request = v1::ActRequest {
            verb: verb.to_owned(),
            target: Some(target),
            request_id: id.to_vec(),
            reason: "a test".to_owned(),
            deadline_ns: 0,
        };
        let mut control = ControlClient::new(self.channel.clone());
        Ok(control.act(request).await?.into_inner())
    }

    /// All events so far.
    pub async fn events(&self) -> Vec<v1::Event> {
        let mut stream = self
            .observe()
            .events(v1::EventsRequest::default())
            .await
            .unwrap()
            .into_inner();
        let mut all = Vec::new();
        while let Some(batch) = stream.message().await.unwrap() {
            all.extend(batch.events);
        }
        all
    }

    /// Kinds of the events of one path, in order.
    pub async fn kinds(&self, path: &str) -> Vec<String> {
        self.events()
            .await
            .into_iter()
            .filter(|e| e.path == path)
            .map(|e| e.kind)
            .collect()
    }
}

pub async fn connect(path: PathBuf) -> Channel {
    Endpoint::from_static("http://agent.invalid")
        .connect_with_connector(tower::service_fn(move |_: Uri| {
            let path = path.clone();
            async move { UnixStream::connect(path).await.map(TokioIo::new) }
        }))
        .await
        .unwrap()
}

pub fn depth(stats: &v1::Stats) -> (u64, String) {
    let reading = stats.depth.clone().unwrap_or_default();
    (reading.value, reading.quality.unwrap_or_default().word)
}

pub fn state(stats: &v1::Stats) -> &str {
    stats.state.as_ref().map_or("", |s| &s.word)
}
