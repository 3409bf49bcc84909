//! How an empty slot goes: whether it may, and what it leaves behind.

use crate::slot::{Cold, Phase, Slot};
use actorscope_core::SlotId;
use std::sync::Arc;

/// Who a slot was that is not there any more, for whoever still has to say something of it.
#[derive(Debug)]
pub(crate) struct Gone {
    pub(crate) id: SlotId,
    /// As wanted; in the tree it may have had a number behind it.
    pub(crate) name: Arc<str>,
    /// The slot it hung under; may be gone, too.
    pub(crate) parent: Option<SlotId>,
}

impl Gone {
    pub(super) fn of(id: SlotId, cold: &Cold) -> Self {
        let parent = cold.parent.as_ref().map(|parent| parent.id);
        Self { id, name: cold.name.clone(), parent }
    }
}

/// What becomes of an empty slot that was kept long enough.
pub(super) enum Leave {
    /// It goes, and nobody fills it any more; who it was, if changes are noted.
    Goes(Option<Gone>),
    /// It is not certain without waiting for somebody.
    Unsure,
    /// It is not empty any more.
    IsFilled,
}

/// An empty slot that was kept long enough.
pub(super) enum Due {
    /// It was taken out.
    Gone(Arc<Slot>),
    /// It is still there, and somebody has to find out whether it must stay.
    Unsure(Arc<Slot>),
}

/// Forgets the slot of the table if it may go. Waits for nobody: it is asked under a lock that is held while slots come
/// and go.
pub(super) fn leave(slot: &mut Arc<Slot>, changes_are_noted: bool) -> Leave {
    match slot.marks.phase() {
        Phase::Stopped | Phase::Failed if slot.marks.has_children() => return Leave::Unsure,
        Phase::Stopped | Phase::Failed => {}
        // A framework is to be asked.
        Phase::Restarting => return Leave::Unsure,
        Phase::Starting | Phase::Running | Phase::Stopping => return Leave::IsFilled,
    }
    let id = slot.id;
    let gone = |cold: &Cold| changes_are_noted.then(|| Gone::of(id, cold));
    // Nobody else has most of them: there is nobody to lock out.
    if let Some(alone) = Arc::get_mut(slot) {
        return if alone.marks.is_expected() {
            Leave::Unsure
        } else {
            Leave::Goes(gone(alone.cold_alone()))
        };
    }
    match slot.try_cold() {
        Some(cold) if slot.forget_if_empty(&cold) => Leave::Goes(gone(&cold)),
        _ => Leave::Unsure,
    }
}

/// What a slot that is taken out leaves with the one it hung under.
pub(super) struct Left {
    pub(super) parent: Option<Arc<Slot>>,
    /// What it could be filled again under.
    pub(super) refill: Option<Box<str>>,
}

impl Left {
    pub(super) fn of(cold: &Cold) -> Self {
        let refill = cold.key().and_then(|key| key.refill.clone());
        Self { parent: cold.parent.clone(), refill }
    }

    /// Out of a slot that nobody knows any more.
    pub(super) fn taken_from(cold: &mut Cold) -> Self {
        let refill = cold.key_mut().and_then(|key| key.refill.take());
        Self { parent: cold.parent.take(), refill }
    }

    /// Tells it.
    pub(super) fn tell(self, id: SlotId) {
        let Some(parent) = self.parent else { return };
        parent.marks.count_child(false);
        if let Some(key) = self.refill {
            parent.cold().no_longer_vacant(&key, id);
        }
    }
}
