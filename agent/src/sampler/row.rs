//! One slot as the sampler keeps it: next to nothing while it does nothing, what is needed of the last
//! pass ([`Active`]) once it did something.

use super::active::{Active, as_of};
use super::fine::Attached;
use super::look::{Counted, Look};
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
    // Of a task with a mailbox, polls without a message change none of its figures: they are not even looked for, in
    // memory that nothing else of a pass needs.
    let polls = if slot.marks.has_mailbox() { None } else { slot.read_polls() };
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

    /// Reads the slot anew. Whether it did nothing since the last pass, and what was read, if it ever did
    /// anything.
    pub(super) fn sample(&mut self, now: Ticks) -> (bool, Option<Counted>) {
        let (handled, polls) = stamp(&self.slot);
        let did_nothing = (handled, polls) == (self.handled, self.polls);
        if self.active.is_none() && (!did_nothing || handled > 0 || self.slot.is_busy()) {
            self.active = Some(Box::new(Active::new()));
        }
        let counted = self.active.as_mut().map(|active| active.sample(&self.slot, now));
        let is_handling = counted.as_ref().is_some_and(Counted::is_handling);
        let settled = self.seen.is_settled() || did_nothing;
        let state = self.slot.marks.state(is_handling, self.is_held());
        self.seen = Seen::new(state, Sort::of(&self.slot, handled > 0), settled);
        (self.handled, self.polls) = (handled, polls);
        (did_nothing, counted)
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
    pub(super) fn may_sleep(&self) -> bool {
        let marks = &self.slot.marks;
        matches!(marks.phase(), Phase::Starting | Phase::Running)
            && !self.slot.gate.is_suspended()
            && (!marks.has_probe() || marks.is_parked() || marks.is_announced())
    }

    /// What was seen of it in the last pass.
    pub(super) const fn seen(&self) -> Seen {
        self.seen
    }

    /// Messages handled, and those of them that failed, as of the last pass: whatever has been added to
    /// totals is what is taken out of them.
    pub(super) fn counts(&self) -> (u64, u64) {
        let Some(active) = &self.active else { return (0, 0) };
        let now = self.slot.counters();
        (as_of(now.handled, self.handled), active.failed(now.failed))
    }

    /// Whether there is more to do about it than to read it: it is held, ended, waits for a successor, or
    /// has a histogram that may be wanted back.
    pub(super) fn needs_care(&self) -> bool {
        !matches!(self.slot.marks.phase(), Phase::Starting | Phase::Running | Phase::Stopping)
            || self.slot.gate.is_suspended()
            || self.active.as_ref().is_some_and(|active| active.attached().is_some())
    }

    /// Looks at its figures, whether or not it ever did anything.
    fn look<T>(&self, now: Ticks, at: impl FnOnce(Look<'_>) -> T) -> T {
        match &self.active {
            Some(active) => at(Look::now(active, &self.slot, &Counted::read(&self.slot))),
            None => {
                let (idle, counted) = Active::idle(&self.slot, now, self.seen.is_settled());
                at(Look::new(&idle, &self.slot, &counted))
            }
        }
    }

    /// Its figures with what was read just now, if it ever did anything.
    pub(super) fn figures<'a>(&'a self, counted: &'a Counted) -> Option<Look<'a>> {
        Some(Look::new(self.active.as_ref()?, &self.slot, counted))
    }

    /// Whose answers are out as of the last pass, and since when.
    pub(super) fn waits(&self) -> &[(SlotId, Ticks)] {
        self.active.as_ref().map_or(&[], |active| active.waits())
    }

    /// What it does.
    pub(super) fn state(&self) -> SlotState {
        let is_handling = self.active.is_some() && Counted::read(&self.slot).is_handling();
        self.slot.marks.state(is_handling, self.is_held())
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
        let active = self.active.get_or_insert_with(|| {
            let mut first = Box::new(Active::new());
            first.sample(&self.slot, now);
            first
        });
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
        self.look(now, |figures| {
            let state = self.slot.state(figures.is_handling(), self.is_held(), wall);
            figures.stats(state, now, wall)
        })
    }

    /// What the detail page adds.
    pub(super) fn detail(&self, now: Ticks, children: usize) -> SlotDetail {
        self.look(now, |figures| figures.detail(now, children))
    }

    /// What it adds to a fold, without building the row.
    pub(super) fn weight(&self, now: Ticks) -> Weight {
        match &self.active {
            Some(active) => Look::new(active, &self.slot, &Counted::read(&self.slot))
                .weight(self.seen.state(), now),
            None => self.seen.idle_weight(self.slot.restarts()),
        }
    }

    /// What a sort compares, without building the row.
    pub(super) fn sort_value(&self, key: SortKey, now: Ticks) -> SortValue {
        match &self.active {
            Some(active) => {
                let counted = Counted::read(&self.slot);
                self.value_of(key, now, Some(&Look::new(active, &self.slot, &counted)))
            }
            None => self.value_of(key, now, None),
        }
    }

    /// The same, of one whose figures are at hand if it ever did anything.
    #[inline]
    pub(super) fn value_of(
        &self,
        key: SortKey,
        now: Ticks,
        figures: Option<&Look<'_>>,
    ) -> SortValue {
        match (key, figures) {
            (SortKey::Name, _) => SortValue::Text(self.slot.cold().name.clone()),
            (SortKey::State, _) => SortValue::Number(f64::from(self.seen.state().rank())),
            (SortKey::Restarts, _) => Some(self.slot.restarts()).into(),
            (SortKey::Age, _) => SortValue::Number(-(self.slot.cold().started_at.0 as f64)),
            (SortKey::Handled | SortKey::Failed, _) if !self.seen.takes_messages() => {
                SortValue::Unknown
            }
            (_, Some(figures)) => figures.sort_value(now, key),
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
