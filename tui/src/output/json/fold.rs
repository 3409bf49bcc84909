//! Many like children of one parent.

use actorscope_core::forest::Likeness;
use actorscope_core::view;
use serde::Serialize;
use std::collections::BTreeMap;

/// A row of `tree` that stands for many slots. What is known of none of them is `null`.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Fold {
    /// Their parent; `null` = they are roots.
    parent_id: Option<u64>,
    /// What they are called together.
    name: String,
    /// What their names have in common; `null` = nothing, there are too many different ones.
    stem: Option<String>,
    /// As that of its slots; `null` where it is copied from the screen.
    tree_depth: Option<u32>,
    count: u64,
    /// How many are in which state.
    states: BTreeMap<&'static str, u64>,
    /// Sums.
    mailbox_depth: Option<u64>,
    mailbox_depth_is_lower_bound: bool,
    handled: Option<u64>,
    failed: Option<u64>,
    busy_ns: Option<u64>,
    rate_per_s: Option<f64>,
    restarts: u64,
    /// The worst.
    max_wait_ns: Option<u64>,
    max_handling_p99_ns: Option<u64>,
    max_utilization: Option<f64>,
    worst: Option<Worst>,
}

/// Who needs attention most.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct Worst {
    id: u64,
    name: String,
}

impl Fold {
    /// Of a row at this depth.
    pub fn new(fold: &view::Fold, tree_depth: Option<u32>) -> Self {
        let sums = &fold.sums;
        Self {
            parent_id: fold.parent.map(|parent| parent.get()),
            name: fold.label().to_owned(),
            stem: match &fold.likeness {
                Likeness::Stem(stem) => Some(stem.to_string()),
                Likeness::Others => None,
            },
            tree_depth,
            count: sums.count,
            states: sums.states.iter().map(|(state, count)| (state.word(), count)).collect(),
            mailbox_depth: sums.depth.value(),
            mailbox_depth_is_lower_bound: sums.depth.is_lower_bound(),
            handled: sums.total.map(|total| total.handled),
            failed: sums.total.map(|total| total.failed),
            busy_ns: sums.total.map(|total| total.busy_ns),
            rate_per_s: sums.rate_per_s,
            restarts: sums.restarts,
            max_wait_ns: sums.wait_ns,
            max_handling_p99_ns: sums.handling_p99_ns,
            max_utilization: sums.utilization,
            worst: fold
                .worst
                .as_ref()
                .map(|(id, name)| Worst { id: id.get(), name: name.to_string() }),
        }
    }
}
