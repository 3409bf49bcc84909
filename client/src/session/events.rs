//! Where in the sequence of events a session is.

use actorscope_core::event::{Event, EventKind};
use std::sync::Arc;

/// The next event wanted. Knows when some are missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Cursor {
    /// `None` before the first event.
    next: Option<u64>,
}

impl Cursor {
    /// The number to ask for; 0 = whatever there is.
    pub(super) fn next(self) -> u64 {
        self.next.unwrap_or(0)
    }

    /// Takes events as they came: repeated ones are left out, and where some are missing without the
    /// agent saying so, a gap is put in.
    pub(super) fn take(&mut self, batch: Vec<Event>) -> Vec<Event> {
        let mut out = Vec::with_capacity(batch.len());
        for event in batch {
            match self.next {
                Some(next) if event.seq < next => continue,
                Some(next) if event.seq > next && event.kind != EventKind::Gap => {
                    out.push(gap(next, &event));
                }
                _ => {}
            }
            self.next = Some(event.seq.saturating_add(1));
            out.push(event);
        }
        out
    }
}

/// Stands where the events from `first` up to `before` should be.
fn gap(first: u64, before: &Event) -> Event {
    let missing = before.seq - first;
    Event {
        // The last of those missing, so that numbers keep growing.
        seq: before.seq - 1,
        at: before.at,
        kind: EventKind::Gap,
        slot: None,
        incarnation: None,
        path: Arc::default(),
        exit: None,
        reason: Some(format!("{missing} events are missing here")),
        by: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actorscope_core::Timestamp;

    fn event(seq: u64, kind: EventKind) -> Event {
        Event {
            seq,
            at: Timestamp(seq),
            kind,
            slot: None,
            incarnation: None,
            path: Arc::default(),
            exit: None,
            reason: None,
            by: None,
        }
    }

    fn taken(cursor: &mut Cursor, batch: &[(u64, EventKind)]) -> Vec<(u64, EventKind)> {
        let batch = batch.iter().map(|(seq, kind)| event(*seq, *kind)).collect();
        let out = cursor.take(batch);
        out.iter().map(|e| (e.seq, e.kind)).collect()
    }

    #[test]
    fn what_came_before_is_not_missed() {
        let mut cursor = Cursor::default();
        let started = EventKind::Started;
        assert_eq!(taken(&mut cursor, &[(41, started)]), [(41, started)]);
        assert_eq!(cursor.next(), 42);
    }

    #[test]
    fn repeated_events_come_once_and_missing_ones_are_marked() {
        let mut cursor = Cursor::default();
        let started = EventKind::Started;
        taken(&mut cursor, &[(1, started), (2, started)]);
        assert_eq!(
            taken(&mut cursor, &[(2, started), (3, started), (7, started)]),
            [(3, started), (6, EventKind::Gap), (7, started)]
        );
    }

    #[test]
    fn a_gap_that_the_agent_marks_is_not_marked_twice() {
        let mut cursor = Cursor::default();
        let (started, gap) = (EventKind::Started, EventKind::Gap);
        taken(&mut cursor, &[(1, started)]);
        assert_eq!(taken(&mut cursor, &[(6, gap), (7, started)]), [(6, gap), (7, started)]);
    }
}
