//! Folds, and which of them are open.

use super::{Malformed, slot_id};
use crate::v1;
use actorscope_core::forest::{Likeness, MAX_DEPTH};
use actorscope_core::view::{Fold, FoldId, Folding, MAX_OPEN_FOLDS, States, Sums};
use actorscope_core::{SlotId, SlotState};

/// What a tree view says of folding: which folds are open, or behind which row it goes on.
pub(super) fn to_wire(folding: &Folding) -> (Option<v1::Folding>, Vec<u64>) {
    match folding {
        Folding::On(open) => {
            let open =
                open.iter().map(|(id, shows)| v1::OpenFold { fold: id.get(), shows: *shows });
            (Some(v1::Folding { open: open.collect() }), Vec::new())
        }
        Folding::Off { after } => (None, after.iter().map(|slot| slot.get()).collect()),
    }
}

/// The other way.
pub(super) fn from_wire(
    folding: Option<v1::Folding>,
    after: Vec<u64>,
) -> Result<Folding, Malformed> {
    let Some(folding) = folding else {
        // The root of a view and those below it.
        if after.len() > MAX_DEPTH + 1 {
            return Err(Malformed::new("after", after.len()));
        }
        let after = after.into_iter().map(slot_id).collect::<Result<_, _>>()?;
        return Ok(Folding::Off { after });
    };
    if folding.open.len() > MAX_OPEN_FOLDS {
        return Err(Malformed::new("folding", folding.open.len()));
    }
    let open = folding.open.into_iter().map(|open| (FoldId::from_wire(open.fold), open.shows));
    Ok(Folding::On(open.collect()))
}

impl From<&Fold> for v1::Fold {
    fn from(fold: &Fold) -> Self {
        let stem = match &fold.likeness {
            Likeness::Stem(stem) => Some(stem.to_string()),
            Likeness::Others => None,
        };
        let sums = &fold.sums;
        let states = sums.states.iter();
        let worst = fold.worst.as_ref();
        Self {
            fold: fold.id.get(),
            parent: fold.parent.map(SlotId::get),
            stem,
            count: sums.count,
            states: states
                .map(|(state, count)| v1::StateCount { word: state.word().to_owned(), count })
                .collect(),
            depth: Some(sums.depth.into()),
            rate_per_s: sums.rate_per_s,
            total: sums.total.map(Into::into),
            restarts: sums.restarts,
            wait_ns: sums.wait_ns,
            handling_p99_ns: sums.handling_p99_ns,
            utilization: sums.utilization,
            worst: worst.map(|(slot, _)| slot.get()),
            worst_name: worst.map_or_else(String::new, |(_, name)| name.to_string()),
        }
    }
}

impl TryFrom<v1::Fold> for Fold {
    type Error = Malformed;

    fn try_from(wire: v1::Fold) -> Result<Self, Malformed> {
        let mut states = States::default();
        for counted in &wire.states {
            let state = SlotState::BY_RANK.into_iter().find(|state| state.word() == counted.word);
            let state = state.ok_or_else(|| Malformed::new("states", &counted.word))?;
            states.add(state, counted.count);
        }
        let worst = wire.worst.map(slot_id).transpose()?;
        Ok(Self {
            id: FoldId::from_wire(wire.fold),
            parent: wire.parent.map(slot_id).transpose()?,
            likeness: wire.stem.map_or(Likeness::Others, |stem| Likeness::Stem(stem.into())),
            sums: Sums {
                count: wire.count,
                states,
                depth: wire.depth.map(Into::into).unwrap_or_default(),
                rate_per_s: wire.rate_per_s,
                total: wire.total.map(Into::into),
                restarts: wire.restarts,
                wait_ns: wire.wait_ns,
                handling_p99_ns: wire.handling_p99_ns,
                utilization: wire.utilization,
            },
            worst: worst.map(|worst| (worst, wire.worst_name.into())),
        })
    }
}
