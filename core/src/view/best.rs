//! The first rows of an order, out of any number of them, in memory for those alone.

use super::{Order, SortValue};
use crate::id::SlotId;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// One row that may be among them.
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

/// See the module's documentation.
pub struct Best {
    /// The worst on top.
    heap: BinaryHeap<Candidate>,
    keep: usize,
    order: Order,
    offered: u64,
}

impl Best {
    /// The first `keep` in this order.
    pub fn new(keep: usize, order: Order) -> Self {
        Self { heap: BinaryHeap::with_capacity(keep.min(4_096)), keep, order, offered: 0 }
    }

    /// How many rows are kept at most.
    pub const fn keep(&self) -> usize {
        self.keep
    }

    /// The order of the rows.
    pub const fn order(&self) -> Order {
        self.order
    }

    /// One more row: its value, and who it is, which is asked for only if that decides.
    #[inline]
    pub fn offer(&mut self, value: SortValue, slot: impl FnOnce() -> Option<SlotId>) {
        self.offered += 1;
        if self.refuses(&value) {
            return;
        }
        let Some(slot) = slot() else { return };
        let candidate = Candidate { value, slot, order: self.order };
        if self.heap.len() < self.keep {
            self.heap.push(candidate);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && candidate < *worst
        {
            *worst = candidate;
        }
    }

    /// Rows that are offered all the same, though nobody need look at them: see [`Best::refuses`].
    pub const fn pass_over(&mut self, rows: u64) {
        self.offered += rows;
    }

    /// Whether no row with this value would be among the first, whoever it is.
    pub fn refuses(&self, value: &SortValue) -> bool {
        if self.heap.len() < self.keep {
            return false;
        }
        let after = |worst: &Candidate| value.compare(&worst.value, self.order).is_gt();
        self.heap.peek().is_none_or(after)
    }

    /// Rows offered so far.
    pub const fn offered(&self) -> u64 {
        self.offered
    }

    /// The rows that would be among the first as of now, in no order.
    pub fn slots(&self) -> impl Iterator<Item = SlotId> {
        self.heap.iter().map(|candidate| candidate.slot)
    }

    /// The rows in order.
    pub fn into_rows(self) -> impl Iterator<Item = SlotId> {
        self.heap.into_sorted_vec().into_iter().map(|candidate| candidate.slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(n: Option<u8>) -> SortValue {
        n.map(u64::from).into()
    }

    proptest! {
        #[test]
        fn they_are_those_that_sorting_all_of_them_puts_first(
            values in proptest::collection::vec(proptest::option::of(0u8..6), 0..60),
            keep in 0usize..20,
            up in any::<bool>(),
        ) {
            let order = if up { Order::Ascending } else { Order::Descending };
            let mut best = Best::new(keep, order);
            let mut all = Vec::new();
            for (n, v) in (1..).zip(values) {
                let slot = SlotId::new(n).unwrap();
                best.offer(value(v), || Some(slot));
                all.push((value(v), slot));
            }
            all.sort_by(|(a, x), (b, y)| a.compare(b, order).then(x.cmp(y)));
            prop_assert_eq!(best.offered(), all.len() as u64);
            for (v, _) in all.iter().take(keep) {
                prop_assert!(!best.refuses(v));
            }
            let expected: Vec<SlotId> = all.into_iter().take(keep).map(|(_, slot)| slot).collect();
            prop_assert_eq!(best.into_rows().collect::<Vec<_>>(), expected);
        }
    }
}
