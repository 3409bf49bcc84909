//! Parlor: a chat and conferencing server whose every part is a supervised kameo actor, and the load generator that
//! drives it over real sockets.
//!
//! ```text
//! parlor                     one_for_one; a child that can't be kept alive ends the service
//! ├── store-encode, -write   two tasks: the pipeline from the store to the disk
//! ├── archive                rest_for_one: search starts anew with each store
//! │   ├── store              hands messages to the pipeline and to the index
//! │   └── search             one_for_one; an index that gives up takes nothing with it
//! │       └── index          finds what was said lately
//! ├── presence               who is online, and where
//! ├── media                  one_for_all: each part is worthless without what the other knows
//! │   ├── relay-session      our session with the media relay
//! │   └── ports              the ports of that session, and whose they are
//! ├── signaling              one_for_one
//! │   └── signaling-1 … N    call setup. With N = 1 every call passes through one actor
//! ├── rooms                  dynamic; permanent children
//! │   └── lobby, lounge, …   one actor a room
//! └── connections            dynamic; children that are never restarted
//!     └── conn-1, conn-2, …  one actor a TCP connection
//! ```
//!
//! [`Server`] is the service, [`load()`] the clients. The wire is newline-delimited JSON, see [`wire`].

mod archive;
mod connection;
mod connections;
mod directory;
mod door;
mod fault;
pub mod framing;
mod load;
mod log_file;
mod media;
mod outbox;
mod parlor;
mod pipeline;
mod presence;
mod reader;
mod room;
mod rooms;
mod search;
mod serve_options;
mod server;
mod signaling;
mod signaling_worker;
mod spawn;
mod store;
pub mod wire;
mod world;

pub use fault::Fault;
pub use load::{LoadError, LoadOptions, LoadReport, Percentiles, load};
pub use pipeline::StoreStats;
pub use serve_options::{ServeError, ServeOptions};
pub use server::{Server, ServerHandle, serve};
