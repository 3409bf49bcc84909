//! Histograms of durations: two bucket layouts and what can be read from filled buckets.
//!
//! The agent counts into atomics laid out like this; everything else works on [`Buckets`], plain
//! sparse counts that travel on the wire and merge exactly.

mod layout;
mod summary;

pub use layout::{Layout, fine, log2};
pub use summary::Buckets;
