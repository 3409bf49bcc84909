//! ractor: plain references, and tracked ones.

use actorscope_conformance::{
    Family, FamilyPlan, Lacks, Life, Message, Next, Plan, Probe, Rules, Started, Subject, Suite,
};
use actorscope_ractor::{TrackSends, observe};
use ractor::{Actor, ActorProcessingErr, ActorRef, SupervisionEvent};
use std::marker::PhantomData;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/capabilities.md");
    Suite::new(table, "cargo test -p actorscope-conformance --test ractor")
        .run(|| Ractor::<Plain>(PhantomData))
        .run(|| Ractor::<Tracked>(PhantomData))
        .finish()
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

const ONE_OF_A_NAME: Lacks = Lacks("ractor refuses a second actor of the same name.");

const RESTARTS_NOBODY: Lacks = Lacks(
    "ractor restarts nobody: what follows a failure, on purpose or not, is up to the supervisor's own code \
     (see ractor-supervisor).",
);

/// Where an actor waits for messages sent in one of two ways.
trait Reference: 'static {
    const COLUMN: &'static str;
    const NOTE: &'static str;
    type To: 'static;
    fn to(worker: ActorRef<Message>) -> Self::To;
    fn plain(to: &Self::To) -> &ActorRef<Message>;
    fn send(to: &Self::To, message: Message) -> bool;
}

struct Plain;

impl Reference for Plain {
    const COLUMN: &'static str = "ractor";
    const NOTE: &'static str =
        "Actors are spawned as `observe(…)` and sent to with ractor's own references.";
    type To = ActorRef<Message>;
    fn to(worker: ActorRef<Message>) -> Self::To {
        worker
    }
    fn plain(to: &Self::To) -> &ActorRef<Message> {
        to
    }
    fn send(to: &Self::To, message: Message) -> bool {
        to.cast(message).is_ok()
    }
}

struct Tracked;

impl Reference for Tracked {
    const COLUMN: &'static str = "ractor, tracked";
    const NOTE: &'static str = "Everything is sent through tracked references (`.tracked()`).";
    type To = actorscope_ractor::ObservedRef<Message>;
    fn to(worker: ActorRef<Message>) -> Self::To {
        worker.tracked()
    }
    fn plain(to: &Self::To) -> &ActorRef<Message> {
        to.untracked()
    }
    fn send(to: &Self::To, message: Message) -> bool {
        to.cast(message).is_ok()
    }
}

/// Actors that are sent to in that way.
struct Ractor<R>(PhantomData<R>);

impl<R: Reference> Subject for Ractor<R> {
    type Handle = R::To;
    const COLUMN: &'static str = R::COLUMN;
    const FRAMEWORK: &'static str = "ractor";

    fn rules(&self) -> Rules {
        Rules {
            errors: Ok(()),
            ends: Ok(()),
            limits: Err(RESTARTS_NOBODY),
            ends_unreachable: false,
            ends_with_parent: true,
        }
    }

    async fn start(
        &self,
        plan: Plan,
        parent: Option<&Started<Self::Handle>>,
    ) -> Result<Started<Self::Handle>, Lacks> {
        let path = plan.path(parent.map_or("", |parent| &parent.path));
        let (name, worker) = (Some(plan.name), observe(Worker).with_state());
        let spawned = match parent {
            None => Actor::spawn(name, worker, plan.probe).await,
            Some(parent) => {
                let parent = R::plain(&parent.handle).get_cell();
                Actor::spawn_linked(name, worker, plan.probe, parent).await
            }
        };
        match spawned {
            Ok((worker, _)) => Ok(Started { handle: R::to(worker), path }),
            Err(ractor::SpawnErr::ActorAlreadyRegistered(_)) => Err(ONE_OF_A_NAME),
            Err(error) => panic!("{path} does not start: {error}"),
        }
    }

    fn send(&self, to: &Self::Handle, message: Message) -> bool {
        R::send(to, message)
    }

    async fn end(&self, handle: &Self::Handle) {
        R::plain(handle).stop(None);
    }

    async fn family(&self, _: FamilyPlan) -> Result<Family<Self::Handle>, Lacks> {
        Err(RESTARTS_NOBODY)
    }

    fn notes(&self) -> Vec<String> {
        vec![R::NOTE.to_owned()]
    }
}
