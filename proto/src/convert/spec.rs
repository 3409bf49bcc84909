//! Supervisor and child specs.

use super::{Malformed, word};
use crate::v1;
use actorscope_core::spec::{
    Backoff, BudgetScope, BudgetUse, ChildSpec, RestartType, Shutdown, Strategy, SupervisorSpec,
};

impl From<&SupervisorSpec> for v1::SupervisorSpec {
    fn from(spec: &SupervisorSpec) -> Self {
        Self {
            strategy: spec.strategy.word().to_owned(),
            intensity: spec.intensity,
            period_ns: spec.period_ns,
            scope: spec.scope.map_or("", BudgetScope::word).to_owned(),
            auto_shutdown: spec.auto_shutdown,
        }
    }
}

impl TryFrom<v1::SupervisorSpec> for SupervisorSpec {
    type Error = Malformed;

    fn try_from(wire: v1::SupervisorSpec) -> Result<Self, Malformed> {
        Ok(Self {
            strategy: word!(Strategy, "strategy", wire.strategy)?,
            intensity: wire.intensity,
            period_ns: wire.period_ns,
            scope: BudgetScope::from_word(&wire.scope),
            auto_shutdown: wire.auto_shutdown,
        })
    }
}

impl From<&ChildSpec> for v1::ChildSpec {
    fn from(spec: &ChildSpec) -> Self {
        Self {
            child_id: spec.child_id.clone(),
            restart: spec.restart.map_or("", RestartType::word).to_owned(),
            intensity: spec.intensity,
            period_ns: spec.period_ns,
            shutdown: spec.shutdown.map(Into::into),
            significant: spec.significant,
            backoff: spec.backoff.map(|b| v1::Backoff { first_ns: b.first_ns, max_ns: b.max_ns }),
            kill_is_normal_exit: spec.kill_is_normal_exit,
        }
    }
}

impl From<v1::ChildSpec> for ChildSpec {
    fn from(wire: v1::ChildSpec) -> Self {
        Self {
            child_id: wire.child_id,
            restart: RestartType::from_word(&wire.restart),
            intensity: wire.intensity,
            period_ns: wire.period_ns,
            shutdown: wire.shutdown.and_then(|s| s.kind).map(Into::into),
            significant: wire.significant,
            backoff: wire.backoff.map(|b| Backoff { first_ns: b.first_ns, max_ns: b.max_ns }),
            kill_is_normal_exit: wire.kill_is_normal_exit,
        }
    }
}

impl From<Shutdown> for v1::Shutdown {
    fn from(shutdown: Shutdown) -> Self {
        use v1::shutdown::Kind;
        let kind = match shutdown {
            Shutdown::Brutal => Kind::Brutal(true),
            Shutdown::TimeoutNs(ns) => Kind::TimeoutNs(ns),
            Shutdown::Infinity => Kind::Infinity(true),
        };
        Self { kind: Some(kind) }
    }
}

impl From<v1::shutdown::Kind> for Shutdown {
    fn from(wire: v1::shutdown::Kind) -> Self {
        use v1::shutdown::Kind;
        match wire {
            Kind::Brutal(_) => Self::Brutal,
            Kind::TimeoutNs(ns) => Self::TimeoutNs(ns),
            Kind::Infinity(_) => Self::Infinity,
        }
    }
}

impl From<&BudgetUse> for v1::Budget {
    fn from(budget: &BudgetUse) -> Self {
        Self {
            used: budget.used,
            allowed: budget.allowed,
            period_ns: budget.period_ns,
            expires_in_ns: budget.expires_in_ns.clone(),
        }
    }
}

impl From<v1::Budget> for BudgetUse {
    fn from(wire: v1::Budget) -> Self {
        Self {
            used: wire.used,
            allowed: wire.allowed,
            period_ns: wire.period_ns,
            expires_in_ns: wire.expires_in_ns,
        }
    }
}
