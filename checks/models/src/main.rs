//! The agent's own code, run through the orders in which threads may meet, and through the values that
//! relaxed loads may see (`loom`).
//!
//! Compiled here are the agent's own files, not copies of them, with `sync` and `clock` from here in
//! the place of the agent's. So the agent carries no trace of this, and no other crate is built
//! differently, which a `--cfg` for the whole build would do: tokio has one of that name itself.
//!
//! A model is a function in `models` and a line in [`models::ALL`]. It runs in a process of its own,
//! because registries are never freed. Bounded in how often a thread is interrupted where it could
//! have gone on, which finds nearly all there is to be found.
//!
//! What it can't show: `loom` takes `SeqCst` for `AcqRel`, which is weaker, and does not reorder a
//! load with a later store. `Arc`, `atomic-waker`, `once_cell` and tokio's `Notify` are taken to be
//! what they promise to be.

// The files are compiled without what else of the agent uses them.
#![allow(dead_code, unused_imports)]

#[path = "../../../agent/src/adapter.rs"]
mod adapter;
#[path = "../../../agent/src/cell/mod.rs"]
mod cell;
mod clock;
#[path = "../../../agent/src/gate.rs"]
mod gate;
#[path = "../../../agent/src/measuring.rs"]
mod measuring;
mod models;
#[path = "../../../agent/src/registry/mod.rs"]
mod registry;
mod run;
#[path = "../../../agent/src/sampler/mod.rs"]
mod sampler;
#[path = "../../../agent/src/slot/mod.rs"]
mod slot;
#[path = "../../../agent/src/spares.rs"]
mod spares;
mod sync;

use std::process::ExitCode;

fn main() -> ExitCode {
    run::main()
}
