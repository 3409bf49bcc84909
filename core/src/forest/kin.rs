//! Children of one parent by what their names have in common.

use super::siblings::{Sibling, Siblings};
use super::{Place, stem};
use crate::id::SlotId;
use std::collections::HashMap;
use std::sync::Arc;

/// Most stems told apart under one parent; children with more unlike names are kin of each other. So a
/// parent of a million children with names of their own is a few rows, too, and costs a few bytes each.
pub const MAX_STEMS: usize = 1_024;

/// A child, and where it is kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Member {
    /// Which slot.
    pub id: SlotId,
    /// Its place in the forest.
    pub place: Place,
}

impl Sibling for Member {
    fn id(self) -> SlotId {
        self.id
    }
}

/// What makes children of one parent alike.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Likeness {
    /// Their names, but for the numbers behind: `worker` of `worker-1` and `worker-2`. Empty for names
    /// that are numbers.
    Stem(Arc<str>),
    /// Nothing, but there are too many of them to tell apart.
    Others,
}

/// The children of one parent, sorted out. See [`Forest::kin`](super::Forest::kin).
#[derive(Clone, Default, Debug)]
pub struct Kin {
    by_stem: HashMap<Arc<str>, Siblings<Member>>,
    others: Siblings<Member>,
}

/// Children that are alike.
#[derive(Clone, Copy, Debug)]
pub struct Group<'a>(&'a Siblings<Member>);

impl<'a> Group<'a> {
    /// How many they are; never 0.
    pub const fn len(self) -> usize {
        self.0.len()
    }

    /// Whether there are none, which no group is.
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// In the order in which they were started.
    pub fn members(self) -> impl Iterator<Item = Member> + 'a {
        self.0.iter()
    }
}

impl Kin {
    /// All groups, in no particular order.
    pub fn groups(&self) -> impl Iterator<Item = (Likeness, Group<'_>)> {
        let others = (Likeness::Others, Group(&self.others));
        let stems = self.by_stem.iter();
        stems
            .map(|(stem, siblings)| (Likeness::Stem(stem.clone()), Group(siblings)))
            .chain(std::iter::once(others))
            .filter(|(_, group)| !group.is_empty())
    }

    /// One group.
    pub fn group(&self, likeness: &Likeness) -> Option<Group<'_>> {
        match likeness {
            Likeness::Stem(stem) => self.by_stem.get(stem).map(Group),
            Likeness::Others => Some(Group(&self.others)).filter(|group| !group.is_empty()),
        }
    }

    /// Adds a child whose name, but for a number that the forest gave it, is `text`.
    pub fn insert(&mut self, member: Member, text: &str) {
        let stem = stem::stem(text);
        if let Some(siblings) = self.by_stem.get_mut(stem) {
            siblings.insert(member);
        } else if self.by_stem.len() < MAX_STEMS {
            self.by_stem.entry(stem.into()).or_default().insert(member);
        } else {
            self.others.insert(member);
        }
    }

    /// Takes a child out again.
    pub(super) fn remove(&mut self, member: Member, text: &str) {
        let stem = stem::stem(text);
        if let Some(siblings) = self.by_stem.get_mut(stem)
            && siblings.remove(member)
        {
            if siblings.is_empty() {
                self.by_stem.remove(stem);
            }
            return;
        }
        // It came when there was no room for its stem.
        self.others.remove(member);
    }
}
