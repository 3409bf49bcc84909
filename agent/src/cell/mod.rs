//! What one slot's actor writes with every message.
//!
//! Everything here has a single writer: the task that runs the actor. It writes with a relaxed load
//! and a relaxed store (under 1 ns; an atomic add takes 6), readers read relaxed and may see a count
//! that is one message old. Nothing allocates but what comes once in a slot's life: the meter with the first
//! message, tier 1 with the 17th, and what is rare when it is first needed ([`rare`]).

mod activity;
mod arrivals;
mod fine;
mod hot;
mod links;
mod log2;
mod max;
mod meter;
mod polls;
mod rare;
mod rough_max;
mod tier1;
mod types;

pub(crate) use fine::Lent;
pub(crate) use hot::HotSnapshot;
pub(crate) use links::{Ask, LinkReading, Links};
pub(crate) use meter::{Ending, Meter};
pub(crate) use polls::{Polls, PollsSnapshot};
pub(crate) use types::{intern, name_of};

use crate::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Adds to a counter that nobody else writes.
#[inline]
pub(crate) fn bump(counter: &AtomicU64, by: u64) {
    counter.store(counter.load(Relaxed).wrapping_add(by), Relaxed);
}
