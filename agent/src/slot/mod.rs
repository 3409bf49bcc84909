//! One slot as host and agent share it.
//!
//! Laid out for the many that do nothing at the moment: what is measured of messages, polls and links
//! is allocated with the first of them ([`Slot::meter`], [`Slot::polls`]), what few slots ever have is in a box of its own ([`Cold`]), what many have in common is kept once
//! ([`Class`]). The message path takes no lock; the cold part is behind one.

mod class;
mod cold;
mod marks;
mod name;
mod reach;
mod rest;
mod spare;

pub(crate) use class::{Class, Facts};
use cold::Last;
pub(crate) use cold::{Asked, Birth, Cold, Restart};
pub(crate) use marks::{Marks, Phase};
pub(crate) use name::shared as shared_name;
pub(crate) use reach::Reach;
pub(crate) use rest::Rest;
pub(crate) use spare::{keep as keep_spare, spare_or_new};

use crate::adapter::Arrival;
use crate::cell::{HotSnapshot, Links, Meter, Polls, PollsSnapshot};
use crate::clock::{Ticks, ticks};
use crate::gate::Gate;
use crate::measuring;
use crate::sync::{Mutex, MutexGuard, OnceBox, lock, try_lock, unlocked};
use actorscope_core::slot::{Counters, PastIncarnation, Pending};
use actorscope_core::{ExitReason, Identity, Incarnation, SlotId, SlotState, Timestamp};
use std::fmt;
use std::sync::Arc;
use std::task::Wake;

/// See the module's documentation.
///
/// In this order, because a pass waits for memory more than for anything else: what it reads of a slot with a mailbox
/// are the first 72 bytes, and both ends of them are fetched ahead of it (`Row::touch`). Left to the compiler, the id
/// came to lie on a line of its own once, and half of what a pass did itself was to wait for it.
#[repr(C)]
pub(crate) struct Slot {
    pub(crate) marks: Marks,
    pub(crate) id: SlotId,
    pub(crate) gate: Gate,
    /// What the actor's task writes with its messages; most slots of most systems never get there.
    meter: OnceBox<Meter>,
    /// How its task is polled; only tasks are measured so.
    polls: OnceBox<Polls>,
    cold: Mutex<Cold>,
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slot({})", self.id)
    }
}

impl Slot {
    fn new(id: SlotId, phase: Phase, birth: Birth<'_>) -> Self {
        let cold = Cold::new(birth);
        Self {
            id,
            gate: Gate::default(),
            marks: Marks::new(&cold.class, phase),
            meter: OnceBox::new(),
            polls: OnceBox::new(),
            cold: Mutex::new(cold),
        }
    }

    /// Not there any more, and known to nobody else: keeps nobody alive any more.
    fn clear(&mut self) {
        if self.meter.get().is_some() {
            self.meter = OnceBox::new();
        }
        if self.polls.get().is_some_and(|polls| !polls.clear()) {
            self.polls = OnceBox::new();
        }
        self.gate.task_ends();
        self.cold_alone().clear();
    }

    /// Cleared before, it becomes another slot.
    fn begin_anew(&mut self, id: SlotId, phase: Phase, birth: Birth<'_>) {
        // All fields, so that none is forgotten that is added. The last two were cleared.
        let Self { id: own_id, gate, marks, cold, meter: _, polls: _ } = self;
        let cold = unlocked(cold);
        cold.begin_anew(birth);
        (*own_id, *gate, *marks) = (id, Gate::default(), Marks::new(&cold.class, phase));
    }

