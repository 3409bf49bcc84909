//! A destination's own supervisor: a worker that crashes again and again ends its lane, and no other.

use std::{sync::Arc, time::Duration};

use actorscope_ractor_supervisor::{observe, observe_supervisor};
use ractor::{ActorCell, ActorRef, SpawnErr};
use ractor_supervisor::{
    ChildBackoffFn, ChildSpec, Restart, SpawnFn, Supervisor, SupervisorArguments,
    SupervisorOptions, SupervisorStrategy,
};

use crate::{
    delivery::Backoff,
    dispatcher::DispatcherMsg,
    tree::World,
    worker::{Worker, WorkerArgs},
};

/// Restarts of a worker that are allowed …
const RESTARTS: usize = 4;
/// … within this time.
const WINDOW: Duration = Duration::from_secs(30);
/// Before each of them.
const BACKOFF: Backoff =
    Backoff { first: Duration::from_millis(100), most: Duration::from_secs(2) };

/// The child of `destinations` for one lane. Temporary: the dispatcher opens it again when it is time.
pub fn spec(name: &Arc<str>, dispatcher: ActorRef<DispatcherMsg>, world: &Arc<World>) -> ChildSpec {
    let worker = WorkerArgs { lane: name.clone(), dispatcher, world: world.clone() };
    let spawn = move |supervisor: ActorCell, id: String| {
        let arguments = SupervisorArguments {
            child_specs: vec![worker_spec(&worker)],
            options: SupervisorOptions {
                strategy: SupervisorStrategy::OneForOne,
                max_restarts: RESTARTS,
                max_window: WINDOW,
                reset_after: None,
            },
        };
        async move {
            let lane = observe_supervisor(Supervisor);
            let (lane, _) = Supervisor::spawn_linked(id, lane, arguments, supervisor).await?;
            Ok::<_, SpawnErr>(lane.get_cell())
        }
    };
    ChildSpec {
        id: name.as_ref().to_owned(),
        restart: Restart::Temporary,
        spawn_fn: SpawnFn::new(spawn),
        backoff_fn: None,
        reset_after: None,
    }
}

fn worker_spec(args: &WorkerArgs) -> ChildSpec {
    let (id, args) = (format!("worker-{}", args.lane), args.clone());
    let spawn = move |supervisor: ActorCell, id: String| {
        let args = args.clone();
        async move {
            let (worker, _) =
                Supervisor::spawn_linked(id, observe(Worker), args, supervisor).await?;
            Ok::<_, SpawnErr>(worker.get_cell())
        }
    };
    let backoff = |_: &str, restarts: usize, _, _| {
        Some(BACKOFF.after(u32::try_from(restarts).unwrap_or(u32::MAX)))
    };
    ChildSpec {
        id,
        // Whatever ends it but its lane: also a kill, which ractor-supervisor takes for a normal exit.
        restart: Restart::Permanent,
        spawn_fn: SpawnFn::new(spawn),
        backoff_fn: Some(ChildBackoffFn::new(backoff)),
        reset_after: Some(WINDOW),
    }
}
