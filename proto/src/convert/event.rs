//! Lifecycle events.

use super::{Malformed, slot_id, word};
use crate::v1;
use actorscope_core::event::{Event, EventKind};
use actorscope_core::state::ExitReason;
use actorscope_core::{Incarnation, SlotId, Timestamp};

impl From<&Event> for v1::Event {
    fn from(event: &Event) -> Self {
        Self {
            seq: event.seq,
            at: event.at.0,
            kind: event.kind.word().to_owned(),
            slot: event.slot.map(SlotId::get),
            incarnation: event.incarnation.map(|i| i.0),
            path: event.path.to_string(),
            exit: event.exit.map_or("", ExitReason::word).to_owned(),
            reason: event.reason.clone(),
            by: event.by.clone(),
        }
    }
}

impl TryFrom<v1::Event> for Event {
    type Error = Malformed;

    fn try_from(wire: v1::Event) -> Result<Self, Malformed> {
        Ok(Self {
            seq: wire.seq,
            at: Timestamp(wire.at),
            kind: word!(EventKind, "kind", wire.kind)?,
            slot: wire.slot.map(slot_id).transpose()?,
            incarnation: wire.incarnation.map(Incarnation),
            path: wire.path.into(),
            exit: ExitReason::from_word(&wire.exit),
            reason: wire.reason,
            by: wire.by,
        })
    }
}