    pub(crate) fn cold(&self) -> MutexGuard<'_, Cold> {
        lock(&self.cold)
    }

    /// [`Slot::cold`] of a slot that nobody else knows.
    pub(crate) fn cold_alone(&mut self) -> &mut Cold {
        unlocked(&mut self.cold)
    }

    /// [`Slot::cold`], if nobody else has it at this moment.
    pub(crate) fn try_cold(&self) -> Option<MutexGuard<'_, Cold>> {
        try_lock(&self.cold)
    }

    /// Something happens to it, or was just written to its meters: the next pass is to look at it. After
    /// the write and not before it, so that a pass which looks at the slot for a last time sees what
    /// was written by then.
    #[inline]
    pub(crate) fn stir(&self) {
        if !self.marks.is_stirred() {
            self.stir_from_sleep();
        }
    }

    #[cold]
    #[inline(never)]
    fn stir_from_sleep(&self) {
        if !self.marks.stir() {
            self.marks.stirrings().note(self.id);
        }
    }

    #[inline]
    pub(crate) fn incarnation(&self) -> Incarnation {
        self.gate.incarnation()
    }

    /// How often it was filled again.
    pub(crate) fn restarts(&self) -> u64 {
        u64::from(self.incarnation().0.saturating_sub(1))
    }

    /// What the actor's task writes with its messages.
    #[inline]
    pub(crate) fn meter(&self) -> &Meter {
        self.meter.get_or_init(Box::default)
    }

    /// What the actor's task wrote with its messages, if there ever were any.
    #[inline]
    pub(crate) fn read_meter(&self) -> Option<&Meter> {
        self.meter.get()
    }

    /// Whom it sends to, if it ever said so.
    pub(crate) fn read_links(&self) -> Option<&Links> {
        self.read_meter()?.read_links()
    }

    /// How its task is polled.
    #[inline]
    pub(crate) fn polls(&self) -> &Polls {
        self.polls.get_or_init(Box::default)
    }

    /// How its task is polled, if it is one and was.
    pub(crate) fn read_polls(&self) -> Option<&Polls> {
        self.polls.get().filter(|polls| polls.ever_began())
    }

    /// Tier 0 as it is now; zeros before the first message.
    pub(crate) fn hot(&self) -> HotSnapshot {
        let hot = self.read_meter().map(|meter| meter.hot.read()).unwrap_or_default();
        hot.or_unmeasured_since(self.gate.unmeasured.handler.at_the_latest())
    }

    /// Its polls so far, if it is a task and was polled.
    pub(crate) fn polled(&self) -> Option<PollsSnapshot> {
        let unmeasured = || PollsSnapshot::begun(self.gate.unmeasured.poll.at_the_latest());
        self.read_polls().map(Polls::read).or_else(unmeasured)
    }

    /// The totals so far.
    pub(crate) fn counters(&self) -> Counters {
        let hot = self.hot();
        Counters { handled: hot.handled, failed: hot.failed, busy_ns: hot.busy_ns }
    }

    /// Whether a handler runs.
    #[inline]
    pub(crate) fn is_handling(&self) -> bool {
        self.read_meter().is_some_and(Meter::is_handling) || self.gate.unmeasured.handler.get()
    }

    /// Messages queued now, where that can be read from outside and is not known anyway.
    pub(crate) fn probe_depth(&self) -> Option<u64> {
        if !self.marks.has_probe() || self.is_asleep() {
            return None;
        }
        let probe = self.cold().reach.probe();
        probe.and_then(|probe| probe.depth())
    }

    /// Whether its actor sleeps before an empty mailbox: its depth is 0, and will not be more without
    /// its slot being told.
    pub(crate) fn is_asleep(&self) -> bool {
        self.marks.is_parked() && !self.is_handling()
    }

    /// When the oldest message arrived that is queued now, where that can be read from outside.
    pub(crate) fn probe_oldest(&self) -> Option<Ticks> {
        let probe = self.cold().reach.probe();
        probe.and_then(|probe| probe.oldest()).map(Arrival::to_raw)
    }

    /// Whether anything goes on in it at this moment: a handler, a poll, messages in its queue, an
    /// answer that is out.
    pub(crate) fn is_busy(&self) -> bool {
        self.is_handling()
            || self.read_meter().is_some_and(|meter| meter.hot.depth() > 0)
            || self.read_polls().is_some_and(Polls::is_running)
            || self.gate.unmeasured.poll.get()
            || self.read_links().is_some_and(|links| links.waits().next().is_some())
            || self.probe_depth().is_some_and(|depth| depth > 0)
    }

    /// Nothing is queued any more.
    pub(crate) fn queue_gone(&self) {
        if let Some(meter) = self.read_meter() {
            meter.set_depth(0, 0);
        }
    }

    /// Under which slot it hangs: the nearest one above that is not forgotten.
    pub(crate) fn parent(&self) -> Option<Arc<Self>> {
        let mut above = self.cold().parent.clone();
        while let Some(parent) = above.take_if(|parent| parent.marks.is_forgotten()) {
            above = parent.cold().parent.clone();
        }
        above
    }

    fn last(&self) -> Last {
        let (incarnation, total) = (self.incarnation(), self.counters());
        Last { incarnation, total, exit: self.marks.exit() }
    }

    /// Why its last actor ended, if one did.
    pub(crate) fn last_exit(&self, cold: &Cold) -> Option<ExitReason> {
        if cold.has_ended() { Some(self.marks.exit()) } else { cold.retired_exit() }
    }

    /// Past actors, newest first.
    pub(crate) fn history(&self) -> Vec<PastIncarnation> {
        self.cold().history(self.last())
    }

    /// What an operator asked of its actor and has not come about yet.
    pub(crate) fn pending(&self) -> Option<Pending> {
        let cold = self.cold();
        let Asked { verb, by, at, .. } = cold.asked()?;
        Some(Pending { verb: *verb, by: by.clone(), asked_at: *at })
    }

    /// Where it stands among its siblings in the order in which they were started.
    fn ordinal(&self, cold: &Cold) -> u64 {
        cold.key().and_then(|key| key.ordinal).unwrap_or(self.id.get())
    }

    /// A new actor fills the slot. Returns whether it is the first.
    pub(crate) fn fill(&self, cold: &mut Cold, counted: bool, now: Timestamp) -> bool {
        let first = self.marks.phase() == Phase::Starting && !cold.has_ended();
        if !first {
            cold.retire(self.last(), counted.then_some(now));
            self.gate.next_incarnation();
        }
        cold.begin(now);
        self.marks.set_expected(false);
        self.set_phase(Phase::Running);
        first
    }

    /// Another actor is about to fill the slot; false if it can't, because the slot was forgotten, is
    /// filled, or waits for another one.
    pub(crate) fn expect(&self) -> bool {
        let _cold = self.cold();
        let is_free = !self.marks.is_forgotten() && !self.marks.phase().has_actor();
        is_free && !self.marks.set_expected(true)
    }

    /// Forgets the slot unless an actor fills it or is about to; whether it did, and it was not before.
    pub(crate) fn forget_if_empty(&self, _alone: &MutexGuard<'_, Cold>) -> bool {
        !self.marks.phase().has_actor() && !self.marks.is_expected() && self.marks.forget()
    }

    /// The actor is cleaning up.
    pub(crate) fn stopping(&self) {
        let _cold = self.cold();
        self.set_phase(Phase::Stopping);
    }

    /// The actor ended.
    pub(crate) fn vacate(
        &self,
        cold: &mut Cold,
        exit: ExitReason,
        reason: Option<String>,
        next: Phase,
        now: Timestamp,
    ) {
        if let Some(meter) = self.read_meter() {
            meter.incarnation_ended();
        }
        self.gate.unmeasured.clear();
        cold.end(reason, now);
        self.marks.set_exit(exit);
        self.set_phase(next);
        if next.is_live() {
            self.edit_reach(cold, Reach::ended);
        } else {
            self.empty(cold);
        }
    }

    /// Nobody will fill it, as far as is known.
    pub(crate) fn settle(&self, cold: &mut Cold, phase: Phase) {
        cold.nobody_comes();
        self.set_phase(phase);
        self.empty(cold);
    }

    fn set_phase(&self, phase: Phase) {
        self.marks.set_phase(phase);
        self.marks.set_parked(false);
        self.stir();
    }

    /// Asks the actor with this number for something: it neither ends nor has a successor before it was
    /// asked. `None` if it has. Its task is to be woken afterwards.
    pub(crate) fn ask<T>(
        &self,
        whom: Incarnation,
        ask: impl FnOnce(&mut Cold, &Gate) -> T,
    ) -> Option<T> {
        let mut cold = self.cold();
        let is_there = self.marks.phase().has_actor() && self.incarnation() == whom;
        is_there.then(|| ask(&mut cold, &self.gate))
    }

    /// Its gate was told something.
    pub(crate) fn nudge(&self) {
        self.gate.nudge();
        self.stir();
    }

    fn empty(&self, cold: &mut Cold) {
        self.edit_reach(cold, |reach| *reach = Reach::NONE);
        cold.set_suspended_until(None);
        if self.gate.is_suspended() {
            self.gate.resume();
        }
        self.gate.task_ends();
        self.queue_gone();
    }

    /// They are reached in another way.
    pub(crate) fn edit_reach(&self, cold: &mut Cold, edit: impl FnOnce(&mut Reach)) {
        edit(&mut cold.reach);
        self.marks.set_probe(cold.reach.probe().is_some());
        self.stir();
    }

    /// What the slot is doing, with the details of a restart to come.
    pub(crate) fn state(&self, handling: bool, held: bool, now: Timestamp) -> SlotState {
        match self.marks.state(handling, held) {
            SlotState::Restarting { .. } => {
                let Restart { attempt, at } = self.cold().restart();
                SlotState::Restarting { attempt, in_ns: at.map(|at| at.since(now)) }
            }
            state => state,
        }
    }

    /// Who it is; its place and its name there are for the tree to say.
    pub(crate) fn identity(&self, parent: Option<SlotId>, name: Arc<str>) -> Identity {
        let cold = self.cold();
        let texts = cold.class.texts();
        Identity {
            id: self.id,
            parent,
            name,
            actor_type: texts.actor_type.clone(),
            framework: texts.framework.clone(),
            kind: cold.class.kind,
            supervisor: cold.class.supervisor,
            child_spec: cold.child_spec(),
            capabilities: cold.class.capabilities,
            mailbox_capacity: cold.class.mailbox_capacity,
            no_kill: texts.no_kill.clone(),
            created_at: cold.created_at(),
            ordinal: self.ordinal(&cold),
            version: self.marks.version(),
        }
    }

    /// Forwards a sender's wake and notes when it came.
    pub(crate) fn nudge_if_suspended(&self) {
        if self.gate.is_suspended() {
            self.gate.nudge();
        }
    }
}

/// The waker that a sleeping actor leaves with its channel: runs inside the sender's `send`.
impl Wake for Slot {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.marks.set_parked(false);
        if measuring::is_on() {
            self.gate.wake_at(ticks);
        } else {
            self.gate.nudge();
        }
        self.stir();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::offset_of;

    #[test]
    fn a_slot_that_does_nothing_is_small() {
        // With the two counts of its `Arc`. Each 8 bytes more are 8 MB of a million actors.
        assert!(size_of::<Slot>() + 16 <= 184, "{} bytes", size_of::<Slot>() + 16);
    }

    #[test]
    fn what_a_pass_reads_of_a_slot_lies_together() {
        let read = [
            offset_of!(Slot, marks) + size_of::<Marks>(),
            offset_of!(Slot, id) + size_of::<SlotId>(),
            offset_of!(Slot, gate) + size_of::<Gate>(),
            offset_of!(Slot, meter) + size_of::<OnceBox<Meter>>(),
        ];
        assert!(read.into_iter().all(|end| end <= 72), "they end at {read:?}");
    }
}
