//! The rows as views ask for them.

use super::{Rows, links};
use actorscope_core::forest::{Forest, Member};
use actorscope_core::node::Summary;
use actorscope_core::slot::{SlotDetail, Stats};
use actorscope_core::view::{Best, RowSource, SortKey, SortValue, Weight};
use actorscope_core::{Identity, SlotId, SlotState, Timestamp};

impl RowSource for Rows {
    fn forest(&self) -> &Forest {
        &self.forest
    }

    fn identity(&self, id: SlotId) -> Option<Identity> {
        let name = self.forest.name(id)?;
        Some(self.row(id)?.identity(self.forest.parent(id), name))
    }

    fn stats(&self, id: SlotId) -> Option<Stats> {
        self.row(id).map(|row| Stats {
            waiting_for: links::waiting_for(row, &self.forest, self.now),
            ..row.stats(self.now, self.summary.sampled_at)
        })
    }

    fn detail(&self, id: SlotId) -> Option<SlotDetail> {
        self.row(id).map(|row| SlotDetail {
            links: links::links_of(
                id,
                self.at(self.senders.iter()),
                &self.waits,
                &self.forest,
                self.now,
            ),
            ..row.detail(self.now, self.forest.child_count(id))
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
        for place in self.awake.iter() {
            if let Some(row) = self.rows.get(place) {
                best.offer(row.sort_value(key, self.now), || self.forest.id_of(place));
            }
        }
        // What sleeps has no more than 0 in these columns.
        let has_nothing = matches!(
            key,
            SortKey::Depth | SortKey::Rate | SortKey::QueueWait | SortKey::Utilization
        );
        if has_nothing && best.refuses(&SortValue::Number(0.0)) {
            return best.pass_over(self.asleep.slots);
        }
        for (place, row) in self.sleeping() {
            best.offer(row.sort_value(key, self.now), || self.forest.id_of(place));
        }
    }

    fn sort_value(&self, id: SlotId, key: SortKey) -> SortValue {
        self.row(id).map_or(SortValue::Unknown, |row| row.sort_value(key, self.now))
    }
}
