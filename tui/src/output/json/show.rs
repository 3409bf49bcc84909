//! The answer of `show`.

use super::latency::Histogram;
use super::{Links, Node, SCHEMA, Slot, State};
use crate::output::Snapshot;
use actorscope_client::Dumped;
use actorscope_client::model::Row;
use actorscope_core::slot::{self, HandlerStats, PastIncarnation, SlotDetail};
use serde::Serialize;

/// One slot with all there is.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Show {
    schema: &'static str,
    node: Node,
    sampled_at: String,
    slot: Full,
    /// What it printed of itself, where that was asked for.
    state: Option<State>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Full {
    #[serde(flatten)]
    row: Slot,
    handling_now: Option<HandlingNow>,
    /// A kill, stop or restart that has not happened yet.
    pending: Option<Pending>,
    handlers: Option<Vec<Handler>>,
    restart_history: Option<Vec<Past>>,
    histograms: Histograms,
    /// Known only of senders that say so.
    links: Option<Links>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct HandlingNow {
    message_type: Option<String>,
    for_ns: u64,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Pending {
    verb: String,
    by: String,
    asked_at: String,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Handler {
    message_type: String,
    handled: u64,
    failed: u64,
    busy_ns: u64,
    max_ns: u64,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Past {
    incarnation: u32,
    started_at: String,
    ended_at: String,
    exit: &'static str,
    reason: Option<String>,
    handled: Option<u64>,
    failed: Option<u64>,
    busy_ns: Option<u64>,
    lost_messages: Option<u64>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Histograms {
    queue_wait: Option<Histogram>,
    handling: Option<Histogram>,
    poll: Option<Histogram>,
    delay: Option<Histogram>,
}

impl Show {
    /// The slot in `row`, and its state if it was asked for.
    pub fn new(snapshot: &Snapshot, row: Row<'_>, state: Option<&Dumped>) -> Self {
        let detail = snapshot.view.detail.as_ref();
        let now = row.stats.and_then(|s| s.handling_now.as_ref());
        let histogram =
            |pick: fn(&SlotDetail) -> Option<&_>| detail.and_then(pick).map(Histogram::from);
        Self {
            schema: SCHEMA,
            node: Node::new(snapshot),
            sampled_at: snapshot.view.sampled_at.to_rfc3339(),
            slot: Full {
                row: row.into(),
                handling_now: now.map(|now| HandlingNow {
                    message_type: now.message_type.as_ref().map(ToString::to_string),
                    for_ns: now.for_ns,
                }),
                pending: detail.and_then(|d| d.pending.as_ref()).map(Into::into),
                handlers: detail.map(|d| d.handlers.iter().map(Into::into).collect()),
                restart_history: detail.map(|d| d.history.iter().map(Into::into).collect()),
                histograms: Histograms {
                    queue_wait: histogram(|d| d.queue_wait.as_ref()),
                    handling: histogram(|d| d.handling.as_ref()),
                    poll: histogram(|d| d.poll.as_ref()),
                    delay: histogram(|d| d.delay.as_ref()),
                },
                links: detail.and_then(|d| d.links.as_ref()).map(Into::into),
            },
            state: state.map(Into::into),
        }
    }
}

impl From<&slot::Pending> for Pending {
    fn from(pending: &slot::Pending) -> Self {
        Self {
            verb: pending.verb.to_string(),
            by: pending.by.clone(),
            asked_at: pending.asked_at.to_rfc3339(),
        }
    }
}

impl From<&HandlerStats> for Handler {
    fn from(stats: &HandlerStats) -> Self {
        Self {
            message_type: stats.message_type.to_string(),
            handled: stats.handled,
            failed: stats.failed,
            busy_ns: stats.busy_ns,
            max_ns: stats.max_ns,
        }
    }
}

impl From<&PastIncarnation> for Past {
    fn from(past: &PastIncarnation) -> Self {
        Self {
            incarnation: past.incarnation.0,
            started_at: past.started_at.to_rfc3339(),
            ended_at: past.ended_at.to_rfc3339(),
            exit: past.exit.word(),
            reason: past.reason.clone(),
            handled: past.counters.map(|counters| counters.handled),
            failed: past.counters.map(|counters| counters.failed),
            busy_ns: past.counters.map(|counters| counters.busy_ns),
            lost_messages: past.lost_messages,
        }
    }
}
