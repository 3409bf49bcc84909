//! Values in numbered places, in blocks that never move.
//!
//! A vector that grows to a million moves everything and holds up to twice what it needs; a map needs
//! half as much again. Blocks are made as they fill and given back when they are empty, and who keeps
//! two things for each place keeps two slabs with the same numbers.

use std::collections::BTreeSet;
use std::fmt;

/// Places in one block: 64 to a word.
const BLOCK: usize = WORDS * 64;
const WORDS: usize = 4;

/// Some of up to 2³² values, each in its place.
pub struct Slab<T> {
    blocks: Vec<Block<T>>,
    /// Blocks that are there and not full, or were given back.
    open: BTreeSet<u32>,
    len: usize,
}

struct Block<T> {
    taken: [u64; WORDS],
    /// Empty while nothing is in it.
    cells: Box<[Option<T>]>,
}

impl<T> Block<T> {
    const fn is_full(&self) -> bool {
        let [a, b, c, d] = self.taken;
        a & b & c & d == u64::MAX
    }

    const fn is_empty(&self) -> bool {
        let [a, b, c, d] = self.taken;
        a | b | c | d == 0
    }

    fn first_free(&self) -> Option<usize> {
        let word = self.taken.iter().position(|word| *word != u64::MAX)?;
        Some(word * 64 + self.taken.get(word)?.trailing_ones() as usize)
    }

    fn mark(&mut self, cell: usize, taken: bool) {
        let bit = 1 << (cell % 64);
        if let Some(word) = self.taken.get_mut(cell / 64) {
            *word = if taken { *word | bit } else { *word & !bit };
        }
    }
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { blocks: Vec::new(), open: BTreeSet::new(), len: 0 }
    }
}

impl<T: fmt::Debug> fmt::Debug for Slab<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

const fn split(place: u32) -> (usize, usize) {
    (place as usize / BLOCK, place as usize % BLOCK)
}

impl<T> Slab<T> {
    /// Values there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Puts a value into the first free place and returns that; `None`, and the value is dropped, when
    /// all 2³² are taken.
    pub fn insert(&mut self, value: T) -> Option<u32> {
        let block = match self.open.first() {
            Some(block) => *block as usize,
            None => self.blocks.len(),
        };
        let cell = self.blocks.get(block).map_or(Some(0), Block::first_free)?;
        let place = u32::try_from(block * BLOCK + cell).ok()?;
        self.put(place, value);
        Some(place)
    }

    /// Puts a value into a place; returns what was there.
    pub fn put(&mut self, place: u32, value: T) -> Option<T> {
        let (at, cell) = split(place);
        while self.blocks.len() <= at {
            self.open.insert(self.blocks.len() as u32);
            self.blocks.push(Block { taken: [0; WORDS], cells: Box::default() });
        }
        let block = self.blocks.get_mut(at)?;
        if block.cells.is_empty() {
            block.cells = (0..BLOCK).map(|_| None).collect();
        }
        block.mark(cell, true);
        if block.is_full() {
            self.open.remove(&(at as u32));
        }
        let before = block.cells.get_mut(cell)?.replace(value);
        self.len += usize::from(before.is_none());
        before
    }

    /// Takes the value out of a place.
    pub fn remove(&mut self, place: u32) -> Option<T> {
        let (at, cell) = split(place);
        let block = self.blocks.get_mut(at)?;
        let value = block.cells.get_mut(cell)?.take()?;
        block.mark(cell, false);
        self.open.insert(at as u32);
        if block.is_empty() {
            block.cells = Box::default();
            while self.blocks.last().is_some_and(Block::is_empty) {
                self.blocks.pop();
                self.open.remove(&(self.blocks.len() as u32));
            }
        }
        self.len -= 1;
        Some(value)
    }

    /// What is in a place.
    #[inline]
    pub fn get(&self, place: u32) -> Option<&T> {
        let (block, cell) = split(place);
        self.blocks.get(block)?.cells.get(cell)?.as_ref()
    }

    /// What is in a place.
    #[inline]
    pub fn get_mut(&mut self, place: u32) -> Option<&mut T> {
        let (block, cell) = split(place);
        self.blocks.get_mut(block)?.cells.get_mut(cell)?.as_mut()
    }

    /// All values with their places, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.blocks.iter().enumerate().flat_map(|(at, block)| {
            let place = move |cell: usize| (at * BLOCK + cell) as u32;
            let cells = block.cells.iter().enumerate();
            cells.filter_map(move |(cell, value)| Some((place(cell), value.as_ref()?)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn what_was_full_and_is_empty_keeps_nothing() {
        let mut slab = Slab::default();
        let places: Vec<u32> = (0..3_000).map(|n| slab.insert(n).unwrap()).collect();
        assert_eq!(places, (0..3_000).collect::<Vec<_>>());
        for place in places {
            assert_eq!(slab.remove(place), Some(place));
        }
        assert!(slab.is_empty() && slab.blocks.is_empty() && slab.open.is_empty());
    }

    #[test]
    fn a_block_that_is_empty_is_given_back_and_used_again() {
        let mut slab = Slab::default();
        for n in 0..3 * BLOCK {
            slab.insert(n);
        }
        for place in BLOCK..2 * BLOCK {
            slab.remove(place as u32);
        }
        assert!(slab.blocks[1].cells.is_empty());
        assert_eq!(slab.insert(7), Some(BLOCK as u32));
    }

    proptest! {
        #[test]
        fn it_is_a_map_by_place(
            steps in proptest::collection::vec((0u8..3, 0u32..2_000), 0..500),
        ) {
            let (mut slab, mut model) = (Slab::default(), BTreeMap::new());
            for (n, (what, place)) in steps.into_iter().enumerate() {
                match what {
                    0 => {
                        let place = slab.insert(n).unwrap();
                        prop_assert_eq!(model.insert(place, n), None, "a free place");
                    }
                    1 => prop_assert_eq!(slab.put(place, n), model.insert(place, n)),
                    _ => prop_assert_eq!(slab.remove(place), model.remove(&place)),
                }
                prop_assert_eq!(slab.get(place), model.get(&place));
                prop_assert_eq!(slab.len(), model.len());
            }
            let all: Vec<(u32, usize)> = slab.iter().map(|(place, n)| (place, *n)).collect();
            prop_assert_eq!(all, model.into_iter().collect::<Vec<_>>());
        }
    }
}
