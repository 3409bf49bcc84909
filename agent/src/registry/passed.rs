//! Slots that came and went while the sampler did not look: nothing but facts can ask who they were.

use super::leaving::Gone;
use super::log::Notes;

/// In two generations, so that nobody has to look at the oldest to know whether it is still asked for: where they come by
/// the ten thousand, that one lies in memory that is far by then.
#[derive(Default)]
pub(super) struct Passed {
    old: Generation,
    young: Generation,
}

/// Some of them, as they came.
#[derive(Default)]
struct Generation {
    gone: Vec<Gone>,
    /// Facts that had been noted when the last of them went: all about them are among those.
    noted: u64,
}

/// Room that each generation keeps.
const ROOM: usize = 32;

impl Passed {
    /// One more went. However long nobody looks, no more than twice as many are kept as there are facts about.
    pub(super) fn add(&mut self, gone: Gone, notes: &Notes) {
        if self.old.noted <= notes.settled() {
            self.old.gone.clear();
            std::mem::swap(&mut self.old, &mut self.young);
        }
        self.young.noted = notes.noted();
        self.young.gone.push(gone);
    }

    /// Moves all of them.
    pub(super) fn take(&mut self, all: &mut Vec<Gone>) {
        for Generation { gone, .. } in [&mut self.old, &mut self.young] {
            all.append(gone);
            gone.shrink_to(ROOM);
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.old.gone.len() + self.young.gone.len()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::super::chronicle::{Chronicle, Entry, Fact};
    use super::super::log::Log;
    use super::*;
    use actorscope_core::{EventKind, SlotId, Timestamp};

    fn gone(id: u64) -> Gone {
        Gone { id: SlotId::new(id).unwrap(), name: "passer".into(), parent: None }
    }

    #[test]
    fn nobody_is_let_go_about_whom_a_fact_may_still_ask() {
        let (notes, mut passed) = (Notes::default(), Passed::default());
        let fact = || Entry::new(Timestamp(1), EventKind::Exited, None, Fact::default(), true);
        let mut pass = |id| {
            let pushed = notes.with(|log| log.push(fact(), true));
            drop(pushed.gone);
            passed.add(gone(id), &notes);
        };
        (1..=100).for_each(&mut pass);
        // Taken away, but nobody was told of the slots in them yet.
        notes.with(|log| log.take(Chronicle::default()));
        (101..=110).for_each(&mut pass);
        notes.with(Log::told);
        assert_eq!(passed.len(), 110);
        let ids = |passed: &mut Passed| {
            let mut all = Vec::new();
            passed.take(&mut all);
            all.iter().map(|gone| gone.id.get()).collect::<Vec<_>>()
        };
        // All facts about the first hundred are settled, and none about the others.
        passed.add(gone(111), &notes);
        let mut kept = ids(&mut passed);
        assert!((101..=111).all(|id| kept.contains(&id)), "{kept:?}");
        kept.iter().for_each(|id| passed.add(gone(*id), &notes));
        notes.with(|log| log.take(Chronicle::default()));
        notes.with(Log::told);
        // Two generations later nobody is left about whom there is no fact.
        (201..=203).for_each(|id| passed.add(gone(id), &notes));
        kept = ids(&mut passed);
        assert!(!kept.is_empty() && kept.iter().all(|id| *id > 200), "{kept:?}");
        assert!(passed.is_empty());
    }
}
