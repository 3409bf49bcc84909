//! The rows of a tree: slots below each other, many like ones as one.

use super::evaluate::{Placed, RowId, Sieve, place};
use super::fold::{FOLD_FROM, Fold, FoldId, Folding, MAX_FOLD_SHOWS, weigh};
use super::{Expansion, RowSource};
use crate::forest::{Forest, Kin, Likeness, MAX_DEPTH, Member};
use crate::id::SlotId;
use crate::id_map::{IdMap, IdSet};
use std::sync::Arc;

/// Which part of a tree is wanted.
pub(super) struct Asked<'a> {
    pub(super) root: Option<SlotId>,
    pub(super) expansion: &'a Expansion,
    pub(super) folding: &'a Folding,
    pub(super) offset: u32,
    pub(super) limit: u32,
}

/// What came of it.
#[derive(Default)]
pub(super) struct Found {
    pub(super) rows: Vec<Placed>,
    pub(super) folds: Vec<Fold>,
    pub(super) matched: u64,
}

impl Found {
    fn wants(&self, asked: &Asked<'_>) -> bool {
        self.matched >= u64::from(asked.offset) && self.rows.len() < asked.limit as usize
    }

    /// Counts a row, and keeps it if it is one of the wanted.
    fn row(&mut self, asked: &Asked<'_>, row: impl FnOnce() -> Placed) {
        if self.wants(asked) {
            self.rows.push(row());
        }
        self.matched += 1;
    }
}

/// The rows of a tree, with the folds among them.
pub(super) fn tree<S: RowSource>(sieve: &mut Sieve<'_, S>, asked: &Asked<'_>) -> Found {
    let shown = (!sieve.filter.is_all()).then(|| Shown::new(sieve, asked.folding));
    let walk = Walk { source: sieve.source, forest: sieve.source.forest(), shown, asked };
    match asked.folding {
        Folding::Off { after } => walk.plain(after),
        Folding::On(_) => walk.folded(),
    }
}

/// Slots that a filter lets through, and those above them.
struct Shown {
    all: IdSet,
    /// By parent, unless nothing is folded and so nobody asks.
    below: IdMap<Vec<SlotId>>,
    roots: Vec<SlotId>,
}

impl Shown {
    fn new<S: RowSource>(sieve: &mut Sieve<'_, S>, folding: &Folding) -> Self {
        let source = sieve.source;
        let forest = source.forest();
        let mut all = IdSet::default();
        for slot in source.slots().filter(|slot| sieve.passes(*slot)) {
            all.insert(slot);
            for ancestor in forest.ancestors(slot) {
                if !all.insert(ancestor) {
                    break;
                }
            }
        }
        let (mut below, mut roots) = (IdMap::<Vec<SlotId>>::default(), Vec::new());
        if matches!(folding, Folding::On(_)) {
            let mut sorted: Vec<SlotId> = all.iter().copied().collect();
            sorted.sort_unstable();
            for slot in sorted {
                match forest.parent(slot) {
                    Some(parent) => below.entry(parent).or_default().push(slot),
                    None => roots.push(slot),
                }
            }
        }
        Self { all, below, roots }
    }

    fn children(&self, parent: Option<SlotId>) -> &[SlotId] {
        match parent {
            Some(parent) => self.below.get(&parent).map_or(&[], Vec::as_slice),
            None => &self.roots,
        }
    }
}

/// What is still to be shown of one level, the next one last.
struct Level {
    rows: Vec<Next>,
    /// Of its rows on the screen: in an open fold they stand one further in than in the tree.
    indent: u32,
    /// In the tree.
    depth: u32,
}

enum Next {
    Slot(SlotId),
    Fold(FoldId, Option<SlotId>, Likeness, Members),
    Rest(FoldId, u64),
}

/// Who is in a fold.
enum Members {
    /// All of that likeness.
    All(Arc<Kin>),
    /// Those that a filter left.
    These(Vec<Member>),
}

struct Walk<'a, S> {
    source: &'a S,
    forest: &'a Forest,
    shown: Option<Shown>,
    asked: &'a Asked<'a>,
}

