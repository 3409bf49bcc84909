//! actorscope's adapter for [ractor] 0.16.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod control;
mod discovery;
mod ends;
mod gate;
mod handler;
mod held;
mod hooks;
mod inbox;
mod local;
mod observed;
mod seen;
pub mod sends;
mod stamped;
pub mod supervise;
mod table;
mod unobserved;
mod watch;
mod watcher;

pub use actorscope_agent as agent;
pub use hooks::{Hooks, NoHooks, Starting};
pub use local::ObservedLocal;
pub use observed::{Observed, observe, observe_with};
pub use sends::{ObservedRef, TrackSends};

/// For `actorscope-ractor-cluster`. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::stamped::Stamp;
}
