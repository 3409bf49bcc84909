//! Frames with their columns put together, as tests read them.

use actorscope_proto::convert::{Malformed, row_identity};
use actorscope_proto::pack::Unpacker;
use actorscope_proto::v1;

/// An answer to a view.
#[derive(Clone, PartialEq, Debug)]
pub struct Frame {
    /// Number of the agent's pass.
    pub tick: u64,
    /// When the numbers were taken, in nanoseconds since 1970.
    pub sampled_at: u64,
    /// The node at a glance.
    pub summary: Option<v1::Summary>,
    /// Rows of slots in order; `None` = as before.
    pub order: Option<Vec<Place>>,
    /// Identities that are new or changed.
    pub identities: Vec<v1::Identity>,
    /// Statistics that are not what they were.
    pub stats: Vec<v1::Stats>,
    /// Slots that exist.
    pub total: u64,
    /// Rows the view would have without offset and limit.
    pub matched: u64,
    /// Why this is less than was asked for.
    pub partial: Vec<v1::Partial>,
    /// Of the slot of a detail view.
    pub detail: Option<v1::Detail>,
}

/// A row's place in a view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Which slot.
    pub slot: u64,
    /// How deep it hangs.
    pub depth: u32,
    /// How many children it has.
    pub children: u32,
    /// Whether they follow.
    pub open: bool,
}

impl Frame {
    /// Reads a frame of a view of which `before` was received.
    pub fn unpack(mut wire: v1::Frame, before: &mut Unpacker) -> Result<Self, Malformed> {
        let unpacked = before.apply(&mut wire)?;
        let place = |p: actorscope_agent::core::view::Placed| {
            let slot = p.slot()?.get();
            Some(Place { slot, depth: p.depth, children: p.children, open: p.open })
        };
        let stats = unpacked.stats.iter();
        Ok(Self {
            tick: wire.tick,
            sampled_at: wire.sampled_at,
            summary: unpacked.summary.as_ref().map(Into::into),
            order: unpacked.order.map(|rows| rows.into_iter().filter_map(place).collect()),
            identities: unpacked
                .identities
                .into_iter()
                .map(|(i, path)| row_identity(&i, path))
                .collect(),
            stats: stats.filter_map(|(slot, s)| Some((*slot, s.as_ref()?).into())).collect(),
            total: wire.total,
            matched: wire.matched,
            partial: wire.partial,
            detail: wire.detail,
        })
    }
}
