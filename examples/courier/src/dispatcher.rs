//! Knows of every open job where it stands, opens and closes the lanes to destinations, and gives workers what they
//! are to do. A worker is only ever lent a job.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use actorscope_ractor_supervisor::{ObservedRef, TrackSends};
use ractor::{
    Actor, ActorCell, ActorId, ActorProcessingErr, ActorRef, ActorStatus, RpcReplyPort, registry,
};
use ractor_supervisor::DynamicSupervisorMsg;

use crate::{
    delivery::Outcome,
    fault::Fault,
    job::Job,
    journal::JournalMsg,
    lane,
    queue::{Policy, Queue, Verdict},
    tree::{DESTINATIONS, JOURNAL, World, find},
    worker::Deliver,
};

/// Time between two looks at the lanes.
const LOOK: Duration = Duration::from_millis(200);
/// For so long another actor may keep it waiting.
const PATIENCE: Duration = Duration::from_secs(10);

/// What it is told.
pub enum DispatcherMsg {
    /// A job is open.
    Dispatch(Arc<Job>),
    /// A lane has a worker, for the first time or again.
    WorkerUp { lane: Arc<str>, worker: ActorRef<Deliver> },
    /// A worker begins with a job.
    Begun { lane: Arc<str>, id: Arc<str> },
    /// A worker is done with a job.
    Ended { lane: Arc<str>, id: Arc<str>, outcome: Outcome },
    /// The time for the next attempt has come.
    Due { lane: Arc<str>, id: Arc<str> },
    /// To look at the lanes.
    Look,
    /// To say when no worker has anything in its hands.
    Drained(RpcReplyPort<()>),
}

impl DispatcherMsg {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Dispatch(_) => "Dispatch",
            Self::WorkerUp { .. } => "WorkerUp",
            Self::Begun { .. } => "Begun",
            Self::Ended { .. } => "Ended",
            Self::Due { .. } => "Due",
            Self::Look => "Look",
            Self::Drained(_) => "Drained",
        }
    }
}

/// See the module's text.
pub struct Dispatcher;

/// What it holds.
pub struct DispatcherState {
    me: ObservedRef<DispatcherMsg>,
    journal: ObservedRef<JournalMsg>,
    world: Arc<World>,
    lanes: HashMap<Arc<str>, Lane>,
    drains: Vec<RpcReplyPort<()>>,
}

struct Lane {
    queue: Queue,
    supervisor: Option<Opened>,
    worker: Option<ObservedRef<Deliver>>,
    /// It is not opened before.
    rests_until: Instant,
    used: Instant,
}

/// An open lane's supervisor.
struct Opened {
    supervisor: ActorCell,
    /// Which incarnation of `destinations` it is under.
    by: ActorId,
    /// It was asked to end.
    closes: bool,
}

impl Lane {
    fn new() -> Self {
        let now = Instant::now();
        let queue = Queue::default();
        Self { queue, supervisor: None, worker: None, rests_until: now, used: now }
    }

    /// Gives the worker a job. If there is none, it waits for one.
    fn give(&self, job: Arc<Job>) {
        if let Some(worker) = &self.worker {
            // One that is gone is missed when its successor comes.
            let _ = worker.cast(Deliver(job));
        }
    }
}

impl Actor for Dispatcher {
    type Msg = DispatcherMsg;
    type State = DispatcherState;
    type Arguments = Arc<World>;

    async fn pre_start(
        &self,
        myself: ActorRef<DispatcherMsg>,
        world: Arc<World>,
    ) -> Result<DispatcherState, ActorProcessingErr> {
        let journal = find::<JournalMsg>(JOURNAL).ok_or("there is no journal")?;
        let (lanes, drains) = (HashMap::new(), Vec::new());
        Ok(DispatcherState { me: myself.tracked(), journal, world, lanes, drains })
    }

    async fn post_start(
        &self,
        _: ActorRef<DispatcherMsg>,
        state: &mut DispatcherState,
    ) -> Result<(), ActorProcessingErr> {
        let open = state.journal.call(JournalMsg::Open, Some(PATIENCE)).await?;
        for job in open.success_or("the journal does not say what is open")? {
            state.add(job);
        }
        // The lanes' supervisor starts after this: they are opened at the first look.
        state.me.send_interval(LOOK, || DispatcherMsg::Look);
        Ok(())
    }

    async fn handle(
        &self,
        _: ActorRef<DispatcherMsg>,
        message: DispatcherMsg,
        state: &mut DispatcherState,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            DispatcherMsg::Dispatch(job) => {
                let lane = state.add(job);
                state.open(&lane).await;
            }
            DispatcherMsg::WorkerUp { lane, worker } => state.worker_up(&lane, worker)?,
            DispatcherMsg::Begun { lane, id } => {
                if let Some(lane) = state.lanes.get_mut(&lane) {
                    lane.queue.begun(&id);
                }
            }
            DispatcherMsg::Ended { lane, id, outcome } => {
                let policy = state.policy();
                if let Some(entry) = state.lanes.get_mut(&lane) {
                    entry.used = Instant::now();
                    if let Some(verdict) = entry.queue.ended(&id, outcome, policy) {
                        state.settle(&lane, id, verdict)?;
                    }
                }
            }
            DispatcherMsg::Due { lane, id } => {
                if let Some(lane) = state.lanes.get_mut(&lane)
                    && let Some(job) = lane.queue.due(&id)
                {
                    lane.give(job);
                }
            }
            DispatcherMsg::Look => state.look().await?,
            DispatcherMsg::Drained(done) => state.drains.push(done),
        }
        if !state.drains.is_empty() && !state.lanes.values().any(|lane| lane.queue.is_busy()) {
            for done in state.drains.drain(..) {
                let _ = done.send(());
            }
        }
        Ok(())
    }
}

