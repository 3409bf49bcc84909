//! Whom a request means: the same checks for everything that is done to an actor.

use super::Shared;
use crate::gate::Gate;
use crate::slot::{Cold, Slot};
use actorscope_core::{Incarnation, Outcome, SlotId};
use actorscope_proto::v1;
use std::sync::Arc;

/// An actor that is there.
pub(super) struct Meant {
    pub(super) slot: Arc<Slot>,
    pub(super) path: String,
    pub(super) incarnation: Incarnation,
}

/// Why it is not there, or is another one.
pub(super) struct NotThere {
    pub(super) outcome: Outcome,
    pub(super) message: String,
    pub(super) incarnation: Incarnation,
}

/// Finds the actor that `target` means: instance, slot and incarnation must all fit, so that a stale
/// screen cannot hit a successor.
pub(super) fn find(shared: &Shared, id: SlotId, target: &v1::Target) -> Result<Meant, NotThere> {
    let none = Incarnation(0);
    let gone = |message: String, incarnation| {
        Err(NotThere { outcome: Outcome::Gone, message, incarnation })
    };
    if target.instance != shared.info.instance.to_bytes() {
        let message = "the service was restarted since: it is another instance now";
        return gone(message.to_owned(), none);
    }
    let Some(slot) = shared.registry.slot(id) else {
        return gone(format!("there is no slot {id} any more"), none);
    };
    shared.take_in();
    let path = shared.with_sampler(|sampler| sampler.rows().path(id));
    let incarnation = match Incarnation(target.incarnation) {
        Incarnation(0) => slot.incarnation(),
        given => given,
    };
    let meant = Meant { slot, path, incarnation };
    meant.ask(|_, _| ())?;
    Ok(meant)
}

impl Meant {
    /// Asks for something, if it is still there.
    pub(super) fn ask<T>(&self, ask: impl FnOnce(&mut Cold, &Gate) -> T) -> Result<T, NotThere> {
        self.slot.ask(self.incarnation, ask).ok_or_else(|| self.not_there())
    }

    fn not_there(&self) -> NotThere {
        let Self { slot, path, incarnation: meant } = self;
        let incarnation = slot.incarnation();
        let (outcome, message) = if incarnation == *meant {
            let message = format!("{path} has no actor at the moment: nothing was done");
            (Outcome::Gone, message)
        } else {
            let message = format!(
                "{path} is filled by incarnation {incarnation} now, not {meant}: nothing was done"
            );
            (Outcome::StaleIncarnation, message)
        };
        NotThere { outcome, message, incarnation }
    }
}
