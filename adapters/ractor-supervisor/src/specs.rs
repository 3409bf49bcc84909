//! What supervisors and children were told, in our words.

use actorscope_ractor::agent::core::ExitReason;
use actorscope_ractor::agent::core::spec::{
    BudgetScope, ChildSpec, RestartType, Shutdown, Strategy, SupervisorSpec,
};
use ractor::ActorProcessingErr;
use ractor_supervisor::{CoreSupervisorOptions, Restart, SupervisorError, SupervisorStrategy};

pub(crate) const fn strategy(strategy: SupervisorStrategy) -> Strategy {
    match strategy {
        SupervisorStrategy::OneForOne => Strategy::OneForOne,
        SupervisorStrategy::OneForAll => Strategy::OneForAll,
        SupervisorStrategy::RestForOne => Strategy::RestForOne,
    }
}

/// How many restarts are allowed in how many nanoseconds.
#[derive(Clone, Copy)]
pub(crate) struct Budget {
    intensity: u32,
    period_ns: u64,
}

impl Budget {
    pub(crate) fn of<S>(options: &impl CoreSupervisorOptions<S>) -> Self {
        Self {
            intensity: u32::try_from(options.max_restarts()).unwrap_or(u32::MAX),
            period_ns: u64::try_from(options.max_window().as_nanos()).unwrap_or(u64::MAX),
        }
    }

    pub(crate) const fn supervisor(self, strategy: Strategy) -> SupervisorSpec {
        SupervisorSpec {
            strategy,
            intensity: Some(self.intensity),
            period_ns: Some(self.period_ns),
            scope: Some(BudgetScope::PerSupervisor),
            auto_shutdown: false,
        }
    }

    pub(crate) fn child(self, spec: &ractor_supervisor::ChildSpec) -> ChildSpec {
        ChildSpec {
            child_id: Some(spec.id.clone()),
            restart: Some(match spec.restart {
                Restart::Permanent => RestartType::Permanent,
                Restart::Transient => RestartType::Transient,
                Restart::Temporary => RestartType::Temporary,
            }),
            intensity: Some(self.intensity),
            period_ns: Some(self.period_ns),
            // Siblings that are replaced are killed.
            shutdown: Some(Shutdown::Brutal),
            kill_is_normal_exit: true,
            ..ChildSpec::default()
        }
    }
}

/// Whether a supervisor failed because its children failed too often.
pub(crate) fn exit(error: &ActorProcessingErr) -> Option<ExitReason> {
    match error.downcast_ref::<SupervisorError>() {
        // The same error says that a dynamic supervisor has too many children.
        Some(SupervisorError::Meltdown { reason }) if !reason.contains("max_children") => {
            Some(ExitReason::BudgetExhausted)
        }
        _ => None,
    }
}
