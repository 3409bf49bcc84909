//! What a session reports, converted from the wire and checked.

use crate::clean;
use actorscope_core::node::Summary;
use actorscope_core::slot::{Identity, SlotDetail, Stats};
use actorscope_core::view::{Fold, Placed};
use actorscope_core::{Event, InstanceId, SlotId, Timestamp};
use actorscope_proto::convert::Malformed;
use actorscope_proto::pack::{Unpacked, Unpacker, spell_out};
use actorscope_proto::v1;
use std::sync::Arc;
use std::time::Duration;

/// One step in the life of a session, in the order in which it happened.
#[derive(Clone, Debug)]
pub enum Update {
    /// The handshake is done. Another instance than before means that the service was restarted:
    /// nothing that was known of the old one holds.
    Connected(Arc<Node>),
    /// Part of what the screen asked for.
    Frame(Box<Frame>),
    /// Lifecycle events, ascending.
    Events(Vec<Event>),
    /// The connection is gone or could not be made; the session goes on trying.
    Lost {
        /// Why, in words for the person who waits.
        reason: String,
        /// How long until the next try.
        retry_in: Duration,
    },
}

/// Who is at the other end.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// The protocol version spoken.
    pub protocol: u32,
    /// New at each start of the process.
    pub instance: InstanceId,
    /// The service's name.
    pub name: String,
    /// Its process id.
    pub pid: u32,
    /// Its machine.
    pub host: String,
    /// Its operating system; empty if that is not known.
    pub os: String,
    /// When the process registered its first actor or started its agent, whichever came first.
    pub started_at: Timestamp,
    /// The node's clock at the handshake.
    pub now: Timestamp,
    /// Name and version of its agent.
    pub agent: String,
    /// Frameworks that its adapters cover.
    pub frameworks: Vec<String>,
    /// What the caller may do.
    pub rights: Rights,
    /// Most rows in one view.
    pub max_rows: u32,
}

/// What the caller may do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rights {
    /// Whether verbs are carried out.
    pub control: bool,
    /// If not: why, and what the host has to write to change it.
    pub control_refused_because: Option<String>,
    /// Who the agent takes the caller for.
    pub principal: String,
    /// Whether actors may be asked for their state.
    pub state: bool,
    /// If not: why, and what the host has to write to change it.
    pub state_refused_because: Option<String>,
}

impl TryFrom<v1::NodeDescription> for Node {
    type Error = Malformed;

    fn try_from(wire: v1::NodeDescription) -> Result<Self, Malformed> {
        let instance = InstanceId::from_slice(&wire.instance).ok_or_else(|| Malformed {
            field: "instance",
            found: format!("{} bytes", wire.instance.len()),
        })?;
        let rights = wire.rights.unwrap_or_default();
        Ok(Self {
            protocol: wire.protocol,
            instance,
            name: clean::line(&wire.name),
            pid: wire.pid,
            host: clean::line(&wire.host),
            os: clean::line(&wire.os),
            started_at: Timestamp(wire.started_at),
            now: Timestamp(wire.now),
            agent: clean::line(&wire.agent),
            frameworks: wire.frameworks.iter().map(|f| clean::line(f)).collect(),
            rights: Rights {
                control: rights.control,
                control_refused_because: (!rights.control)
                    .then(|| clean::lines(&rights.control_refused_because)),
                principal: clean::line(&rights.principal),
                state: rights.state,
                state_refused_because: (!rights.state)
                    .then(|| clean::lines(&rights.state_refused_because)),
            },
            max_rows: wire.limits.map_or(100, |l| l.max_rows),
        })
    }
}

/// An answer to a view, or what changed in it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Frame {
    /// The view it answers.
    pub view_id: u32,
    /// Which revision of the view.
    pub revision: u32,
    /// Number of the agent's pass.
    pub tick: u64,
    /// When the numbers were taken.
    pub sampled_at: Timestamp,
    /// The node at a glance.
    pub summary: Option<Summary>,
    /// Rows in order; `None` = as before.
    pub order: Option<Vec<Placed>>,
    /// New or changed identities with their paths.
    pub identities: Vec<(Identity, String)>,
    /// Statistics of rows that changed, or go on by themselves.
    pub stats: Vec<(SlotId, Stats)>,
    /// Rows of which only is known who they are: their state has no name here.
    pub unknown: Vec<SlotId>,
    /// Folds among the rows that changed.
    pub folds: Vec<Fold>,
    /// Slots that exist.
    pub total: u64,
    /// Rows the view would have without offset and limit.
    pub matched: u64,
    /// Why this is less than was asked for.
    pub partial: Vec<Partial>,
    /// Of the slot of a detail view.
    pub detail: Option<SlotDetail>,
    /// Frames missed so far because this reader was slow.
    pub skipped: u64,
    /// How long after this frame the next one comes, if that is later than was asked for: the view is dear.
    pub slowed_to: Option<Duration>,
}

/// Why an answer is less than was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Partial {
    /// A word.
    pub reason: String,
    /// A sentence.
    pub message: String,
    /// Where the next page begins, when there is one.
    pub next_offset: Option<u32>,
}

impl Frame {
    /// A frame to somebody who had `view` before.
    pub(crate) fn unpack(mut wire: v1::Frame, view: &mut Unpacker) -> Result<Self, Malformed> {
        if let Some(rows) = &mut wire.rows {
            spell_out(rows)?;
        }
        clean::frame(&mut wire);
        let unpacked = view.apply(&mut wire)?;
        let frame = Self {
            view_id: wire.view_id,
            revision: wire.revision,
            tick: wire.tick,
            sampled_at: Timestamp(wire.sampled_at),
            total: wire.total,
            matched: wire.matched,
            partial: wire
                .partial
                .into_iter()
                .map(|p| Partial {
                    reason: p.reason,
                    message: p.message,
                    next_offset: (p.next_offset > 0).then_some(p.next_offset),
                })
                .collect(),
            detail: wire.detail.map(TryInto::try_into).transpose()?,
            skipped: wire.skipped,
            slowed_to: (wire.slowed_to_ns > 0).then(|| Duration::from_nanos(wire.slowed_to_ns)),
            ..Self::default()
        };
        Ok(frame.with(unpacked))
    }

    /// The same frame with other rows.
    pub(crate) fn with(mut self, unpacked: Unpacked) -> Self {
        (self.summary, self.order) = (unpacked.summary, unpacked.order);
        self.folds = unpacked.folds;
        self.identities = unpacked.identities;
        (self.stats, self.unknown) = (Vec::with_capacity(unpacked.stats.len()), Vec::new());
        for (slot, stats) in unpacked.stats {
            match stats {
                Some(stats) => self.stats.push((slot, stats)),
                None => self.unknown.push(slot),
            }
        }
        self
    }
}
