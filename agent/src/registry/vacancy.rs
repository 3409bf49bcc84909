//! Empty slots: who may come back into them, and when nobody will.
//!
//! A slot whose actor ended waits for its successor, or for a new child of a restarted parent, which
//! is another actor in the same place.

use super::{Fact, Registry, Structure};
use crate::adapter::Registration;
use crate::clock::wall;
use crate::slot::{Phase, Slot};
use crate::sync::lock;
use actorscope_core::{EventKind, ExitReason, Incarnation, RestartType, SlotId};
use std::sync::Arc;

/// Empty slots kept at most, give or take those that still have children or may be filled again.
const ENDED_KEPT: usize = 1_000;

impl Registry {
    /// The empty slot that a new actor belongs into: same parent, same key, emptied under an earlier
    /// incarnation of the parent.
    pub(super) fn refill(
        &self,
        structure: &mut Structure,
        new: &Registration,
    ) -> Option<Arc<Slot>> {
        let parent = new.parent?;
        let key = (parent, new.refill_key.clone()?);
        let parents_now = structure.slots.get(&parent)?.incarnation();
        let id = *structure.vacant.get(&key)?.first()?;
        let slot = structure.slots.get(&id)?.clone();
        if Incarnation(slot.cold().parent_incarnation) >= parents_now {
            return None;
        }
        let (parent, key) = key;
        structure.no_longer_vacant(parent, key, id);
        structure.touch(id);
        Some(slot)
    }

    /// Notes that a slot stays empty and may be refilled after its parent's restart.
    pub(crate) fn vacated(&self, slot: &Slot) {
        let mut structure = lock(&self.0.structure);
        let key = slot.cold().refill_key.clone();
        if let (Some(key), Some(parent)) = (key, structure.forest.parent(slot.id)) {
            structure.vacant.entry((parent, key)).or_default().insert(slot.id);
        }
        structure.bury(slot.id);
    }

    /// A slot is filled: it waits for nobody any more.
    pub(crate) fn occupied(&self, slot: &Slot) {
        let mut structure = lock(&self.0.structure);
        let key = slot.cold().refill_key.clone();
        if let (Some(key), Some(parent)) = (key, structure.forest.parent(slot.id)) {
            structure.no_longer_vacant(parent, key, slot.id);
        }
    }

    /// Ends the wait for a successor that will not come: the slot stays empty.
    pub(crate) fn settle(&self, slot: &Slot) {
        let gave_up = {
            let mut cold = slot.cold();
            if !matches!(cold.phase, Phase::Restarting { .. }) {
                return;
            }
            let last = cold.history.front().map_or(ExitReason::Normal, |h| h.exit);
            let wants_restart = match cold.identity.child_spec.as_ref().and_then(|s| s.restart) {
                Some(RestartType::Permanent) => true,
                Some(RestartType::Transient) => !last.is_normal(),
                Some(RestartType::Temporary) | None => false,
            };
            let exhausted = cold.budget(wall()).is_some_and(|b| b.exhausted());
            let gave_up = wants_restart && exhausted;
            cold.phase = if gave_up { Phase::Failed } else { Phase::after(last) };
            cold.is_final = None;
            cold.asked = None;
            cold.probe = None;
            gave_up
        };
        slot.meter.set_depth(0, 0);
        if gave_up {
            self.event(EventKind::GaveUp, Some(slot), Fact::default());
        }
        self.vacated(slot);
    }

    /// The incarnation of a slot's parent; 0 without one.
    pub(crate) fn parent_incarnation(&self, id: SlotId) -> u32 {
        let structure = lock(&self.0.structure);
        let parent = structure.forest.parent(id).and_then(|p| structure.slots.get(&p));
        parent.map_or(0, |p| p.incarnation().0)
    }
}

impl Structure {
    /// Keeps the number of empty slots bounded, whether or not an agent is there to prune them.
    fn bury(&mut self, id: SlotId) {
        self.ended.push_back(id);
        // Two for one, so that slots which must stay for now do not hold up the others for ever.
        for _ in 0..2 {
            if self.ended.len() <= ENDED_KEPT {
                return;
            }
            let Some(oldest) = self.ended.pop_front() else { return };
            let Some(slot) = self.slots.get(&oldest).cloned() else { continue };
            let (phase, is_final) = {
                let cold = slot.cold();
                (cold.phase, cold.is_final.clone())
            };
            let nobody_comes = match phase {
                Phase::Stopped | Phase::Failed => true,
                Phase::Restarting { .. } => is_final.is_some_and(|is_final| is_final()),
                Phase::Starting | Phase::Running | Phase::Stopping => continue,
            };
            if nobody_comes && self.forest.child_count(oldest) == 0 {
                self.remove(oldest);
            } else {
                self.ended.push_back(oldest);
            }
        }
    }
}

impl Phase {
    /// The phase in which an exit leaves a slot that nobody fills again.
    pub(crate) const fn after(exit: ExitReason) -> Self {
        if exit.is_normal() || matches!(exit, ExitReason::Killed | ExitReason::Aborted) {
            Self::Stopped
        } else {
            Self::Failed
        }
    }
}
