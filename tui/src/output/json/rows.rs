//! The answer of `top`.

use super::{Node, SCHEMA, Slot};
use crate::output::Snapshot;
use actorscope_client::Partial;
use serde::Serialize;

/// Slots in order.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Rows {
    schema: &'static str,
    node: Node,
    sampled_at: String,
    total: u64,
    matched: u64,
    partial: Option<Vec<Less>>,
    slots: Vec<Slot>,
}

/// Why this is less than was asked for.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct Less {
    reason: String,
    message: String,
}

impl From<&Partial> for Less {
    fn from(partial: &Partial) -> Self {
        Self { reason: partial.reason.clone(), message: partial.message.clone() }
    }
}

impl From<&Snapshot> for Rows {
    fn from(snapshot: &Snapshot) -> Self {
        let view = &snapshot.view;
        Self {
            schema: SCHEMA,
            node: Node::new(snapshot),
            sampled_at: view.sampled_at.to_rfc3339(),
            total: view.total,
            matched: view.matched,
            partial: snapshot.is_partial().then(|| view.partial.iter().map(Into::into).collect()),
            slots: view.rows().map(Slot::from).collect(),
        }
    }
}
