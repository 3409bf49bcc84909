//! Everything between an actorscope agent and a screen, without the screen.
//!
//! * [`model`]: what is known of a node, as a pure function of the [`update::Update`]s received so
//!   far. Live sessions, recordings and tests feed the same model.
//!
//! This crate must never know of a terminal.

pub mod model;
pub mod update;

pub use model::{Link, Model, ViewState};
pub use update::{Frame, Node, Partial, Rights, Update};
