//! Facts in the order in which they were noted, in little room: many are held for the agent while it does not look.

use crate::slot::Slot;
use actorscope_core::{EventKind, ExitReason, Incarnation, SlotId, Timestamp};
use std::collections::VecDeque;
use std::sync::Arc;

/// Longest text of a fact, in bytes.
pub(super) const TEXT: usize = 1_000;

/// What a fact says beyond its kind. Two words: it comes twice with every actor, and mostly says nothing.
#[derive(Default)]
pub(crate) struct Fact {
    exit: Option<ExitReason>,
    said: Option<Box<Said>>,
}

impl Fact {
    /// Why, in words.
    pub(crate) fn because(reason: impl Into<String>) -> Self {
        Self::said(Some(reason.into()), None)
    }

    /// Why, and who wanted it.
    pub(crate) fn said(reason: Option<String>, by: Option<String>) -> Self {
        let said = (reason.is_some() || by.is_some()).then(|| Said::boxed(reason, by));
        Self { exit: None, said }
    }

    /// An actor ended like this.
    pub(crate) const fn with_exit(mut self, exit: ExitReason) -> Self {
        self.exit = Some(exit);
        self
    }
}

/// Texts that most facts do without.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) reason: Option<String>,
    pub(crate) by: Option<String>,
}

/// Which slot a fact is about.
#[derive(Debug)]
pub(crate) struct Whose {
    pub(crate) id: SlotId,
    /// The slot itself, if nobody will be told of it any more, or not yet: it is kept until somebody looks.
    ///
    /// Of all others the agent knows or will be told, and of where they were when they go, too. So one that goes
    /// before the agent has looked is freed where it lived, in memory that is warm there, and no other thread writes
    /// to its counts.
    pub(crate) kept: Option<Arc<Slot>>,
}

/// One fact, as it is read.
#[derive(Debug)]
pub(crate) struct Noted {
    pub(crate) at: Timestamp,
    pub(crate) slot: Option<Whose>,
    pub(crate) said: Option<Box<Said>>,
    pub(crate) incarnation: Option<Incarnation>,
    pub(crate) kind: EventKind,
    pub(crate) exit: Option<ExitReason>,
}

/// What few facts have. That of one that is forgotten is to be dropped where nobody waits: the last one to know a slot
/// frees it.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    kept: Option<Arc<Slot>>,
    said: Option<Box<Said>>,
}

impl Beside {
    pub(super) fn text_bytes(&self) -> usize {
        self.said.as_deref().map_or(0, Said::bytes)
    }
}

impl Said {
    #[cold]
    fn boxed(reason: Option<String>, by: Option<String>) -> Box<Self> {
        let text = |t: Option<String>| t.map(|t| actorscope_core::text::line(&t, TEXT));
        Box::new(Self { reason: text(reason), by: text(by) })
    }

    fn bytes(&self) -> usize {
        let len = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        len(&self.reason) + len(&self.by)
    }
}

/// A fact without what few have.
#[derive(Debug)]
struct Brief {
    at: Timestamp,
    slot: Option<SlotId>,
    /// Of the slot, if there is one.
    incarnation: Incarnation,
    kind: EventKind,
    exit: Option<ExitReason>,
    /// The next of those kept is its slot.
    is_kept: bool,
    /// The next of those said is its.
    is_said: bool,
}

/// One fact, as it is noted.
#[derive(Debug)]
pub(crate) struct Entry {
    brief: Brief,
    beside: Beside,
}

impl Entry {
    /// `told`: somebody is told of slots that come and go.
    #[inline]
    pub(crate) fn new(
        at: Timestamp,
        kind: EventKind,
        slot: Option<&Arc<Slot>>,
        Fact { exit, said }: Fact,
        told: bool,
    ) -> Self {
        let is_told = |slot: &Slot| told && !slot.marks.is_forgotten();
        let kept = slot.filter(|slot| !is_told(slot)).cloned();
        let brief = Brief {
            at,
            slot: slot.map(|slot| slot.id),
            incarnation: slot.map_or(Incarnation::FIRST, |slot| slot.incarnation()),
            kind,
            exit,
            is_kept: kept.is_some(),
            is_said: said.is_some(),
        };
        Self { brief, beside: Beside { kept, said } }
    }

    pub(super) fn text_bytes(&self) -> usize {
        self.beside.text_bytes()
    }
}

/// Facts, oldest first. What few of them have is beside them, in the same order.
#[derive(Debug, Default)]
pub(crate) struct Chronicle {
    briefs: VecDeque<Brief>,
    kept: VecDeque<Arc<Slot>>,
    said: VecDeque<Box<Said>>,
}

