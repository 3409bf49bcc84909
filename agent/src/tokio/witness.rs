//! Reports how code came to its end, however it did.

use crate::adapter::{Fate, SlotHandle, panic_text};
use crate::clock::{Ticks, ticks};
use crate::registry::Current;
use actorscope_core::ExitReason;
use std::any::Any;

/// Where the code is that a [`Witness`] watches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// It has not run yet, and its slot is still starting.
    Waits,
    Runs,
    /// It ended and was reported, or is for somebody else to report.
    Over,
}

/// Lives with the code: dropped with it, it reports that it was dropped.
#[derive(Debug)]
pub(super) struct Witness {
    /// Elsewhere while the code runs: see [`Witness::enter`].
    slot: Option<SlotHandle>,
    stage: Stage,
}

impl Witness {
    /// Of code that counts as started when it first runs.
    pub(super) const fn of_waiting(slot: SlotHandle) -> Self {
        Self { slot: Some(slot), stage: Stage::Waits }
    }

    /// Of code that was started.
    pub(super) const fn of_started(slot: SlotHandle) -> Self {
        Self { slot: Some(slot), stage: Stage::Runs }
    }

    /// Of code whose supervisor reports its end.
    pub(super) const fn of_supervised(slot: SlotHandle) -> Self {
        Self { slot: Some(slot), stage: Stage::Over }
    }

    pub(super) const fn slot(&self) -> Option<&SlotHandle> {
        self.slot.as_ref()
    }

    /// The place in which the code runs. Moves the slot there, for [`Witness::leave`] to move back:
    /// a handle more would be counted with every poll.
    #[inline]
    pub(super) const fn enter(&mut self) -> Current {
        Current::of_actor(self.slot.take())
    }

    /// The code does not run any more. What it said last of how it ends.
    #[inline]
    pub(super) fn leave(&mut self, mut place: Current) -> Option<Box<str>> {
        let error = place.take_error();
        self.slot = place.into_actor();
        error
    }

    /// The code runs; whether for the first time.
    #[inline]
    pub(super) fn runs(&mut self) -> bool {
        let first = self.stage == Stage::Waits;
        if first {
            self.stage = Stage::Runs;
            if let Some(slot) = &self.slot {
                slot.started(None);
            }
        }
        first
    }

    /// It came to its end, with an error or without, at this moment if that was read already.
    pub(super) fn done(&mut self, error: Option<Box<str>>, at: Option<Ticks>) {
        match error {
            None => self.over(at, ExitReason::Normal, None),
            Some(error) => self.over(at, ExitReason::Error, Some(error.into())),
        }
    }

    /// It panicked.
    pub(super) fn panicked(&mut self, payload: &(dyn Any + Send)) {
        self.over(None, ExitReason::Panic, panic_text(payload));
    }

    fn over(&mut self, at: Option<Ticks>, exit: ExitReason, reason: Option<String>) {
        if self.stage != Stage::Over {
            self.stage = Stage::Over;
            if let Some(slot) = &self.slot {
                slot.exited_at(at.unwrap_or_else(ticks), exit, reason, Fate::Final);
            }
        }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        let before = (self.stage == Stage::Waits).then(|| "before it began".to_owned());
        self.over(None, ExitReason::Aborted, before);
    }
}
