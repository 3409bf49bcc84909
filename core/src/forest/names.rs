//! Which names are taken: no two children of one parent have the same.

use super::name::{Key, Name};
use super::{Forest, Node, Place};
use std::hash::BuildHasher;

/// The hash of a text with a number behind it, from that of the text: ten thousand workers have one text,
/// which nobody can choose by its hash, and their numbers are counted up.
const fn numbered(text: u64, number: u32) -> u64 {
    text ^ (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Forest {
    fn hash_text(&self, parent: Option<Place>, text: &str) -> u64 {
        self.hasher.hash_one((parent, text))
    }

    fn hash_key(&self, parent: Option<Place>, Key(text, number): Key<'_>) -> u64 {
        numbered(self.hash_text(parent, text), number)
    }

    /// The hash under which a node's place is among the taken names.
    pub(super) fn hash_of(&self, node: &Node) -> u64 {
        self.hash_key(node.parent, node.name().key())
    }

    /// Who has a name under a parent.
    pub(super) fn called(&self, parent: Option<Place>, name: Key<'_>) -> Option<Place> {
        self.called_by_hash(self.hash_key(parent, name), parent, name)
    }

    fn called_by_hash(&self, hash: u64, parent: Option<Place>, name: Key<'_>) -> Option<Place> {
        let is_it = |place: &Place| {
            self.node(*place).is_some_and(|node| node.parent == parent && node.name().key() == name)
        };
        self.taken.find(hash, is_it).copied()
    }

    /// The number behind a name that makes it one that no sibling has (0 = none is needed), and its hash.
    pub(super) fn free_number(&mut self, parent: Option<Place>, text: &str) -> (u32, u64) {
        let key = Key::of(text);
        let hash = self.hash_key(parent, key);
        if self.called_by_hash(hash, parent, key).is_none() {
            return (0, hash);
        }
        let of_text = if key.1 == 0 { hash } else { self.hash_text(parent, text) };
        let mut number = self.family_mut(parent).last_number(of_text);
        loop {
            number = number.saturating_add(1);
            let hash = numbered(of_text, number);
            if self.called_by_hash(hash, parent, Name { text, number }.key()).is_none() {
                self.family_mut(parent).note_number(of_text, number);
                return (number, hash);
            }
        }
    }

    /// Notes that a slot has the name that its node says.
    pub(super) fn take_name(&mut self, place: Place, hash: u64) {
        let Self { taken, nodes, hasher, .. } = self;
        taken.insert_unique(hash, place, |place| {
            let Some(node) = nodes.get(place.number()) else { return 0 };
            let Key(text, number) = node.name().key();
            numbered(hasher.hash_one((node.parent, text)), number)
        });
    }
}
