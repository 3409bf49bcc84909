//! The `actorscope` binary as a library, so that tests drive the same code.
//!
//! * [`cli`]: what can be written on the command line, and what it ends with.
//! * [`commands`]: what each command does: ask an agent, hand the answer to [`output`].
//! * [`demo`]: a service to look at, started for the occasion.
//! * [`output`]: answers as text for people and as JSON for programs; pure.
//! * [`mod@format`]: numbers as people read them.
//! * [`ui`]: the terminal UI.

pub mod cli;
pub mod commands;
pub mod demo;
mod duration;
pub mod format;
mod nearest;
pub mod output;
pub mod ui;
mod words;
