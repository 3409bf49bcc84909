//! Who talks to whom and who waits for whom, as of the last pass.

use super::row::Row;
use crate::cell::LinkReading;
use crate::clock::{Ticks, nanos};
use actorscope_core::forest::Forest;
use actorscope_core::link::{self, Link, Links, WaitingFor, Waits};
use actorscope_core::{IdMap, SlotId};

/// An answer that is out for less is no reason to speak of a deadlock.
const LONG_NS: u64 = 500_000_000;

/// Groups of slots waiting for each other that a summary names.
const GROUPS: usize = 4;

/// Links of one slot that are told, in each direction.
const MOST: usize = 64;

/// Name of the receivers beyond the size of the sender's table.
const OTHER: &str = "_other";

/// Notes for whom a slot has been waiting for long.
pub(super) fn note_long_waits(row: &Row, now: Ticks, waits: &mut IdMap<Vec<SlotId>>) {
    for (peer, since) in row.waits() {
        if nanos(*since, now) >= LONG_NS {
            waits.entry(row.slot.id).or_default().push(*peer);
        }
    }
}

/// Groups that wait for each other, by path.
pub(super) fn deadlocks(waits: &IdMap<Vec<SlotId>>, forest: &Forest) -> Vec<Vec<String>> {
    let by_path = |group: Vec<SlotId>| group.into_iter().map(|id| forest.path(id)).collect();
    link::cycles(waits, GROUPS).into_iter().map(by_path).collect()
}

/// The longest wait of a slot.
pub(super) fn waiting_for(row: &Row, forest: &Forest, now: Ticks) -> Option<WaitingFor> {
    let (slot, since) = row.waits().iter().min_by_key(|(_, since)| *since)?;
    Some(WaitingFor { slot: *slot, path: forest.path(*slot), for_ns: nanos(*since, now) })
}

/// Messages from and to a slot, out of the rows of all who ever told of any; `None` if nobody told of
/// any of its.
pub(super) fn links_of<'a>(
    id: SlotId,
    rows: impl Iterator<Item = &'a Row>,
    waits: &IdMap<Vec<SlotId>>,
    forest: &Forest,
    now: Ticks,
) -> Option<Links> {
    let mut links = Links::default();
    for row in rows {
        let sender = row.slot.id;
        let Some(sent) = row.slot.read_links() else { continue };
        for reading in sent.read() {
            if sender == id {
                let path = reading.peer.map_or_else(|| OTHER.to_owned(), |peer| forest.path(peer));
                links.outgoing.push(told(reading, reading.peer, path, now));
            }
            if reading.peer == Some(id) {
                links.incoming.push(told(reading, Some(sender), forest.path(sender), now));
            }
        }
    }
    for side in [&mut links.outgoing, &mut links.incoming] {
        side.sort_by(|a, b| {
            (b.tells + b.asks).cmp(&(a.tells + a.asks)).then_with(|| a.path.cmp(&b.path))
        });
        side.truncate(MOST);
    }
    let by_path = |slot| Waits { slot, path: forest.path(slot) };
    links.cycle = link::cycle(id, waits).into_iter().map(by_path).collect();
    (!links.outgoing.is_empty() || !links.incoming.is_empty()).then_some(links)
}

fn told(reading: LinkReading, peer: Option<SlotId>, path: String, now: Ticks) -> Link {
    Link {
        peer,
        path,
        tells: reading.tells,
        asks: reading.asks,
        failed: reading.failed,
        ask: reading.ask,
        waiting: reading.waiting,
        waiting_ns: reading.since.map(|since| nanos(since, now)),
    }
}
