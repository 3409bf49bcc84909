//! What happens to messages, as the task that runs the actor reports it. Nobody else may call these:
//! the counters behind them have one writer.

use super::SlotHandle;
use crate::cell::{Ending, Meter};
use crate::gate::Request;
use crate::measuring::{self, BEFORE, at_the_latest};
use crate::slot::Slot;
use actorscope_core::ChildKind;
use actorscope_core::capability::Capability;
use std::task::Waker;

impl SlotHandle {
    /// Whether [`SlotHandle::check`] may have something to say. Cheap, and hands nothing out.
    #[inline]
    pub fn is_asked(&self) -> bool {
        self.slot.gate.is_asked()
    }

    /// What the actor is to do before its next message.
    #[inline]
    pub fn check(&self) -> Request {
        self.slot.gate.check()
    }

    /// The waker to poll the mailbox with: it notes when a message arrives and wakes the task that
    /// was registered.
    pub fn waker(&self) -> Waker {
        Waker::from(self.slot.clone())
    }

    /// The task that is to be woken by messages and by verbs. To be called at every poll, before
    /// [`SlotHandle::check`].
    #[inline]
    pub fn register(&self, task: &Waker) {
        self.slot.gate.register(task);
    }

    /// The actor's task is about to sleep before its mailbox, which was polled with
    /// [`SlotHandle::waker`] and found empty, or is just being polled so; or it does not sleep any more.
    /// A wake through the waker says the latter by itself, so this is to be said before the poll.
    ///
    /// While it is true, nobody looks into the mailbox from outside: it is empty until the waker says
    /// otherwise.
    #[inline]
    pub fn set_parked(&self, is: bool) {
        self.slot.marks.set_parked(is);
    }

    /// From now on each sender says with [`SlotHandle::arrives`] when it sends into an empty mailbox.
    /// Then nobody looks into the mailbox from outside while nothing happens.
    pub fn announces_arrivals(&self) {
        self.slot.marks.set_announced();
    }

    /// A message was put into the mailbox, which was empty. Any thread.
    #[inline]
    pub fn arrives(&self) {
        self.slot.stir();
    }

    /// Whether an operator holds the actor.
    #[inline]
    pub fn is_held(&self) -> bool {
        self.slot.gate.is_suspended()
    }

    /// Forgets an old wake before the mailbox is polled.
    #[inline]
    pub fn clear_wake(&self) {
        self.slot.gate.clear_woken_at();
    }

    /// Where messages are measured; `None` = they are not, because no agent ever ran.
    #[inline]
    fn measured(&self) -> Option<&Meter> {
        match self.slot.read_meter() {
            None if measuring::is_on() => Some(self.slot.meter()),
            known => known,
        }
    }

    /// The actor turns to its mailbox, in which `queued` messages wait.
    #[inline]
    pub fn look(&self, queued: usize) {
        // Before the first message there is nothing to measure.
        let meter = if queued > 0 { self.measured() } else { self.slot.read_meter() };
        if let Some(meter) = meter {
            meter.look(queued);
            if queued > 0 {
                self.slot.stir();
            }
        }
    }

    /// A message came out that was there at the last [`SlotHandle::look`]. Returns when it arrived,
    /// for [`SlotHandle::begin`].
    #[inline]
    pub fn take(&self) -> Arrival {
        self.measured().map_or(Arrival::BEFORE, |meter| Arrival(meter.take()))
    }

    /// [`SlotHandle::look`] and [`SlotHandle::take`] as one, for a message that came out at once:
    /// `queued` waited before it did, itself included.
    #[inline]
    pub fn look_and_take(&self, queued: usize) -> Arrival {
        self.measured().map_or(Arrival::BEFORE, |meter| Arrival(meter.look_and_take(queued)))
    }

    /// [`SlotHandle::look_and_take`] and [`SlotHandle::message_type`] as one.
    #[inline]
    pub fn look_and_take_typed(&self, queued: usize, name: &'static str) -> (Arrival, MessageType) {
        let Some(meter) = self.measured() else { return (Arrival::BEFORE, MessageType::NONE) };
        (Arrival(meter.look_and_take(queued)), MessageType(meter.type_number(name)))
    }

