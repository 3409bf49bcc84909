//! The descriptions of views.

use super::{Filter, Folding, SortKey};
use crate::id::SlotId;
use std::collections::HashSet;

/// Most rows one view may ask for at a time; more are asked for in pages.
pub const MAX_ROWS: u32 = 1_000;

/// Most slots a tree view may name as expanded.
pub const MAX_EXPANDED: usize = 4_096;

/// The direction of a sort.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// Smallest first.
    Ascending,
    /// Largest first; unknown values come last either way.
    Descending,
}

impl Order {
    /// The other direction.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

/// Which slots of a tree show their children.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Expansion {
    /// All down to this depth; roots have depth 0.
    ToDepth(u32),
    /// Exactly these.
    Slots(HashSet<SlotId>),
}

/// What a screen shows.
#[derive(Clone, PartialEq, Debug)]
pub enum ViewSpec {
    /// The node at a glance.
    Summary,
    /// The first rows in some order.
    Table {
        /// By what they are ordered.
        sort: SortKey,
        /// In which direction.
        order: Order,
        /// Which rows are candidates.
        filter: Filter,
        /// Rows skipped.
        offset: u32,
        /// Rows wanted.
        limit: u32,
    },
    /// Slots below each other, children after their parents, in the order of their start, folds last.
    Tree {
        /// Where to begin; `None` = all roots.
        root: Option<SlotId>,
        /// Who shows children.
        expansion: Expansion,
        /// Whether many like children of one parent are one row.
        folding: Folding,
        /// Which rows are wanted; their ancestors are shown too, and shown open.
        filter: Filter,
        /// Rows skipped.
        offset: u32,
        /// Rows wanted.
        limit: u32,
    },
    /// One slot with all there is.
    Detail {
        /// Which.
        slot: SlotId,
    },
}
