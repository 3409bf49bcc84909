//! JSON for programs, schema `actorscope/1`.
//!
//! Members are only ever added. Times are RFC 3339, durations whole nanoseconds (`*_ns`), ids
//! numbers; `null` means that something is not known and never stands for 0.

mod agents;
mod demo;
mod events;
mod figures;
mod fold;
mod latency;
mod links;
mod node;
mod problem;
mod rows;
mod show;
mod slot;
mod spec;
mod state;
mod tree;
mod verb;

pub use agents::{Agent, Agents};
pub use demo::Demo;
pub use events::{Event, EventLine, Events};
pub use fold::Fold;
pub use latency::{Histogram, Latency};
pub use links::{Links, WaitingFor};
pub use node::Node;
pub use problem::{Problem, Trouble};
pub use rows::Rows;
pub use show::Show;
pub use slot::Slot;
pub use state::State;
pub use tree::Tree;
pub use verb::{DryRun, Verb};

/// The schema's name, the first member of every object.
pub const SCHEMA: &str = "actorscope/1";

#[cfg(test)]
mod tests;