    /// A message came out for which the actor slept, and `left` remain. Returns when it arrived, for
    /// [`SlotHandle::begin`].
    #[inline]
    pub fn take_after_sleep(&self, left: usize) -> Arrival {
        let Some(meter) = self.measured() else { return Arrival::BEFORE };
        Arrival(meter.take_after_sleep(left, self.slot.gate.take_woken_at()))
    }

    /// What stands for a Rust type of message in [`SlotHandle::begin`]. Cheap when the same type is
    /// asked for again and again.
    #[inline]
    pub fn message_type(&self, name: &'static str) -> MessageType {
        self.measured().map_or(MessageType::NONE, |meter| MessageType(meter.type_number(name)))
    }

    /// A handler begins, for a message of this type.
    #[inline]
    pub fn begin(&self, arrival: Option<Arrival>, message_type: Option<MessageType>) {
        self.begin_with(|meter| {
            let message_type = message_type.map_or(0, |t| t.0);
            meter.begin(arrival.map(Arrival::at_the_latest), message_type);
        });
    }

    /// [`SlotHandle::begin`] and [`SlotHandle::message_type`] as one.
    #[inline]
    pub fn begin_typed(&self, arrival: Option<Arrival>, name: &'static str) {
        self.begin_with(|meter| {
            meter.begin(arrival.map(Arrival::at_the_latest), meter.type_number(name));
        });
    }

    /// [`SlotHandle::begin_typed`] right after [`SlotHandle::end`], for a message that the actor had in its
    /// hands by then and to which it turned at once: the end of the one handler is taken for the
    /// beginning of the other, which spares a reading of the clock. What lies between them counts as
    /// handling, so it must be less than the finest bucket of a histogram, 64 ns.
    #[inline]
    pub fn begin_next(&self, arrival: Arrival, name: &'static str) {
        self.begin_with(|meter| {
            meter.begin_at_end(arrival.at_the_latest(), meter.type_number(name));
        });
    }

    /// [`SlotHandle::begin`] right after [`SlotHandle::look_and_take`], where nobody could be woken by what took
    /// the message out: the look is taken for the beginning, as in [`SlotHandle::begin_next`].
    #[inline]
    pub(crate) fn begin_at_look(&self, arrival: Arrival, message_type: MessageType) {
        self.begin_with(|meter| meter.begin_at_look(arrival.at_the_latest(), message_type.0));
    }

    #[inline]
    fn begin_with(&self, begin: impl FnOnce(&Meter)) {
        match self.measured() {
            Some(meter) => {
                begin(meter);
                self.slot.stir();
            }
            None => self.slot.gate.unmeasured.handler.set(true),
        }
    }

    /// The handler that runs, if one does, ends.
    ///
    /// Always inlined, so that while nothing is measured it is a look and a store.
    #[inline(always)]
    pub fn end(&self, ok: bool) {
        match self.slot.read_meter() {
            Some(meter) => self.end_measured(meter, ok),
            None => self.slot.gate.unmeasured.handler.set(false),
        }
    }

    #[inline]
    fn end_measured(&self, meter: &Meter, ok: bool) {
        if !meter.end(ok) {
            self.slot.gate.unmeasured.handler.set(false);
        }
    }

