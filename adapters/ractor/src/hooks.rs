//! What a supervisor's adapter adds to observing an actor.

use crate::seen::Seen;
use actorscope_agent::adapter::SlotHandle;
use actorscope_agent::core::ExitReason;
use actorscope_agent::core::spec::SupervisorSpec;
use ractor::{Actor, ActorProcessingErr};
use std::fmt;
use std::sync::Arc;

/// Looks into an actor of a known type while it runs: for observing supervisors, whose state says what
/// nobody else knows. All are called by the actor's own task.
pub trait Hooks<A: Actor>: Send + Sync + 'static {
    /// How it supervises, as its arguments say.
    fn supervisor(&self, _arguments: &A::Arguments) -> Option<SupervisorSpec> {
        None
    }

    /// It is about to start with these arguments.
    fn starting(&self, _actor: &Starting<'_>, arguments: A::Arguments) -> A::Arguments {
        arguments
    }

    /// It is about to handle a message.
    fn before(&self, message: A::Msg) -> A::Msg {
        message
    }

    /// It has started, handled a message or attended to a child, in order or not.
    fn after(&self, _state: &A::State) {}

    /// What it means when its code fails with this error, if that is not simply an error.
    fn exit(&self, _error: &ActorProcessingErr) -> Option<ExitReason> {
        None
    }
}

/// Adds nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHooks;

impl<A: Actor> Hooks<A> for NoHooks {}

/// An actor that is about to run.
pub struct Starting<'a> {
    pub(crate) seen: &'a Arc<Seen>,
}

impl fmt::Debug for Starting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Starting").field("slot", self.slot()).finish()
    }
}

impl Starting<'_> {
    /// Its slot.
    pub fn slot(&self) -> &SlotHandle {
        &self.seen.slot
    }
}
