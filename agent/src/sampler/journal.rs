//! The last lifecycle events, numbered and with paths, bounded in bytes. What falls out leaves a hole
//! in the numbers, which readers get to see as a gap.

use actorscope_core::{Event, EventKind, Timestamp};
use std::collections::VecDeque;
use std::sync::Arc;

/// Default bound in bytes: 5,000 to 9,000 events, by how long their paths and texts are.
pub(crate) const DEFAULT_BYTES: usize = 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Journal {
    events: VecDeque<Event>,
    bytes: usize,
    most_bytes: usize,
    last: u64,
    dropped: u64,
}

/// Events from some number on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Read {
    /// Numbers (from, to) that were asked for and are not held any more.
    pub(crate) missing: Option<(u64, u64)>,
    pub(crate) events: Vec<Event>,
}

impl Journal {
    pub(crate) const fn new(most_bytes: usize) -> Self {
        Self { events: VecDeque::new(), bytes: 0, most_bytes, last: 0, dropped: 0 }
    }

    /// Numbers an event and keeps it.
    pub(crate) fn push(&mut self, mut event: Event) -> u64 {
        self.last += 1;
        event.seq = self.last;
        self.bytes += event.size();
        self.events.push_back(event);
        while self.bytes > self.most_bytes {
            let Some(old) = self.events.pop_front() else {
                break;
            };
            self.bytes = self.bytes.saturating_sub(old.size());
            self.dropped += 1;
        }
        self.last
    }

    /// So many events were lost before anybody numbered them.
    pub(crate) fn lose(&mut self, count: u64, at: Timestamp) {
        if count == 0 {
            return;
        }
        self.dropped += count;
        let from = self.last + 1;
        // The hole's last number is the gap's, so that readers go on behind it.
        self.last += count - 1;
        self.push(gap(from, self.last + 1, at));
    }

    /// The newest event's number; 0 before the first.
    pub(crate) const fn last(&self) -> u64 {
        self.last
    }

    /// Events that fell out.
    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The number of the oldest event still held.
    pub(crate) fn first_held(&self) -> u64 {
        self.events.front().map_or(self.last + 1, |e| e.seq)
    }

    /// At most `most` events from number `from` on.
    pub(crate) fn read(&self, from: u64, most: usize) -> Read {
        let first = self.first_held();
        let missing = (from.max(1) < first && from > 0).then(|| (from, first - 1));
        let skip = self.events.partition_point(|event| event.seq < from);
        Read { missing, events: self.events.iter().skip(skip).take(most).cloned().collect() }
    }
}

/// Stands for events with these numbers that are not held.
pub(crate) fn gap(from: u64, to: u64, at: Timestamp) -> Event {
    Event {
        seq: to,
        at,
        kind: EventKind::Gap,
        slot: None,
        incarnation: None,
        path: Arc::default(),
        exit: None,
        reason: Some(format!("events {from} to {to} are not held any more")),
        by: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event {
            seq: 0,
            at: Timestamp(0),
            kind: EventKind::Started,
            slot: None,
            incarnation: None,
            path: "/a".into(),
            exit: None,
            reason: None,
            by: None,
        }
    }

    #[test]
    fn what_falls_out_is_a_gap() {
        let mut ring = Journal::new(event().size() * 3);
        for _ in 0..5 {
            ring.push(event());
        }
        assert_eq!((ring.last(), ring.dropped(), ring.first_held()), (5, 2, 3));
        let seqs = |read: Read| read.events.iter().map(|e| e.seq).collect::<Vec<_>>();
        assert_eq!(ring.read(1, 10).missing, Some((1, 2)));
        assert_eq!(seqs(ring.read(1, 10)), [3, 4, 5]);
        assert_eq!(ring.read(0, 10).missing, None, "0 asks for what there is");
        assert_eq!(seqs(ring.read(4, 1)), [4]);
        assert_eq!(ring.read(6, 10), Read { missing: None, events: vec![] });
    }

    #[test]
    fn what_was_lost_before_it_had_a_number_is_a_gap_too() {
        let mut journal = Journal::new(DEFAULT_BYTES);
        journal.push(event());
        journal.lose(3, Timestamp(5));
        journal.push(event());
        let read = journal.read(1, 10);
        let seqs: Vec<_> = read.events.iter().map(|e| (e.seq, e.kind)).collect();
        let (event, gap) = (EventKind::Started, EventKind::Gap);
        assert_eq!(seqs, [(1, event), (4, gap), (5, event)]);
        assert_eq!((read.missing, journal.dropped(), journal.last()), (None, 3, 5));
        assert_eq!(journal.read(3, 1).events[0].kind, gap, "whoever asks inside the hole is told");
    }
}
