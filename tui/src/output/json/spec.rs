//! What a slot and its supervisor were told.

use actorscope_core::spec::{BudgetUse, ChildSpec, Shutdown, SupervisorSpec};
use serde::Serialize;

/// A supervisor's spec.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Supervisor {
    strategy: &'static str,
    intensity: Option<u32>,
    period_ns: Option<u64>,
    scope: Option<&'static str>,
    auto_shutdown: bool,
}

impl From<&SupervisorSpec> for Supervisor {
    fn from(spec: &SupervisorSpec) -> Self {
        Self {
            strategy: spec.strategy.word(),
            intensity: spec.intensity,
            period_ns: spec.period_ns,
            scope: spec.scope.map(|s| s.word()),
            auto_shutdown: spec.auto_shutdown,
        }
    }
}

/// A child's spec.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Child {
    child_id: Option<String>,
    restart: Option<&'static str>,
    intensity: Option<u32>,
    period_ns: Option<u64>,
    shutdown: Option<&'static str>,
    shutdown_timeout_ns: Option<u64>,
    significant: bool,
    backoff: Option<Backoff>,
    kill_is_normal_exit: bool,
}

#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
struct Backoff {
    first_ns: u64,
    max_ns: u64,
}

impl From<&ChildSpec> for Child {
    fn from(spec: &ChildSpec) -> Self {
        Self {
            child_id: spec.child_id.clone(),
            restart: spec.restart.map(|r| r.word()),
            intensity: spec.intensity,
            period_ns: spec.period_ns,
            shutdown: spec.shutdown.map(|s| match s {
                Shutdown::Brutal => "brutal",
                Shutdown::TimeoutNs(_) => "timeout",
                Shutdown::Infinity => "infinity",
            }),
            shutdown_timeout_ns: match spec.shutdown {
                Some(Shutdown::TimeoutNs(ns)) => Some(ns),
                _ => None,
            },
            significant: spec.significant,
            backoff: spec.backoff.map(|b| Backoff { first_ns: b.first_ns, max_ns: b.max_ns }),
            kill_is_normal_exit: spec.kill_is_normal_exit,
        }
    }
}

/// How much of a restart budget is used.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Budget {
    used: u32,
    allowed: u32,
    period_ns: u64,
    expires_in_ns: Vec<u64>,
}

impl From<&BudgetUse> for Budget {
    fn from(budget: &BudgetUse) -> Self {
        Self {
            used: budget.used,
            allowed: budget.allowed,
            period_ns: budget.period_ns,
            expires_in_ns: budget.expires_in_ns.clone(),
        }
    }
}
