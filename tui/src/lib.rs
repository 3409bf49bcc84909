//! The `actorscope` binary as a library, so that tests drive the same code.
//!
//! * [`format`]: numbers as people read them.
//! * [`ui`]: the terminal UI.

pub mod format;
pub mod ui;
