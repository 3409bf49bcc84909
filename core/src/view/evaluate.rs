//! Picking the rows that a view shows.

use super::{Expansion, Filter, MAX_ROWS, Order, RowSource, SortKey, SortValue, ViewSpec};
use crate::id::SlotId;
use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashSet};

/// A row's place in a view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Placed {
    /// Which slot.
    pub slot: SlotId,
    /// How deep it hangs; 0 in tables.
    pub depth: u32,
    /// How many children it has.
    pub children: u32,
    /// Whether they follow (or would, if the page were longer).
    pub open: bool,
}

/// The answer to a view.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Selection {
    /// Rows in order.
    pub rows: Vec<Placed>,
    /// Slots that exist.
    pub total: u64,
    /// Rows that the view would have without offset and limit.
    pub matched: u64,
}

/// Evaluates a view. Never more than [`MAX_ROWS`] rows; [`ViewSpec::Summary`] has none, a detail of
/// a slot that is gone has none either.
pub fn evaluate(view: &ViewSpec, source: &impl RowSource) -> Selection {
    let total = source.forest().len() as u64;
    let (rows, matched) = match view {
        ViewSpec::Summary => (Vec::new(), 0),
        ViewSpec::Table { sort, order, filter, offset, limit } => {
            table(source, *sort, *order, filter, *offset, (*limit).min(MAX_ROWS))
        }
        ViewSpec::Tree { root, expansion, filter, offset, limit } => {
            tree(source, *root, expansion, filter, *offset, (*limit).min(MAX_ROWS))
        }
        ViewSpec::Detail { slot } => {
            let rows: Vec<Placed> = source
                .identity(*slot)
                .map(|_| place(source, *slot, 0, false))
                .into_iter()
                .collect();
            let matched = rows.len() as u64;
            (rows, matched)
        }
    };
    Selection { rows, total, matched }
}

fn place(source: &impl RowSource, slot: SlotId, depth: u32, open: bool) -> Placed {
    let children = source.forest().child_count(slot) as u32;
    Placed { slot, depth, children, open: open && children > 0 }
}

fn passes(source: &impl RowSource, filter: &Filter, slot: SlotId) -> bool {
    filter.is_all()
        || source
            .identity(slot)
            .is_some_and(|who| filter.matches(&who, || source.forest().path(slot)))
}

/// One candidate of a bounded top-N; the heap keeps the worst on top.
struct Candidate {
    value: SortValue,
    slot: SlotId,
    order: Order,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        // Equal values are told apart by id, so that rows do not jump between refreshes.
        self.value.compare(&other.value, self.order).then(self.slot.cmp(&other.slot))
    }
}
impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Candidate {}

fn table(
    source: &impl RowSource,
    sort: SortKey,
    order: Order,
    filter: &Filter,
    offset: u32,
    limit: u32,
) -> (Vec<Placed>, u64) {
    let keep = (offset as usize).saturating_add(limit as usize);
    let mut best: BinaryHeap<Candidate> = BinaryHeap::with_capacity(keep.min(4_096) + 1);
    let mut matched = 0;
    for slot in source.slots().filter(|slot| passes(source, filter, *slot)) {
        matched += 1;
        best.push(Candidate { value: source.sort_value(slot, sort), slot, order });
        if best.len() > keep {
            best.pop();
        }
    }
    let rows = best.into_sorted_vec().into_iter().skip(offset as usize);
    (rows.map(|c| place(source, c.slot, 0, false)).collect(), matched)
}

fn tree(
    source: &impl RowSource,
    root: Option<SlotId>,
    expansion: &Expansion,
    filter: &Filter,
    offset: u32,
    limit: u32,
) -> (Vec<Placed>, u64) {
    let forest = source.forest();
    let shown = (!filter.is_all()).then(|| with_ancestors(source, filter));
    let is_shown = |slot: &SlotId| shown.as_ref().is_none_or(|s| s.contains(slot));
    let mut stack: Vec<(SlotId, u32)> = match root {
        Some(root) if forest.contains(root) => vec![(root, 0)],
        Some(_) => Vec::new(),
        None => forest.roots().rev().map(|r| (r, 0)).collect(),
    };
    let (mut rows, mut matched) = (Vec::new(), 0u64);
    while let Some((slot, depth)) = stack.pop() {
        if !is_shown(&slot) {
            continue;
        }
        let open = match expansion {
            // A filter opens what leads to a match; everything else it hides anyway.
            _ if shown.is_some() => true,
            Expansion::ToDepth(most) => depth < *most,
            Expansion::Slots(slots) => slots.contains(&slot),
        };
        if open {
            stack.extend(forest.children(slot).rev().map(|c| (c, depth + 1)));
        }
        if matched >= u64::from(offset) && rows.len() < limit as usize {
            rows.push(place(source, slot, depth, open));
        }
        matched += 1;
    }
    (rows, matched)
}

fn with_ancestors(source: &impl RowSource, filter: &Filter) -> HashSet<SlotId> {
    let forest = source.forest();
    let mut shown = HashSet::new();
    for slot in source.slots().filter(|slot| passes(source, filter, *slot)) {
        shown.insert(slot);
        for ancestor in forest.ancestors(slot) {
            if !shown.insert(ancestor) {
                break;
            }
        }
    }
    shown
}
