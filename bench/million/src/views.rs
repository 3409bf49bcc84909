//! What is looked at, everywhere the same.

use actorscope_core::SlotId;
use actorscope_core::view::{Expansion, Filter, Folding, Order, SortKey, ViewSpec};
use std::time::Duration;

/// Rows of a screen.
pub const ROWS: u32 = 60;

/// How often a screen is kept up to date.
pub const PACE: Duration = Duration::from_secs(1);

/// Those that wait longest.
pub fn table() -> ViewSpec {
    ViewSpec::Table {
        sort: SortKey::QueueWait,
        order: Order::Descending,
        filter: Filter::all(),
        offset: 0,
        limit: ROWS,
    }
}

/// The roots, and the members of these, each with a row of its own: more to say than of folded ones.
pub fn tree(open: impl IntoIterator<Item = SlotId>) -> ViewSpec {
    ViewSpec::Tree {
        root: None,
        expansion: Expansion::Slots(open.into_iter().collect()),
        folding: Folding::OFF,
        filter: Filter::all(),
        offset: 0,
        limit: ROWS,
    }
}
