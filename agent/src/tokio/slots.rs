//! Slots of what plain tokio runs: where they hang, what can be done to them, and why not more.

use super::observed::Observed;
use super::witness::Witness;
use crate::adapter::{Registration, Registry, SlotHandle, current_place};
use crate::clock::{Ticks, ticks};
use actorscope_core::ChildKind;
use actorscope_core::capability::{Capabilities, Capability};
use std::any::type_name;
use tokio::task::AbortHandle;

/// Registers something under whatever code is running.
pub(super) fn register(new: Registration) -> SlotHandle {
    register_under(current_place().as_ref(), new)
}

/// Registers something under `parent`, in the same registry.
pub(super) fn register_under(parent: Option<&SlotHandle>, new: Registration) -> SlotHandle {
    match parent {
        Some(parent) => parent.register_below(new),
        None => Registry::current().register(new),
    }
}

/// A task of this type that is about to be spawned by somebody who can abort it.
pub(super) struct Spawning {
    slot: SlotHandle,
    /// When it started, and was woken for its first poll.
    at: Ticks,
}

impl Spawning {
    pub(super) fn new<F>(name: &str) -> Self {
        let killable = Capabilities::of(&[Capability::Kill, Capability::InterruptsHandler]);
        let task = Registration::unnamed("tokio", type_name::<F>()).kind(ChildKind::Task);
        let task = task.capabilities(killable);
        let at = ticks();
        // Running before it is spawned: it may end before this thread goes on.
        let slot = match current_place() {
            Some(parent) => parent.running_below(name, &task, at),
            None => Registry::current().register_running(None, name, &task, at),
        };
        Self { slot, at }
    }

    /// What is to be spawned.
    pub(super) fn observe<F>(&self, future: F) -> Observed<F> {
        Observed::spawned(Witness::of_started(self.slot.clone()), self.at, future)
    }

    /// It was spawned.
    pub(super) fn killed_by(self, abort: AbortHandle) {
        self.slot.set_abort(abort);
    }
}
