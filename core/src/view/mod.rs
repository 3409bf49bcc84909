//! What a screen asks for and how the answer is found.
//!
//! A client describes what is on its screen ([`ViewSpec`]); whoever holds the rows ([`RowSource`]:
//! the agent's registry, a recording) evaluates it and answers with those rows only
//! ([`Selection`]). The same code runs at both ends.

mod asked;
mod best;
mod evaluate;
mod fold;
mod sort;
mod source;
mod spec;
mod tree;

pub use crate::filter::Filter;
pub use best::Best;
pub use evaluate::{Placed, RowId, Selection, evaluate, evaluate_while};
pub use fold::{
    FOLD_FROM, FOLD_SHOWS, Fold, FoldId, Folding, MAX_FOLD_SHOWS, MAX_OPEN_FOLDS, States, Sums,
    Weight,
};
pub use sort::{SortKey, SortValue};
pub use source::RowSource;
pub use spec::{Expansion, MAX_EXPANDED, MAX_ROWS, Order, ViewSpec};
