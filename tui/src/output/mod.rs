//! Answers, ready to be written: text for people, JSON for programs.
//!
//! Everything here is pure except [`Out`]. Data goes to stdout, everything else to stderr.

pub mod failure;
#[cfg(test)]
mod fixture;
pub mod json;
mod out;
pub mod snapshot;
pub mod table;
pub mod text;

pub use failure::Failure;
pub use out::{Out, Stop};
pub use snapshot::Snapshot;
