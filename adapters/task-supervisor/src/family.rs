//! A supervisor and what is known of it by all its tasks.

use crate::plan::Plan;
use actorscope_agent::adapter::{
    Controls, Fate, Reaction, Registration, Registry, SlotHandle, current_place,
};
use actorscope_agent::core::capability::{Capabilities, Capability};
use actorscope_agent::core::spec::{BudgetScope, SupervisorSpec};
use actorscope_agent::core::{ChildKind, ExitReason, Strategy};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use task_supervisor::{SupervisorError, SupervisorHandle};
use tokio::runtime::Handle;

/// Why a supervisor can't be killed, and what would change that.
const NO_KILL: &str = "task-supervisor can only shut it down, which gives its tasks time to stop: \
                       `stop` does";

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) slot: SlotHandle,
    pub(crate) plan: Plan,
    /// Weak, because a supervisor ends when nobody has a handle of it.
    supervisor: OnceLock<Weak<SupervisorHandle>>,
    alive: Mutex<Weak<Last>>,
    runtime: Handle,
}

impl Family {
    pub(crate) fn new(name: &str, plan: Plan, runtime: Handle) -> Arc<Self> {
        let strategy = SupervisorSpec {
            scope: Some(BudgetScope::PerChild),
            ..SupervisorSpec::new(Strategy::OneForOne)
        };
        let new =
            Registration::new(crate::FRAMEWORK, name, std::any::type_name::<SupervisorHandle>())
                .kind(ChildKind::Supervisor)
                .supervisor(strategy)
                .capabilities(Capabilities::of(&[Capability::Stop]))
                .no_kill(NO_KILL);
        let slot = match current_place() {
            Some(parent) => parent.register_below(new),
            None => Registry::current().register(new),
        };
        Arc::new(Self { slot, plan, supervisor: OnceLock::new(), alive: Mutex::default(), runtime })
    }

    /// The supervisor runs.
    pub(crate) fn runs(self: &Arc<Self>, supervisor: &Arc<SupervisorHandle>) {
        let _ = self.supervisor.set(Arc::downgrade(supervisor));
        self.slot.set_controls(Arc::new(Shutdown(Arc::downgrade(self))));
    }

    /// Somebody's handle, while there is one.
    pub(crate) fn supervisor(&self) -> Option<Arc<SupervisorHandle>> {
        self.supervisor.get()?.upgrade()
    }

    /// Has something done with a handle, in the supervisor's runtime.
    pub(crate) fn ask<F: Future<Output = ()> + Send + 'static>(
        &self,
        what: impl FnOnce(Arc<SupervisorHandle>) -> F,
    ) -> Reaction {
        let Some(supervisor) = self.supervisor() else { return Reaction::Gone };
        self.runtime.spawn(what(supervisor));
        Reaction::Accepted
    }
}

/// How operators reach a supervisor.
struct Shutdown(Weak<Family>);

impl Controls for Shutdown {
    fn kill(&self) -> Reaction {
        Reaction::NotSupported(NO_KILL.to_owned())
    }

    fn nudge(&self) {
        if let Some(family) = self.0.upgrade() {
            family.ask(|supervisor| async move {
                let _ = supervisor.shutdown().await;
            });
        }
    }
}

/// With each task of a supervisor, and with its handle while it has none: dropped with the last of
/// them, it reports that the supervisor ended.
#[derive(Clone, Debug)]
pub(crate) struct Alive {
    _last: Arc<Last>,
}

#[derive(Debug)]
struct Last(Arc<Family>);

impl Alive {
    /// One more, or the first.
    pub(crate) fn of(family: &Arc<Family>) -> Self {
        let mut alive = family.alive.lock().unwrap_or_else(PoisonError::into_inner);
        let last = alive.upgrade().unwrap_or_else(|| Arc::new(Last(family.clone())));
        *alive = Arc::downgrade(&last);
        Self { _last: last }
    }
}

impl Drop for Last {
    fn drop(&mut self) {
        let family = self.0.clone();
        let Some(supervisor) = family.supervisor() else {
            let why = "nobody had a handle of it any more".to_owned();
            return family.slot.exited(ExitReason::Shutdown, Some(why), Fate::Final);
        };
        let report = Report(family.clone());
        // It is ending at this very moment, and says then how.
        family.runtime.spawn(async move {
            let outcome = supervisor.wait().await;
            report.ended(outcome.err());
        });
    }
}

/// Reports the end of a supervisor, whatever happens to the report.
struct Report(Arc<Family>);

impl Report {
    fn ended(&self, error: Option<SupervisorError>) {
        let slot = &self.0.slot;
        match error {
            None => slot.exited(ExitReason::Shutdown, None, Fate::Final),
            Some(SupervisorError::Aborted) => {
                let why = "its runtime was shut down".to_owned();
                slot.exited(ExitReason::Aborted, Some(why), Fate::Final);
            }
            Some(SupervisorError::Panicked(text)) => {
                slot.exited(ExitReason::Panic, Some(text), Fate::Final);
            }
            Some(error) => slot.exited(ExitReason::Error, Some(error.to_string()), Fate::GaveUp),
        }
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        // Ignored if its end was reported.
        self.ended(Some(SupervisorError::Aborted));
    }
}
