//! Makes jobs and hands them in over TCP, so many a second.

use std::{
    fmt,
    future::Future,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_util::codec::{Framed, LinesCodec};

use crate::job::{Job, JobError, MAX_LINE};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// What to hand in.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// The service.
    pub server: SocketAddr,
    /// Where the jobs go, in turn.
    pub to: Vec<String>,
    /// Jobs a second, above 0, by all connections together.
    pub rate: f64,
    /// Connections, at least 1. Each waits for an answer before its next job.
    pub connections: u32,
    /// After so many jobs it ends; without, when it is told to.
    pub jobs: Option<u64>,
}

/// What was answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// They will be delivered.
    pub accepted: u64,
    /// Refused for now, since too many jobs were open.
    pub busy: u64,
    /// Anything else, and no answer at all.
    pub other: u64,
}

/// Why there is no load.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Nobody there.
    #[error("can't connect to {server}: {source}; is `courier serve` running?")]
    Connect {
        /// Where.
        server: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// A URL is none.
    #[error("can't deliver to {url}: {source}")]
    Url {
        /// Which.
        url: String,
        /// Why.
        source: JobError,
    },
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { accepted, busy, other } = self;
        write!(f, "{accepted} jobs accepted, {busy} refused for now, {other} otherwise")
    }
}

/// Hands in jobs until all are or `shutdown` resolves.
pub async fn load(
    options: LoadOptions,
    shutdown: impl Future<Output = ()>,
) -> Result<LoadReport, LoadError> {
    for url in &options.to {
        let check = Job::new("check", url, Value::Null);
        check.map_err(|source| LoadError::Url { url: url.clone(), source })?;
    }
    // Tells the jobs of this run from those of others.
    let run = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let stopping = Arc::new(AtomicBool::new(false));
    let mut connections = JoinSet::new();
    for first in 0..options.connections {
        let stream = TcpStream::connect(options.server).await;
        let server = options.server;
        let stream = stream.map_err(|source| LoadError::Connect { server, source })?;
        connections.spawn(hand_in(
            stream,
            options.clone(),
            u64::from(first),
            run,
            stopping.clone(),
        ));
    }
    let mut total = LoadReport::default();
    let mut shutdown = std::pin::pin!(shutdown);
    let mut is_told = false;
    loop {
        tokio::select! {
            () = &mut shutdown, if !is_told => {
                is_told = true;
                stopping.store(true, Relaxed);
            }
            done = connections.join_next() => match done {
                Some(Ok(part)) => {
                    total.accepted += part.accepted;
                    total.busy += part.busy;
                    total.other += part.other;
                }
                Some(Err(_)) => {}
                None => return Ok(total),
            }
        }
    }
}

async fn hand_in(
    stream: TcpStream,
    options: LoadOptions,
    first: u64,
    run: u128,
    stopping: Arc<AtomicBool>,
) -> LoadReport {
    let mut lines = Framed::new(stream, LinesCodec::new_with_max_length(MAX_LINE));
    let connections = u64::from(options.connections);
    let mut pace = interval(Duration::from_secs_f64(connections as f64 / options.rate));
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut report = LoadReport::default();
    let mut number = first;
    while options.jobs.is_none_or(|jobs| number < jobs) {
        pace.tick().await;
        if stopping.load(Relaxed) {
            break;
        }
        let url = &options.to[(number % options.to.len() as u64) as usize];
        let id = format!("{run}-{number}");
        let job = json!({ "id": id, "url": url, "body": { "number": number } });
        let asked = async {
            lines.send(job.to_string()).await.ok()?;
            lines.next().await?.ok()
        };
        let answer = timeout(PATIENCE, asked).await.ok().flatten();
        let answer = answer.and_then(|line| serde_json::from_str::<Value>(&line).ok());
        match answer.as_ref().and_then(|answer| answer["answer"].as_str()) {
            Some("accepted") => report.accepted += 1,
            Some("busy") => report.busy += 1,
            _ => report.other += 1,
        }
        if answer.is_none() {
            // The connection is gone, or in the middle of an answer.
            break;
        }
        number += connections;
    }
    report
}
