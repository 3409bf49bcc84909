//! What an actor printed of itself.

use actorscope_client::Dumped;
use serde::Serialize;

/// The text, and how it came about.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct State {
    text: String,
    /// Whether it would have printed more.
    truncated: bool,
    incarnation: u32,
    taken_at: String,
    /// Inside the actor's task.
    took_ns: u64,
}

impl From<&Dumped> for State {
    fn from(dumped: &Dumped) -> Self {
        Self {
            text: dumped.text.clone(),
            truncated: dumped.truncated,
            incarnation: dumped.incarnation.0,
            taken_at: dumped.taken_at.to_rfc3339(),
            took_ns: dumped.took.as_nanos().try_into().unwrap_or(u64::MAX),
        }
    }
}
