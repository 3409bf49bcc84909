//! Who talks to whom, and who waits for whom.

use super::Latency;
use actorscope_core::link;
use serde::Serialize;

/// Messages of one slot from and to others.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Links {
    outgoing: Vec<Link>,
    incoming: Vec<Link>,
    /// It waits for the second, the last waits for it; empty = it is in no such cycle.
    cycle: Vec<Waits>,
}

/// Messages between the slot and one other; `peer` is null where several are gathered.
#[derive(Clone, PartialEq, Debug, Serialize)]
struct Link {
    peer: Option<u64>,
    path: String,
    tells: u64,
    asks: u64,
    failed: u64,
    ask_ns: Option<Latency>,
    waiting: u32,
    waiting_ns: Option<u64>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Waits {
    slot: u64,
    path: String,
}

/// For whose answer a slot waits.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct WaitingFor {
    slot: u64,
    path: String,
    for_ns: u64,
}

impl From<&link::Links> for Links {
    fn from(links: &link::Links) -> Self {
        Self {
            outgoing: links.outgoing.iter().map(Into::into).collect(),
            incoming: links.incoming.iter().map(Into::into).collect(),
            cycle: links.cycle.iter().map(Into::into).collect(),
        }
    }
}

impl From<&link::Link> for Link {
    fn from(link: &link::Link) -> Self {
        Self {
            peer: link.peer.map(|peer| peer.get()),
            path: link.path.clone(),
            tells: link.tells,
            asks: link.asks,
            failed: link.failed,
            ask_ns: link.ask.map(Latency::from),
            waiting: link.waiting,
            waiting_ns: link.waiting_ns,
        }
    }
}

impl From<&link::Waits> for Waits {
    fn from(waits: &link::Waits) -> Self {
        Self { slot: waits.slot.get(), path: waits.path.clone() }
    }
}

impl From<&link::WaitingFor> for WaitingFor {
    fn from(waiting: &link::WaitingFor) -> Self {
        Self { slot: waiting.slot.get(), path: waiting.path.clone(), for_ns: waiting.for_ns }
    }
}
