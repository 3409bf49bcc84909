//! Supervised actors that end as they are told, and what a probe inside each of them saw.
#![allow(dead_code, reason = "each test uses some of it")]

use actorscope_proto::v1;
use actorscope_ractor_supervisor::{observe, observe_supervisor};
use actorscope_testkit::{Rig, SOON, state};
use ractor::{Actor, ActorCell, ActorProcessingErr, ActorRef, SpawnErr, registry};
use ractor_supervisor::{
    ChildBackoffFn, ChildSpec, DynamicSupervisor, DynamicSupervisorMsg, DynamicSupervisorOptions,
    Restart, SpawnFn, Supervisor, SupervisorArguments, SupervisorMsg, SupervisorOptions,
    SupervisorStrategy,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

/// How to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    Error,
    Panic,
    Stop,
    Kill,
    /// Not at all.
    Never,
}

/// What all actors of one child saw.
#[derive(Default, Debug)]
pub struct Probe {
    pub starts: AtomicU32,
    pub ends: AtomicU32,
    pub failed_spawns: AtomicU32,
    /// Starts that fail, from the next one on.
    pub fail_starts: AtomicU32,
}

impl Probe {
    pub fn counts(&self) -> (u32, u32) {
        (self.starts.load(SeqCst), self.ends.load(SeqCst))
    }
}

/// Counts its end, whatever it is.
pub struct Alive(Arc<Probe>);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.ends.fetch_add(1, SeqCst);
    }
}

pub struct Worker;

impl Actor for Worker {
    type Msg = End;
    type State = Alive;
    type Arguments = Arc<Probe>;

    async fn pre_start(
        &self,
        _: ActorRef<End>,
        probe: Arc<Probe>,
    ) -> Result<Alive, ActorProcessingErr> {
        probe.starts.fetch_add(1, SeqCst);
        let alive = Alive(probe.clone());
        let fails = probe.fail_starts.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1));
        if fails.is_ok() { Err("not yet".into()) } else { Ok(alive) }
    }

    async fn handle(
        &self,
        myself: ActorRef<End>,
        end: End,
        _: &mut Alive,
    ) -> Result<(), ActorProcessingErr> {
        match end {
            End::Error => return Err("on purpose".into()),
            End::Panic => panic!("on purpose"),
            End::Stop => myself.stop(None),
            End::Kill => myself.kill(),
            End::Never => {}
        }
        Ok(())
    }
}

pub fn worker(id: &str, restart: Restart, probe: &Arc<Probe>) -> ChildSpec {
    let probe = probe.clone();
    child(id, restart, move |supervisor, id| {
        let probe = probe.clone();
        async move {
            let spawned =
                Supervisor::spawn_linked(id, observe(Worker), probe.clone(), supervisor).await;
            if spawned.is_err() {
                probe.failed_spawns.fetch_add(1, SeqCst);
            }
            Ok(spawned?.0.get_cell())
        }
    })
}

pub fn child<F, Fut>(id: &str, restart: Restart, spawn: F) -> ChildSpec
where
    F: Fn(ActorCell, String) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<ActorCell, SpawnErr>> + Send + 'static,
{
    let spawn_fn = SpawnFn::new(spawn);
    ChildSpec { id: id.to_owned(), restart, spawn_fn, backoff_fn: None, reset_after: None }
}

pub fn backoff(delay: Duration) -> Option<ChildBackoffFn> {
    Some(ChildBackoffFn::new(move |_, _, _, _| Some(delay)))
}

pub fn options(strategy: SupervisorStrategy, max_restarts: usize) -> SupervisorOptions {
    let max_window = Duration::from_secs(60);
    SupervisorOptions { strategy, max_restarts, max_window, reset_after: None }
}

pub async fn supervisor(
    name: &str,
    options: SupervisorOptions,
    child_specs: Vec<ChildSpec>,
) -> ActorRef<SupervisorMsg> {
    let arguments = SupervisorArguments { child_specs, options };
    let supervisor = observe_supervisor(Supervisor);
    Actor::spawn(Some(name.to_owned()), supervisor, arguments).await.unwrap().0
}

pub async fn dynamic(name: &str, max_restarts: usize) -> ActorRef<DynamicSupervisorMsg> {
    let options = DynamicSupervisorOptions {
        max_children: None,
        max_restarts,
        max_window: Duration::from_secs(60),
        reset_after: None,
    };
    let supervisor = observe_supervisor(DynamicSupervisor);
    Actor::spawn(Some(name.to_owned()), supervisor, options).await.unwrap().0
}

/// The worker with this name, if it lives.
pub fn live(name: &str) -> Option<ActorRef<End>> {
    registry::where_is(name).map(ActorRef::from)
}

/// Ends the worker with this name, once it lives.
pub async fn end(name: &str, how: End) {
    let deadline = tokio::time::Instant::now() + SOON;
    loop {
        if let Some(worker) = live(name)
            && worker.cast(how).is_ok()
        {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "{name} is not there");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

pub fn is(word: &'static str) -> impl Fn(&v1::Stats) -> bool {
    move |stats| state(stats) == word
}

pub fn incarnation(n: u32) -> impl Fn(&v1::Stats) -> bool {
    move |stats| stats.incarnation == n && state(stats) == "idle"
}

pub fn used(n: u32) -> impl Fn(&v1::Stats) -> bool {
    move |stats| stats.budget.as_ref().is_some_and(|budget| budget.used == n)
}

pub async fn restarted_by(rig: &Rig, verb: &str, path: &str) -> Vec<String> {
    let radius = rig.preview(verb, path).await.unwrap();
    let restarts = radius.affected.into_iter().filter(|affected| affected.effect == "restarts");
    let mut paths: Vec<String> = restarts.map(|affected| affected.path).collect();
    paths.sort_unstable();
    paths
}
