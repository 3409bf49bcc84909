//! Views.

use super::{Malformed, fold, slot_id, word};
use crate::v1;
use actorscope_core::SlotId;
use actorscope_core::view::{Expansion, Filter, MAX_EXPANDED, MAX_ROWS, Order, SortKey, ViewSpec};

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
