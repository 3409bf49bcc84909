//! The writer's side of a slot: called by the task that runs the actor, with every message.
//!
//! The order of calls for one message is [`Meter::look`] (the actor turns to its mailbox),
//! [`Meter::take`] or [`Meter::take_after_sleep`] (a message came out), [`Meter::begin`] (its handler begins),
//! [`Meter::end`]. That is two clock readings a message: `look` and `take` reuse the last one when the queue is
//! not empty. Where nothing worth measuring lies between the look and the handler, the handler begins with the
//! look ([`Meter::begin_at_look`]), and one reading is enough.

use super::activity::Activity;
use super::arrivals::{Arrivals, Kept};
use super::fine::{Fine, Lent};
use super::hot::Hot;
use super::links::Links;
use super::rare::Rare;
use super::tier1::{FROM_MESSAGE, Tier1};
use super::types::{Types, intern, name_of};
use crate::clock::{Ticks, nanos, ticks, ticks_since};
use crate::sync::OnceBox;
use crate::sync::atomic::Ordering::Relaxed;
use crate::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize};
use actorscope_core::slot::{Counters, HandlerStats};

/// Everything the actor's task writes. Single writer, any number of readers.
#[derive(Default, Debug)]
pub(crate) struct Meter {
    pub(crate) hot: Hot,
    arrivals: Kept,
    /// The last instant at which the queue's length was known.
    last: AtomicU64,
    /// Address and number of the message type seen last, to spare the interning.
    type_address: AtomicUsize,
    type_number: AtomicU32,
    /// Number of the type of all messages so far, while there is no more than that one; 0 = no type
    /// was seen.
    only_type: AtomicU32,
    tier1: OnceBox<Tier1>,
    rare: OnceBox<Rare>,
}

/// The end of a handler.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending {
    now: Ticks,
    /// Nanoseconds since it began.
    took: u64,
}

/// In the place of the only type's number, once there are more.
const MANY: u32 = u32::MAX;

/// Queues longer than this are told as this long.
#[inline]
fn count(queued: usize) -> u32 {
    u32::try_from(queued).unwrap_or(u32::MAX)
}

