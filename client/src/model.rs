//! What is known of one node: a pure function of the updates received so far.

use crate::update::{Frame, Node, Partial, Update};
use actorscope_core::node::Summary;
use actorscope_core::slot::{Identity, SlotDetail, Stats};
use actorscope_core::view::{Fold, FoldId, Placed, RowId};
use actorscope_core::{Event, InstanceId, SlotId, Timestamp};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// Most events kept; older ones are forgotten.
pub const MAX_EVENTS: usize = 2_000;

/// How the session is doing.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Link {
    /// No answer yet.
    #[default]
    Connecting,
    /// Connected.
    Live,
    /// Not connected; what is shown is old.
    Lost {
        /// Why.
        reason: String,
        /// Pause before the next try.
        retry_in: Duration,
        /// Tries since the connection was lost.
        tries: u32,
    },
}

/// Everything known of one node.
#[derive(Debug, Default)]
pub struct Model {
    /// How the session is doing.
    pub link: Link,
    /// Who is at the other end (while the link is lost: who was).
    pub node: Option<Arc<Node>>,
    /// The node at a glance, from the newest frame that carried it.
    pub summary: Option<Summary>,
    /// Views by their id.
    pub views: HashMap<u32, ViewState>,
    /// Events, ascending.
    pub events: VecDeque<Event>,
    /// How often the service was found restarted under the same name.
    pub lives: u32,
}

/// The rows of one view.
#[derive(Clone, Debug, Default)]
pub struct ViewState {
    /// The revision answered last.
    pub revision: u32,
    /// The agent's pass behind the newest frame.
    pub tick: u64,
    /// When the numbers were taken.
    pub sampled_at: Timestamp,
    /// Rows in order.
    pub rows: Vec<Placed>,
    /// Who the rows are, with their paths.
    pub identities: HashMap<SlotId, (Identity, String)>,
    /// How they are doing.
    pub stats: HashMap<SlotId, Stats>,
    /// The folds among the rows.
    pub folds: HashMap<FoldId, Fold>,
    /// Slots that exist.
    pub total: u64,
    /// Rows the view would have without offset and limit.
    pub matched: u64,
    /// Why this is less than was asked for.
    pub partial: Vec<Partial>,
    /// Of the slot of a detail view.
    pub detail: Option<SlotDetail>,
    /// Frames missed because this reader was slow.
    pub skipped: u64,
    /// [`Frame::slowed_to`].
    pub slowed_to: Option<Duration>,
}

/// One row with all that is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Its place in the view.
    pub place: Placed,
    /// Who it is.
    pub identity: &'a Identity,
    /// Where it is.
    pub path: &'a str,
    /// How it is doing; `None` until its first statistics arrive.
    pub stats: Option<&'a Stats>,
}

impl ViewState {
    /// The rows of slots in order, those without an identity left out.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().filter_map(|place| self.row(*place))
    }

    /// One row, if it is a slot's.
    pub fn row(&self, place: Placed) -> Option<Row<'_>> {
        let slot = place.slot()?;
        let (identity, path) = self.identities.get(&slot)?;
        Some(Row { place, identity, path, stats: self.stats.get(&slot) })
    }

    /// The fold whose row, or whose rest, stands there.
    pub fn fold(&self, place: Placed) -> Option<&Fold> {
        match place.row {
            RowId::Fold(id) | RowId::Rest(id) => self.folds.get(&id),
            RowId::Slot(_) => None,
        }
    }

    /// Takes a frame. Frames replace what they carry completely, so a lost one heals itself.
    pub fn apply(&mut self, frame: Frame) {
        self.revision = frame.revision;
        self.tick = frame.tick;
        self.sampled_at = frame.sampled_at;
        self.total = frame.total;
        self.matched = frame.matched;
        self.partial = frame.partial;
        self.skipped = frame.skipped;
        self.slowed_to = frame.slowed_to;
        if frame.detail.is_some() {
            self.detail = frame.detail;
        }
        for (identity, path) in frame.identities {
            self.identities.insert(identity.id, (identity, path));
        }
        self.stats.extend(frame.stats);
        for slot in frame.unknown {
            self.stats.remove(&slot);
        }
        self.folds.extend(frame.folds.into_iter().map(|fold| (fold.id, fold)));
        if let Some(order) = frame.order {
            self.rows = order;
            let shown: HashSet<SlotId> = self.rows.iter().filter_map(Placed::slot).collect();
            let folds: HashSet<RowId> = self.rows.iter().map(|place| place.row).collect();
            self.folds.retain(|id, _| folds.contains(&RowId::Fold(*id)));
            self.identities.retain(|slot, _| shown.contains(slot));
            self.stats.retain(|slot, _| shown.contains(slot));
            if self.rows.is_empty() {
                self.detail = None;
            }
        }
    }
}

impl Model {
    /// Nothing known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The instance at the other end.
    pub fn instance(&self) -> Option<InstanceId> {
        self.node.as_ref().map(|n| n.instance)
    }

    /// Takes the next update.
    pub fn apply(&mut self, update: Update) {
        match update {
            Update::Connected(node) => {
                if self.instance().is_some_and(|old| old != node.instance) {
                    self.lives = self.lives.saturating_add(1);
                    self.forget();
                }
                self.node = Some(node);
                self.link = Link::Live;
            }
            Update::Frame(frame) => {
                if let Some(summary) = &frame.summary {
                    self.summary = Some(summary.clone());
                }
                self.views.entry(frame.view_id).or_default().apply(*frame);
            }
            Update::Events(events) => self.take_events(events),
            Update::Lost { reason, retry_in } => {
                let tries = match &self.link {
                    Link::Lost { tries, .. } => tries.saturating_add(1),
                    _ => 1,
                };
                self.link = Link::Lost { reason, retry_in, tries };
            }
        }
    }

    fn take_events(&mut self, events: Vec<Event>) {
        let last = self.events.back().map_or(0, |e| e.seq);
        self.events.extend(events.into_iter().filter(|e| e.seq > last));
        while self.events.len() > MAX_EVENTS {
            self.events.pop_front();
        }
    }

    /// A new instance has new slots under old numbers: nothing carries over.
    fn forget(&mut self) {
        self.views.clear();
        self.events.clear();
        self.summary = None;
    }
}
