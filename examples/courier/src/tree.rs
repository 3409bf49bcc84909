//! Who supervises whom, and how actors find each other.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use actorscope_ractor_supervisor::{ObservedRef, TrackSends, observe, observe_supervisor};
use ractor::{Actor, ActorCell, ActorRef, Message, SpawnErr, concurrency::JoinHandle, registry};
use ractor_supervisor::{
    ChildSpec, DynamicSupervisor, DynamicSupervisorOptions, Restart, SpawnFn, Supervisor,
    SupervisorArguments, SupervisorMsg, SupervisorOptions, SupervisorStrategy,
};
use tokio::net::TcpListener;

use crate::{
    dispatcher::{Dispatcher, DispatcherMsg},
    door::Door,
    journal::{Journal, JournalMsg},
    options::ServeOptions,
    spool::Spool,
};

pub const ROOT: &str = "courier";
pub const JOURNAL: &str = "journal";
pub const DISPATCHER: &str = "dispatcher";
pub const DESTINATIONS: &str = "destinations";
const DOOR: &str = "door";
const SPOOL: &str = "spool";

/// What all actors know.
pub struct World {
    pub options: ServeOptions,
    /// Nothing new is begun.
    pub stopping: AtomicBool,
}

impl World {
    /// Tells the operator.
    pub fn notice(&self, text: &str) {
        eprintln!("{}: {text}", self.options.name);
    }
}

/// The actor with this name, if it runs. What is sent to it counts in its mailbox.
pub fn find<M: Message>(name: &str) -> Option<ObservedRef<M>> {
    registry::where_is(name).map(|cell| ActorRef::from(cell).tracked())
}

/// Starts the tree.
pub async fn start(
    world: &Arc<World>,
    listener: TcpListener,
) -> Result<(ActorRef<SupervisorMsg>, JoinHandle<()>), SpawnErr> {
    let (w, listener) = (world.clone(), Arc::new(listener));
    let journal = child(JOURNAL, move |id, supervisor| {
        let journal = observe(Journal).messages(JournalMsg::name);
        Supervisor::spawn_linked(id, journal, w.clone(), supervisor)
    });
    let w = world.clone();
    let dispatcher = child(DISPATCHER, move |id, supervisor| {
        let dispatcher = observe(Dispatcher).messages(DispatcherMsg::name);
        Supervisor::spawn_linked(id, dispatcher, w.clone(), supervisor)
    });
    let destinations = child(DESTINATIONS, |id, supervisor| {
        // Its children are temporary: nothing uses this budget.
        let options = DynamicSupervisorOptions {
            max_children: None,
            max_restarts: 1,
            max_window: Duration::from_secs(60),
            reset_after: None,
        };
        let destinations = observe_supervisor(DynamicSupervisor);
        Supervisor::spawn_linked(id, destinations, options, supervisor)
    });
    let w = world.clone();
    let door = child(DOOR, move |id, supervisor| {
        Supervisor::spawn_linked(id, observe(Door), (listener.clone(), w.clone()), supervisor)
    });
    let w = world.clone();
    let spool = child(SPOOL, move |id, supervisor| {
        Supervisor::spawn_linked(id, observe(Spool), w.clone(), supervisor)
    });
    let arguments = SupervisorArguments {
        child_specs: vec![journal, dispatcher, destinations, door, spool],
        options: SupervisorOptions {
            strategy: SupervisorStrategy::RestForOne,
            max_restarts: 5,
            max_window: Duration::from_secs(10),
            reset_after: None,
        },
    };
    Actor::spawn(Some(ROOT.to_owned()), observe_supervisor(Supervisor), arguments).await
}

/// A permanent child.
fn child<M, F, Fut>(id: &str, spawn: F) -> ChildSpec
where
    F: Fn(String, ActorCell) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(ActorRef<M>, JoinHandle<()>), SpawnErr>> + Send + 'static,
{
    let spawn = move |supervisor, id| {
        let spawning = spawn(id, supervisor);
        async move { Ok::<_, SpawnErr>(spawning.await?.0.get_cell()) }
    };
    ChildSpec {
        id: id.to_owned(),
        restart: Restart::Permanent,
        spawn_fn: SpawnFn::new(spawn),
        backoff_fn: None,
        reset_after: None,
    }
}
