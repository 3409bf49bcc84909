//! One row.

use super::latency::{Latency, Polling};
use super::links::WaitingFor;
use super::spec::{Budget, Child, Supervisor};
use actorscope_client::model::Row;
use actorscope_core::quality::Quality;
use actorscope_core::slot::{Counters, Stats};
use actorscope_core::{Capability, SlotState};
use serde::Serialize;

/// A slot of the supervision tree. Counters are totals over all its actors; `current` has those of
/// the present one.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Slot {
    id: u64,
    parent_id: Option<u64>,
    path: String,
    name: String,
    actor_type: String,
    framework: String,
    kind: &'static str,
    created_at: String,
    /// Depth in the tree that was asked for, and number of children in the whole tree.
    tree_depth: u32,
    children: u32,
    state: Option<&'static str>,
    restart_attempt: Option<u32>,
    restart_in_ns: Option<u64>,
    incarnation: Option<u32>,
    started_at: Option<String>,
    restarts: Option<u64>,
    mailbox_depth: Option<u64>,
    mailbox_capacity: Option<u64>,
    handled: Option<u64>,
    failed: Option<u64>,
    busy_ns: Option<u64>,
    current: Option<Current>,
    rate_per_s: Option<f64>,
    utilization: Option<f64>,
    oldest_wait_ns: Option<u64>,
    queue_wait_ns: Option<Latency>,
    handling_ns: Option<Latency>,
    polling: Option<Polling>,
    waiting_for: Option<WaitingFor>,
    supervisor: Option<Supervisor>,
    child_spec: Option<Child>,
    budget: Option<Budget>,
    capabilities: Vec<&'static str>,
    /// Why it can't be killed and what would change that, where its adapter knows.
    no_kill: Option<String>,
    quality: Qualities,
}

#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
struct Current {
    handled: u64,
    failed: u64,
    busy_ns: u64,
}

impl From<Counters> for Current {
    fn from(counters: Counters) -> Self {
        Self { handled: counters.handled, failed: counters.failed, busy_ns: counters.busy_ns }
    }
}

/// How well the members of the same name are known; the age is that of a stale one.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
struct Qualities {
    mailbox_depth: &'static str,
    mailbox_depth_age_ns: Option<u64>,
    queue_wait_ns: &'static str,
    queue_wait_age_ns: Option<u64>,
}

impl Qualities {
    fn of(stats: Option<&Stats>) -> Self {
        let depth = stats.map_or(Quality::Absent, |s| s.depth.quality());
        let wait = stats.map_or(Quality::Absent, |s| s.queue_wait_quality);
        Self {
            mailbox_depth: depth.word(),
            mailbox_depth_age_ns: age(depth),
            queue_wait_ns: wait.word(),
            queue_wait_age_ns: age(wait),
        }
    }
}

const fn age(quality: Quality) -> Option<u64> {
    match quality {
        Quality::Stale { age_ns } => Some(age_ns),
        _ => None,
    }
}

impl From<Row<'_>> for Slot {
    fn from(row: Row<'_>) -> Self {
        let (identity, stats) = (row.identity, row.stats);
        let total = stats.and_then(|s| s.total);
        let (attempt, in_ns) = match stats.map(|s| s.state) {
            Some(SlotState::Restarting { attempt, in_ns }) => (Some(attempt), in_ns),
            _ => (None, None),
        };
        Self {
            id: identity.id.get(),
            parent_id: identity.parent.map(|p| p.get()),
            path: row.path.to_owned(),
            name: identity.name.to_string(),
            actor_type: identity.actor_type.to_string(),
            framework: identity.framework.to_string(),
            kind: identity.kind.word(),
            created_at: identity.created_at.to_rfc3339(),
            tree_depth: row.place.depth,
            children: row.place.children,
            state: stats.map(|s| s.state.word()),
            restart_attempt: attempt,
            restart_in_ns: in_ns,
            incarnation: stats.map(|s| s.incarnation.0),
            started_at: stats.map(|s| s.started_at.to_rfc3339()),
            restarts: stats.map(|s| s.restarts),
            mailbox_depth: stats.and_then(|s| s.depth.value()),
            mailbox_capacity: identity.mailbox_capacity,
            handled: total.map(|t| t.handled),
            failed: total.map(|t| t.failed),
            busy_ns: total.map(|t| t.busy_ns),
            current: stats.and_then(|s| s.current).map(Into::into),
            rate_per_s: stats.and_then(|s| s.rate_per_s),
            utilization: stats.and_then(|s| s.utilization),
            oldest_wait_ns: stats.and_then(|s| s.oldest_wait_ns),
            queue_wait_ns: stats.and_then(|s| s.queue_wait).map(Latency::from),
            handling_ns: stats.and_then(|s| s.handling).map(Latency::from),
            polling: stats.and_then(|s| s.polling).map(Polling::from),
            waiting_for: stats.and_then(|s| s.waiting_for.as_ref()).map(Into::into),
            supervisor: identity.supervisor.as_ref().map(Into::into),
            child_spec: identity.child_spec.as_ref().map(Into::into),
            budget: stats.and_then(|s| s.budget.as_ref()).map(Into::into),
            capabilities: identity.capabilities.iter().map(Capability::word).collect(),
            no_kill: identity.no_kill.as_deref().map(str::to_owned),
            quality: Qualities::of(stats),
        }
    }
}
