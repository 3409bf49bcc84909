//! Who talks to whom.

use super::{Malformed, slot_id};
use crate::v1;
use actorscope_core::SlotId;
use actorscope_core::link::{Link, Links, WaitingFor, Waits};

impl From<&Links> for v1::Links {
    fn from(links: &Links) -> Self {
        Self {
            outgoing: links.outgoing.iter().map(Into::into).collect(),
            incoming: links.incoming.iter().map(Into::into).collect(),
            cycle: links
                .cycle
                .iter()
                .map(|w| v1::Waits { slot: w.slot.get(), path: w.path.clone() })
                .collect(),
        }
    }
}

impl TryFrom<v1::Links> for Links {
    type Error = Malformed;

    fn try_from(wire: v1::Links) -> Result<Self, Malformed> {
        let links = |wire: Vec<v1::Link>| -> Result<Vec<Link>, Malformed> {
            wire.into_iter().map(TryInto::try_into).collect()
        };
        let waits = |w: v1::Waits| Ok(Waits { slot: slot_id(w.slot)?, path: w.path });
        Ok(Self {
            outgoing: links(wire.outgoing)?,
            incoming: links(wire.incoming)?,
            cycle: wire.cycle.into_iter().map(waits).collect::<Result<_, Malformed>>()?,
        })
    }
}

impl From<&Link> for v1::Link {
    fn from(link: &Link) -> Self {
        Self {
            peer: link.peer.map(SlotId::get),
            path: link.path.clone(),
            tells: link.tells,
            asks: link.asks,
            failed: link.failed,
            ask: link.ask.map(Into::into),
            waiting: link.waiting,
            waiting_ns: link.waiting_ns,
        }
    }
}

impl TryFrom<v1::Link> for Link {
    type Error = Malformed;

    fn try_from(wire: v1::Link) -> Result<Self, Malformed> {
        Ok(Self {
            peer: wire.peer.map(slot_id).transpose()?,
            path: wire.path,
            tells: wire.tells,
            asks: wire.asks,
            failed: wire.failed,
            ask: wire.ask.map(Into::into),
            waiting: wire.waiting,
            waiting_ns: wire.waiting_ns,
        })
    }
}

impl From<&WaitingFor> for v1::WaitingFor {
    fn from(waiting: &WaitingFor) -> Self {
        Self { slot: waiting.slot.get(), path: waiting.path.clone(), for_ns: waiting.for_ns }
    }
}
