//! What happened, as it happens: what a host's thread writes down of it. Numbers, paths and readers
//! are the sampler's business (`sampler::journal`), which takes everything away with each pass,
//! and sooner when somebody follows.

use super::chronicle::{Beside, Chronicle, Entry};
use crate::slot::Slot;
use crate::sync::atomic::AtomicU64;
use crate::sync::atomic::Ordering::{Acquire, Release};
use crate::sync::{Mutex, lock};
use actorscope_core::SlotId;
use std::sync::Arc;

/// Facts kept until the agent takes them away: about as many as it keeps of the last ones itself
/// (`sampler::journal`). So it need not be woken where more come: those that are lost here, it would have
/// thrown out again before anybody could read them.
const MOST: usize = 8_192;

/// Facts kept while no agent runs, for the one that may be started later: few, because each keeps a slot
/// alive, and starting and ending actors goes on in memory that is near.
const MOST_UNCLAIMED: usize = 64;

/// The same in bytes of text.
const MOST_TEXT: usize = 512 * 1024;

/// Facts that nobody has taken away yet, bounded: what falls out is counted.
#[derive(Default, Debug)]
pub(crate) struct Log {
    noted: Chronicle,
    text_bytes: usize,
    lost: u64,
    /// Facts that were ever noted and are not held any more: lost, or taken away.
    past: u64,
    /// The same before facts were taken away last, as long as whoever has them was not told of their slots.
    past_out: Option<u64>,
    /// Who wants to hear of each fact at once: hardly ever anybody.
    pub(super) listeners: usize,
}

/// What came of keeping a fact.
#[must_use]
#[derive(Debug)]
pub(crate) struct Pushed {
    /// Somebody listens.
    pub(crate) is_heard: bool,
    /// What went with a fact that had to go for it, to be dropped outside of the lock.
    pub(crate) gone: Option<Beside>,
}

/// Everything there was, and how many facts before it were lost.
#[derive(Default, Debug)]
pub(crate) struct Taken {
    pub(crate) lost: u64,
    pub(crate) noted: Chronicle,
}

impl Log {
    /// Keeps a fact. `agent_runs`: somebody will take it away.
    pub(crate) fn push(&mut self, entry: Entry, agent_runs: bool) -> Pushed {
        let most = if agent_runs { MOST } else { MOST_UNCLAIMED };
        self.text_bytes += entry.text_bytes();
        let mut gone = None;
        // Before it is kept, so that there never have to be more than that.
        while self.noted.len() >= most || self.text_bytes > MOST_TEXT {
            let Some(oldest) = self.noted.forget() else { break };
            self.text_bytes -= oldest.text_bytes();
            self.lost += 1;
            self.past += 1;
            gone = Some(oldest);
        }
        self.noted.push(entry);
        Pushed { is_heard: self.listeners > 0, gone }
    }

    /// Takes everything away; further facts go into `room`, which is empty.
    pub(crate) fn take(&mut self, room: Chronicle) -> Taken {
        self.text_bytes = 0;
        let noted = std::mem::replace(&mut self.noted, room);
        self.past_out = Some(self.past);
        self.past += noted.len() as u64;
        Taken { lost: std::mem::take(&mut self.lost), noted }
    }

    /// Whoever took facts away last has been told of all slots in them.
    pub(crate) const fn told(&mut self) {
        self.past_out = None;
    }

    /// Nobody is told of slots any more: those that are still there, as `find` knows, are kept for whoever
    /// looks next.
    pub(crate) fn keep_slots(&mut self, find: impl Fn(SlotId) -> Option<Arc<Slot>>) {
        self.noted.keep_slots(find);
    }

    /// Gives room back that is not needed.
    pub(crate) fn shrink_to(&mut self, needed: usize) {
        self.noted.shrink_to(needed);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.noted.is_empty() && self.lost == 0
    }
}

/// The log and, to be read without its lock, how far it has come.
#[derive(Default)]
pub(crate) struct Notes {
    log: Mutex<Log>,
    /// Facts that were ever noted.
    noted: AtomicU64,
    /// So many of them, from the first on, need nobody to know their slots any more.
    settled: AtomicU64,
}

impl Notes {
    /// Works with the log.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Log) -> T) -> T {
        let mut log = lock(&self.log);
        let result = work(&mut log);
        // Both only ever grow, and are written under the lock only.
        self.noted.store(log.past + log.noted.len() as u64, Release);
        self.settled.store(log.past_out.unwrap_or(log.past), Release);
        result
    }

    /// Facts that were ever noted: each whose noting the caller knows of is among them.
    pub(crate) fn noted(&self) -> u64 {
        self.noted.load(Acquire)
    }

    /// So many of them at least, from the first on, are lost, or were taken away and their slots told.
    pub(crate) fn settled(&self) -> u64 {
        self.settled.load(Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::super::chronicle::{Fact, TEXT};
    use super::*;
    use actorscope_core::{EventKind, Timestamp};

    #[test]
    fn facts_settle_when_they_are_lost_and_when_their_slots_were_told() {
        let notes = Notes::default();
        let note =
            |count| (0..count).for_each(|_| drop(notes.with(|log| log.push(fact(None), true))));
        let settled =
            |settled, noted| assert_eq!((notes.settled(), notes.noted()), (settled, noted));
        let most = MOST as u64;
        note(MOST + 10);
        settled(10, most + 10);
        notes.with(|log| log.take(Chronicle::default()));
        settled(10, most + 10);
        note(MOST + 20);
        settled(10, 2 * most + 30);
        notes.with(Log::told);
        settled(most + 30, 2 * most + 30);
    }

    fn fact(reason: Option<String>) -> Entry {
        Entry::new(Timestamp(1), EventKind::Verb, None, Fact::said(reason, None), true)
    }

    #[test]
    fn what_falls_out_is_counted() {
        let mut log = Log::default();
        let gone = (0..MOST + 10).filter(|_| log.push(fact(None), true).gone.is_some()).count();
        let taken = log.take(Chronicle::default());
        assert_eq!((gone, taken.lost, taken.noted.len()), (10, 10, MOST));
        assert!(log.is_empty() && log.take(Chronicle::default()).noted.is_empty());
        for _ in 0..MOST {
            let _ = log.push(fact(None), false);
        }
        assert_eq!(log.take(Chronicle::default()).noted.len(), MOST_UNCLAIMED);
    }

    #[test]
    fn long_texts_are_bounded_too() {
        let mut log = Log::default();
        for _ in 0..MOST {
            let _ = log.push(fact(Some("x".repeat(5_000))), true);
        }
        let taken = log.take(Chronicle::default());
        assert!(taken.noted.len() * TEXT <= MOST_TEXT + TEXT, "{} facts", taken.noted.len());
        assert_eq!(taken.lost as usize + taken.noted.len(), MOST);
    }
}
