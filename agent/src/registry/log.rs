//! What happened, as it happens: what a host's thread writes down of it. Numbers, paths and readers
//! are the sampler's business (`sampler::journal`), which takes everything away once a tick, or
//! sooner when somebody follows.

use crate::slot::Slot;
use actorscope_core::{EventKind, ExitReason, Incarnation, SlotId, Timestamp};
use std::collections::VecDeque;
use std::sync::Arc;

/// Facts kept until the agent takes them away.
const MOST: usize = 4_096;

/// Facts kept while no agent runs, for the one that may be started later: few, because each keeps a slot
/// alive, and starting and ending actors goes on in memory that is warm.
const MOST_UNCLAIMED: usize = 256;

/// The same in bytes of text.
const MOST_TEXT: usize = 512 * 1024;

/// Longest text of a fact, in bytes.
const TEXT: usize = 1_000;

/// What a fact says beyond its kind.
#[derive(Default)]
pub(crate) struct Fact {
    pub(crate) exit: Option<ExitReason>,
    pub(crate) reason: Option<String>,
    pub(crate) by: Option<String>,
}

/// Texts that most facts do without.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) reason: Option<String>,
    pub(crate) by: Option<String>,
}

/// Which slot a fact is about.
#[derive(Debug)]
pub(crate) enum Whose {
    /// One that the agent knows or will be told of: where it was is told when it goes, too. So one that goes
    /// before the agent has looked is freed where it lived, in memory that is warm there, and no other thread
    /// writes to its counts.
    Told(SlotId),
    /// One of which nobody will be told any more, or not yet: it is kept until somebody looks.
    Kept(Arc<Slot>),
}

impl Whose {
    pub(crate) fn id(&self) -> SlotId {
        match self {
            Self::Told(id) => *id,
            Self::Kept(slot) => slot.id,
        }
    }
}

/// One fact.
#[derive(Debug)]
pub(crate) struct Noted {
    pub(crate) at: Timestamp,
    pub(crate) slot: Option<Whose>,
    pub(crate) said: Option<Box<Said>>,
    pub(crate) incarnation: Option<Incarnation>,
    pub(crate) kind: EventKind,
    pub(crate) exit: Option<ExitReason>,
}

impl Noted {
    /// `told`: somebody is told of slots that come and go.
    pub(crate) fn new(
        at: Timestamp,
        kind: EventKind,
        slot: Option<&Arc<Slot>>,
        fact: Fact,
        told: bool,
    ) -> Self {
        let text = |t: Option<String>| t.map(|t| actorscope_core::text::line(&t, TEXT));
        let said = (fact.reason.is_some() || fact.by.is_some())
            .then(|| Box::new(Said { reason: text(fact.reason), by: text(fact.by) }));
        let incarnation = slot.map(|slot| slot.incarnation());
        let whose = |slot: &Arc<Slot>| {
            let is_told = told && !slot.marks.is_forgotten();
            if is_told { Whose::Told(slot.id) } else { Whose::Kept(slot.clone()) }
        };
        Self { at, slot: slot.map(whose), said, incarnation, kind, exit: fact.exit }
    }

    fn text_bytes(&self) -> usize {
        let len = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        self.said.as_ref().map_or(0, |said| len(&said.reason) + len(&said.by))
    }
}

/// Facts that nobody has taken away yet, bounded: what falls out is counted.
#[derive(Default, Debug)]
pub(crate) struct Log {
    noted: VecDeque<Noted>,
    text_bytes: usize,
    lost: u64,
    /// Who wants to hear of each fact at once: hardly ever anybody.
    pub(super) listeners: usize,
}

/// What came of keeping a fact.
#[must_use]
#[derive(Debug)]
pub(crate) struct Pushed {
    /// From now on something may soon be lost.
    pub(crate) fills: bool,
    /// Somebody listens.
    pub(crate) is_heard: bool,
    /// What had to go for it, to be dropped outside of the lock: the last one to know a slot frees it.
    pub(crate) gone: Option<Noted>,
}

/// Everything there was, and how many facts before it were lost.
#[derive(Default, Debug)]
pub(crate) struct Taken {
    pub(crate) lost: u64,
    pub(crate) noted: VecDeque<Noted>,
}

impl Log {
    /// Keeps a fact. `agent_runs`: somebody will take it away.
    pub(crate) fn push(&mut self, noted: Noted, agent_runs: bool) -> Pushed {
        let most = if agent_runs { MOST } else { MOST_UNCLAIMED };
        let was_filling = self.is_filling();
        self.text_bytes += noted.text_bytes();
        let mut gone = None;
        // Before it is kept, so that there never have to be more than that.
        while self.noted.len() >= most || self.text_bytes > MOST_TEXT {
            let Some(oldest) = self.noted.pop_front() else { break };
            self.text_bytes -= oldest.text_bytes();
            self.lost += 1;
            gone = Some(oldest);
        }
        self.noted.push_back(noted);
        let fills = !was_filling && self.is_filling();
        Pushed { fills, is_heard: self.listeners > 0, gone }
    }

    /// Takes everything away; further facts go into `room`, which is empty.
    pub(crate) fn take(&mut self, room: VecDeque<Noted>) -> Taken {
        self.text_bytes = 0;
        let noted = std::mem::replace(&mut self.noted, room);
        Taken { lost: std::mem::take(&mut self.lost), noted }
    }

    /// Nobody is told of slots any more: those that are still there, as `find` knows, are kept for whoever
    /// looks next.
    pub(crate) fn keep_slots(&mut self, find: impl Fn(SlotId) -> Option<Arc<Slot>>) {
        for whose in self.noted.iter_mut().filter_map(|noted| noted.slot.as_mut()) {
            if let Whose::Told(id) = whose
                && let Some(slot) = find(*id)
            {
                *whose = Whose::Kept(slot);
            }
        }
    }

    /// Gives room back that is not needed.
    pub(crate) fn shrink_to(&mut self, needed: usize) {
        self.noted.shrink_to(needed);
    }

    fn is_filling(&self) -> bool {
        self.noted.len() > MOST / 2 || self.text_bytes > MOST_TEXT / 2
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.noted.is_empty() && self.lost == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(reason: Option<String>) -> Noted {
        Noted::new(Timestamp(1), EventKind::Verb, None, Fact { reason, ..Fact::default() }, true)
    }

    #[test]
    fn what_falls_out_is_counted() {
        let mut log = Log::default();
        let gone = (0..MOST + 10).filter(|_| log.push(fact(None), true).gone.is_some()).count();
        let taken = log.take(VecDeque::new());
        assert_eq!((gone, taken.lost, taken.noted.len()), (10, 10, MOST));
        assert!(log.is_empty() && log.take(VecDeque::new()).noted.is_empty());
        for _ in 0..MOST {
            let _ = log.push(fact(None), false);
        }
        assert_eq!(log.take(VecDeque::new()).noted.len(), MOST_UNCLAIMED);
    }

    #[test]
    fn long_texts_are_bounded_too() {
        let mut log = Log::default();
        let mut fills = 0;
        for _ in 0..MOST / 2 {
            fills += usize::from(log.push(fact(Some("x".repeat(5_000))), true).fills);
        }
        let taken = log.take(VecDeque::new());
        assert_eq!(fills, 1, "told once");
        assert!(taken.noted.len() * TEXT <= MOST_TEXT + TEXT, "{} facts", taken.noted.len());
        assert_eq!(taken.lost as usize + taken.noted.len(), MOST / 2);
    }
}
