//! How operators reach an actor.

use actorscope_agent::adapter::{Controls, Reaction, SlotHandle};
use actorscope_agent::core::capability::{Capabilities, Capability};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::Waker;

/// Why a supervised actor with actix's context can't be killed, and what would change that.
pub(crate) const ASKED_FIRST: &str = "actix asks a supervised actor before it stops, as `stop` and `restart` do; with \
     `actorscope_actix::Context` as its context it can be killed without";

/// What can be done to an observed actor. A supervised one is started again with its state and its
/// mailbox. `killable`: it can be ended without being asked although it is supervised.
///
/// A handler in actix runs to its end without an await point; what it leaves to `ctx.wait` or
/// `ctx.spawn` does have some, and is cancelled by a kill.
pub(crate) const fn capabilities(supervised: bool, killable: bool) -> Capabilities {
    let any = Capabilities::of(&[
        Capability::Kill,
        Capability::Stop,
        Capability::Suspend,
        Capability::InterruptsHandler,
    ]);
    if !supervised {
        return any;
    }
    let any = any.with(Capability::Restart).with(Capability::KeepsMailbox);
    if killable { any } else { any.without(Capability::Kill) }
}

/// Tells the task that runs the actor to end it without asking the actor. Everything else goes
/// through the slot's gate.
#[derive(Debug)]
pub struct Switch {
    killed: AtomicBool,
    task: Waker,
}

impl Switch {
    pub(crate) fn new(slot: &SlotHandle) -> Self {
        Self { killed: AtomicBool::new(false), task: slot.waker() }
    }

    /// Whether an operator wants something, for which the actor is to be left after a message. Without
    /// this a verb would wait until the mailbox is empty, which that of an actor in need of it never is.
    #[inline]
    pub(crate) fn is_wanted(&self, slot: &SlotHandle) -> bool {
        slot.is_asked() || self.is_killed()
    }

    /// Whether somebody wants the actor dead.
    pub(crate) fn is_killed(&self) -> bool {
        self.killed.load(Relaxed)
    }

    /// The same, for the last time.
    pub(crate) fn take_killed(&self) -> bool {
        self.killed.swap(false, Relaxed)
    }
}

impl Controls for Switch {
    fn kill(&self) -> Reaction {
        self.killed.store(true, Relaxed);
        self.task.wake_by_ref();
        Reaction::Accepted
    }
}
