//! Picking the rows that a view shows.

use super::asked::Paths;
use super::best::Best;
use super::{Expansion, Filter, MAX_ROWS, Order, RowSource, SortKey, ViewSpec};
use crate::id::SlotId;
use crate::id_map::IdSet;

/// A row's place in a view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Placed {
    /// Which slot.
    pub slot: SlotId,
    /// How deep it hangs; 0 in tables.
    pub depth: u32,
    /// How many children it has.
    pub children: u32,
    /// Whether they follow (or would, if the page were longer).
    pub open: bool,
}

/// The answer to a view.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Selection {
    /// Rows in order.
    pub rows: Vec<Placed>,
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
struct Sieve<'a, S> {
    source: &'a S,
    filter: &'a Filter,
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
    fn passes(&mut self, slot: SlotId) -> bool {
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
    let mut cut = false;
    let (rows, matched) = match view {
        ViewSpec::Summary => (Vec::new(), 0),
        ViewSpec::Table { sort, order, filter, offset, limit } => {
            let mut sieve = Sieve::new(source, filter, go_on);
            let rows = table(&mut sieve, *sort, *order, *offset, (*limit).min(MAX_ROWS));
            cut = sieve.cut;
            rows
        }
        ViewSpec::Tree { root, expansion, filter, offset, limit } => {
            let mut sieve = Sieve::new(source, filter, go_on);
            let rows = tree(&mut sieve, *root, expansion, *offset, (*limit).min(MAX_ROWS));
            cut = sieve.cut;
            rows
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
    Selection { rows, total, matched, cut }
}

fn place(source: &impl RowSource, slot: SlotId, depth: u32, open: bool) -> Placed {
    let children = source.forest().child_count(slot) as u32;
    Placed { slot, depth, children, open: open && children > 0 }
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

fn tree<S: RowSource>(
    sieve: &mut Sieve<'_, S>,
    root: Option<SlotId>,
    expansion: &Expansion,
    offset: u32,
    limit: u32,
) -> (Vec<Placed>, u64) {
    let source = sieve.source;
    let forest = source.forest();
    let shown = (!sieve.filter.is_all()).then(|| with_ancestors(sieve));
    let is_shown = |slot: &SlotId| shown.as_ref().is_none_or(|s| s.contains(slot));
    let mut stack: Vec<(SlotId, u32)> = match root {
        Some(root) if forest.contains(root) => vec![(root, 0)],
        Some(_) => Vec::new(),
        None => forest.roots().rev().map(|r| (r, 0)).collect(),
    };
    let (mut rows, mut matched) = (Vec::new(), 0u64);
    while let Some((slot, depth)) = stack.pop() {
        if !is_shown(&slot) {
            continue;
        }
        let open = match expansion {
            // A filter opens what leads to a match; everything else it hides anyway.
            _ if shown.is_some() => true,
            Expansion::ToDepth(most) => depth < *most,
            Expansion::Slots(slots) => slots.contains(&slot),
        };
        if open {
            stack.extend(forest.children(slot).rev().map(|c| (c, depth + 1)));
        }
        if matched >= u64::from(offset) && rows.len() < limit as usize {
            rows.push(place(source, slot, depth, open));
        }
        matched += 1;
    }
    (rows, matched)
}

fn with_ancestors<S: RowSource>(sieve: &mut Sieve<'_, S>) -> IdSet {
    let source = sieve.source;
    let forest = source.forest();
    let mut shown = IdSet::default();
    for slot in source.slots().filter(|slot| sieve.passes(*slot)) {
        shown.insert(slot);
        for ancestor in forest.ancestors(slot) {
            if !shown.insert(ancestor) {
                break;
            }
        }
    }
    shown
}
