//! kameo: actors with `#[observed]`, children with `supervise_observed`.

use actorscope_agent::core::RestartType;
use actorscope_agent::core::spec::Strategy;
use actorscope_conformance::{
    Family, FamilyPlan, Lacks, Life, Message as Told, Next, Plan, Probe, Rules, Started, Subject,
    Suite,
};
use actorscope_kameo::{ChildSpec, SuperviseObserved, name_actor, observed};
use kameo::error::Infallible;
use kameo::prelude::*;
use kameo::supervision::{RestartPolicy, SupervisionStrategy};
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/capabilities.md");
    Suite::new(table, "cargo test -p actorscope-conformance --test kameo").run(|| Kameo).finish()
}

struct Kameo;

#[derive(Debug)]
struct Worker {
    life: Life,
}

#[observed(state)]
impl Actor for Worker {
    type Args = Arc<Probe>;
    type Error = Infallible;
    async fn on_start(probe: Arc<Probe>, _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(Self { life: probe.live() })
    }
}

impl Message<Told> for Worker {
    type Reply = Result<(), String>;
    async fn handle(&mut self, told: Told, ctx: &mut Context<Self, Self::Reply>) -> Self::Reply {
        match self.life.perform(told).await {
            Next::Go => Ok(()),
            Next::End => {
                ctx.stop();
                Ok(())
            }
            Next::Fail(error) => Err(error),
        }
    }
}

/// A supervisor with a strategy, which kameo takes from the type.
macro_rules! boss {
    ($name:ident, $strategy:ident) => {
        struct $name;

        #[observed]
        impl Actor for $name {
            type Args = ();
            type Error = Infallible;
            fn supervision_strategy() -> SupervisionStrategy {
                SupervisionStrategy::$strategy
            }
            async fn on_start((): (), _: ActorRef<Self>) -> Result<Self, Infallible> {
                Ok(Self)
            }
            async fn on_link_died(
                &mut self,
                _: WeakActorRef<Self>,
                _: ActorId,
                _: ActorStopReason,
            ) -> Result<ControlFlow<ActorStopReason>, Infallible> {
                Ok(ControlFlow::Continue(()))
            }
        }
    };
}

boss!(OneForOne, OneForOne);
boss!(OneForAll, OneForAll);
boss!(RestForOne, RestForOne);

/// Starts a supervisor of this type with its children.
async fn family<B>(plan: FamilyPlan) -> Family<ActorRef<Worker>>
where
    B: Actor<Args = ()> + actorscope_kameo::Observed,
{
    let boss = B::spawn(());
    assert!(name_actor(&boss, &plan.name));
    let supervisor = format!("/{}", plan.name);
    let mut members = Vec::new();
    for member in plan.members {
        let spec = ChildSpec::new(&member.name)
            .restart_policy(match plan.restart {
                RestartType::Permanent => RestartPolicy::Permanent,
                RestartType::Transient => RestartPolicy::Transient,
                RestartType::Temporary => RestartPolicy::Never,
            })
            .restart_limit(plan.restarts, FamilyPlan::WINDOW);
        let path = member.path(&supervisor);
        let handle = Worker::supervise_observed(&boss, spec, member.probe).spawn().await;
        members.push(Started { handle, path });
    }
    Family { supervisor: Some(supervisor), members, keep: Box::new(boss) }
}

impl Subject for Kameo {
    type Handle = ActorRef<Worker>;
    const COLUMN: &'static str = "kameo";
    const FRAMEWORK: &'static str = "kameo";

    fn rules(&self) -> Rules {
        Rules {
            errors: Ok(()),
            ends: Ok(()),
            limits: Ok(()),
            ends_unreachable: true,
            ends_with_parent: true,
        }
    }

    async fn start(
        &self,
        plan: Plan,
        parent: Option<&Started<Self::Handle>>,
    ) -> Result<Started<Self::Handle>, Lacks> {
        let path = plan.path(parent.map_or("", |parent| &parent.path));
        let handle = match parent {
            None => {
                let worker = Worker::spawn(plan.probe);
                assert!(name_actor(&worker, &plan.name));
                worker
            }
            Some(parent) => {
                let spec = ChildSpec::new(plan.name).restart_policy(RestartPolicy::Never);
                Worker::supervise_observed(&parent.handle, spec, plan.probe).spawn().await
            }
        };
        Ok(Started { handle, path })
    }

    fn send(&self, to: &Self::Handle, message: Told) -> bool {
        to.tell(message).try_send().is_ok()
    }

    async fn end(&self, handle: &Self::Handle) {
        let _ = handle.stop_gracefully().await;
    }

    async fn family(&self, plan: FamilyPlan) -> Result<Family<Self::Handle>, Lacks> {
        Ok(match plan.strategy {
            Strategy::OneForOne => family::<OneForOne>(plan).await,
            Strategy::OneForAll => family::<OneForAll>(plan).await,
            Strategy::RestForOne => family::<RestForOne>(plan).await,
            Strategy::Dynamic => return Err(Lacks("kameo has no dynamic supervisors.")),
        })
    }

    fn notes(&self) -> Vec<String> {
        [
            "Actors have kameo's default mailbox, bounded at 64; children are spawned with \
             `supervise_observed`. Behind a handler, an unbounded mailbox shows `≥ n`.",
            "Restarts are counted for each child, and forgotten together after a quiet window.",
        ]
        .map(str::to_owned)
        .into()
    }
}
