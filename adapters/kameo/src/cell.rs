//! What is kept of one observed actor between two hooks.

use crate::runs::Runs;
use actorscope_agent::adapter::{Arrival, MessageType, SlotHandle};
use kameo::actor::ActorId;
use once_cell::race::OnceBox;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// Actors with messages in kameo's start-up buffer.
static BUFFERING: AtomicUsize = AtomicUsize::new(0);

/// Whether any actor has messages in kameo's start-up buffer.
#[inline]
pub(crate) fn any_buffered() -> bool {
    BUFFERING.load(Relaxed) > 0
}

/// A message that came out of the mailbox and whose handler has not begun.
///
/// Right after a start kameo pulls everything queued through `next` into a buffer of its own and
/// handles it later, without calling `next` again. If the actor fails before, the buffer is lost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    pub(crate) arrival: Arrival,
    pub(crate) message_type: MessageType,
}

/// See the module's documentation. Written by the actor's task, except where noted.
#[derive(Debug)]
pub(crate) struct ActorCell {
    pub(crate) id: ActorId,
    pub(crate) slot: SlotHandle,
    /// Raw arrival of the message that `next` returned last, until its handler begins; 0 = none.
    pending: AtomicU64,
    pending_type: AtomicU32,
    /// Its supervisor told it to stop.
    supervisors_stop: AtomicBool,
    /// Whether somebody supervises it, as far as is known.
    pub(crate) supervised: AtomicBool,
    /// Whether the parent could be read from the link data.
    pub(crate) parent_known: AtomicBool,
    /// It runs inside of a task that is an actor itself, which says whose code runs.
    runs_inside: AtomicBool,
    /// In kameo's start-up buffer, once anything was.
    buffer: OnceBox<Buffer>,
    /// Starts and ends of actors with this id.
    pub(crate) runs: Runs,
}

/// Messages in kameo's start-up buffer.
#[derive(Default, Debug)]
struct Buffer {
    /// Oldest first.
    taken: Mutex<VecDeque<Taken>>,
    /// How many, for the depth probe on the agent's thread.
    count: AtomicUsize,
}

impl Buffer {
    /// Changes it and counts anew.
    fn change<T>(&self, change: impl FnOnce(&mut VecDeque<Taken>) -> T) -> T {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = change(&mut taken);
        match (self.count.swap(taken.len(), Relaxed), taken.len()) {
            (0, 1..) => _ = BUFFERING.fetch_add(1, Relaxed),
            (1.., 0) => _ = BUFFERING.fetch_sub(1, Relaxed),
            _ => {}
        }
        changed
    }
}

impl ActorCell {
    pub(crate) fn new(id: ActorId, slot: SlotHandle) -> Self {
        Self {
            id,
            slot,
            pending: AtomicU64::new(0),
            pending_type: AtomicU32::new(0),
            supervisors_stop: AtomicBool::new(false),
            supervised: AtomicBool::new(false),
            parent_known: AtomicBool::new(false),
            runs_inside: AtomicBool::new(false),
            buffer: OnceBox::new(),
            runs: Runs::default(),
        }
    }

    /// It starts; whether inside of another actor's task, which says whose code runs by itself.
    pub(crate) fn starts_inside(&self, is: bool) {
        self.runs_inside.store(is, Relaxed);
    }

    /// Whether it runs inside of another actor's task.
    #[inline]
    pub(crate) fn runs_inside(&self) -> bool {
        self.runs_inside.load(Relaxed)
    }

    /// The supervisor's word to stop came out of the mailbox.
    pub(crate) fn stop_by_supervisor(&self) {
        self.supervisors_stop.store(true, Relaxed);
    }

    /// Whether it came, once.
    pub(crate) fn take_supervisors_stop(&self) -> bool {
        self.supervisors_stop.swap(false, Relaxed)
    }

    /// Whether the next message to be handled comes out of kameo's start-up buffer.
    pub(crate) fn next_is_buffered(&self) -> bool {
        self.pending.load(Relaxed) == 0 && self.buffered() > 0
    }

    /// Messages in kameo's start-up buffer.
    #[inline]
    pub(crate) fn buffered(&self) -> usize {
        self.buffer.get().map_or(0, |buffer| buffer.count.load(Relaxed))
    }

    /// `next` returns a message.
    #[inline]
    pub(crate) fn took(&self, taken: Taken) {
        self.pending.store(taken.arrival.to_raw(), Relaxed);
        self.pending_type.store(taken.message_type.to_raw(), Relaxed);
        self.note_depth();
    }

    /// The message that `next` returned last, once. Only the actor's task asks, so that a load and a
    /// store do.
    #[inline]
    fn take_pending(&self) -> Option<Taken> {
        let arrival = Arrival::from_raw(self.pending.load(Relaxed))?;
        self.pending.store(0, Relaxed);
        let message_type = MessageType::from_raw(self.pending_type.load(Relaxed));
        Some(Taken { arrival, message_type })
    }

    /// `next` is called: a message that it returned before and whose handler did not begin went into
    /// the buffer.
    #[inline]
    pub(crate) fn looks(&self) {
        if let Some(taken) = self.take_pending() {
            self.put_into_buffer(taken);
        }
    }

    #[cold]
    fn put_into_buffer(&self, taken: Taken) {
        self.buffer.get_or_init(Box::default).change(|buffer| buffer.push_back(taken));
    }

    /// A handler is about to begin; which message it is for.
    #[inline]
    pub(crate) fn begins(&self) -> Option<Taken> {
        // What `next` returned last is handled at once or not at all before the next `next`.
        self.take_pending().or_else(|| self.take_out_of_buffer())
    }

    #[cold]
    fn take_out_of_buffer(&self) -> Option<Taken> {
        let taken = self.buffer.get()?.change(VecDeque::pop_front);
        self.note_depth();
        taken
    }

    /// Tells the slot about buffered messages; without any, the meter's own count is right.
    #[inline]
    pub(crate) fn note_depth(&self) {
        if self.buffered() > 0 {
            self.note_buffered();
        }
    }

    #[cold]
    fn note_buffered(&self) {
        let Some(buffer) = self.buffer.get() else { return };
        let (count, oldest) =
            buffer.change(|taken| (taken.len(), taken.front().map(|taken| taken.arrival)));
        self.slot.set_taken(count, oldest);
    }

    /// The actor ended: what it had taken and not handled is lost with it.
    pub(crate) fn lose_taken(&self) -> u64 {
        let pending = u64::from(self.take_pending().is_some());
        let buffered = self
            .buffer
            .get()
            .map_or(0, |buffer| buffer.change(|taken| std::mem::take(taken).len() as u64));
        pending + buffered
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::Reach;
    use kameo::Actor;

    #[derive(Actor)]
    struct Anybody;

    #[test]
    fn what_is_kept_of_an_actor_is_small() {
        // With the two counts of their `Arc`s. Each 8 bytes more are 8 MB of a million actors.
        assert!(size_of::<ActorCell>() + 16 <= 64, "{} bytes", size_of::<ActorCell>() + 16);
        // Next to nothing but kameo's own reference, which is 88 bytes long.
        assert!(size_of::<Reach<Anybody>>() <= 88, "{} bytes", size_of::<Reach<Anybody>>());
    }
}
