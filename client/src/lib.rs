//! Everything between an actorscope agent and a screen, without the screen.
//!
//! * [`target`]: who is meant, as people write it.
//! * [`discovery`]: which agents run on this machine.
//! * [`connection`]: one conversation with one agent: handshake, single questions, verbs.
//! * [`state`]: what an actor prints of itself when asked.
//! * [`session`]: a conversation that outlives its connections: views and events kept up to date.
//! * [`model`]: what is known of a node, as a pure function of the [`update::Update`]s received so
//!   far. Live sessions, recordings and tests feed the same model.
//!
//! This crate must never know of a terminal.

mod clean;
pub mod connection;
pub mod discovery;
pub mod error;
pub mod model;
mod pages;
mod random;
pub mod session;
pub mod state;
pub mod target;
mod transport;
pub mod update;

pub use connection::{
    Act, Acted, Connection, DEADLINE, EventStream, EventsQuery, connect, connect_within,
};
pub use discovery::{Found, Search};
pub use error::{CallError, ConnectError, Why};
pub use model::{Link, Model, ViewState};
pub use session::{Session, SessionOptions};
pub use state::Dumped;
pub use target::{Address, Target, TargetError};
pub use update::{Frame, Node, Partial, Rights, Update};
