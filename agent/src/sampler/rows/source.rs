//! The rows as views ask for them.

use super::super::leading::{Entry, Leading};
use super::{Rows, links};
use crate::clock::{Ticks, ticks};
use actorscope_core::forest::{Forest, Member};
use actorscope_core::node::Summary;
use actorscope_core::slot::{SlotDetail, Stats};
use actorscope_core::view::{Best, RowSource, SortKey, SortValue, Weight};
use actorscope_core::{Identity, SlotId, SlotState, Timestamp};

impl Rows {
    /// Offers the slots at these places, with what they are ordered by as of now.
    fn offer(&self, places: impl Iterator<Item = u32>, key: SortKey, best: &mut Best) {
        for place in places {
            if let Some(row) = self.rows.get(place) {
                best.offer(row.sort_value(key, self.now), || self.forest.id_of(place));
            }
        }
    }

    /// Offers those that may come first and no others; false if so many are asked for that nobody keeps who
    /// they are.
    fn offer_leading(&self, key: SortKey, best: &mut Best, leading: &mut Leading) -> bool {
        let keep = best.keep();
        let asked = leading.ask(key, best.order(), keep, self.tick);
        let Some((ranking, listed)) = asked else { return false };
        let awake = ranking.awake(self.tick, |all| self.offer(self.awake.iter(), key, all));
        let places = awake.filter_map(|id| Some(self.forest.place(id)?.number()));
        // Ranked as of the pass and compared as of now, so that the order is that of what is shown.
        self.offer(places.filter(|place| self.awake.contains(*place)), key, best);
        if has_nothing_asleep(key) && best.refuses(&SortValue::Number(0.0)) {
            return true;
        }
        let asleep = ranking.asleep(keep, listed, |mut best| {
            self.offer(self.sleeping().map(|(place, _)| place), key, &mut best);
            let sleeping = best.offered();
            let entry = |id| {
                let place = self.forest.place(id)?.number();
                let value = self.rows.get(place)?.sort_value(key, self.now);
                Some(Entry { value, id, place })
            };
            (best.into_rows().filter_map(entry).collect(), sleeping)
        });
        for entry in asleep {
            best.offer(entry.value.clone(), || Some(entry.id));
        }
        true
    }
}

impl Rows {
    /// Slots are read when they are shown, which may be long after a pass: what began since then has lasted for some
    /// time, too.
    fn at_this_moment(&self) -> Ticks {
        ticks().max(self.now)
    }
}

/// Whether what sleeps has no more than 0 in a column.
const fn has_nothing_asleep(key: SortKey) -> bool {
    matches!(key, SortKey::Depth | SortKey::Rate | SortKey::QueueWait | SortKey::Utilization)
}

impl RowSource for Rows {
    fn forest(&self) -> &Forest {
        &self.forest
    }

    fn identity(&self, id: SlotId) -> Option<Identity> {
        let name = self.forest.name(id)?;
        Some(self.row(id)?.identity(self.forest.parent(id), name))
    }

    fn stats(&self, id: SlotId) -> Option<Stats> {
        let now = self.at_this_moment();
        self.row(id).map(|row| Stats {
            waiting_for: links::waiting_for(row, &self.forest, now),
            ..row.stats(now, self.summary.sampled_at)
        })
    }

    fn detail(&self, id: SlotId) -> Option<SlotDetail> {
        let now = self.at_this_moment();
        self.row(id).map(|row| SlotDetail {
            links: links::links_of(
                id,
                self.at(self.senders.iter()),
                &self.waits,
                &self.forest,
                now,
            ),
            ..row.detail(now, self.forest.child_count(id))
        })
    }

    fn state(&self, id: SlotId) -> Option<SlotState> {
        Some(self.row(id)?.state())
    }

    fn weight(&self, member: Member) -> Option<Weight> {
        Some(self.rows.get(member.place.number())?.weight(self.now))
    }

    fn sampled_at(&self) -> Timestamp {
        self.summary.sampled_at
    }

    fn summary(&self) -> Summary {
        self.summary.clone()
    }

    fn slots(&self) -> Box<dyn Iterator<Item = SlotId> + '_> {
        let places = self.awake.iter().chain(self.sleeping().map(|(place, _)| place));
        Box::new(places.filter_map(|place| {
            let id = self.forest.id_of(place)?;
            // Who goes over all of them asks about each.
            self.last_place.set(Some((id, place)));
            Some(id)
        }))
    }

    fn offer_all(&self, key: SortKey, best: &mut Best) {
        let before = best.offered();
        // Taken out for as long as it is used.
        let mut leading = self.leading.take();
        if !self.offer_leading(key, best, &mut leading) {
            self.offer(self.rows.iter().map(|(place, _)| place), key, best);
        }
        self.leading.set(leading);
        best.pass_over((self.rows.len() as u64).saturating_sub(best.offered() - before));
    }

    fn sort_value(&self, id: SlotId, key: SortKey) -> SortValue {
        self.row(id).map_or(SortValue::Unknown, |row| row.sort_value(key, self.now))
    }
}
