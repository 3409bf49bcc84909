//! The answer of `events`.

use super::{Node, SCHEMA};
use serde::Serialize;

/// One fact.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Event {
    seq: u64,
    at: String,
    kind: &'static str,
    slot: Option<u64>,
    incarnation: Option<u32>,
    path: Option<String>,
    exit: Option<&'static str>,
    reason: Option<String>,
    by: Option<String>,
}

impl From<&actorscope_core::Event> for Event {
    fn from(event: &actorscope_core::Event) -> Self {
        Self {
            seq: event.seq,
            at: event.at.to_rfc3339(),
            kind: event.kind.word(),
            slot: event.slot.map(|s| s.get()),
            incarnation: event.incarnation.map(|i| i.0),
            path: (!event.path.is_empty()).then(|| event.path.to_string()),
            exit: event.exit.map(|e| e.word()),
            reason: event.reason.clone(),
            by: event.by.clone(),
        }
    }
}

/// Facts of the past, in one object.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Events {
    schema: &'static str,
    node: Node,
    events: Vec<Event>,
}

impl Events {
    /// What one node remembers.
    pub fn new(node: &actorscope_client::Node, events: &[actorscope_core::Event]) -> Self {
        Self {
            schema: SCHEMA,
            node: Node::of_handshake(node),
            events: events.iter().map(Into::into).collect(),
        }
    }
}

/// One fact on a line of its own, with `--follow`.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct EventLine {
    schema: &'static str,
    #[serde(flatten)]
    event: Event,
}

impl From<&actorscope_core::Event> for EventLine {
    fn from(event: &actorscope_core::Event) -> Self {
        Self { schema: SCHEMA, event: event.into() }
    }
}
