//! The slots that come first in the orders that somebody asks for, so that a screen that is drawn each second
//! does not have everything gone over once more for each of its lists.
//!
//! Those that are awake are ranked in the pass, which reads them in any case. What a slot is ordered by does not
//! change while it sleeps, so of those that sleep the first are kept, and only what falls asleep or wakes up is
//! compared with them.

use super::places::Places;
use actorscope_core::SlotId;
use actorscope_core::view::{Best, Order, SortKey, SortValue};
use std::cmp::Ordering;

/// Longer pages are looked for among all slots each time: whoever pages so far down does it once.
const LONGEST: usize = 2_048;

/// Twice as many are kept as are asked for, and so many more: as many may wake up before all that sleep have to
/// be gone over again.
const SPARE: usize = 64;

/// Passes after which an order is forgotten that nobody asked for.
const KEPT: u64 = 5;

/// A sleeping slot in one order.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Entry {
    pub(super) value: SortValue,
    pub(super) id: SlotId,
    pub(super) place: u32,
}

/// The first of all sleeping slots in one order.
struct Asleep {
    order: Order,
    /// In order. Every sleeping slot that is not here comes after all that are.
    first: Vec<Entry>,
    /// Most that are kept.
    room: usize,
    /// Whether all sleeping slots are here.
    is_whole: bool,
}

impl Asleep {
    /// Nothing is known.
    const fn unknown(order: Order, room: usize) -> Self {
        Self { order, first: Vec::new(), room, is_whole: false }
    }

    /// As [`Best`] orders them.
    fn compare(&self, a: &Entry, b: &Entry) -> Ordering {
        a.value.compare(&b.value, self.order).then(a.id.cmp(&b.id))
    }

    /// Of so many `sleeping` slots, the `first`.
    fn learn(&mut self, mut first: Vec<Entry>, sleeping: u64) {
        self.is_whole = first.len() as u64 == sleeping;
        // Some may have been counting while they were looked for.
        first.sort_by(|a, b| self.compare(a, b));
        self.first = first;
    }

    /// A slot falls asleep.
    fn add(&mut self, entry: Entry) {
        let at = self.first.partition_point(|kept| self.compare(kept, &entry).is_lt());
        if at == self.first.len() && !self.is_whole {
            return;
        }
        self.first.insert(at, entry);
        if self.first.len() > self.room {
            self.first.pop();
            self.is_whole = false;
        }
    }

    /// A slot that may be here sleeps no longer.
    fn remove(&mut self, place: u32) {
        self.first.retain(|entry| entry.place != place);
    }

    /// Whether it can say who the first so many are.
    fn knows(&self, first: usize) -> bool {
        self.is_whole || self.first.len() >= first
    }
}

/// One order that somebody asks for.
pub(super) struct Ranking {
    key: SortKey,
    order: Order,
    /// Most that are kept of those awake, and of those that sleep.
    room: usize,
    /// Of the slots that were awake in a pass, or woke up since, the first …
    awake: Best,
    /// … and which pass that was, if they were ranked at all.
    ranked_in: Option<u64>,
    asleep: Asleep,
    /// The pass before which it was asked for last.
    asked_after: u64,
}

impl Ranking {
    fn new(key: SortKey, order: Order, room: usize) -> Self {
        let (awake, asleep) = (Best::new(room, order), Asleep::unknown(order, room));
        Self { key, order, room, awake, ranked_in: None, asleep, asked_after: 0 }
    }

    fn begin(&mut self, tick: u64) {
        self.awake = Best::new(self.room, self.order);
        self.ranked_in = Some(tick);
    }

    /// The first of those that were awake in the last pass or woke up since, in no order; some may be asleep or
    /// gone by now. `rank_all` offers all that are awake, where the pass did not know that somebody would ask.
    pub(super) fn awake(
        &mut self,
        tick: u64,
        rank_all: impl FnOnce(&mut Best),
    ) -> impl Iterator<Item = SlotId> + '_ {
        if self.ranked_in != Some(tick) {
            self.begin(tick);
            rank_all(&mut self.awake);
        }
        self.awake.slots()
    }

    /// The first `keep` of those that sleep. `learn` finds them among all that do, and says how many do: it is
    /// asked for more than `keep`, and only where they are not known.
    pub(super) fn asleep(
        &mut self,
        keep: usize,
        listed: &mut Places,
        learn: impl FnOnce(Best) -> (Vec<Entry>, u64),
    ) -> impl Iterator<Item = &Entry> {
        if !self.asleep.knows(keep) {
            let (first, sleeping) = learn(Best::new(self.room, self.order));
            for entry in &first {
                listed.insert(entry.place);
            }
            self.asleep.learn(first, sleeping);
        }
        self.asleep.first.iter().take(keep)
    }
}

