//! `DynamicSupervisor`, to which children are added while it runs.

use crate::children::noted;
use crate::log::Told;
use crate::specs::{self, Budget};
use actorscope_ractor::agent::core::ExitReason;
use actorscope_ractor::agent::core::spec::{Strategy, SupervisorSpec};
use actorscope_ractor::supervise::Nursery;
use actorscope_ractor::{Hooks, Starting};
use ractor::ActorProcessingErr;
use ractor_supervisor::{
    ChildSpec, DynamicSupervisor, DynamicSupervisorMsg, DynamicSupervisorOptions,
    DynamicSupervisorState, SpawnFn,
};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Children from which on those are looked for that are gone.
const MANY: usize = 64;

/// Looks into a `DynamicSupervisor`.
#[derive(Default)]
#[allow(missing_debug_implementations, reason = "nobody holds one")]
pub struct Dynamic {
    nursery: Nursery,
    told: Told,
    budget: OnceLock<Budget>,
    /// How children are started that were noted: the supervisor sends them to itself for a restart.
    noted: Mutex<Noted>,
}

#[derive(Default)]
struct Noted {
    by_id: HashMap<String, SpawnFn>,
    tidied_at: usize,
}

impl Dynamic {
    fn note(&self, spec: ChildSpec) -> ChildSpec {
        let Some(budget) = self.budget.get() else { return spec };
        let mut noted_before = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let known = noted_before.by_id.get(&spec.id);
        if known.is_some_and(|known| Arc::ptr_eq(&known.0, &spec.spawn_fn.0)) {
            return spec;
        }
        if noted_before.by_id.len() >= MANY.max(2 * noted_before.tidied_at) {
            // Nobody but us could start them again.
            noted_before.by_id.retain(|_, spawn| Arc::strong_count(&spawn.0) > 1);
            noted_before.tidied_at = noted_before.by_id.len();
        }
        let spec = noted(&self.nursery, *budget, spec);
        noted_before.by_id.insert(spec.id.clone(), spec.spawn_fn.clone());
        spec
    }
}

impl Hooks<DynamicSupervisor> for Dynamic {
    fn supervisor(&self, options: &DynamicSupervisorOptions) -> Option<SupervisorSpec> {
        Some(Budget::of(options).supervisor(Strategy::Dynamic))
    }

    fn starting(
        &self,
        actor: &Starting<'_>,
        options: DynamicSupervisorOptions,
    ) -> DynamicSupervisorOptions {
        self.nursery.attach(actor);
        let _ = self.budget.set(Budget::of(&options));
        options
    }

    fn before(&self, message: DynamicSupervisorMsg) -> DynamicSupervisorMsg {
        match message {
            DynamicSupervisorMsg::SpawnChild { spec, reply } => {
                DynamicSupervisorMsg::SpawnChild { spec: self.note(spec), reply }
            }
            DynamicSupervisorMsg::TerminateChild { child_id, reply } => {
                self.nursery.release(&child_id);
                DynamicSupervisorMsg::TerminateChild { child_id, reply }
            }
            inspect @ DynamicSupervisorMsg::InspectState(_) => inspect,
        }
    }

    fn after(&self, state: &DynamicSupervisorState) {
        self.told.tell(&self.nursery, &state.restart_log, &state.options);
    }

    fn exit(&self, error: &ActorProcessingErr) -> Option<ExitReason> {
        specs::exit(error)
    }
}
