//! Slots that did something after a rest: all that a pass has to look at besides those that were busy
//! anyway, so that what a million idle actors cost is nothing.
//!
//! A slot sleeps when the sampler says so ([`Marks::let_sleep`](crate::slot::Marks::let_sleep)). The
//! first thing that happens to it from then on notes its id here, once; what follows costs one look at
//! a flag beside what is written anyway. The sampler looks at a slot for a last time one pass after it
//! let it sleep, so that nothing is missed that was being written in that moment.

use crate::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use crate::sync::{Mutex, OnceBox, global, lock};
use actorscope_core::SlotId;
use std::sync::LazyLock;

/// A power of two.
const SHARDS: usize = 16;

/// Only tests have more than one registry.
const REGISTRIES: u16 = 4_096;

global! {
    /// The lists of a process: two bytes in a slot say which is its own.
    static LISTS: LazyLock<Box<[OnceBox<List>]>> =
        LazyLock::new(|| (0..REGISTRIES).map(|_| OnceBox::new()).collect());
}

global! {
    /// How many of [`LISTS`] are given away.
    static GIVEN: LazyLock<AtomicU32> = LazyLock::new(AtomicU32::default);
}

#[derive(Default)]
struct List {
    /// Whether anybody takes away what is noted.
    tracked: AtomicBool,
    /// Several, because many slots may stir at once, on any thread.
    shards: [Mutex<Vec<SlotId>>; SHARDS],
}

/// See the module's documentation. Which list it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stirrings(u16);

impl Stirrings {
    /// No list: who notes there is not heard.
    #[cfg(test)]
    pub(crate) const NONE: Self = Self(REGISTRIES);

    /// A list of its own, while there are any.
    pub(super) fn new() -> Self {
        let given = u16::try_from(GIVEN.fetch_add(1, Relaxed)).unwrap_or(REGISTRIES);
        Self(given.min(REGISTRIES))
    }

    fn list(self) -> Option<&'static List> {
        Some(LISTS.get(usize::from(self.0))?.get_or_init(Box::default))
    }

    /// Whether anybody hears what is noted: otherwise slots must not sleep.
    pub(crate) fn are_heard(self) -> bool {
        self.list().is_some_and(|list| list.tracked.load(Relaxed))
    }

    /// Somebody takes away what is noted from here on, or nobody does any more.
    pub(super) fn track(self, is: bool) {
        let Some(list) = self.list() else { return };
        list.tracked.store(is, Relaxed);
        for shard in &list.shards {
            *lock(shard) = Vec::new();
        }
    }

    /// A slot stirs.
    pub(crate) fn note(self, id: SlotId) {
        let Some(list) = self.list().filter(|list| list.tracked.load(Relaxed)) else { return };
        // The remainder is always within; the first shard is only there to satisfy the type.
        let [first, ..] = &list.shards;
        lock(list.shards.get(id.get() as usize % SHARDS).unwrap_or(first)).push(id);
    }

    /// The slots noted since the last call, in no order.
    pub(crate) fn take(self) -> Vec<SlotId> {
        let mut all = Vec::new();
        for shard in self.list().iter().flat_map(|list| &list.shards) {
            all.append(&mut std::mem::take(&mut *lock(shard)));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u64) -> SlotId {
        SlotId::new(n).unwrap()
    }

    #[test]
    fn what_is_noted_is_taken_once_while_somebody_listens() {
        let list = Stirrings::new();
        list.note(id(1));
        assert_eq!((list.take(), list.are_heard()), (vec![], false));
        list.track(true);
        list.note(id(2));
        list.note(id(18));
        assert_eq!((list.take(), list.take()), (vec![id(2), id(18)], vec![]));
        list.note(id(3));
        list.track(false);
        assert_eq!((list.take(), list.are_heard()), (vec![], false));
    }

    #[test]
    fn where_nobody_listens_nothing_is_kept() {
        Stirrings::NONE.track(true);
        Stirrings::NONE.note(id(1));
        assert_eq!((Stirrings::NONE.take(), Stirrings::NONE.are_heard()), (vec![], false));
    }
}
