//! Who answered.

use super::figures::{Process, Runtime, Totals};
use crate::output::Snapshot;
use actorscope_core::node::Summary;
use serde::Serialize;

/// One observed process.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Node {
    name: String,
    instance: String,
    pid: u32,
    host: String,
    os: Option<String>,
    started_at: String,
    uptime_ns: u64,
    agent: Agent,
    /// The rest is what the agent's last pass found.
    totals: Option<Totals>,
    process: Option<Process>,
    runtime: Option<Runtime>,
}

/// The agent in it, and what it costs.
#[derive(Clone, PartialEq, Debug, Serialize)]
struct Agent {
    version: String,
    frameworks: Vec<String>,
    pass_ns: Option<u64>,
    tick_ns: Option<u64>,
    cpu_cores: Option<f64>,
    watchers: Option<u32>,
    frames_skipped: Option<u64>,
    events_dropped: Option<u64>,
    warnings: Option<u64>,
}

impl Node {
    /// Of one answer.
    pub fn new(snapshot: &Snapshot) -> Self {
        Self::described(&snapshot.node, snapshot.uptime_ns(), snapshot.summary.as_ref())
    }

    /// Of a handshake.
    pub fn of_handshake(node: &actorscope_client::Node) -> Self {
        Self::described(node, node.now.since(node.started_at), None)
    }

    fn described(
        node: &actorscope_client::Node,
        uptime_ns: u64,
        summary: Option<&Summary>,
    ) -> Self {
        let cost = summary.map(|s| s.agent);
        Self {
            name: node.name.clone(),
            instance: node.instance.to_string(),
            pid: node.pid,
            host: node.host.clone(),
            os: Some(node.os.clone()).filter(|os| !os.is_empty()),
            started_at: node.started_at.to_rfc3339(),
            uptime_ns,
            agent: Agent {
                version: node.agent.clone(),
                frameworks: node.frameworks.clone(),
                pass_ns: cost.map(|c| c.pass_ns),
                tick_ns: cost.map(|c| c.tick_ns),
                cpu_cores: cost.and_then(|c| c.cpu_cores),
                watchers: cost.map(|c| c.watchers),
                frames_skipped: cost.map(|c| c.frames_skipped),
                events_dropped: cost.map(|c| c.events_dropped),
                warnings: cost.map(|c| c.warnings),
            },
            totals: summary.map(Into::into),
            process: summary.map(|s| s.process.into()),
            runtime: summary.and_then(|s| s.runtime.as_ref()).map(Into::into),
        }
    }
}
