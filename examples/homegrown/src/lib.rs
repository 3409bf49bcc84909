//! What a house has that wrote its actor framework itself, and what makes it observable.
//!
//! * [`framework`] and [`supervisor`]: a trait, a mailbox, a loop; restarts within a budget. As they were
//!   before, but for the calls to a child's seat.
//! * `adapter`: the seat. All that knows of actorscope, and the subject of `docs/adapters.md`.
//! * [`store`]: a service on it, a key-value store on TCP whose keys survive a restart.
//!
//! ```text
//! /shards              the supervisor: 5 restarts in 10 s, of all shards together
//! ├── shard-1 … N      one actor a part of the keys, with its log on the disk
//! /connections
//! └── conn-1, conn-2 … one task a client
//! ```

mod adapter;
pub mod framework;
mod shard;
pub mod store;
pub mod supervisor;
