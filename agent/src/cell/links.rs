//! Whom a slot sends to, as its own code says it: counts, answer times, and whose answer is out.
//!
//! Unlike the meter this has any number of writers: an actor may ask from several tasks at once.
//! Bounded: so many receivers are told apart, the rest is counted together.

use super::log2::Shared;
use crate::clock::{Ticks, nanos, ticks};
use crate::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use actorscope_core::SlotId;
use actorscope_core::slot::LatencySummary;

/// Receivers told apart.
const PEERS: usize = 16;

/// Asks to one receiver whose age is known while they are out.
const ASKS: usize = 4;

/// What one slot sent to one other.
#[derive(Default, Debug)]
pub(crate) struct Link {
    /// The receiver's id; 0 = free.
    peer: AtomicU64,
    tells: AtomicU64,
    asks: AtomicU64,
    failed: AtomicU64,
    sum_ns: AtomicU64,
    max_ns: AtomicU64,
    answered: Shared,
    waiting: AtomicU32,
    /// When asks began whose answer is out; 0 = free.
    since: [AtomicU64; ASKS],
}

/// All links of one slot.
#[derive(Default, Debug)]
pub(crate) struct Links {
    links: [Link; PEERS],
    other: Link,
}

/// An ask in flight, for [`Link::answered`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    begun: Ticks,
    place: Option<usize>,
}

/// A reading of a [`Link`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinkReading {
    /// `None` for all beyond the table's size.
    pub(crate) peer: Option<SlotId>,
    pub(crate) tells: u64,
    pub(crate) asks: u64,
    pub(crate) failed: u64,
    pub(crate) ask: Option<LatencySummary>,
    pub(crate) waiting: u32,
    /// When the oldest ask that is out began.
    pub(crate) since: Option<Ticks>,
}

impl Links {
    /// The link to `peer`.
    pub(crate) fn to(&self, peer: SlotId) -> &Link {
        let id = peer.get();
        for link in &self.links {
            let there = link.peer.load(Relaxed);
            if there == id {
                return link;
            }
            if there == 0 {
                match link.peer.compare_exchange(0, id, Relaxed, Relaxed) {
                    Ok(_) => return link,
                    Err(taken) if taken == id => return link,
                    Err(_) => {}
                }
            }
        }
        &self.other
    }

    /// Everything sent so far.
    pub(crate) fn read(&self) -> Vec<LinkReading> {
        let all = self.links.iter().chain(std::iter::once(&self.other));
        all.map(Link::read).filter(|link| link.tells + link.asks > 0).collect()
    }

    /// Whose answers are out, and since when.
    pub(crate) fn waits(&self) -> impl Iterator<Item = (SlotId, Ticks)> + '_ {
        self.links.iter().filter_map(|link| {
            let since = link.since()?;
            Some((SlotId::new(link.peer.load(Relaxed))?, since))
        })
    }
}

impl Link {
    pub(crate) fn told(&self, ok: bool) {
        self.tells.fetch_add(1, Relaxed);
        if !ok {
            self.failed.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn asked(&self, begun: Ticks) -> Ask {
        self.asks.fetch_add(1, Relaxed);
        self.waiting.fetch_add(1, Relaxed);
        let claim = |place: &AtomicU64| place.compare_exchange(0, begun, Relaxed, Relaxed).is_ok();
        Ask { begun, place: self.since.iter().position(claim) }
    }

    pub(crate) fn answered(&self, ask: Ask, ok: bool) {
        self.waiting.fetch_sub(1, Relaxed);
        if let Some(place) = ask.place.and_then(|place| self.since.get(place)) {
            place.store(0, Relaxed);
        }
        if ok {
            let took = nanos(ask.begun, ticks());
            self.answered.record(took);
            self.sum_ns.fetch_add(took, Relaxed);
            self.max_ns.fetch_max(took, Relaxed);
        } else {
            self.failed.fetch_add(1, Relaxed);
        }
    }

    fn since(&self) -> Option<Ticks> {
        self.since.iter().map(|since| since.load(Relaxed)).filter(|since| *since != 0).min()
    }

    fn read(&self) -> LinkReading {
        let mut answered = self.answered.read();
        let count = answered.count();
        answered.max_ns = Some(self.max_ns.load(Relaxed));
        let mean = self.sum_ns.load(Relaxed).checked_div(count);
        LinkReading {
            peer: SlotId::new(self.peer.load(Relaxed)),
            tells: self.tells.load(Relaxed),
            asks: self.asks.load(Relaxed),
            failed: self.failed.load(Relaxed),
            ask: (count > 0).then(|| LatencySummary { mean, ..answered.summary() }),
            waiting: self.waiting.load(Relaxed),
            since: self.since(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u64) -> SlotId {
        SlotId::new(n).unwrap()
    }

    #[test]
    fn what_is_out_is_told_until_it_is_answered() {
        let links = Links::default();
        let (first, second) = (links.to(id(2)).asked(ticks()), links.to(id(2)).asked(ticks()));
        assert_eq!(links.waits().map(|(peer, _)| peer).collect::<Vec<_>>(), [id(2)]);
        links.to(id(2)).answered(first, true);
        assert_eq!(links.read()[0].waiting, 1);
        links.to(id(2)).answered(second, false);
        let link = links.read()[0];
        assert_eq!((link.asks, link.failed, link.waiting, link.since), (2, 1, 0, None));
        assert_eq!(link.ask.map(|ask| ask.count), Some(1), "only answers have an answer time");
        assert_eq!(links.waits().count(), 0);
    }

    #[test]
    fn receivers_beyond_the_table_are_counted_together() {
        let links = Links::default();
        for n in 1..=20 {
            links.to(id(n)).told(true);
        }
        let read = links.read();
        assert_eq!(read.len(), PEERS + 1);
        let other = read.last().unwrap();
        assert_eq!((other.peer, other.tells), (None, 20 - PEERS as u64));
        links.to(id(3)).told(false);
        assert_eq!((links.read()[2].tells, links.read()[2].failed), (2, 1));
    }
}
