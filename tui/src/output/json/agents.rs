//! The answer of `ls`.

use super::SCHEMA;
use serde::Serialize;

/// Agents on this machine.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Agents {
    schema: &'static str,
    nodes: Vec<Agent>,
}

impl Agents {
    /// All that answered.
    pub const fn new(nodes: Vec<Agent>) -> Self {
        Self { schema: SCHEMA, nodes }
    }
}

/// One of them.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Agent {
    /// The service's name.
    pub name: String,
    /// Its process.
    pub pid: u32,
    /// What `--target` takes.
    pub target: String,
    /// This life of it.
    pub instance: String,
    /// How long it has been running.
    pub uptime_ns: u64,
    /// Slots that an actor fills; `None` if the agent did not say.
    pub actors: Option<u64>,
}
