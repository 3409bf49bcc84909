//! A small order-matching exchange in which three frameworks work together, each at what it is good at,
//! in one supervision tree:
//!
//! ```text
//! exchange                    tokio: the service itself
//! ├── books                   kameo, one_for_one
//! │   ├── ACME, BOLT, …       kameo: one order book a symbol
//! │   │   └── feed            tokio: trades on their way to settlement
//! │   └── tape                ractor, unsupervised: the last prices
//! ├── clearing                ractor-supervisor, one_for_one
//! │   ├── risk                ractor: looks at each order before a book does
//! │   └── settlement          ractor: takes each execution once
//! │       ├── journal         tokio: the file
//! │       └── positions       kameo: who has what
//! └── gateway                 tokio, supervised: accepts clients
//!     └── session-1, …        tokio: one client
//! ```
//!
//! An order goes session → risk → book; what it traded goes book → feed → settlement → journal →
//! positions. An execution is told to the feed in the same step in which it is matched, is sent to
//! settlement until that says it is written, and counted there once: killing any of books, risk,
//! settlement and gateway loses no trade. The open orders of a book end with it.
//!
//! [`Server`] is the service, [`load()`] its clients; the wire is text, see [`protocol`].
//!
//! Reading order: [`matching`], [`limits`], [`execution`], [`ledger`] (pure), then the actors `book`,
//! `books`, `feed`, `tape`, `risk`, `settlement`, `journal`, `positions`, `clearing`, and the front:
//! `gateway`, `session`, `server`.

mod book;
mod books;
mod clearing;
pub mod execution;
mod fault;
mod feed;
mod gateway;
mod journal;
pub mod ledger;
pub mod limits;
mod load;
pub mod matching;
mod positions;
pub mod protocol;
mod risk;
mod server;
mod session;
mod settlement;
mod tape;
mod world;

pub use fault::Fault;
pub use load::{LoadError, LoadOptions, LoadReport, load};
pub use server::{ServeError, ServeOptions, Server};
