//! One suite for every adapter: what a client sees of a framework's actors, beside what really happened
//! inside them.
//!
//! Every scenario is written once ([`Row`] lists what they are about) and played on every framework. It
//! looks at rows, details, events and the outcomes of verbs over gRPC, as any client does, and at a
//! [`Probe`] inside each actor. What a cell of the table in `docs/capabilities.md` says was *observed*
//! in the run. What contradicts itself fails: a capability that is offered and refused, or is not
//! offered and works; a number for what is not known; an exit of the wrong kind or with other words; a
//! message that is lost in the counting.
//!
//! # Running it on an adapter
//! A framework comes in as a [`Subject`]: how to start an actor, at the root or below another, how to
//! send to it, and how to start supervised ones. What the framework has not (not: what its adapter does
//! not show) it answers with [`Lacks`]. Its actors take [`Message`]s, call [`Probe::live`] when they
//! start, and carry out each message with [`Life::perform`]; then they do what [`Next`] says. Actors are
//! observed in the process's own registry.
//!
//! The test has no harness (`harness = false` in `Cargo.toml`), because it starts itself again for the
//! scenarios that need a process of their own:
//!
//! ```ignore
//! use actorscope_conformance::Suite;
//!
//! fn main() -> std::process::ExitCode {
//!     let table = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/capabilities.md");
//!     Suite::new(table, "cargo test --test conformance").run(|| OurActors).finish()
//! }
//! ```
//!
//! A run ends with a comparison of its column with the table in that file. With
//! `ACTORSCOPE_REGENERATE=1` it writes the column instead; a file that is not there yet is made. A word
//! as an argument plays only the scenarios with that in their name, without a comparison:
//! `cargo test -p actorscope-conformance --test kameo -- verbs`.
//!
//! That the suite can fail is tested with adapters that lie (`tests/liars.rs`): also the shortest example
//! of a subject with an adapter of its own.
//!
//! Reading order: [`Subject`] (what a framework brings), `order` and `probe` (what its actors do and
//! tell), `stage` (what scenarios are made of), `scenarios`, `row` and `table` (what comes out), `suite`.

mod order;
mod probe;
mod row;
mod scenarios;
mod stage;
mod stalls;
mod subject;
mod suite;
mod table;

pub use order::{Hold, Message, Next, Order};
pub use probe::{Life, Probe, Times};
pub use row::Row;
pub use subject::{Family, FamilyPlan, Lacks, Plan, Rules, Started, Subject};
pub use suite::{Suite, failures};
pub use table::{Column, Table};
