//! Identities, statistics and details of slots.

use super::{Malformed, word};
use crate::v1;
use actorscope_core::histogram::{Buckets, Layout};
use actorscope_core::quality::{Quality, Reading};
use actorscope_core::slot::{
    Counters, HandlerStats, Identity, LatencySummary, PastIncarnation, Pending, Polling,
    Resolution, SlotDetail, Stats,
};
use actorscope_core::state::{ExitReason, SlotState};
use actorscope_core::{Incarnation, SlotId, Timestamp, Verb};

/// An identity with its path, which only the holder of the whole tree knows.
pub fn row_identity(identity: &Identity, path: String) -> v1::Identity {
    v1::Identity {
        slot: identity.id.get(),
        parent: identity.parent.map(SlotId::get),
        name: identity.name.to_string(),
        path,
        actor_type: identity.actor_type.to_string(),
        framework: identity.framework.to_string(),
        kind: identity.kind.word().to_owned(),
        supervisor: identity.supervisor.as_ref().map(Into::into),
        child_spec: identity.child_spec.as_ref().map(Into::into),
        capabilities: identity.capabilities.bits(),
        mailbox_capacity: identity.mailbox_capacity,
        created_at: identity.created_at.0,
        version: identity.version,
        no_kill: identity.no_kill.as_ref().map(ToString::to_string),
    }
}

/// Statistics together with the slot they belong to.
impl From<(SlotId, &Stats)> for v1::Stats {
    fn from((slot, stats): (SlotId, &Stats)) -> Self {
        Self {
            slot: slot.get(),
            state: Some(stats.state.into()),
            incarnation: stats.incarnation.0,
            started_at: stats.started_at.0,
            restarts: stats.restarts,
            depth: Some(stats.depth.into()),
            total: stats.total.map(Into::into),
            current: stats.current.map(Into::into),
            rate_per_s: stats.rate_per_s,
            utilization: stats.utilization,
            oldest_wait_ns: stats.oldest_wait_ns,
            queue_wait: stats.queue_wait.map(Into::into),
            queue_wait_quality: Some(stats.queue_wait_quality.into()),
            handling: stats.handling.map(Into::into),
            handling_now: stats.handling_now.as_ref().map(|now| v1::HandlingNow {
                message_type: now.message_type.as_ref().map(ToString::to_string),
                for_ns: now.for_ns,
            }),
            budget: stats.budget.as_ref().map(Into::into),
            polling: stats.polling.map(Into::into),
            waiting_for: stats.waiting_for.as_ref().map(Into::into),
        }
    }
}

impl From<SlotState> for v1::SlotState {
    fn from(state: SlotState) -> Self {
        let (attempt, in_ns) = match state {
            SlotState::Restarting { attempt, in_ns } => (attempt, in_ns),
            _ => (0, None),
        };
        Self { word: state.word().to_owned(), attempt, in_ns }
    }
}

impl From<Quality> for v1::Quality {
    fn from(quality: Quality) -> Self {
        match quality {
            Quality::Absent => Self::default(),
            Quality::Stale { age_ns } => Self { word: quality.word().to_owned(), age_ns },
            other => Self { word: other.word().to_owned(), age_ns: 0 },
        }
    }
}

impl From<Reading> for v1::Reading {
    fn from(reading: Reading) -> Self {
        Self { value: reading.value().unwrap_or(0), quality: Some(reading.quality().into()) }
    }
}

impl From<Counters> for v1::Counters {
    fn from(c: Counters) -> Self {
        Self { handled: c.handled, failed: c.failed, busy_ns: c.busy_ns }
    }
}

impl From<v1::Counters> for Counters {
    fn from(wire: v1::Counters) -> Self {
        Self { handled: wire.handled, failed: wire.failed, busy_ns: wire.busy_ns }
    }
}

impl From<LatencySummary> for v1::Latency {
    fn from(l: LatencySummary) -> Self {
        Self {
            count: l.count,
            mean: l.mean,
            p50: l.p50,
            p95: l.p95,
            p99: l.p99,
            max: l.max,
            window_ns: l.window_ns,
            resolution: l.resolution.map_or("", Resolution::word).to_owned(),
        }
    }
}

impl From<v1::Latency> for LatencySummary {
    fn from(wire: v1::Latency) -> Self {
        Self {
            count: wire.count,
            mean: wire.mean,
            p50: wire.p50,
            p95: wire.p95,
            p99: wire.p99,
            max: wire.max,
            window_ns: wire.window_ns,
            resolution: Resolution::from_word(&wire.resolution),
        }
    }
}

impl From<Polling> for v1::Polling {
    fn from(p: Polling) -> Self {
        Self {
            polls: p.polls,
            busy_ns: p.busy_ns,
            poll: Some(p.poll.into()),
            delay: Some(p.delay.into()),
        }
    }
}

impl From<&SlotDetail> for v1::Detail {
    fn from(detail: &SlotDetail) -> Self {
        Self {
            handlers: detail.handlers.iter().map(Into::into).collect(),
            history: detail.history.iter().map(Into::into).collect(),
            queue_wait: detail.queue_wait.as_ref().map(Into::into),
            handling: detail.handling.as_ref().map(Into::into),
            poll: detail.poll.as_ref().map(Into::into),
            delay: detail.delay.as_ref().map(Into::into),
            links: detail.links.as_ref().map(Into::into),
            children: detail.children,
            pending: detail.pending.as_ref().map(Into::into),
        }
    }
}