    /// The handler that runs, if one does and is measured, ends at this moment, as [`SlotHandle::end`] would say. How it
    /// goes on is still to be said.
    #[inline]
    pub(super) fn turn(&self) -> Option<Turn<'_>> {
        let meter = self.slot.read_meter()?;
        Some(Turn { slot: &self.slot, meter, ending: meter.ending()? })
    }

    /// Whether a handler runs.
    #[inline]
    pub fn is_handling(&self) -> bool {
        self.slot.is_handling()
    }

    /// [`SlotHandle::begin`] with an end that cannot be forgotten.
    pub fn handle(
        &self,
        arrival: Option<Arrival>,
        message_type: Option<MessageType>,
    ) -> Handling<'_> {
        self.begin(arrival, message_type);
        Handling { slot: self, ok: false }
    }

    /// Whether any message of it was measured yet. Until then what comes through its mailbox and is no
    /// message can go by unseen, and costs no memory.
    #[inline]
    pub fn is_metered(&self) -> bool {
        self.slot.read_meter().is_some()
    }

    /// Whether the slot is that of a receiver alone.
    pub(crate) fn is_mailbox(&self) -> bool {
        self.slot.marks.kind() == ChildKind::Mailbox
    }

    /// Makes the slot have a mailbox; false if it has one already.
    pub(crate) fn claim_mailbox(&self) -> bool {
        let had = self.slot.marks.set_mailbox(true);
        self.slot.stir();
        !had
    }

    /// The slot's mailbox is gone, the actor is not: what can be done between two messages only
    /// cannot be done any more.
    pub(crate) fn mailbox_closed(&self) {
        self.set_capabilities(|c| c.without(Capability::Stop).without(Capability::Suspend));
        self.slot.marks.set_mailbox(false);
        self.slot.edit_reach(&mut self.slot.cold(), |reach| reach.set_probe(None));
        self.slot.queue_gone();
    }

    /// `taken` messages are out of the mailbox but wait for their handler, the oldest since
    /// `oldest`; `queued` are in the mailbox.
    pub fn set_depth(&self, queued: usize, taken: usize, oldest: Option<Arrival>) {
        let Some(meter) = self.measured() else { return };
        let head = oldest.map_or_else(|| meter.head_arrival(), Arrival::at_the_latest);
        meter.set_depth((queued + taken) as u64, head);
        self.slot.stir();
    }

    /// [`SlotHandle::set_depth`] with as many in the mailbox as were left there when the actor last
    /// looked or took one out.
    pub fn set_taken(&self, taken: usize, oldest: Option<Arrival>) {
        let left = self.slot.read_meter().map_or(0, Meter::left);
        self.set_depth(left as usize, taken, oldest);
    }
}

/// An actor between two messages.
#[must_use = "what is not said is not measured"]
pub(super) struct Turn<'a> {
    slot: &'a Slot,
    meter: &'a Meter,
    ending: Ending,
}

impl Turn<'_> {
    /// No message came out at once.
    #[inline(never)]
    pub(super) fn end(self) {
        self.meter.end_at(self.ending, true);
    }

    /// A message came out at once, and its handler begins; `queued` waited before it did, itself included. As
    /// [`SlotHandle::look_and_take`] and [`SlotHandle::begin_at_look`] would say.
    #[inline]
    pub(super) fn begin(self, queued: usize, message_type: MessageType) {
        self.meter.turn(self.ending, queued, message_type.0);
        self.slot.stir();
    }
}

/// When a message arrived; before the process's first agent starts, that it did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Arrival(u64);

impl Arrival {
    /// Before anything was measured: of a message that came out while [`is_measuring`](crate::adapter::is_measuring) was false.
    pub const BEFORE: Self = Self(BEFORE);

    pub(super) const fn at(ticks: u64) -> Self {
        Self(ticks)
    }

    /// The raw reading, for adapters that keep it in an atomic; never 0.
    #[inline]
    pub const fn to_raw(self) -> u64 {
        self.0
    }

    #[inline]
    fn at_the_latest(self) -> u64 {
        at_the_latest(self.0)
    }

    /// Back from [`Arrival::to_raw`]; `None` for 0.
    #[inline]
    pub const fn from_raw(raw: u64) -> Option<Self> {
        if raw == 0 { None } else { Some(Self(raw)) }
    }
}

/// A type of message. Holds no text, so that it fits into an atomic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessageType(u32);

impl MessageType {
    /// Unknown.
    pub const NONE: Self = Self(0);

    /// What stands for a Rust type, for those that know it before the first message.
    pub(crate) fn named(name: &'static str) -> Self {
        Self(crate::cell::intern(name))
    }

    /// For adapters that keep it in an atomic; 0 stands for an unknown type.
    #[inline]
    pub const fn to_raw(self) -> u32 {
        self.0
    }

    /// Back from [`MessageType::to_raw`].
    #[inline]
    pub const fn from_raw(raw: u32) -> Self {
        Self(raw)
    }
}

/// A running handler. Unless [`Handling::ok`] is called, it counts as failed: it panicked or was
/// cancelled.
#[derive(Debug)]
pub struct Handling<'a> {
    slot: &'a SlotHandle,
    ok: bool,
}

impl Handling<'_> {
    /// The handler came to its end, in order or not.
    pub fn ok(mut self, ok: bool) {
        self.ok = ok;
    }
}

impl Drop for Handling<'_> {
    fn drop(&mut self) {
        self.slot.end(self.ok);
    }
}
