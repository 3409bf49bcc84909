//! Memory that taking in uses again: where somebody follows it may be done many times a second, and what grew and was
//! freed each time would leave the heap in pieces.

use crate::registry::{Changes, Chronicle, Registry};
use actorscope_core::SlotId;

/// Entries that there is always room for.
const LEAST: usize = 64;

/// All of it is empty between two times.
#[derive(Default)]
pub(super) struct Room {
    pub(super) noted: Chronicle,
    pub(super) changes: Changes,
    pub(super) leave: Vec<SlotId>,
    /// The most entries of any at one time since room was given back last.
    most: usize,
}

impl Room {
    /// So much was taken in.
    pub(super) fn used(&mut self, entries: usize) {
        self.most = self.most.max(entries);
    }

    /// Gives back what is much more than was needed since the last time. How much may be kept by others of what is
    /// as large.
    pub(super) fn give_back(&mut self, registry: Registry) -> usize {
        let needed = std::mem::take(&mut self.most).saturating_mul(4).max(LEAST);
        if self.noted.capacity() > needed {
            self.noted.shrink_to(needed);
            registry.shrink_log(needed);
        }
        self.changes.there.shrink_to(needed);
        self.changes.gone.shrink_to(needed);
        self.leave.shrink_to(needed);
        needed
    }
}
