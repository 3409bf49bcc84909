//! Picking the rows that a view shows.

use super::asked::Paths;
use super::best::Best;
use super::fold::{Fold, FoldId};
use super::tree::{self, tree};
use super::{Filter, MAX_ROWS, Order, RowSource, SortKey, ViewSpec};
use crate::id::SlotId;

/// What a row shows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RowId {
    /// One slot.
    Slot(SlotId),
    /// Many like children of one parent.
    Fold(FoldId),
    /// Those members of an open fold that are not shown.
    Rest(FoldId),
}

/// A row's place in a view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Placed {
    /// What it shows.
    pub row: RowId,
    /// How deep it hangs; 0 in tables.
    pub depth: u32,
    /// How many children it has; of a fold: members, of the rest of one: those that it stands for.
    pub children: u32,
    /// Whether they follow (or would, if the page were longer).
    pub open: bool,
}

impl Placed {
    /// A slot's.
    pub const fn slot_at(slot: SlotId, depth: u32, children: u32, open: bool) -> Self {
        Self { row: RowId::Slot(slot), depth, children, open }
    }

    /// The slot, if it shows one.
    pub const fn slot(&self) -> Option<SlotId> {
        match self.row {
            RowId::Slot(slot) => Some(slot),
            RowId::Fold(_) | RowId::Rest(_) => None,
        }
    }
}

/// The answer to a view.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Selection {
    /// Rows in order.
    pub rows: Vec<Placed>,
    /// The folds among them, in order.
    pub folds: Vec<Fold>,
    /// Slots that exist.
    pub total: u64,
    /// Rows that the view would have without offset and limit, as far as it was looked.
    pub matched: u64,
    /// There was no time to look at all slots.
    pub cut: bool,
}

/// Slots looked at between two looks at the clock.
const STRIDE: u32 = 64;

/// Slots that a filter lets through, for as long as there is time.
pub(super) struct Sieve<'a, S> {
    pub(super) source: &'a S,
    pub(super) filter: &'a Filter,
    paths: Paths,
    go_on: &'a mut dyn FnMut() -> bool,
    looked: u32,
    cut: bool,
}

impl<'a, S: RowSource> Sieve<'a, S> {
    fn new(source: &'a S, filter: &'a Filter, go_on: &'a mut dyn FnMut() -> bool) -> Self {
        Self { source, filter, paths: Paths::default(), go_on, looked: 0, cut: false }
    }

    /// Whether a slot passes; none does once the time is up.
    pub(super) fn passes(&mut self, slot: SlotId) -> bool {
        if self.filter.is_all() {
            return true;
        }
        self.looked = self.looked.wrapping_add(1);
        if self.cut || (self.looked.is_multiple_of(STRIDE) && !(self.go_on)()) {
            self.cut = true;
            return false;
        }
        self.filter.matches(&self.paths.asked(self.source, slot))
    }
}

/// Evaluates a view. Never more than [`MAX_ROWS`] rows; [`ViewSpec::Summary`] has none, a detail of
/// a slot that is gone has none either.
pub fn evaluate(view: &ViewSpec, source: &impl RowSource) -> Selection {
    evaluate_while(view, source, &mut || true)
}

/// [`evaluate`] for as long as `go_on` says so, which is asked now and then while a filter is tried on
/// all slots: a worst case must not hold up whoever answers others, too.
pub fn evaluate_while(
    view: &ViewSpec,
    source: &impl RowSource,
    go_on: &mut dyn FnMut() -> bool,
) -> Selection {
    let total = source.forest().len() as u64;
    let (mut cut, mut folds) = (false, Vec::new());
    let (rows, matched) = match view {
        ViewSpec::Summary => (Vec::new(), 0),
        ViewSpec::Table { sort, order, filter, offset, limit } => {
            let mut sieve = Sieve::new(source, filter, go_on);
            let rows = table(&mut sieve, *sort, *order, *offset, (*limit).min(MAX_ROWS));
            cut = sieve.cut;
            rows
        }
        ViewSpec::Tree { root, expansion, folding, filter, offset, limit } => {
            let mut sieve = Sieve::new(source, filter, go_on);
            let (root, offset, limit) = (*root, *offset, (*limit).min(MAX_ROWS));
            let asked = tree::Asked { root, expansion, folding, offset, limit };
            let found = tree(&mut sieve, &asked);
            cut = sieve.cut;
            folds = found.folds;
            (found.rows, found.matched)
        }
        ViewSpec::Detail { slot } => {
            let rows: Vec<Placed> = source
                .identity(*slot)
                .map(|_| place(source, *slot, 0, false))
                .into_iter()
                .collect();
            let matched = rows.len() as u64;
            (rows, matched)
        }
    };
    Selection { rows, folds, total, matched, cut }
}

pub(super) fn place(source: &impl RowSource, slot: SlotId, depth: u32, open: bool) -> Placed {
    let children = source.forest().child_count(slot) as u32;
    Placed::slot_at(slot, depth, children, open && children > 0)
}

fn table<S: RowSource>(
    sieve: &mut Sieve<'_, S>,
    sort: SortKey,
    order: Order,
    offset: u32,
    limit: u32,
) -> (Vec<Placed>, u64) {
    let keep = (offset as usize).saturating_add(limit as usize);
    let mut best = Best::new(keep, order);
    let source = sieve.source;
    if sieve.filter.is_all() {
        source.offer_all(sort, &mut best);
    } else {
        for slot in source.slots().filter(|slot| sieve.passes(*slot)) {
            best.offer(source.sort_value(slot, sort), || Some(slot));
        }
    }
    let matched = best.offered();
    let rows = best.into_rows().skip(offset as usize);
    (rows.map(|slot| place(source, slot, 0, false)).collect(), matched)
}