/// See the module's documentation.
#[derive(Default)]
pub(super) struct Leading {
    rankings: Vec<Ranking>,
    /// Places of the sleeping slots that are in any of them, and perhaps of some that were.
    listed: Places,
}

impl Leading {
    /// A pass begins to go over those that are awake. Forgets what nobody asked for lately.
    pub(super) fn begin(&mut self, tick: u64) {
        self.rankings.retain(|ranking| ranking.asked_after + KEPT >= tick);
        for ranking in &mut self.rankings {
            ranking.begin(tick);
        }
        if self.rankings.is_empty() {
            self.listed = Places::default();
        }
    }

    /// A slot is awake: `value` is what it is ordered by.
    #[inline]
    pub(super) fn rank(&mut self, id: SlotId, value: impl Fn(SortKey) -> SortValue) {
        for ranking in &mut self.rankings {
            ranking.awake.offer(value(ranking.key), || Some(id));
        }
    }

    /// A slot falls asleep.
    pub(super) fn fall_asleep(
        &mut self,
        place: u32,
        id: SlotId,
        value: impl Fn(SortKey) -> SortValue,
    ) {
        for ranking in &mut self.rankings {
            ranking.asleep.add(Entry { value: value(ranking.key), id, place });
            self.listed.insert(place);
        }
    }

    /// A slot sleeps no longer.
    pub(super) fn wake(&mut self, place: u32) {
        if self.listed.remove(place) {
            for ranking in &mut self.rankings {
                ranking.asleep.remove(place);
            }
        }
    }

    /// Forgets who sleeps: so many fall asleep that looking again is less work.
    pub(super) fn forget_asleep(&mut self) {
        for ranking in &mut self.rankings {
            ranking.asleep = Asleep::unknown(ranking.order, ranking.room);
        }
        self.listed = Places::default();
    }

    /// Somebody asks for the first `keep` in an order; `None` if that is not worth keeping. With it, what is
    /// listed.
    pub(super) fn ask(
        &mut self,
        key: SortKey,
        order: Order,
        keep: usize,
        tick: u64,
    ) -> Option<(&mut Ranking, &mut Places)> {
        if keep > LONGEST {
            return None;
        }
        let known = self.rankings.iter().position(|r| (r.key, r.order) == (key, order));
        let large_enough = |at: &usize| self.rankings.get(*at).is_some_and(|r| r.room >= keep);
        let at = known.filter(large_enough).unwrap_or_else(|| {
            self.rankings.retain(|ranking| (ranking.key, ranking.order) != (key, order));
            self.rankings.push(Ranking::new(key, order, 2 * keep + SPARE));
            self.rankings.len() - 1
        });
        let ranking = self.rankings.get_mut(at)?;
        ranking.asked_after = tick;
        Some((ranking, &mut self.listed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(place: u32, value: u8) -> Entry {
        // Who has a low place has a high id, so that the two are not taken for one another.
        let id = SlotId::new(1_000 - u64::from(place)).expect("not 0");
        Entry { value: SortValue::Number(f64::from(value)), id, place }
    }

    proptest! {
        /// Whatever falls asleep and wakes up: what is known is what sorting all of them says.
        #[test]
        fn what_is_known_is_true(
            begin in proptest::collection::vec(0u8..4, 0..30),
            steps in proptest::collection::vec((0u32..30, 0u8..4), 0..60),
            room in 1usize..12,
            up in any::<bool>(),
        ) {
            let order = if up { Order::Ascending } else { Order::Descending };
            let mut asleep = Asleep::unknown(order, room);
            let mut all: Vec<Entry> =
                (0..).zip(&begin).map(|(place, value)| entry(place, *value)).collect();
            let sort = |all: &mut Vec<Entry>| {
                all.sort_by(|a, b| a.value.compare(&b.value, order).then(a.id.cmp(&b.id)));
            };
            sort(&mut all);
            asleep.learn(all.iter().take(room).cloned().collect(), all.len() as u64);
            for (place, value) in steps {
                if all.iter().any(|entry| entry.place == place) {
                    asleep.remove(place);
                    all.retain(|entry| entry.place != place);
                } else {
                    asleep.add(entry(place, value));
                    all.push(entry(place, value));
                    sort(&mut all);
                }
                prop_assert!(asleep.first.len() <= room);
                prop_assert_eq!(&asleep.first[..], &all[..asleep.first.len()]);
                prop_assert!(!asleep.is_whole || asleep.first.len() == all.len());
            }
        }
    }
}
