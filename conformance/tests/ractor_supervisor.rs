//! ractor-supervisor: children of a dynamic supervisor, and families under one with a strategy.

use actorscope_agent::core::RestartType;
use actorscope_agent::core::spec::Strategy;
use actorscope_conformance::{
    Family, FamilyPlan, Lacks, Life, Message, Next, Plan, Probe, Rules, Started, Subject, Suite,
};
use actorscope_ractor_supervisor::{TrackSends, observe, observe_supervisor};
use ractor::{Actor, ActorCell, ActorProcessingErr, ActorRef, SupervisionEvent, registry};
use ractor_supervisor::{
    ChildSpec, DynamicSupervisor, DynamicSupervisorMsg, DynamicSupervisorOptions, Restart, SpawnFn,
    Supervisor, SupervisorArguments, SupervisorOptions, SupervisorStrategy,
};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::sync::OnceCell;

fn main() -> ExitCode {
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/capabilities.md");
    Suite::new(table, "cargo test -p actorscope-conformance --test ractor_supervisor")
        .run(RactorSupervisor::default)
        .finish()
}

/// Under which everybody is who has no other place.
const POOL: &str = "pool";

#[derive(Default)]
struct RactorSupervisor {
    pool: OnceCell<ActorRef<DynamicSupervisorMsg>>,
}

struct Worker;

impl Actor for Worker {
    type Msg = Message;
    type State = Life;
    type Arguments = Arc<Probe>;

    async fn pre_start(
        &self,
        _: ActorRef<Message>,
        probe: Arc<Probe>,
    ) -> Result<Life, ActorProcessingErr> {
        Ok(probe.live())
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        message: Message,
        life: &mut Life,
    ) -> Result<(), ActorProcessingErr> {
        match life.perform(message).await {
            Next::Go => {}
            Next::End => myself.stop(None),
            Next::Fail(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Outlives its children.
    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<Message>,
        _: SupervisionEvent,
        _: &mut Life,
    ) -> Result<(), ActorProcessingErr> {
        Ok(())
    }
}

/// What starts this worker, each time.
fn spec(plan: &Plan, restart: Restart) -> ChildSpec {
    let probe = plan.probe.clone();
    let spawn_fn = SpawnFn::new(move |supervisor: ActorCell, id: String| {
        let probe = probe.clone();
        async move {
            let (worker, _) =
                Supervisor::spawn_linked(id, observe(Worker).with_state(), probe, supervisor)
                    .await?;
            Ok(worker.get_cell())
        }
    });
    ChildSpec { id: plan.name.clone(), restart, spawn_fn, backoff_fn: None, reset_after: None }
}

impl RactorSupervisor {
    async fn pool(&self) -> &ActorRef<DynamicSupervisorMsg> {
        self.pool
            .get_or_init(|| async {
                let options = DynamicSupervisorOptions {
                    max_children: None,
                    max_restarts: 1_000,
                    max_window: FamilyPlan::WINDOW,
                    reset_after: None,
                };
                let pool = observe_supervisor(DynamicSupervisor);
                Actor::spawn(Some(POOL.to_owned()), pool, options).await.expect("a pool").0
            })
            .await
    }
}

impl Subject for RactorSupervisor {
    /// Who has the name at the moment is found in ractor's registry.
    type Handle = String;
    const COLUMN: &'static str = "ractor-supervisor";
    const FRAMEWORK: &'static str = "ractor";

    fn rules(&self) -> Rules {
        Rules {
            errors: Ok(()),
            ends: Ok(()),
            limits: Ok(()),
            ends_unreachable: false,
            ends_with_parent: true,
        }
    }

    async fn start(
        &self,
        plan: Plan,
        parent: Option<&Started<String>>,
    ) -> Result<Started<String>, Lacks> {
        if registry::where_is(&plan.name).is_some() {
            return Err(Lacks("ractor refuses a second actor of the same name."));
        }
        let Some(parent) = parent else {
            let path = plan.path(&format!("/{POOL}"));
            let spec = spec(&plan, Restart::Temporary);
            DynamicSupervisor::spawn_child(self.pool().await.clone(), spec).await.expect("a child");
            return Ok(Started { handle: plan.name, path });
        };
        let path = plan.path(&parent.path);
        let above = registry::where_is(&parent.handle).expect("the parent lives");
        let name = Some(plan.name.clone());
        Actor::spawn_linked(name, observe(Worker).with_state(), plan.probe, above)
            .await
            .expect("a child");
        Ok(Started { handle: plan.name, path })
    }

    fn nursery(&self) -> Option<&str> {
        Some("/pool")
    }

    fn send(&self, to: &String, message: Message) -> bool {
        let Some(worker) = registry::where_is(to) else { return false };
        ActorRef::<Message>::from(worker).tracked().cast(message).is_ok()
    }

    async fn end(&self, handle: &String) {
        if let Some(worker) = registry::where_is(handle) {
            worker.stop(None);
        }
    }

    async fn family(&self, plan: FamilyPlan) -> Result<Family<String>, Lacks> {
        let strategy = match plan.strategy {
            Strategy::OneForOne => SupervisorStrategy::OneForOne,
            Strategy::OneForAll => SupervisorStrategy::OneForAll,
            Strategy::RestForOne => SupervisorStrategy::RestForOne,
            Strategy::Dynamic => {
                return Err(Lacks("A dynamic supervisor takes its children later."));
            }
        };
        let restart = match plan.restart {
            RestartType::Permanent => Restart::Permanent,
            RestartType::Transient => Restart::Transient,
            RestartType::Temporary => Restart::Temporary,
        };
        let child_specs = plan.members.iter().map(|member| spec(member, restart)).collect();
        let options = SupervisorOptions {
            strategy,
            max_restarts: plan.restarts as usize,
            max_window: FamilyPlan::WINDOW,
            reset_after: None,
        };
        let arguments = SupervisorArguments { child_specs, options };
        let supervisor = observe_supervisor(Supervisor);
        let spawned = Actor::spawn(Some(plan.name.clone()), supervisor, arguments).await;
        let (supervisor, _) = spawned.expect("a supervisor");
        let path = format!("/{}", plan.name);
        let member = |member: Plan| Started { path: member.path(&path), handle: member.name };
        let members = plan.members.into_iter().map(member).collect();
        Ok(Family {
            supervisor: Some(path.clone()),
            members,
            keep: Box::new(Stop(supervisor.get_cell())),
        })
    }

    fn notes(&self) -> Vec<String> {
        [
            "ractor-supervisor takes a kill for a normal exit: a transient child that is killed stays down, \
             and the preview says so.",
            "Actors without a family are temporary children of a dynamic supervisor; everything is sent \
             through tracked references.",
            "The restart budget is one for all children of a supervisor.",
        ]
        .map(str::to_owned)
        .into()
    }
}

/// Ends a supervisor with its scenario.
struct Stop(ActorCell);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.stop(None);
    }
}