impl Meter {
    #[inline]
    const fn arrivals(&self) -> Arrivals<'_> {
        Arrivals::new(&self.arrivals, &self.rare)
    }

    /// The actor turns to its mailbox, in which `queued` messages wait.
    #[inline]
    pub(crate) fn look(&self, queued: usize) {
        let queued = count(queued);
        self.note_arrivals(queued);
        self.hot.queue(queued, self.arrivals().head());
    }

    /// A look, and a message came out at once: [`Meter::look`] and [`Meter::take`], without telling
    /// anybody what was true in between.
    #[inline]
    pub(crate) fn look_and_take(&self, queued: usize) -> Ticks {
        self.note_arrivals(count(queued));
        match self.arrivals().pop_and_peek() {
            Some((arrived, left, head)) => {
                self.hot.queue(left, head);
                arrived
            }
            None => self.take(),
        }
    }

    /// Brings the arrivals to `queued`.
    #[inline]
    fn note_arrivals(&self, queued: u32) {
        // The end of the handler before is this very moment, and already read.
        let ended = self.hot.handling.take_ended();
        self.note_arrivals_at(if ended == 0 { ticks() } else { ended }, queued);
    }

    #[inline]
    fn note_arrivals_at(&self, now: Ticks, queued: u32) {
        let arrivals = self.arrivals();
        let known = arrivals.len();
        if queued > known {
            let last = self.last.load(Relaxed);
            arrivals.push(queued - known, if last == 0 { now } else { last }, now);
        } else if queued < known {
            // Messages left without the actor: bounced by its framework during a restart.
            arrivals.truncate_oldest(queued);
        }
        self.last.store(now, Relaxed);
    }

    /// A message came out that was there at the last look. Returns when it arrived.
    #[inline]
    pub(crate) fn take(&self) -> Ticks {
        // A message that was not there at the look and woke nobody came this very moment.
        let arrived = self.arrivals().pop().unwrap_or_else(ticks);
        self.hot.queue(self.arrivals().len(), self.arrivals().head());
        arrived
    }

    /// A message came out for which the actor slept, and `left` remain. `woken_at` is when a sender
    /// woke the actor. Returns when the message arrived.
    #[inline]
    pub(crate) fn take_after_sleep(&self, left: usize, woken_at: Option<Ticks>) -> Ticks {
        let Some(woken) = woken_at else { return self.take() };
        let (arrivals, left) = (self.arrivals(), count(left));
        let before = arrivals.pop();
        if before.is_some() {
            // It slept before messages that it did not take, or this would be the oldest.
            arrivals.push(1, woken, woken);
        }
        let mut now = woken;
        if left > 0 {
            now = ticks();
            arrivals.push(left, woken, now);
        }
        self.last.store(now, Relaxed);
        self.hot.queue(arrivals.len(), arrivals.head());
        before.unwrap_or(woken)
    }

    /// Messages that were taken out of the queue but wait for their handler elsewhere.
    pub(crate) fn set_depth(&self, depth: u64, head: Ticks) {
        self.hot.queue(u32::try_from(depth).unwrap_or(u32::MAX), head);
    }

    /// Messages in the queue, as far as they are accounted for.
    pub(crate) fn left(&self) -> u32 {
        self.arrivals().len()
    }

    /// When the oldest message in the queue arrived; 0 = none.
    pub(crate) fn head_arrival(&self) -> Ticks {
        self.arrivals().head()
    }

    /// A handler begins, for a message that arrived at `arrived`, if that is known.
    #[inline]
    pub(crate) fn begin(&self, arrived: Option<Ticks>, message_type: u32) {
        let Some(arrived) = arrived else {
            return self.hot.begin(ticks(), None, message_type);
        };
        let (now, wait) = ticks_since(arrived);
        self.begin_at(now, wait, message_type);
    }

    /// [`Meter::begin`] right after the end of the handler before, for a message that was in the
    /// actor's hands by then: the two are taken to be one instant, and the clock is read once.
    #[inline]
    pub(crate) fn begin_at_end(&self, arrived: Ticks, message_type: u32) {
        let ended = self.hot.handling.ended();
        if ended == 0 {
            return self.begin(Some(arrived), message_type);
        }
        self.begin_at(ended, nanos(arrived, ended), message_type);
    }

    /// [`Meter::begin`] right after [`Meter::look_and_take`]: the two are taken to be one instant, and the clock
    /// is not read.
    #[inline]
    pub(crate) fn begin_at_look(&self, arrived: Ticks, message_type: u32) {
        let now = self.last.load(Relaxed);
        self.begin_at(now, nanos(arrived, now), message_type);
    }

    #[inline]
    fn begin_at(&self, now: Ticks, wait: u64, message_type: u32) {
        self.hot.begin(now, Some(wait), message_type);
        if let Some(tier1) = self.tier1() {
            tier1.wait.record(wait);
            if let Some(fine) = self.lent() {
                fine.record_wait(wait);
            }
        }
    }

    /// The running handler ends; false if none runs.
    #[inline]
    pub(crate) fn end(&self, ok: bool) -> bool {
        let Some(ending) = self.ending() else { return false };
        self.end_at(ending, ok);
        true
    }

    /// When the running handler ends if it does so now; `None` = none runs.
    #[inline]
    pub(crate) fn ending(&self) -> Option<Ending> {
        let since = self.hot.handling.since();
        if since == 0 {
            return None;
        }
        let (now, took) = ticks_since(since);
        Some(Ending { now, took })
    }

    /// [`Meter::end`] at a moment that was read already.
    #[inline(always)]
    pub(crate) fn end_at(&self, Ending { now, took }: Ending, ok: bool) {
        let name = self.hot.message_type();
        self.hot.end(now, took, ok);
        if name != self.only_type.load(Relaxed) {
            self.of_another_type(name, took, ok);
        }
        if let Some(tier1) = self.tier1() {
            tier1.handling.record(took);
            if let Some(fine) = self.lent() {
                fine.record_handling(took);
            }
        }
    }

    /// From one message to the next in one step: [`Meter::end`] of a handler that went well,
    /// [`Meter::look_and_take`] and [`Meter::begin_at_look`], all at the moment of the end. Leaves what the three
    /// leave, and asks once who keeps it.
    #[inline]
    pub(crate) fn turn(&self, Ending { now, took }: Ending, queued: usize, message_type: u32) {
        let now = Activity::instant(now);
        self.note_arrivals_at(now, count(queued));
        let arrived = match self.arrivals().pop_and_peek() {
            Some((arrived, left, head)) => {
                self.hot.queue(left, head);
                arrived
            }
            None => self.take(),
        };
        let wait = nanos(arrived, now);
        let name = self.hot.message_type();
        self.hot.turn(now, took, wait, message_type);
        if name != self.only_type.load(Relaxed) {
            self.of_another_type(name, took, true);
        }
        if let Some(tier1) = self.tier1() {
            tier1.handling.record(took);
            tier1.wait.record(wait);
            if let Some(fine) = self.lent() {
                fine.record(took, wait);
            }
        }
    }

    /// A message was handled whose type is not that of all others.
    #[inline(never)]
    fn of_another_type(&self, name: u32, took_ns: u64, ok: bool) {
        if let Some(types) = self.types() {
            return types.handled(name, took_ns, ok);
        }
        let hot = self.hot.read();
        if hot.handled == 1 {
            self.only_type.store(name, Relaxed);
            return;
        }
        let before = Counters {
            handled: hot.handled - 1,
            failed: hot.failed - u64::from(!ok),
            busy_ns: hot.busy_ns.saturating_sub(took_ns),
        };
        let first = self.only_type.load(Relaxed);
        let types = Types::after(first, before, hot.handling_max.ns());
        self.rare().types.get_or_init(|| Box::new(types)).handled(name, took_ns, ok);
        self.only_type.store(MANY, Relaxed);
    }

    /// Messages by type, most time first. While there was no more than one type, the slot's own
    /// counters are its.
    pub(crate) fn handlers(&self) -> Vec<HandlerStats> {
        if let Some(types) = self.types() {
            return types.read();
        }
        let hot = self.hot.read();
        let only = name_of(self.only_type.load(Relaxed)).map(|message_type| HandlerStats {
            message_type,
            handled: hot.handled,
            failed: hot.failed,
            busy_ns: hot.busy_ns,
            max_ns: hot.handling_max.ns(),
        });
        only.into_iter().filter(|only| only.handled > 0).collect()
    }

    /// Whether a handler runs.
    #[inline]
    pub(crate) fn is_handling(&self) -> bool {
        self.hot.handling.since() != 0
    }

    #[inline]
    fn tier1(&self) -> Option<&Tier1> {
        match self.tier1.get() {
            Some(tier1) => Some(tier1),
            None if self.hot.handled() >= FROM_MESSAGE => Some(self.make_tier1()),
            None => None,
        }
    }

    #[cold]
    fn make_tier1(&self) -> &Tier1 {
        self.tier1.get_or_init(Box::default)
    }

    /// What few have; from here on it has it.
    fn rare(&self) -> &Rare {
        self.rare.get_or_init(Box::default)
    }

    fn types(&self) -> Option<&Types> {
        self.rare.get()?.types.get()
    }

    #[inline]
    fn lent(&self) -> Option<&'static Fine> {
        self.rare.get()?.lent()
    }

    /// The number of a message type's name; 0 stands for none.
    #[inline]
    pub(crate) fn type_number(&self, name: &'static str) -> u32 {
        // Two types may share the address of a merged string, never address and length and text;
        // names of equal text are one type for everybody who reads them.
        let address = name.as_ptr() as usize ^ name.len().rotate_left(48);
        if self.type_address.load(Relaxed) == address {
            return self.type_number.load(Relaxed);
        }
        let number = intern(name);
        self.type_number.store(number, Relaxed);
        self.type_address.store(address, Relaxed);
        number
    }

    /// The sampler lends the slot a tier-2 histogram, or takes it back.
    pub(crate) fn lend_fine(&self, fine: Option<&Lent>) {
        // Who never had one has nothing to give back.
        if fine.is_some() || self.rare.get().is_some() {
            self.rare().lend(fine);
        }
    }

    /// Whom the actor sends to.
    pub(crate) fn links(&self) -> &Links {
        self.rare().links.get_or_init(Box::default)
    }

    /// Whom it sends to, if it ever said so.
    pub(crate) fn read_links(&self) -> Option<&Links> {
        self.rare.get()?.links.get()
    }

    /// Tier 1, if the slot has come that far.
    pub(crate) fn read_tier1(&self) -> Option<&Tier1> {
        self.tier1.get()
    }

    /// The incarnation ended: what it left in the queue is not measured as its successor's wait in
    /// the wrong order, and no handler runs.
    pub(crate) fn incarnation_ended(&self) {
        self.end(false);
    }
}

#[cfg(test)]
mod tests;
