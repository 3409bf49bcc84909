//! One slot as the sampler keeps it: next to nothing while it does nothing, its figures of the last
//! pass ([`Active`]) once it did something.

use super::active::Active;
use super::fine::Attached;
use crate::cell::Lent;
use crate::clock::Ticks;
use crate::slot::Slot;
use actorscope_core::slot::{SlotDetail, Stats};
use actorscope_core::view::{SortKey, SortValue, Weight};
use actorscope_core::{Identity, SlotId, SlotState, Timestamp};
use std::sync::Arc;

/// How much a slot had done at some time, messages and polls: compared, never added to. The low halves
/// tell whether anything happened.
type Stamp = (u32, u16);

fn stamp(slot: &Slot) -> Stamp {
    let handled = slot.read_meter().map_or(0, |meter| meter.hot.handled());
    let polls = slot.read_polls().map_or(0, |polls| polls.count());
    (handled as u32, polls as u16)
}

/// 24 bytes, and there are as many of them as slots.
pub(super) struct Row {
    pub(super) slot: Arc<Slot>,
    active: Option<Box<Active>>,
    /// Its stamp as of the last pass, in two parts to leave room.
    handled: u32,
    polls: u16,
    /// There was a pass since the row was made, so that doing nothing is known to be that.
    settled: bool,
}

impl Row {
    pub(super) fn new(slot: Arc<Slot>) -> Self {
        let (handled, polls) = stamp(&slot);
        Self { slot, active: None, handled, polls, settled: false }
    }

    /// Reads the slot anew.
    pub(super) fn sample(&mut self, now: Ticks) {
        let (handled, polls) = stamp(&self.slot);
        let did_nothing = (handled, polls) == (self.handled, self.polls);
        if let Some(active) = &mut self.active {
            active.sample(&self.slot, now);
        } else if !did_nothing || self.slot.is_busy() {
            self.active = Some(Box::new(Active::first(&self.slot, now)));
        }
        self.settled |= did_nothing;
        (self.handled, self.polls) = (handled, polls);
    }

    /// Looks at its figures as of the last pass, which of an idle slot are those of now.
    fn look<T>(&self, now: Ticks, at: impl FnOnce(&Active) -> T) -> T {
        match &self.active {
            Some(active) => at(active),
            None => at(&Active::idle(&self.slot, now, self.settled)),
        }
    }

    /// Its figures as of the last pass, if it ever did anything.
    pub(super) fn figures(&self) -> Option<&Active> {
        self.active.as_deref()
    }

    /// What it did as of the last pass, with what is known of its life now.
    pub(super) fn state(&self) -> SlotState {
        let handling = self.active.as_ref().is_some_and(|active| active.is_handling());
        self.slot.marks.state(handling, self.is_held())
    }

    fn is_held(&self) -> bool {
        // A task without a mailbox asks nobody whether it may go on.
        self.slot.gate.is_suspended()
            && (self.slot.marks.has_mailbox() || self.slot.read_polls().is_none())
    }

    /// Whether messages of it are, or may come to be, measured.
    pub(super) fn is_measured(&self) -> bool {
        self.slot.read_meter().is_some() || self.slot.marks.has_mailbox()
    }

    /// Looks at its tier-2 histogram, if it has one; returns whether it has.
    pub(super) fn keep_fine(&mut self, now: Ticks) -> bool {
        let attached = self.active.as_mut().and_then(|active| active.attached_mut());
        attached.map(|attached| attached.want(now)).is_some()
    }

    /// Gives it a tier-2 histogram.
    pub(super) fn lend_fine(&mut self, fine: Lent, now: Ticks) {
        self.slot.meter().lend_fine(Some(&fine));
        let active = self.active.get_or_insert_with(|| Box::new(Active::first(&self.slot, now)));
        active.attach(Attached::new(fine, now));
    }

    /// Takes its tier-2 histogram back if that is not wanted any more.
    pub(super) fn take_back_fine(&mut self, now: Ticks) {
        if let Some(active) = &mut self.active
            && active.attached().is_some_and(|attached| !attached.is_wanted(now))
        {
            self.slot.meter().lend_fine(None);
            active.detach();
        }
    }

    pub(super) fn identity(&self, parent: Option<SlotId>, name: Arc<str>) -> Identity {
        self.slot.identity(parent, name)
    }

    /// The whole row.
    pub(super) fn stats(&self, now: Ticks, wall: Timestamp) -> Stats {
        self.look(now, |active| {
            let state = self.slot.state(active.is_handling(), self.is_held(), wall);
            active.stats(&self.slot, state, now, wall)
        })
    }

    /// What the detail page adds.
    pub(super) fn detail(&self, now: Ticks, children: usize) -> SlotDetail {
        self.look(now, |active| active.detail(&self.slot, now, children))
    }

    /// What it adds to a fold, without building the row.
    pub(super) fn weight(&self, now: Ticks) -> Weight {
        self.look(now, |active| active.weight(&self.slot, self.state(), now))
    }

    /// What a sort compares, without building the row.
    pub(super) fn sort_value(&self, key: SortKey, now: Ticks) -> SortValue {
        let number = |n: u64| Some(n).into();
        match key {
            SortKey::Name => SortValue::Text(self.slot.cold().name.clone()),
            SortKey::State => SortValue::Number(f64::from(self.state().rank())),
            SortKey::Restarts => number(self.slot.restarts()),
            SortKey::Age => SortValue::Number(-(self.slot.cold().started_at.0 as f64)),
            SortKey::Depth
            | SortKey::Rate
            | SortKey::QueueWait
            | SortKey::Handling
            | SortKey::Utilization
            | SortKey::Handled
            | SortKey::Failed => self.look(now, |active| active.sort_value(&self.slot, now, key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Row;

    #[test]
    fn the_row_of_a_slot_that_does_nothing_is_small() {
        assert_eq!(size_of::<Option<Row>>(), 24);
    }
}