impl Chronicle {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.briefs.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.briefs.is_empty()
    }

    #[inline]
    pub(super) fn push(&mut self, Entry { brief, beside: Beside { kept, said } }: Entry) {
        self.briefs.push_back(brief);
        if let Some(kept) = kept {
            self.kept.push_back(kept);
        }
        if let Some(said) = said {
            self.said.push_back(said);
        }
    }

    /// Takes the oldest one out.
    pub(crate) fn pop(&mut self) -> Option<Noted> {
        let (brief, Beside { kept, said }) = self.take_oldest()?;
        let Brief { at, slot, incarnation, kind, exit, .. } = brief;
        let incarnation = slot.map(|_| incarnation);
        Some(Noted { at, slot: slot.map(|id| Whose { id, kept }), said, incarnation, kind, exit })
    }

    /// Forgets the oldest one.
    #[inline]
    pub(super) fn forget(&mut self) -> Option<Beside> {
        Some(self.take_oldest()?.1)
    }

    #[inline]
    fn take_oldest(&mut self) -> Option<(Brief, Beside)> {
        let brief = self.briefs.pop_front()?;
        let kept = if brief.is_kept { self.kept.pop_front() } else { None };
        let said = if brief.is_said { self.said.pop_front() } else { None };
        Some((brief, Beside { kept, said }))
    }

    /// When the oldest one was noted.
    pub(crate) fn since(&self) -> Option<Timestamp> {
        Some(self.briefs.front()?.at)
    }

    /// Which slot each one is about, and the slot itself of those that keep it.
    pub(crate) fn slots(&self) -> impl Iterator<Item = Option<(SlotId, Option<&Arc<Slot>>)>> {
        let mut kept = self.kept.iter();
        self.briefs.iter().map(move |brief| {
            let kept = brief.is_kept.then(|| kept.next()).flatten();
            Some((brief.slot?, kept))
        })
    }

    /// From now on all of them keep their slots, of those that `find` finds.
    pub(super) fn keep_slots(&mut self, find: impl Fn(SlotId) -> Option<Arc<Slot>>) {
        let mut before = std::mem::take(&mut self.kept).into_iter();
        for brief in &mut self.briefs {
            let Some(id) = brief.slot else { continue };
            let slot = if brief.is_kept { before.next() } else { find(id) };
            brief.is_kept = slot.is_some();
            self.kept.extend(slot);
        }
    }

    /// How many there is memory for.
    pub(crate) fn capacity(&self) -> usize {
        self.briefs.capacity()
    }

    /// Gives memory back that is for more than so many.
    pub(crate) fn shrink_to(&mut self, needed: usize) {
        self.briefs.shrink_to(needed);
        self.kept.shrink_to(needed);
        self.said.shrink_to(needed);
    }
}

#[cfg(test)]
impl From<Noted> for Entry {
    fn from(Noted { at, slot, said, incarnation, kind, exit }: Noted) -> Self {
        let (id, kept) = slot.map_or((None, None), |slot| (Some(slot.id), slot.kept));
        let (is_kept, is_said) = (kept.is_some(), said.is_some());
        let incarnation = incarnation.unwrap_or(Incarnation::FIRST);
        let brief = Brief { at, slot: id, incarnation, kind, exit, is_kept, is_said };
        Self { brief, beside: Beside { kept, said } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Registration, Registry};

    #[test]
    fn a_fact_takes_three_words() {
        assert_eq!(size_of::<Brief>(), 24);
    }

    /// What a fact comes to, in short.
    fn brief(noted: &Noted) -> (u64, Option<SlotId>, Option<SlotId>, Option<&str>) {
        let slot = noted.slot.as_ref();
        let kept = slot.and_then(|slot| slot.kept.as_ref()).map(|slot| slot.id);
        let said = noted.said.as_ref().and_then(|said| said.reason.as_deref());
        (noted.at.0, slot.map(|slot| slot.id), kept, said)
    }

    #[test]
    fn each_fact_comes_out_with_its_own_slot_and_texts() {
        let registry = Registry::new();
        let slots: [_; 3] =
            std::array::from_fn(|_| registry.register(Registration::new("test", "a", "A")));
        let [a, b, c] = slots.each_ref().map(|handle| &handle.slot);
        let mut chronicle = Chronicle::default();
        let mut note = |at, slot, told, said: Option<&str>| {
            let fact = Fact::said(said.map(str::to_owned), None);
            chronicle.push(Entry::new(Timestamp(at), EventKind::Verb, slot, fact, told));
        };
        note(1, Some(a), true, None);
        note(2, Some(b), false, Some("b"));
        note(3, None, true, Some("nobody"));
        note(4, Some(c), false, None);
        assert_eq!(
            chronicle.slots().map(|slot| Some(slot?.1?.id)).collect::<Vec<_>>(),
            [None, Some(b.id), None, Some(c.id)]
        );
        // Whose slot nobody finds any more does without.
        chronicle.keep_slots(|id| (id == a.id).then(|| a.clone()));
        let out: Vec<_> = std::iter::from_fn(|| chronicle.pop()).collect();
        let expected = [
            (1, Some(a.id), Some(a.id), None),
            (2, Some(b.id), Some(b.id), Some("b")),
            (3, None, None, Some("nobody")),
            (4, Some(c.id), Some(c.id), None),
        ];
        assert_eq!(out.iter().map(brief).collect::<Vec<_>>(), expected);
        assert!(chronicle.is_empty() && chronicle.kept.is_empty() && chronicle.said.is_empty());
    }
}
