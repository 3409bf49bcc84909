//! The numbers of one row.

use crate::v1::Cell;

/// Columns there may be; numbers of `Cell` are below this.
pub(super) const COLUMNS: usize = 72;

/// Cells by their columns' numbers.
const fn all(cells: &[Cell]) -> u128 {
    let mut bits = 0;
    let mut i = 0;
    while i < cells.len() {
        bits |= 1 << cells[i] as u32;
        i += 1;
    }
    bits
}

const fn range(from: Cell, to: Cell) -> u128 {
    (1 << (to as u32 + 1)) - (1 << from as u32)
}

/// The place in the view.
pub(super) const PLACE: u128 = range(Cell::DepthInTree, Cell::Open);

/// The identity.
pub(super) const IDENTITY: u128 = range(Cell::Class, Cell::ChildId);

/// The statistics.
pub(super) const STATS: u128 = range(Cell::State, Cell::WaitingSince);

/// Times that go on by themselves.
const MOMENTS: u128 = all(&[
    Cell::RestartsAt,
    Cell::DepthSince,
    Cell::OldestWait,
    Cell::QueueWaitSince,
    Cell::QueueWaitWindow,
    Cell::HandlingWindow,
    Cell::NowSince,
    Cell::PollWindow,
    Cell::DelayWindow,
    Cell::WaitingSince,
]);

/// Whether a column has moments.
pub(super) const fn is_moment(column: usize) -> bool {
    MOMENTS & (1 << column) != 0
}

/// The numbers of one row, by column.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Cells {
    /// What is absent is 0 here.
    values: [u64; COLUMNS],
    present: u128,
}

impl Cells {
    /// What is known of a new row.
    pub(super) const NEW: Self = Self { values: [0; COLUMNS], present: PLACE };

    pub(super) const fn at(&self, column: usize) -> Option<u64> {
        if self.present & (1 << column) != 0 { Some(self.values[column]) } else { None }
    }

    pub(super) const fn get(&self, cell: Cell) -> Option<u64> {
        self.at(cell as usize)
    }

    pub(super) fn set_at(&mut self, column: usize, value: Option<u64>) {
        self.values[column] = value.unwrap_or(0);
        let bit = 1 << column;
        self.present = if value.is_some() { self.present | bit } else { self.present & !bit };
    }

    pub(super) fn set(&mut self, cell: Cell, value: u64) {
        self.set_at(cell as usize, Some(value));
    }

    pub(super) fn set_opt(&mut self, cell: Cell, value: Option<u64>) {
        self.set_at(cell as usize, value);
    }

    /// Takes the cells of `columns` from `other`.
    pub(super) fn copy(&mut self, columns: u128, other: &Self) {
        for column in numbers(columns & (self.present | other.present)) {
            self.set_at(column, other.at(column));
        }
    }

    /// Columns in which the two differ.
    pub(super) fn differing<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = usize> + 'a {
        numbers(self.present | other.present).filter(|column| self.at(*column) != other.at(*column))
    }

    /// Takes moments from `known` where they are the same as far as clocks can tell.
    pub(super) fn settle_moments(&mut self, known: &Self) {
        for column in numbers(MOMENTS & self.present & known.present) {
            if super::number::is_same_moment(self.values[column], known.values[column]) {
                self.values[column] = known.values[column];
            }
        }
    }

    /// Whether it says different things at different times.
    pub(super) fn has_moments(&self) -> bool {
        numbers(MOMENTS & self.present).any(|column| self.values[column] != 0)
    }
}

fn numbers(mut bits: u128) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let next = bits.trailing_zeros() as usize;
        bits &= bits.wrapping_sub(1);
        (next < 128).then_some(next)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_of_one_part() {
        assert_eq!(PLACE & IDENTITY | IDENTITY & STATS | PLACE & STATS, 0);
        assert_eq!((PLACE | IDENTITY | STATS) | 1, (1 << COLUMNS) - 1);
        assert_eq!(MOMENTS & STATS, MOMENTS);
        assert!((1..COLUMNS).all(|n| Cell::try_from(n as i32).is_ok()));
    }
}