impl<S: RowSource> Walk<'_, S> {
    /// Whether a slot that has children shows them.
    fn is_open(&self, slot: SlotId, depth: u32) -> bool {
        match self.asked.expansion {
            // A filter opens what leads to a match; everything else it hides anyway.
            _ if self.shown.is_some() => true,
            Expansion::ToDepth(most) => depth < *most,
            Expansion::Slots(slots) => slots.contains(&slot),
        }
    }

    fn is_shown(&self, slot: SlotId) -> bool {
        self.shown.as_ref().is_none_or(|shown| shown.all.contains(&slot))
    }

    /// Every slot in a row of its own.
    fn plain(&self, after: &[SlotId]) -> Found {
        type Slots<'a> = Box<dyn Iterator<Item = SlotId> + 'a>;
        let forest = self.forest;
        let mut found = Found::default();
        let first: Slots<'_> = match (self.asked.root, after.first()) {
            (Some(root), None) => Box::new(Some(root).into_iter().filter(|r| forest.contains(*r))),
            // Behind the root of the view there is nothing beside it.
            (Some(_), Some(_)) => Box::new(std::iter::empty()),
            (None, None) => Box::new(forest.roots()),
            (None, Some(first)) => Box::new(forest.roots_after(*first)),
        };
        let mut levels: Vec<Slots<'_>> = vec![first];
        for (n, above) in after.iter().take(MAX_DEPTH + 1).enumerate() {
            let is_there = forest.contains(*above)
                && match n.checked_sub(1).and_then(|n| after.get(n)) {
                    None => self.asked.root.is_none_or(|root| root == *above),
                    Some(parent) => forest.parent(*above) == Some(*parent),
                };
            if !is_there {
                break;
            }
            match after.get(n + 1) {
                Some(next) => levels.push(Box::new(forest.children_after(*above, *next))),
                None if self.is_open(*above, n as u32) => {
                    levels.push(Box::new(forest.children(*above)));
                }
                None => {}
            }
        }
        let asked = if after.is_empty() { self.asked } else { &Asked { offset: 0, ..*self.asked } };
        while let Some(level) = levels.last_mut() {
            if !after.is_empty() && !found.wants(asked) {
                break;
            }
            let Some(slot) = level.next() else {
                levels.pop();
                continue;
            };
            if !self.is_shown(slot) {
                continue;
            }
            let depth = levels.len() as u32 - 1;
            let open = self.is_open(slot, depth);
            found.row(asked, || place(self.source, slot, depth, open));
            if open && forest.child_count(slot) > 0 {
                levels.push(Box::new(forest.children(slot)));
            }
        }
        found
    }

    /// Many like ones as one.
    fn folded(&self) -> Found {
        let mut found = Found::default();
        let first = match self.asked.root {
            Some(root) if self.forest.contains(root) && self.is_shown(root) => {
                vec![Next::Slot(root)]
            }
            Some(_) => Vec::new(),
            None => self.children(None),
        };
        let mut levels = vec![Level { rows: first, indent: 0, depth: 0 }];
        while let Some(level) = levels.last_mut() {
            let (indent, depth) = (level.indent, level.depth);
            match level.rows.pop() {
                None => _ = levels.pop(),
                Some(Next::Slot(slot)) => {
                    let open = self.is_open(slot, depth);
                    found.row(self.asked, || place(self.source, slot, indent, open));
                    if open && self.forest.child_count(slot) > 0 {
                        let rows = self.children(Some(slot));
                        levels.push(Level { rows, indent: indent + 1, depth: depth + 1 });
                    }
                }
                Some(Next::Fold(id, parent, likeness, members)) => {
                    let rows = self.fold(&mut found, indent, (id, parent, likeness), &members);
                    levels.push(Level { rows, indent: indent + 1, depth });
                }
                Some(Next::Rest(id, hidden)) => {
                    let children = u32::try_from(hidden).unwrap_or(u32::MAX);
                    let row = RowId::Rest(id);
                    found.row(self.asked, || Placed { row, depth: indent, children, open: false });
                }
            }
        }
        found
    }

    /// The row of a fold, and what is below it.
    fn fold(
        &self,
        found: &mut Found,
        depth: u32,
        (id, parent, likeness): (FoldId, Option<SlotId>, Likeness),
        members: &Members,
    ) -> Vec<Next> {
        let opened = match self.asked.folding {
            Folding::On(open) => open.get(&id).map(|shows| (*shows).clamp(1, MAX_FOLD_SHOWS)),
            Folding::Off { .. } => None,
        };
        let wanted = found.wants(self.asked);
        if !wanted && opened.is_none() {
            // Nobody sees it: it is not even counted who they are.
            found.matched += 1;
            return Vec::new();
        }
        let keep = opened.unwrap_or(1) as usize;
        let (sums, worst) = match members {
            Members::All(kin) => {
                let members = kin.group(&likeness).into_iter().flat_map(|group| group.members());
                weigh(self.source, members, keep)
            }
            Members::These(members) => weigh(self.source, members.iter().copied(), keep),
        };
        let count = sums.count;
        let row = Placed {
            row: RowId::Fold(id),
            depth,
            children: u32::try_from(count).unwrap_or(u32::MAX),
            open: opened.is_some(),
        };
        if wanted {
            let first = worst.first().copied();
            let worst = first.and_then(|worst| Some((worst, self.forest.name(worst)?)));
            found.folds.push(Fold { id, parent, likeness, sums, worst });
        }
        found.row(self.asked, || row);
        if opened.is_none() {
            return Vec::new();
        }
        let hidden = count.saturating_sub(worst.len() as u64);
        let rest = (hidden > 0).then_some(Next::Rest(id, hidden));
        rest.into_iter().chain(worst.into_iter().rev().map(Next::Slot)).collect()
    }

    /// The rows below a slot, or of the roots, the first one last: those that are like few others in
    /// the order of their start, then folds by what they are called.
    fn children(&self, parent: Option<SlotId>) -> Vec<Next> {
        let (kin, is_all) = match (&self.shown, parent) {
            (Some(shown), parent) => {
                let children = shown.children(parent);
                if children.len() < FOLD_FROM {
                    return children.iter().rev().copied().map(Next::Slot).collect();
                }
                (Arc::new(self.forest.sorted_out(children.iter().copied())), false)
            }
            (None, Some(parent)) if self.forest.child_count(parent) < FOLD_FROM => {
                return self.forest.children(parent).rev().map(Next::Slot).collect();
            }
            (None, parent) => (self.forest.kin(parent), true),
        };
        let (mut single, mut folds) = (Vec::new(), Vec::new());
        for (likeness, group) in kin.groups() {
            if group.len() < FOLD_FROM {
                single.extend(group.members().map(|member| member.id));
            } else {
                folds.push(likeness);
            }
        }
        single.sort_unstable();
        folds.sort_unstable();
        let folds = folds.into_iter().rev().map(|likeness| {
            let members = if is_all {
                Members::All(kin.clone())
            } else {
                let group = kin.group(&likeness).into_iter();
                Members::These(group.flat_map(|group| group.members()).collect())
            };
            Next::Fold(FoldId::of(parent, &likeness), parent, likeness, members)
        });
        folds.chain(single.into_iter().rev().map(Next::Slot)).collect()
    }
}