impl DispatcherState {
    fn policy(&self) -> Policy {
        let options = &self.world.options;
        Policy { attempts: options.attempts, backoff: options.backoff }
    }

    /// Takes a job, and returns the name of its lane.
    fn add(&mut self, job: Arc<Job>) -> Arc<str> {
        let name = match self.world.options.fault {
            Some(Fault::OneLane) => "http".into(),
            _ => job.destination().clone(),
        };
        let lane = self.lanes.entry(name.clone()).or_insert_with(Lane::new);
        lane.used = Instant::now();
        if lane.queue.add(job.clone()) {
            lane.give(job);
        }
        name
    }

    fn worker_up(
        &mut self,
        name: &Arc<str>,
        worker: ActorRef<Deliver>,
    ) -> Result<(), ActorProcessingErr> {
        self.lost(name)?;
        if let Some(lane) = self.lanes.get_mut(name) {
            lane.worker = Some(worker.tracked());
            lane.queue.waiting().into_iter().for_each(|job| lane.give(job));
        }
        Ok(())
    }

    /// A lane's worker is gone. Its mailbox is, too; the jobs are here.
    fn lost(&mut self, name: &Arc<str>) -> Result<(), ActorProcessingErr> {
        let policy = self.policy();
        let Some(lane) = self.lanes.get_mut(name) else { return Ok(()) };
        lane.worker = None;
        for (id, verdict) in lane.queue.lost(policy) {
            self.settle(name, id, verdict)?;
        }
        Ok(())
    }

    fn settle(
        &self,
        lane: &Arc<str>,
        id: Arc<str>,
        verdict: Verdict,
    ) -> Result<(), ActorProcessingErr> {
        match verdict {
            Verdict::Delivered(_) => self.journal.cast(JournalMsg::Delivered(id))?,
            Verdict::Dead { job, attempts, why } => {
                self.journal.cast(JournalMsg::Dead { job, attempts, why })?;
            }
            Verdict::Again(after) => {
                let lane = lane.clone();
                self.me.send_after(after, move || DispatcherMsg::Due { lane, id });
            }
        }
        Ok(())
    }

    /// Opens a lane, if it is closed and may be open.
    async fn open(&mut self, name: &Arc<str>) {
        let is_open = |lane: &&Lane| lane.supervisor.is_some();
        let open = self.lanes.values().filter(is_open).count();
        let Some(lane) = self.lanes.get_mut(name) else { return };
        let stopping = self.world.stopping.load(std::sync::atomic::Ordering::Relaxed);
        if lane.supervisor.is_some()
            || !lane.queue.has_waiting()
            || lane.rests_until > Instant::now()
            || open >= self.world.options.max_destinations
            || stopping
        {
            return;
        }
        // If it is not there, it will be: another look comes.
        let Some(destinations) = find::<DynamicSupervisorMsg>(DESTINATIONS) else { return };
        let spec = lane::spec(name, self.me.untracked().clone(), &self.world);
        let spawn = |reply| DynamicSupervisorMsg::SpawnChild { spec, reply: Some(reply) };
        if let Ok(answer) = destinations.call(spawn, Some(PATIENCE)).await
            && answer.is_success()
        {
            let by = destinations.get_id();
            let opened = |supervisor| Opened { supervisor, by, closes: false };
            let found = registry::where_is(name.as_ref());
            // One that still ends has the name, and this attempt was in vain.
            let runs = |cell: &ActorCell| cell.get_status() < ActorStatus::Stopping;
            lane.supervisor = found.filter(runs).map(opened);
        }
    }

    /// Opens what may be open again, closes what is not needed, notices who gave up.
    async fn look(&mut self) -> Result<(), ActorProcessingErr> {
        let names: Vec<_> = self.lanes.keys().cloned().collect();
        let destinations = registry::where_is(DESTINATIONS).map(|cell| cell.get_id());
        let has_ended =
            |opened: &mut Opened| opened.supervisor.get_status() == ActorStatus::Stopped;
        for name in &names {
            let Some(lane) = self.lanes.get_mut(name) else { continue };
            if let Some(ended) = lane.supervisor.take_if(has_ended) {
                // By itself: it was not asked to, and did not go down with those above it.
                if !ended.closes && destinations == Some(ended.by) {
                    let rest = self.world.options.cool_down;
                    lane.rests_until = Instant::now() + rest;
                    self.world.notice(&format!("{name}: given up; once more in {rest:?}"));
                }
                self.lost(name)?;
            }
            self.open(name).await;
        }
        let idle = self.world.options.idle;
        self.lanes.retain(|_, lane| {
            if !lane.queue.is_empty() || lane.used.elapsed() < idle {
                return true;
            }
            if let Some(opened) = &mut lane.supervisor
                && !std::mem::replace(&mut opened.closes, true)
            {
                lane.worker = None;
                opened.supervisor.stop(Some("idle".to_owned()));
            }
            // Until it has ended its name is taken.
            lane.supervisor.is_some()
        });
        Ok(())
    }
}
