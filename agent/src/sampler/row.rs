//! One slot as the sampler keeps it: next to nothing while it does nothing, its figures of the last
//! pass ([`Active`]) once it did something.

use super::active::Active;
use super::fine::Attached;
use super::seen::{Seen, Sort};
use crate::cell::Lent;
use crate::clock::Ticks;
use crate::slot::{Phase, Rest, Slot};
use actorscope_core::slot::{SlotDetail, Stats};
use actorscope_core::view::{SortKey, SortValue, Weight};
use actorscope_core::{Identity, SlotId, SlotState, Timestamp};
use std::sync::Arc;

/// How much a slot had done at some time, messages and polls: compared, never added to. The low halves
/// tell whether anything happened.
type Stamp = (u32, u16);

fn stamp(slot: &Slot) -> Stamp {
    let handled = slot.read_meter().map_or(0, |meter| meter.hot.handled());
    // Of a task with a mailbox, polls without a message change none of its figures.
    let polls = slot.read_polls().filter(|_| !slot.marks.has_mailbox());
    (handled as u32, polls.map_or(0, |polls| polls.count()) as u16)
}

/// 24 bytes, and there are as many of them as slots.
pub(super) struct Row {
    pub(super) slot: Arc<Slot>,
    active: Option<Box<Active>>,
    /// Its stamp as of the last pass, in two parts to leave room.
    handled: u32,
    polls: u16,
    seen: Seen,
    rest: Rest,
}

impl Row {
    pub(super) fn new(slot: Arc<Slot>) -> Self {
        let (handled, polls) = stamp(&slot);
        let seen = Seen::new(slot.marks.state(false, false), Sort::of(&slot, handled > 0), false);
        Self { slot, active: None, handled, polls, seen, rest: Rest::new() }
    }

    /// Reads the slot anew. Whether it may sleep, as far as it is concerned.
    pub(super) fn sample(&mut self, now: Ticks) -> bool {
        let (handled, polls) = stamp(&self.slot);
        let did_nothing = (handled, polls) == (self.handled, self.polls);
        if let Some(active) = &mut self.active {
            active.sample(&self.slot, now);
        } else if !did_nothing || handled > 0 || self.slot.is_busy() {
            self.active = Some(Box::new(Active::first(&self.slot, now)));
        }
        let settled = self.seen.is_settled() || did_nothing;
        self.seen = Seen::new(self.state(), Sort::of(&self.slot, handled > 0), settled);
        (self.handled, self.polls) = (handled, polls);
        did_nothing
            && self.active.as_ref().is_none_or(|active| active.is_at_rest(now))
            && self.may_sleep()
    }

    /// Reads a little of everything that [`Row::sample`] reads; the number means nothing.
    #[inline]
    pub(super) fn touch(&self) -> u64 {
        let meter = self.slot.read_meter();
        meter.map_or(0, |meter| meter.hot.handled() ^ u64::from(meter.read_links().is_some()))
            ^ u64::from(self.slot.gate.is_suspended() ^ self.slot.marks.is_parked())
            ^ self.active.as_ref().map_or(0, |active| active.touch())
    }

    /// After a look: whether it sleeps from here on.
    pub(super) fn falls_asleep(&mut self, is_at_rest: bool) -> bool {
        self.rest.after_look(&self.slot, is_at_rest)
    }

    /// It is to be looked at in every pass.
    pub(super) fn wake(&mut self) {
        self.rest.wake(&self.slot);
    }

    /// Whether whatever may happen to it stirs it, and no time passes for it.
    fn may_sleep(&self) -> bool {
        let marks = &self.slot.marks;
        matches!(marks.phase(), Phase::Starting | Phase::Running)
            && !self.slot.gate.is_suspended()
            && (!marks.has_probe() || marks.is_parked() || marks.is_announced())
    }

    /// What was seen of it in the last pass.
    pub(super) const fn seen(&self) -> Seen {
        self.seen
    }

    /// Messages handled, and those of them that failed.
    pub(super) fn counts(&self) -> (u64, u64) {
        self.active.as_ref().map_or((0, 0), |active| active.counts())
    }

    /// Whether there is more to do about it than to read it: it is held, ended, waits for a successor, or
    /// has a histogram that may be wanted back.
    pub(super) fn needs_care(&self) -> bool {
        !matches!(self.slot.marks.phase(), Phase::Starting | Phase::Running | Phase::Stopping)
            || self.slot.gate.is_suspended()
            || self.active.as_ref().is_some_and(|active| active.attached().is_some())
    }

    /// Looks at its figures as of the last pass, which of an idle slot are those of now.
    fn look<T>(&self, now: Ticks, at: impl FnOnce(&Active) -> T) -> T {
        match &self.active {
            Some(active) => at(active),
            None => at(&Active::idle(&self.slot, now, self.seen.is_settled())),
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
        match &self.active {
            Some(active) => active.weight(&self.slot, self.seen.state(), now),
            None => self.seen.idle_weight(self.slot.restarts()),
        }
    }

    /// What a sort compares, without building the row.
    pub(super) fn sort_value(&self, key: SortKey, now: Ticks) -> SortValue {
        let number = |n: u64| Some(n).into();
        match (key, &self.active) {
            (SortKey::Name, _) => SortValue::Text(self.slot.cold().name.clone()),
            (SortKey::State, _) => SortValue::Number(f64::from(self.seen.state().rank())),
            (SortKey::Restarts, _) => number(self.slot.restarts()),
            (SortKey::Age, _) => SortValue::Number(-(self.slot.cold().started_at.0 as f64)),
            (SortKey::Handled | SortKey::Failed, _) if !self.seen.takes_messages() => {
                SortValue::Unknown
            }
            (_, Some(active)) => active.sort_value(&self.slot, now, key),
            (_, None) => self.seen.idle_value(key),
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
