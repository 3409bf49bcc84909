//! ractor's actors, sent to by tracked references; what crashes is restarted by ractor-supervisor.

use crate::host::{DONE, Do, Host, count};
use actorscope_ractor::{ObservedRef, TrackSends as _, observe};
use actorscope_ractor_supervisor::observe_supervisor;
use ractor::{Actor, ActorProcessingErr, ActorRef, SupervisionEvent};
use ractor_supervisor::{
    ChildSpec, Restart, SpawnFn, Supervisor, SupervisorArguments, SupervisorOptions,
    SupervisorStrategy,
};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// See the module's documentation.
#[derive(Debug)]
pub struct Ractor;

/// A parent of a thousand.
#[derive(Debug)]
pub struct Pool;

/// Counts what comes.
#[derive(Debug)]
pub struct Worker;

impl Actor for Pool {
    type Msg = ();
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<()>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    /// Outlives its children.
    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<()>,
        _: SupervisionEvent,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        Ok(())
    }
}

impl Actor for Worker {
    type Msg = Do;
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Do>, (): ()) -> Result<(), ActorProcessingErr> {
        count(&DONE.started);
        Ok(())
    }

    async fn handle(
        &self,
        _: ActorRef<Do>,
        what: Do,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        match what {
            Do::Count => count(&DONE.handled),
            Do::Crash => {
                count(&DONE.crashed);
                count(&DONE.ended);
                return Err("told to".into());
            }
        }
        Ok(())
    }

    async fn post_stop(&self, _: ActorRef<Do>, (): &mut ()) -> Result<(), ActorProcessingErr> {
        count(&DONE.ended);
        Ok(())
    }
}

/// The reference to an actor; of a supervised one to the actor of the moment.
pub type Slot = Arc<Mutex<Option<ObservedRef<Do>>>>;

fn put(slot: &Slot, actor: &ActorRef<Do>) {
    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(actor.tracked());
}

impl Host for Ractor {
    type Parent = ActorRef<()>;
    type Actor = Slot;

    async fn parent(name: String) -> Result<ActorRef<()>, String> {
        let pool = Actor::spawn(Some(name), observe(Pool), ()).await;
        pool.map(|(pool, _)| pool).map_err(|error| error.to_string())
    }

    async fn actor(parent: &ActorRef<()>, name: String) -> Result<Slot, String> {
        let spawned = Actor::spawn_linked(Some(name), observe(Worker), (), parent.get_cell()).await;
        let (actor, _) = spawned.map_err(|error| error.to_string())?;
        let slot = Slot::default();
        put(&slot, &actor);
        Ok(slot)
    }

    async fn supervised(parent: &ActorRef<()>, name: String) -> Result<Slot, String> {
        let slot = Slot::default();
        let current = slot.clone();
        let spawn_fn = SpawnFn::new(move |supervisor, id| {
            let current = current.clone();
            async move {
                let (actor, _) =
                    Supervisor::spawn_linked(id, observe(Worker), (), supervisor).await?;
                put(&current, &actor);
                Ok(actor.get_cell())
            }
        });
        let child = ChildSpec {
            id: name.clone(),
            restart: Restart::Permanent,
            spawn_fn,
            backoff_fn: None,
            reset_after: None,
        };
        let options = SupervisorOptions {
            strategy: SupervisorStrategy::OneForOne,
            max_restarts: usize::MAX,
            max_window: Duration::from_secs(1),
            reset_after: None,
        };
        let arguments = SupervisorArguments { child_specs: vec![child], options };
        let supervisor = observe_supervisor(Supervisor);
        let name = format!("{name}-supervisor");
        Actor::spawn_linked(Some(name), supervisor, arguments, parent.get_cell())
            .await
            .map_err(|error| error.to_string())?;
        Ok(slot)
    }

    fn send(slot: &Slot, what: Do) -> bool {
        let actor = slot.lock().unwrap_or_else(PoisonError::into_inner);
        actor.as_ref().is_some_and(|actor| actor.cast(what).is_ok())
    }

    async fn end(slot: Slot) {
        if let Some(actor) = &*slot.lock().unwrap_or_else(PoisonError::into_inner) {
            // Behind what is queued, as with the others.
            let _ = actor.drain();
        }
    }
}
