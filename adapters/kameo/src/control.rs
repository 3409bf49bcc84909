//! How operators reach an actor.

use crate::{cell, table};
use actorscope_agent::adapter::{Controls, DepthProbe, Reaction};
use actorscope_agent::core::capability::{Capabilities, Capability};
use kameo::Actor;
use kameo::actor::{ActorRef, WeakActorRef};

/// What can be done to any observed actor. A supervised one can be restarted as well, and keeps its
/// mailbox; under `panic = "abort"` it cannot, because a restart is an unwinding.
pub(crate) const fn capabilities(supervised: bool, prints_state: bool) -> Capabilities {
    let any = Capabilities::of(&[
        Capability::Kill,
        Capability::Stop,
        Capability::Suspend,
        Capability::InterruptsHandler,
    ]);
    let any = if prints_state { any.with(Capability::DumpState) } else { any };
    if supervised && cfg!(panic = "unwind") {
        any.with(Capability::Restart).with(Capability::KeepsMailbox)
    } else if supervised {
        any.with(Capability::KeepsMailbox)
    } else {
        any
    }
}

/// Reaches the current incarnation. A reference from before a restart would kill nobody and say
/// nothing, so each start brings a new one; it is weak, so nobody is kept alive.
pub(crate) struct Reach<A: Actor> {
    actor: WeakActorRef<A>,
}

impl<A: Actor> Reach<A> {
    pub(crate) fn new(actor_ref: &ActorRef<A>) -> Self {
        Self { actor: actor_ref.downgrade() }
    }

    /// Messages that it has taken and kameo holds in its start-up buffer: hardly anybody ever has any.
    fn buffered(&self) -> usize {
        if !cell::any_buffered() {
            return 0;
        }
        table::get(self.actor.id()).map_or(0, |cell| cell.buffered())
    }
}

impl<A: Actor> Controls for Reach<A> {
    fn kill(&self) -> Reaction {
        if !self.actor.is_alive() {
            return Reaction::Gone;
        }
        self.actor.kill();
        Reaction::Accepted
    }
}

/// Reaches the current incarnation and its bounded mailbox.
pub(crate) struct Bounded<A: Actor>(pub(crate) Reach<A>);

impl<A: Actor> Controls for Bounded<A> {
    fn kill(&self) -> Reaction {
        self.0.kill()
    }

    fn probe(&self) -> Option<&dyn DepthProbe> {
        Some(self)
    }
}

/// The depth, read from outside: permits taken, and what kameo holds in its start-up buffer.
impl<A: Actor> DepthProbe for Bounded<A> {
    fn depth(&self) -> Option<u64> {
        let Reach { actor } = &self.0;
        let sender = actor.mailbox_sender().upgrade()?;
        let queued = sender.max_capacity()?.saturating_sub(sender.capacity()?);
        Some((queued + self.0.buffered()) as u64)
    }
}
