//! An ingest pipeline of plain tokio: access logs in, requests by path and minute out.
//!
//! ```text
//! discover ─► read ─► parse-1 … N ─► aggregate ─► write
//!                          │                        │
//!                     lines (blocking)         files (blocking)
//! ```
//!
//! Each stage is a supervised task with a bounded channel in front of it, so the slowest one decides how
//! fast all are, and its channel is the full one. What a stage has in its hands and in front of it outlives
//! its task (`stage`); so an operator can kill any of them, and no line is lost or counted twice. What is
//! known for certain is in the checkpoint (`checkpoint`), from which the next run goes on.

mod aggregate;
mod checkpoint;
mod discover;
mod disk;
mod fault;
mod generate;
mod line;
mod output;
mod parse;
mod pipeline;
mod read;
mod stage;
mod time;
mod totals;

pub use fault::Fault;
pub use generate::{Format, GenerateOptions, generate};
pub use pipeline::{RunError, RunOptions, Summary, run};
