//! One answer of an agent, together with who gave it.

use actorscope_client::{Node, ViewState};
use actorscope_core::node::Summary;
use std::sync::Arc;

/// Rows of one view and the node they are from.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Who answered.
    pub node: Arc<Node>,
    /// The node at a glance, where the agent gave it.
    pub summary: Option<Summary>,
    /// The rows.
    pub view: ViewState,
}

impl Snapshot {
    /// How long the node had been running when the numbers were taken, in nanoseconds.
    pub fn uptime_ns(&self) -> u64 {
        let now = self.node.now.max(self.view.sampled_at);
        now.since(self.node.started_at)
    }

    /// Whether less came than was asked for.
    pub fn is_partial(&self) -> bool {
        !self.view.partial.is_empty()
    }
}
