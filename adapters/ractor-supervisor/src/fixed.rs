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
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Looks into a `Supervisor`.
#[derive(Default)]
#[allow(missing_debug_implementations, reason = "nobody holds one")]
pub struct Fixed {
    nursery: Nursery,
    told: Told,
    /// Its children, in the order in which they are started.
    ids: OnceLock<Vec<String>>,
    /// It is replacing several of them together.
    replaces: AtomicBool,
}

impl Fixed {
    /// From this child on.
    fn replaces(&self, from: usize) {
        self.replaces.store(true, Relaxed);
        let ids = self.ids.get().into_iter().flatten();
        self.nursery.replaces(ids.skip(from).map(String::as_str));
    }
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
        let ids = arguments.child_specs.iter().map(|spec| spec.id.clone());
        let _ = self.ids.set(ids.collect());
        let specs = arguments.child_specs.into_iter();
        arguments.child_specs = specs.map(|spec| noted(&self.nursery, budget, spec)).collect();
        arguments
    }

    fn before(&self, message: SupervisorMsg) -> SupervisorMsg {
        match &message {
            SupervisorMsg::OneForAllSpawn { .. } => self.replaces(0),
            SupervisorMsg::RestForOneSpawn { child_id } => {
                let ids = self.ids.get().map_or(&[][..], Vec::as_slice);
                self.replaces(ids.iter().position(|id| id == child_id).unwrap_or(ids.len()));
            }
            SupervisorMsg::OneForOneSpawn { .. } | SupervisorMsg::InspectState(_) => {}
        }
        message
    }

    fn after(&self, state: &SupervisorState) {
        if self.replaces.swap(false, Relaxed) {
            self.nursery.replaced();
        }
        self.told.tell(&self.nursery, &state.restart_log, &state.options);
    }

    fn exit(&self, error: &ActorProcessingErr) -> Option<ExitReason> {
        specs::exit(error)
    }
}
