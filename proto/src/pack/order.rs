//! The order of rows, told by the order before.

use super::number::{added, difference, unzigzag, zigzag};
use crate::convert::{Malformed, slot_id};
use actorscope_core::SlotId;
use actorscope_core::view::MAX_ROWS;

const FOLLOWS: u64 = 0;
const JUMP: u64 = 1;
const NEW: u64 = 2;
/// Bits that say what to do.
const WHAT: u32 = 2;

/// Writes an order down, row by row.
#[derive(Default)]
pub(super) struct Runs {
    runs: Vec<u64>,
    /// Position in the old order behind the last row.
    cursor: usize,
    last_new: u64,
    rows: usize,
}

impl Runs {
    /// A row that stood at `before` in the old order.
    pub(super) fn moved(&mut self, before: usize) {
        let jump = difference(before as u64, self.cursor as u64);
        self.rows += 1;
        self.cursor = before + 1;
        if jump != 0 {
            self.runs.push(zigzag(jump) << WHAT | JUMP);
            return;
        }
        match self.runs.last_mut() {
            Some(run) if *run & 3 == FOLLOWS => *run += 1 << WHAT,
            _ => self.runs.push(1 << WHAT | FOLLOWS),
        }
    }

    /// A row that is new.
    pub(super) fn entered(&mut self, slot: SlotId) {
        self.rows += 1;
        // Slots are below 2^53: nothing is shifted out.
        self.runs.push(zigzag(difference(slot.get(), self.last_new)) << WHAT | NEW);
        self.last_new = slot.get();
    }

    /// The order; `None` if it is the old one, of `before` rows.
    pub(super) fn finish(self, before: usize) -> Option<Vec<u64>> {
        let is_same = self.rows == before
            && matches!(self.runs[..], [] | [_])
            && self.runs.iter().all(|run| run & 3 == FOLLOWS);
        (!is_same).then_some(self.runs)
    }
}

/// A row of an order that was received.
pub(super) enum Row {
    /// It stood at this position.
    Old(usize),
    New(SlotId),
}

/// Reads an order down, of which `before` rows were known. That no row comes twice is for the caller
/// to see.
pub(super) fn read(runs: &[u64], before: usize) -> Result<Vec<Row>, Malformed> {
    let mut rows = Vec::new();
    let (mut cursor, mut last_new) = (0usize, 0u64);
    for run in runs {
        let wrong = || Malformed::new("order", run);
        let argument = run >> WHAT;
        match run & 3 {
            FOLLOWS => {
                let count = usize::try_from(argument).map_err(|_| wrong())?;
                let end = cursor.checked_add(count).filter(|end| *end <= before);
                let end = end.ok_or_else(wrong)?;
                rows.extend((cursor..end).map(Row::Old));
                cursor = end;
            }
            JUMP => {
                let to = added(cursor as u64, unzigzag(argument));
                let to = usize::try_from(to).ok().filter(|to| *to < before).ok_or_else(wrong)?;
                rows.push(Row::Old(to));
                cursor = to + 1;
            }
            NEW => {
                last_new = added(last_new, unzigzag(argument));
                rows.push(Row::New(slot_id(last_new)?));
            }
            _ => return Err(wrong()),
        }
        if rows.len() > MAX_ROWS as usize {
            return Err(Malformed::new("order", format!("more than {MAX_ROWS} rows")));
        }
    }
    Ok(rows)
}
