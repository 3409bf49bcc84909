//! For supervisors that start their children again: how adapters tell that a new actor takes the place
//! of an old one.
//!
//! ractor restarts nobody, so a new actor is a new slot. A supervisor that does restart has a
//! [`Nursery`], in which each child has a place by its id; every actor that is started in a place fills
//! the same slot. `actorscope-ractor-supervisor` is made of this, and so can be what observes a
//! supervisor of your own:
//!
//! 1. Implement [`Hooks`] for your supervising actor and spawn it as [`observe_with`].
//! 2. Make a [`Nursery`] for it, and [`attach`](Nursery::attach) that in [`Hooks::starting`].
//! 3. Start every child inside of [`Nursery::start`].
//! 4. Tell of its log of restarts with [`Nursery::restarts`] in [`Hooks::after`].
//!
//! [`Hooks`]: crate::Hooks
//! [`Hooks::starting`]: crate::Hooks::starting
//! [`Hooks::after`]: crate::Hooks::after
//! [`observe_with`]: crate::observe_with

mod family;
mod nursery;
mod place;

pub use nursery::Nursery;

pub(crate) use family::Family;
pub(crate) use place::{Place, claim};
