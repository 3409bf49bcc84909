//! A set of places, one bit each: of a million it takes 125 KB, and going over it costs next to nothing
//! where it is empty.

/// See the module's documentation.
#[derive(Default)]
pub(super) struct Places(Vec<u64>);

const fn split(place: u32) -> (usize, u64) {
    ((place / 64) as usize, 1 << (place % 64))
}

impl Places {
    pub(super) fn contains(&self, place: u32) -> bool {
        let (word, bit) = split(place);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Whether it was not there.
    pub(super) fn insert(&mut self, place: u32) -> bool {
        let (at, bit) = split(place);
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        self.0.get_mut(at).is_some_and(|word| {
            let is_new = *word & bit == 0;
            *word |= bit;
            is_new
        })
    }

    /// Whether it was there.
    pub(super) fn remove(&mut self, place: u32) -> bool {
        let (at, bit) = split(place);
        self.0.get_mut(at).is_some_and(|word| {
            let was = *word & bit != 0;
            *word &= !bit;
            was
        })
    }

    /// All of them, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.from(0)
    }

    /// Those from a place on, ascending.
    pub(super) fn from(&self, place: u32) -> impl Iterator<Item = u32> + '_ {
        let (first, bit) = split(place);
        let from_there = !(bit - 1);
        let words = self
            .0
            .iter()
            .enumerate()
            .skip(first)
            .map(move |(at, word)| (at, if at == first { word & from_there } else { *word }));
        words.filter(|(_, word)| *word != 0).flat_map(|(at, word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                if left == 0 {
                    return None;
                }
                let bit = left.trailing_zeros();
                left &= left - 1;
                Some(at as u32 * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Places;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn it_is_a_set(steps in proptest::collection::vec((any::<bool>(), 0u32..500), 0..300)) {
            let (mut places, mut model) = (Places::default(), BTreeSet::new());
            for (comes, place) in steps {
                if comes {
                    prop_assert_eq!(places.insert(place), model.insert(place));
                } else {
                    prop_assert_eq!(places.remove(place), model.remove(&place));
                }
            }
            for from in [0, 1, 63, 64, 200, 600] {
                let expected: Vec<u32> = model.range(from..).copied().collect();
                prop_assert_eq!(places.from(from).collect::<Vec<_>>(), expected);
            }
            prop_assert_eq!(places.iter().collect::<Vec<_>>(), Vec::from_iter(model));
        }
    }
}
