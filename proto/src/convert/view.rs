//! Views and the places of their rows.

use super::{Malformed, fold, slot_id, word};
use crate::v1;
use actorscope_core::SlotId;
use actorscope_core::view::{
    Expansion, Filter, FoldId, MAX_EXPANDED, MAX_ROWS, Order, Placed, RowId, SortKey, ViewSpec,
};

impl From<&ViewSpec> for v1::View {
    fn from(view: &ViewSpec) -> Self {
        use v1::view::Kind;
        let kind = match view {
            ViewSpec::Summary => Kind::Summary(v1::SummaryView {}),
            ViewSpec::Table { sort, order, filter, offset, limit } => Kind::Table(v1::TableView {
                sort: sort.word().to_owned(),
                descending: *order == Order::Descending,
                filter: filter.text().to_owned(),
                offset: *offset,
                limit: *limit,
            }),
            ViewSpec::Tree { root, expansion, folding, filter, offset, limit } => {
                let (folding, after) = fold::to_wire(folding);
                let (to_depth, expanded) = match expansion {
                    Expansion::ToDepth(depth) => (Some(*depth), Vec::new()),
                    Expansion::Slots(slots) => (None, slots.iter().map(|s| s.get()).collect()),
                };
                Kind::Tree(v1::TreeView {
                    root: root.map(SlotId::get),
                    to_depth,
                    expanded,
                    filter: filter.text().to_owned(),
                    offset: *offset,
                    limit: *limit,
                    folding,
                    after,
                })
            }
            ViewSpec::Detail { slot } => Kind::Detail(v1::DetailView { slot: slot.get() }),
        };
        Self { kind: Some(kind) }
    }
}

impl TryFrom<v1::View> for ViewSpec {
    type Error = Malformed;

    fn try_from(wire: v1::View) -> Result<Self, Malformed> {
        use v1::view::Kind;
        Ok(match wire.kind.ok_or_else(|| Malformed::new("view", "no view"))? {
            Kind::Summary(_) => Self::Summary,
            Kind::Table(table) => Self::Table {
                sort: word!(SortKey, "sort", table.sort)?,
                order: if table.descending { Order::Descending } else { Order::Ascending },
                filter: filter(&table.filter)?,
                offset: table.offset,
                limit: limit(table.limit)?,
            },
            Kind::Tree(tree) => {
                if tree.expanded.len() > MAX_EXPANDED {
                    return Err(Malformed::new("expanded", tree.expanded.len()));
                }
                let expansion = match tree.to_depth {
                    Some(depth) => Expansion::ToDepth(depth),
                    None => Expansion::Slots(
                        tree.expanded.into_iter().map(slot_id).collect::<Result<_, _>>()?,
                    ),
                };
                Self::Tree {
                    root: tree.root.map(slot_id).transpose()?,
                    expansion,
                    folding: fold::from_wire(tree.folding, tree.after)?,
                    filter: filter(&tree.filter)?,
                    offset: tree.offset,
                    limit: limit(tree.limit)?,
                }
            }
            Kind::Detail(detail) => Self::Detail { slot: slot_id(detail.slot)? },
        })
    }
}

fn filter(wire: &str) -> Result<Filter, Malformed> {
    Filter::parse(wire).map_err(|problem| {
        let place = format!("{wire:?}, byte {}: {problem}", problem.at.start);
        Malformed::new("filter", place)
    })
}

/// A client must say how much it wants: 0 would be everything or nothing.
fn limit(wire: u32) -> Result<u32, Malformed> {
    if wire == 0 { Err(Malformed::new("limit", wire)) } else { Ok(wire.min(MAX_ROWS)) }
}

impl From<&Placed> for v1::Place {
    fn from(p: &Placed) -> Self {
        let (slot, fold, rest) = match p.row {
            RowId::Slot(slot) => (slot.get(), 0, false),
            RowId::Fold(fold) => (0, fold.get(), false),
            RowId::Rest(fold) => (0, fold.get(), true),
        };
        Self { slot, depth: p.depth, children: p.children, open: p.open, fold, rest }
    }
}

impl TryFrom<v1::Place> for Placed {
    type Error = Malformed;

    fn try_from(wire: v1::Place) -> Result<Self, Malformed> {
        let fold = FoldId::from_wire(wire.fold);
        let row = match (wire.fold, wire.rest) {
            (0, _) => RowId::Slot(slot_id(wire.slot)?),
            (_, false) => RowId::Fold(fold),
            (_, true) => RowId::Rest(fold),
        };
        Ok(Self { row, depth: wire.depth, children: wire.children, open: wire.open })
    }
}
