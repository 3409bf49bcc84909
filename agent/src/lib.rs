//! Embeds in a service and publishes its live supervision tree.
//!
//! ```no_run
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! actorscope_agent::Agent::builder("shop").allow_control().start_or_warn();
//! # }
//! ```
//!
//! **The contract with the host**: never panic, never block, never grow without bound, and rather
//! lose telemetry than hurt the service. The agent has a thread and a runtime of its own; the host's
//! threads touch atomics with every message, and short locks when an actor starts or ends or handles
//! a type of message for the first time.
//!
//! Where to begin reading: [`mod@tokio`] (what users of plain tokio call), [`adapter`] (what
//! adapters for frameworks call), then `registry` (all slots), `cell` (what a message costs),
//! `sampler` (what happens once a tick), `server` (what clients get).

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod adapter;
mod agent;
mod cell;
mod clock;
mod gate;
mod measuring;
mod passes;
mod registry;
mod sampler;
mod server;
mod slot;
mod spares;
mod sync;
#[cfg(test)]
mod threads;
pub mod tokio;

pub use agent::{Agent, Builder, StartError};
#[doc(hidden)]
pub use passes::Passes;
#[cfg(unix)]
pub use server::BindError;

/// The types that views, verbs and specs are made of.
pub use actorscope_core as core;
