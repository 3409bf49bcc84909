//! The children of one slot, ascending, which is the order in which they were started.
//!
//! Nearly all are added at the end, as ids are counted up. Runs of up to [`RUN`] ids need eight bytes
//! and a little for each, where a B-tree that is filled from one side needs three times that.

use crate::id::SlotId;

/// What children are kept by: their ids, alone or with more behind.
pub(super) trait Sibling: Copy + Ord {
    /// Whose.
    fn id(self) -> SlotId;
}

impl Sibling for SlotId {
    fn id(self) -> SlotId {
        self
    }
}

/// Most ids in one run.
const RUN: usize = 128;

/// See the module's documentation.
#[derive(Clone, Debug)]
pub(super) struct Siblings<T = SlotId> {
    /// Not empty each, and ascending among each other.
    runs: Vec<Vec<T>>,
    len: usize,
}

impl<T> Default for Siblings<T> {
    fn default() -> Self {
        Self { runs: Vec::new(), len: 0 }
    }
}

impl<T: Sibling> Siblings<T> {
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = T> + Clone + '_ {
        self.runs.iter().flatten().copied()
    }

    /// Those behind `id`, whether or not that is (still) there.
    pub(super) fn after(&self, id: SlotId) -> impl Iterator<Item = T> + '_ {
        let at = self.runs.partition_point(|run| run.last().is_some_and(|last| last.id() <= id));
        let runs = self.runs.get(at..).unwrap_or_default();
        runs.iter().flatten().copied().skip_while(move |sibling| sibling.id() <= id)
    }

    /// The run in which an id is, or would have to be.
    fn run_of(&self, id: T) -> usize {
        let behind = self.runs.partition_point(|run| run.first().is_some_and(|first| *first <= id));
        behind.saturating_sub(1)
    }

    /// False if it was there.
    pub(super) fn insert(&mut self, id: T) -> bool {
        let at = self.run_of(id);
        let is_last = at + 1 >= self.runs.len();
        match self.runs.get_mut(at) {
            Some(run) if run.len() < RUN => {
                let Err(place) = run.binary_search(&id) else { return false };
                run.insert(place, id);
            }
            Some(run) => match run.binary_search(&id) {
                Ok(_) => return false,
                Err(place) if place == run.len() && is_last => self.runs.push(vec![id]),
                Err(place) => {
                    let mut behind = run.split_off(RUN / 2);
                    match place.checked_sub(RUN / 2) {
                        Some(place) => behind.insert(place, id),
                        None => run.insert(place, id),
                    }
                    self.runs.insert(at + 1, behind);
                }
            },
            // A vector of its own for the few of most.
            None => {
                self.runs = Vec::with_capacity(1);
                self.runs.push(vec![id]);
            }
        }
        self.len += 1;
        true
    }

    /// False if it was not there.
    pub(super) fn remove(&mut self, id: T) -> bool {
        let at = self.run_of(id);
        let Some(run) = self.runs.get_mut(at) else { return false };
        let Ok(place) = run.binary_search(&id) else { return false };
        run.remove(place);
        self.len -= 1;
        if run.is_empty() {
            self.runs.remove(at);
        } else if run.len() < RUN / 4 {
            self.join(at);
        }
        true
    }

    /// Puts a short run and a neighbour together, if that does not make a long one.
    fn join(&mut self, at: usize) {
        for (first, second) in [(at, at + 1), (at.wrapping_sub(1), at)] {
            let short = |at: usize| self.runs.get(at).map(Vec::len).filter(|len| *len < RUN / 4);
            if short(first).is_some() && short(second).is_some() {
                let behind = self.runs.remove(second);
                if let Some(run) = self.runs.get_mut(first) {
                    run.extend(behind);
                }
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn id(n: u64) -> SlotId {
        SlotId::new(n).unwrap()
    }

    #[test]
    fn what_is_added_at_the_end_leaves_no_gaps() {
        let mut siblings: Siblings = Siblings::default();
        for n in 1..=10 * RUN as u64 {
            assert!(siblings.insert(id(n)));
        }
        assert_eq!(siblings.runs.len(), 10);
        assert!(siblings.runs.iter().all(|run| run.len() == RUN && run.capacity() == RUN));
    }

    proptest! {
        #[test]
        fn it_is_a_sorted_set(
            steps in proptest::collection::vec((any::<bool>(), 1u64..900), 0..1_500),
        ) {
            let (mut siblings, mut model) = (Siblings::<SlotId>::default(), BTreeSet::new());
            for (inserts, n) in steps {
                if inserts {
                    prop_assert_eq!(siblings.insert(id(n)), model.insert(id(n)));
                } else {
                    prop_assert_eq!(siblings.remove(id(n)), model.remove(&id(n)));
                }
                prop_assert_eq!(siblings.len(), model.len());
            }
            prop_assert!(siblings.iter().eq(model.iter().copied()));
            prop_assert!(siblings.iter().rev().eq(model.iter().rev().copied()));
            for n in [1, 128, 450, 899] {
                prop_assert!(siblings.after(id(n)).eq(model.range(id(n + 1)..).copied()));
            }
            prop_assert!(siblings.runs.iter().all(|run| !run.is_empty() && run.len() <= RUN));
        }
    }
}
