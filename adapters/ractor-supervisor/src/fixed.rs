//! `Supervisor`, whose children are given with its arguments.

use crate::children::noted;
use crate::log::Told;
use crate::specs::{self, Budget};
use actorscope_ractor::agent::core::ExitReason;
use actorscope_ractor::agent::core::spec::SupervisorSpec;
use actorscope_ractor::supervise::Nursery;
use actorscope_ractor::{Hooks, Starting};
use ractor::ActorProcessingErr;
use ractor_supervisor::{Supervisor, SupervisorArguments, SupervisorMsg, SupervisorState};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Looks into a `Supervisor`.
#[derive(Default)]
#[allow(missing_debug_implementations, reason = "nobody holds one")]
pub struct Fixed {
    nursery: Nursery,
    told: Told,
    /// It is replacing several children together.
    regroups: AtomicBool,
}

impl Hooks<Supervisor> for Fixed {
    fn supervisor(&self, arguments: &SupervisorArguments) -> Option<SupervisorSpec> {
        let options = &arguments.options;
        Some(Budget::of(options).supervisor(specs::strategy(options.strategy)))
    }

    fn starting(
        &self,
        actor: &Starting<'_>,
        mut arguments: SupervisorArguments,
    ) -> SupervisorArguments {
        self.nursery.attach(actor);
        let budget = Budget::of(&arguments.options);
        let specs = arguments.child_specs.into_iter();
        arguments.child_specs = specs.map(|spec| noted(&self.nursery, budget, spec)).collect();
        arguments
    }

    fn before(&self, message: SupervisorMsg) -> SupervisorMsg {
        use SupervisorMsg::{OneForAllSpawn, RestForOneSpawn};
        if matches!(message, OneForAllSpawn { .. } | RestForOneSpawn { .. }) {
            self.regroups.store(true, Relaxed);
            self.nursery.regroups(true);
        }
        message
    }

    fn after(&self, state: &SupervisorState) {
        if self.regroups.swap(false, Relaxed) {
            self.nursery.regroups(false);
        }
        self.told.tell(&self.nursery, &state.restart_log, &state.options);
    }

    fn exit(&self, error: &ActorProcessingErr) -> Option<ExitReason> {
        specs::exit(error)
    }
}