impl TryFrom<v1::Detail> for SlotDetail {
    type Error = Malformed;

    fn try_from(wire: v1::Detail) -> Result<Self, Malformed> {
        Ok(Self {
            handlers: wire.handlers.into_iter().map(Into::into).collect(),
            history: wire.history.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
            queue_wait: wire.queue_wait.map(TryInto::try_into).transpose()?,
            handling: wire.handling.map(TryInto::try_into).transpose()?,
            poll: wire.poll.map(TryInto::try_into).transpose()?,
            delay: wire.delay.map(TryInto::try_into).transpose()?,
            links: wire.links.map(TryInto::try_into).transpose()?,
            children: wire.children,
            // A verb of a later version is not shown.
            pending: wire.pending.and_then(pending),
        })
    }
}

impl From<&Pending> for v1::Pending {
    fn from(pending: &Pending) -> Self {
        Self {
            verb: pending.verb.word().to_owned(),
            by: pending.by.clone(),
            asked_at: pending.asked_at.0,
        }
    }
}

fn pending(wire: v1::Pending) -> Option<Pending> {
    let verb = Verb::from_word(&wire.verb)?;
    Some(Pending { verb, by: wire.by, asked_at: Timestamp(wire.asked_at) })
}

impl From<&HandlerStats> for v1::HandlerStats {
    fn from(h: &HandlerStats) -> Self {
        Self {
            message_type: h.message_type.to_string(),
            handled: h.handled,
            failed: h.failed,
            busy_ns: h.busy_ns,
            max_ns: h.max_ns,
        }
    }
}

impl From<v1::HandlerStats> for HandlerStats {
    fn from(wire: v1::HandlerStats) -> Self {
        Self {
            message_type: wire.message_type.into(),
            handled: wire.handled,
            failed: wire.failed,
            busy_ns: wire.busy_ns,
            max_ns: wire.max_ns,
        }
    }
}

impl From<&PastIncarnation> for v1::PastIncarnation {
    fn from(past: &PastIncarnation) -> Self {
        Self {
            incarnation: past.incarnation.0,
            started_at: past.started_at.0,
            ended_at: past.ended_at.0,
            exit: past.exit.word().to_owned(),
            reason: past.reason.clone(),
            counters: past.counters.map(Into::into),
            lost_messages: past.lost_messages,
        }
    }
}

impl TryFrom<v1::PastIncarnation> for PastIncarnation {
    type Error = Malformed;

    fn try_from(wire: v1::PastIncarnation) -> Result<Self, Malformed> {
        Ok(Self {
            incarnation: Incarnation(wire.incarnation),
            started_at: Timestamp(wire.started_at),
            ended_at: Timestamp(wire.ended_at),
            exit: word!(ExitReason, "exit", wire.exit)?,
            reason: wire.reason,
            counters: wire.counters.map(Into::into),
            lost_messages: wire.lost_messages,
        })
    }
}

impl From<&Buckets> for v1::Buckets {
    fn from(buckets: &Buckets) -> Self {
        Self {
            layout: buckets.layout.resolution().word().to_owned(),
            index: buckets.counts.iter().map(|(i, _)| u32::from(*i)).collect(),
            count: buckets.counts.iter().map(|(_, n)| *n).collect(),
            max_ns: buckets.max_ns,
            sum_ns: buckets.sum_ns,
            window_ns: buckets.window_ns,
        }
    }
}

impl TryFrom<v1::Buckets> for Buckets {
    type Error = Malformed;

    fn try_from(wire: v1::Buckets) -> Result<Self, Malformed> {
        let layout = match word!(Resolution, "layout", wire.layout)? {
            Resolution::Log2 => Layout::Log2,
            Resolution::Fine => Layout::Fine,
        };
        if wire.index.len() != wire.count.len() {
            return Err(Malformed::new("buckets", (wire.index.len(), wire.count.len())));
        }
        let mut counts: Vec<(u16, u64)> = Vec::with_capacity(wire.index.len());
        for (index, count) in wire.index.into_iter().zip(wire.count) {
            let fits = (index as usize) < layout.len()
                && counts.last().is_none_or(|(last, _)| u32::from(*last) < index);
            if !fits {
                return Err(Malformed::new("buckets", index));
            }
            counts.push((index as u16, count));
        }
        Ok(Self {
            layout,
            counts,
            max_ns: wire.max_ns,
            sum_ns: wire.sum_ns,
            window_ns: wire.window_ns,
        })
    }
}

impl From<v1::Quality> for Quality {
    fn from(wire: v1::Quality) -> Self {
        match wire.word.as_str() {
            "exact" => Self::Exact,
            "measured" => Self::Measured,
            "sampled" => Self::Sampled,
            "since_attach" => Self::SinceAttach,
            "stale" => Self::Stale { age_ns: wire.age_ns },
            // A quality from a later version promises nothing that we know of.
            _ => Self::Absent,
        }
    }
}

impl From<v1::Reading> for Reading {
    fn from(wire: v1::Reading) -> Self {
        Self::new(wire.value, wire.quality.map_or(Quality::Absent, Into::into))
    }
}
