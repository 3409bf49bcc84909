//! Ledger: accounts, deposits and transfers over a line protocol, in actix as such services were written around 2020,
//! and with the words changed that an observer asks for.
//!
//! ```text
//! journal           supervised, on a thread of its own: writes what happened, some of it together
//! shard-0 … 3       supervised: each knows the balances of its accounts
//! report            supervised: looks each second whether the books balance
//! door              supervised: lets clients in
//! └── conn-1, …     one actor a connection
//! ```
//!
//! # How no money is lost
//! The journal is what is true. A shard checks an order against what it knows and holds the money back, the journal
//! writes the order and tells all shards, and only that changes balances: a transfer is one line of the journal and
//! cannot happen by half. A shard that begins anew asks the journal for everything. Who gets `ok` finds it on the disk.
//!
//! # What observing asked for
//! `start_observed` and `supervise_observed` where actors are started, and `actorscope_actix::Context` in the place of
//! `actix::Context`, since here it matters who waits for whom.
//!
//! # Reading order
//! `amount`, `order` and [`book`] are pure. `journal`, `shard`, `report`, `door` and `session` are the actors, `serve`
//! the service, [`load()`] its clients.

mod amount;
pub mod book;
mod door;
mod fault;
mod journal;
mod journal_file;
mod load;
mod options;
mod order;
mod report;
mod serve;
mod session;
mod shard;

pub use amount::{Amount, MAX_AMOUNT};
pub use fault::Fault;
pub use load::{LoadError, LoadOptions, LoadReport, load};
pub use options::{ServeError, ServeOptions};
pub use order::{Account, Order, OrderError};
pub use serve::serve;
