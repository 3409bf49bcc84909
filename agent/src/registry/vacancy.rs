//! Empty slots: who may come back into them, and when nobody will.
//!
//! A slot whose actor ended waits for its successor, or for a new child of a restarted parent, which
//! is another actor in the same place.

use super::leaving::{Due, Left};
use super::{Fact, Registry, SlotHandle};
use crate::adapter::Registration;
use crate::clock::wall;
use crate::slot::{self, Cold, Phase, Slot};
use actorscope_core::{EventKind, ExitReason, Incarnation, RestartType};
use std::sync::Arc;

impl Registry {
    /// The empty slot that a new actor belongs into: same parent, same key, emptied under an earlier
    /// incarnation of the parent.
    pub(super) fn refill(&self, parent: &Slot, key: Option<&str>) -> Option<Arc<Slot>> {
        let key = key?;
        loop {
            let id = parent.cold().vacant(key)?;
            let slot = self.slot(id);
            if let Some(slot) = &slot {
                let emptied_under = slot.cold().key().map_or(0, |key| key.parent_incarnation);
                if Incarnation(emptied_under) >= parent.incarnation() {
                    return None;
                }
            }
            // Of several that come at once, who takes it off the list has it …
            let is_ours = parent.cold().no_longer_vacant(key, id);
            // … unless it is just being thrown out, or its own successor came after all.
            if let Some(slot) = slot.filter(|slot| is_ours && slot.expect()) {
                self.touch(&slot);
                return Some(slot);
            }
        }
    }

    /// Makes a slot under `parent` for something that is not what was there before under the same key,
    /// but of its kind: of those that have ended in order, one is forgotten. So who does the same again
    /// and again fills no screen with what is over.
    pub(crate) fn register_next(&self, parent: &SlotHandle, new: Registration) -> SlotHandle {
        let parent = &parent.slot;
        let ended = new.refill_key.as_deref().map(|key| parent.cold().all_vacant(key));
        let is_done = |slot: &Arc<Slot>| {
            slot.marks.phase() == Phase::Stopped
                && !slot.marks.has_children()
                && slot.last_exit(&slot.cold()) == Some(ExitReason::Normal)
        };
        let done = ended.into_iter().flatten().filter_map(|id| self.slot(id)).find(is_done);
        if let Some(done) = done {
            self.throw_out(&done);
        }
        self.make(Some(parent.clone()), &new, None, Phase::Starting, wall())
    }

    /// Notes that a slot stays empty and may be refilled after its parent's restart.
    pub(super) fn vacated(&self, slot: &Slot, vacancy: Vacancy) {
        if let Some(Place { parent, key }) = vacancy.place {
            parent.cold().set_vacant(&key, slot.id);
        }
        let (table, notes) = (&self.0.table, &self.0.notes);
        let is_missed = vacancy.is_supervised
            || slot.marks.phase() != Phase::Stopped
            || (table.is_tracking() && slot.marks.is_seen());
        let (due, is_another) = table.bury(slot.id, is_missed, notes);
        self.unbury(due, is_missed);
        // Two for one, so that slots which must stay for now do not hold up the others for ever.
        if is_another {
            self.unbury(table.dig_up(slot.id, is_missed, notes), is_missed);
        }
    }

    fn unbury(&self, due: Option<Due>, is_missed: bool) {
        match due {
            Some(Due::Gone(slot)) => {
                let id = slot.id;
                slot::keep_spare(slot, Left::taken_from)
                    .unwrap_or_else(|known| Left::of(&known.cold()))
                    .tell(id);
            }
            Some(Due::Unsure(slot)) => self.unbury_if_possible(&slot, is_missed),
            None => {}
        }
    }

    /// Throws out a slot that has been empty for long, unless it must stay: keeps the number of empty
    /// slots bounded, whether or not an agent is there to prune them.
    fn unbury_if_possible(&self, slot: &Slot, is_missed: bool) {
        let nobody_comes = match slot.marks.phase() {
            Phase::Stopped | Phase::Failed => true,
            Phase::Restarting => slot.cold().is_final().is_some_and(|is_final| is_final()),
            // It was filled again meanwhile.
            Phase::Starting | Phase::Running | Phase::Stopping => return,
        };
        if !(nobody_comes && !slot.marks.has_children() && self.throw_out(slot)) {
            self.0.table.keep_buried(slot.id, is_missed);
        }
    }

    /// Forgets a slot that nobody fills, unless somebody is about to. Whether it is gone.
    pub(crate) fn throw_out(&self, slot: &Slot) -> bool {
        let cold = slot.cold();
        if slot.forget_if_empty(&cold) {
            self.take_out(slot, cold);
            return true;
        }
        slot.marks.is_forgotten()
    }

    /// A slot is filled: it waits for nobody any more.
    pub(crate) fn occupied(&self, slot: &Slot) {
        let place = Place::of(&slot.cold());
        if let Some(Place { parent, key }) = place {
            parent.cold().no_longer_vacant(&key, slot.id);
        }
    }

    /// Ends the wait for a successor that will not come: the slot stays empty.
    pub(crate) fn settle(&self, slot: &Arc<Slot>) {
        let (gave_up, vacancy) = {
            let mut cold = slot.cold();
            if slot.marks.phase() != Phase::Restarting {
                return;
            }
            let last = slot.last_exit(&cold).unwrap_or(ExitReason::Normal);
            let wants_restart = match cold.class.child_spec.as_ref().and_then(|s| s.restart) {
                Some(RestartType::Permanent) => true,
                Some(RestartType::Transient) => !last.is_normal(),
                Some(RestartType::Temporary) | None => false,
            };
            let exhausted = cold.budget(wall()).is_some_and(|b| b.exhausted());
            let gave_up = wants_restart && exhausted;
            slot.settle(&mut cold, if gave_up { Phase::Failed } else { Phase::after(last) });
            (gave_up, Vacancy::of(&cold))
        };
        if gave_up {
            self.event(EventKind::GaveUp, Some(slot), Fact::default());
        }
        self.vacated(slot, vacancy);
    }
}

/// What a slot that was just emptied leaves behind.
pub(super) struct Vacancy {
    place: Option<Place>,
    /// Whoever looks at its supervisor looks for it, whether or not it ended in order.
    is_supervised: bool,
}

impl Vacancy {
    pub(super) fn of(cold: &Cold) -> Self {
        Self { place: Place::of(cold), is_supervised: cold.class.child_spec.is_some() }
    }
}

/// The parent of a slot and the key under which it may be filled again there.
struct Place {
    parent: Arc<Slot>,
    key: Box<str>,
}

impl Place {
    fn of(cold: &Cold) -> Option<Self> {
        let key = cold.key()?.refill.clone()?;
        Some(Self { parent: cold.parent.clone()?, key })
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
