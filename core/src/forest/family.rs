//! The children of one slot, and how their names were numbered.

use super::siblings::Siblings;
use crate::id_map::IdHash;
use std::collections::HashMap;

/// See the module's documentation.
#[derive(Default, Debug)]
pub(super) struct Family {
    pub(super) siblings: Siblings,
    /// The last `~n` given for a name, by its hash, so that ten thousand equal siblings cost no search. Two
    /// names of one hash leave numbers out. In a box, because most have names of their own.
    #[allow(clippy::box_collection, reason = "a fifth of the size")]
    numbers: Option<Box<HashMap<u64, u32, IdHash>>>,
}

impl Family {
    /// The last number given behind a name; 1 = none.
    pub(super) fn last_number(&self, name: u64) -> u32 {
        self.numbers.as_ref().and_then(|numbers| numbers.get(&name)).copied().unwrap_or(1)
    }

    /// Keeps that. Forgets them all when there are more of them than of siblings: then most are of names
    /// that nobody has any more.
    pub(super) fn note_number(&mut self, name: u64, number: u32) {
        let most = self.siblings.len() + 64;
        let numbers = self.numbers.get_or_insert_default();
        if numbers.len() >= most {
            numbers.clear();
        }
        numbers.insert(name, number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_come_and_go_leave_nothing() {
        let mut family = Family::default();
        for n in 0..10_000 {
            family.note_number(n, 2);
        }
        assert!(family.numbers.is_some_and(|numbers| numbers.len() <= 64));
    }
}
