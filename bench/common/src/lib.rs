//! What every variant does, so that they differ in nothing but how they are observed.
//!
//! A variant is a binary that implements [`Variant`], and [`Counts`] if it gets messages, and calls
//! [`main`] or [`main_without_messages`]. It measures itself and prints what it found: a time whenever it
//! is asked for a [`Window`], or all at once as [`Figures`]. The driver lets variants take turns and compares.

mod floor;
mod heap;
mod measure;
pub mod plain;

pub use floor::{Floor, NoProbe};
pub use heap::Counting;
pub use measure::{Counts, Figures, Variant, Window, main, main_without_messages};
