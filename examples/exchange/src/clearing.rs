//! The supervisor of risk and settlement (ractor-supervisor).

use std::sync::Arc;
use std::time::Duration;

use actorscope_ractor_supervisor::{observe, observe_supervisor};
use ractor::{Actor, ActorCell, ActorRef, SpawnErr};
use ractor_supervisor::{
    ChildSpec, Restart, SpawnFn, Supervisor, SupervisorArguments, SupervisorMsg, SupervisorOptions,
    SupervisorStrategy,
};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::fault::Fault;
use crate::risk::{self, Risk};
use crate::settlement::{self, Settlement};
use crate::world::World;

/// Between two looks at what starts.
const PAUSE: Duration = Duration::from_millis(5);
/// Restarts of both together, before there is no clearing any more.
const RESTARTS: (usize, Duration) = (10, Duration::from_secs(60));

/// Starts all of it.
pub async fn start(
    world: &Arc<World>,
) -> Result<(ActorRef<SupervisorMsg>, JoinHandle<()>), SpawnErr> {
    let is_slow = world.fault == Some(Fault::SlowRisk);
    let for_settlement = world.clone();
    let child_specs = vec![
        child(settlement::NAME, move |supervisor, id| {
            let world = for_settlement.clone();
            async move {
                let started = Supervisor::spawn_linked(id, observe(Settlement), world, supervisor);
                Ok(started.await?.0.get_cell())
            }
        }),
        child(risk::NAME, move |supervisor, id| async move {
            let risk = observe(Risk { is_slow }).messages(risk::Say::name);
            Ok(Supervisor::spawn_linked(id, risk, (), supervisor).await?.0.get_cell())
        }),
    ];
    let options = SupervisorOptions {
        strategy: SupervisorStrategy::OneForOne,
        max_restarts: RESTARTS.0,
        max_window: RESTARTS.1,
        reset_after: None,
    };
    let arguments = SupervisorArguments { child_specs, options };
    let supervisor = observe_supervisor(Supervisor);
    Actor::spawn(Some("clearing".to_owned()), supervisor, arguments).await
}

/// Waits until orders can be looked at and settled, or until that takes too long to wait for it: their
/// supervisor starts them by itself, and tells nobody when they are up.
pub async fn is_up(world: &World, patience: Duration) {
    let starting = async {
        while ActorRef::<risk::Say>::where_is(risk::NAME).is_none() || world.positions().is_none() {
            sleep(PAUSE).await;
        }
    };
    let _ = timeout(patience, starting).await;
}

fn child<F>(id: &str, start: impl Fn(ActorCell, String) -> F + Send + Sync + 'static) -> ChildSpec
where
    F: Future<Output = Result<ActorCell, SpawnErr>> + Send + 'static,
{
    ChildSpec {
        id: id.to_owned(),
        restart: Restart::Permanent,
        spawn_fn: SpawnFn::new(start),
        backoff_fn: None,
        reset_after: None,
    }
}
