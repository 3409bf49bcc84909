//! How operators reach an actor.

use crate::cell::ActorCell;
use actorscope_agent::adapter::{Controls, DepthProbe, Reaction};
use actorscope_agent::core::capability::{Capabilities, Capability};
use kameo::Actor;
use kameo::actor::WeakActorRef;
use kameo::mailbox::WeakMailboxSender;
use std::sync::{Arc, Weak};

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
pub(crate) struct Reach<A: Actor>(pub(crate) WeakActorRef<A>);

impl<A: Actor> Controls for Reach<A> {
    fn kill(&self) -> Reaction {
        if !self.0.is_alive() {
            return Reaction::Gone;
        }
        self.0.kill();
        Reaction::Accepted
    }
}

/// The depth of a bounded mailbox, read from outside: permits taken, and what kameo holds in its
/// start-up buffer.
pub(crate) struct BoundedDepth<A: Actor> {
    pub(crate) sender: WeakMailboxSender<A>,
    pub(crate) cell: Weak<ActorCell>,
}

impl<A: Actor> DepthProbe for BoundedDepth<A> {
    fn depth(&self) -> Option<u64> {
        let sender = self.sender.upgrade()?;
        let queued = sender.max_capacity()?.saturating_sub(sender.capacity()?);
        let buffered = self.cell.upgrade().map_or(0, |cell| cell.buffered());
        Some((queued + buffered) as u64)
    }
}

/// A probe for mailboxes that have a bound.
pub(crate) fn depth_probe<A: Actor>(
    sender: &kameo::mailbox::MailboxSender<A>,
    cell: &Arc<ActorCell>,
) -> Option<Arc<dyn DepthProbe>> {
    sender.max_capacity()?;
    Some(Arc::new(BoundedDepth { sender: sender.downgrade(), cell: Arc::downgrade(cell) }))
}
