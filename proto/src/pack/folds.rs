//! Rows that stand for many slots: few, and each sent whole when it changed.

use crate::convert::Malformed;
use crate::v1;
use actorscope_core::view::{Fold, FoldId, MAX_ROWS, Placed, RowId};
use std::collections::{HashMap, HashSet};

/// What the reader of one view knows of its folds.
#[derive(Default)]
pub(super) struct PackedFolds {
    known: HashMap<FoldId, v1::Fold>,
    places: Vec<v1::FoldPlace>,
}

/// Folds of a frame that is being made.
#[derive(Default)]
pub(super) struct PackingFolds {
    folds: HashMap<FoldId, v1::Fold>,
    places: Vec<v1::FoldPlace>,
    changed: Vec<v1::Fold>,
}

impl PackingFolds {
    /// Rows so far.
    pub(super) const fn len(&self) -> usize {
        self.places.len()
    }

    /// Adds a row at a position among all rows; returns about how many bytes it takes.
    pub(super) fn add(
        &mut self,
        at: usize,
        place: Placed,
        fold: Option<&Fold>,
        before: &PackedFolds,
    ) -> usize {
        let (id, rest) = match place.row {
            RowId::Fold(id) => (id, false),
            RowId::Rest(id) => (id, true),
            RowId::Slot(_) => return 0,
        };
        self.places.push(v1::FoldPlace {
            at: at as u32,
            fold: id.get(),
            rest,
            depth: place.depth,
            children: place.children,
            open: place.open,
        });
        let mut bytes = 24;
        if let Some(fold) = fold {
            let wire = v1::Fold::from(fold);
            if before.known.get(&id) != Some(&wire) {
                bytes += prost::Message::encoded_len(&wire);
                self.changed.push(wire.clone());
            }
            self.folds.insert(id, wire);
        }
        bytes
    }

    /// What the reader does not know of them, which it does from here on.
    pub(super) fn finish(self, known: &mut PackedFolds) -> Option<v1::Folds> {
        let moved = self.places != known.places;
        known.known = self.folds;
        known.places = self.places;
        (moved || !self.changed.is_empty()).then(|| v1::Folds {
            places: moved.then(|| v1::FoldPlaces { rows: known.places.clone() }),
            changed: self.changed,
        })
    }
}

/// What was received of the folds of one view.
#[derive(Default)]
pub(super) struct UnpackedFolds {
    /// With their positions, ascending.
    places: Vec<(usize, Placed)>,
    folds: HashMap<FoldId, Fold>,
}

impl UnpackedFolds {
    /// Takes what changed; returns whether any moved, and those whose figures are others.
    pub(super) fn apply(&mut self, wire: v1::Folds) -> Result<(bool, Vec<Fold>), Malformed> {
        if wire.changed.len() > MAX_ROWS as usize {
            return Err(Malformed::new("folds", wire.changed.len()));
        }
        let changed: Vec<Fold> =
            wire.changed.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
        self.folds.extend(changed.iter().map(|fold| (fold.id, fold.clone())));
        let Some(places) = wire.places else { return Ok((false, changed)) };
        if places.rows.len() > MAX_ROWS as usize {
            return Err(Malformed::new("folds", places.rows.len()));
        }
        self.places = places.rows.iter().map(placed).collect();
        let shown: HashSet<FoldId> = self.places.iter().filter_map(|(_, p)| fold_of(p)).collect();
        self.folds.retain(|id, _| shown.contains(id));
        if let Some(missing) = shown.iter().find(|id| !self.folds.contains_key(id)) {
            return Err(Malformed::new("folds", format!("{} is not told", missing.get())));
        }
        Ok((true, changed))
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<Fold> {
        self.folds.values().cloned().collect()
    }

    /// Puts them among the rows of slots.
    pub(super) fn among(&self, slots: Vec<Placed>) -> Result<Vec<Placed>, Malformed> {
        let of = slots.len() + self.places.len();
        let (mut slots, mut rows) = (slots.into_iter(), Vec::with_capacity(of));
        for (at, place) in &self.places {
            let before = at.checked_sub(rows.len()).filter(|_| *at < of);
            let before = before.ok_or_else(|| Malformed::new("folds", format!("row {at}")))?;
            rows.extend(slots.by_ref().take(before));
            if rows.len() != *at {
                return Err(Malformed::new("folds", format!("row {at}")));
            }
            rows.push(*place);
        }
        rows.extend(slots);
        Ok(rows)
    }
}

fn placed(wire: &v1::FoldPlace) -> (usize, Placed) {
    let id = FoldId::from_wire(wire.fold);
    let row = if wire.rest { RowId::Rest(id) } else { RowId::Fold(id) };
    let (depth, children) = (wire.depth, wire.children);
    (wire.at as usize, Placed { row, depth, children, open: wire.open })
}

/// The fold whose figures stand in a row.
const fn fold_of(place: &Placed) -> Option<FoldId> {
    match place.row {
        RowId::Fold(id) => Some(id),
        RowId::Slot(_) | RowId::Rest(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actorscope_core::SlotId;

    fn slot(raw: u64) -> Placed {
        Placed::slot_at(SlotId::new(raw).unwrap(), 0, 0, false)
    }

    fn wire(at: u32, fold: u64, rest: bool) -> v1::FoldPlace {
        v1::FoldPlace { at, fold, rest, depth: 1, children: 12, open: true }
    }

    fn folds(places: Vec<v1::FoldPlace>) -> v1::Folds {
        let changed = places.iter().filter(|place| !place.rest);
        let changed = changed.map(|place| v1::Fold { fold: place.fold, ..Default::default() });
        v1::Folds { changed: changed.collect(), places: Some(v1::FoldPlaces { rows: places }) }
    }

    #[test]
    fn they_stand_where_they_stood() {
        let mut received = UnpackedFolds::default();
        received.apply(folds(vec![wire(1, 7, false), wire(3, 7, true)])).unwrap();
        let rows = received.among(vec![slot(1), slot(2), slot(3)]).unwrap();
        let is_slot: Vec<bool> = rows.iter().map(|row| row.slot().is_some()).collect();
        assert_eq!(is_slot, [true, false, true, false, true]);
        assert_eq!(received.all().len(), 1);
        received.apply(folds(vec![])).unwrap();
        assert!(received.all().is_empty(), "nobody sees it any more");
    }

    #[test]
    fn positions_that_cannot_be_are_refused() {
        for places in [vec![wire(4, 7, false)], vec![wire(1, 7, false), wire(1, 8, false)]] {
            let mut received = UnpackedFolds::default();
            received.apply(folds(places)).unwrap();
            assert!(received.among(vec![slot(1), slot(2)]).is_err());
        }
        let untold = v1::Folds { changed: vec![], ..folds(vec![wire(0, 7, false)]) };
        assert!(UnpackedFolds::default().apply(untold).is_err());
    }
}
