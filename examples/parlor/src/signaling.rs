//! The supervisor of signaling workers, and the way to them.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    ops::ControlFlow,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use actorscope_kameo::{observed, sends::ObservedReply};
use kameo::{
    actor::{Actor, ActorId, ActorRef, WeakActorRef},
    error::{ActorStopReason, Infallible, SendError},
};

use crate::{
    signaling_worker::{CallSession, SetUpCall, SetUpError, SignalingWorker, WorkerArgs},
    spawn,
    world::World,
};

/// A worker that fails more often takes its siblings down, and the supervisor starts all anew.
const RESTARTS: (u32, Duration) = (100, Duration::from_secs(60));

/// See the module's text.
pub struct Signaling {
    workers: HashSet<ActorId>,
}

#[observed]
impl Actor for Signaling {
    type Args = Arc<World>;
    type Error = Infallible;

    async fn on_start(world: Arc<World>, me: ActorRef<Self>) -> Result<Self, Infallible> {
        let args = WorkerArgs {
            relay: world.relay.clone(),
            ports: world.ports.clone(),
            stopping: world.stopping.subscribe(),
        };
        let (restarts, within) = RESTARTS;
        let mut workers = Vec::with_capacity(world.signaling_workers);
        for number in 1..=world.signaling_workers {
            let spec = spawn::permanent(format!("signaling-{number}"), restarts, within);
            let args = args.clone();
            let mailbox = world.signaling_mailbox;
            workers.push(spawn::child(&me, spec, mailbox, move || args.clone()).await);
        }
        let ids = workers.iter().map(ActorRef::id).collect();
        world.signaling.publish(workers);
        Ok(Self { workers: ids })
    }

    /// A worker that used up its restarts ends this actor: calls routed to it would never be answered.
    ///
    /// After a restart of this actor, kameo also delivers the deaths of the workers before it. They mean nothing.
    async fn on_link_died(
        &mut self,
        _: WeakActorRef<Self>,
        id: ActorId,
        reason: ActorStopReason,
    ) -> Result<ControlFlow<ActorStopReason>, Infallible> {
        if !self.workers.contains(&id) {
            return Ok(ControlFlow::Continue(()));
        }
        let reason = Box::new(reason);
        Ok(ControlFlow::Break(ActorStopReason::LinkDied { id, reason }))
    }
}

/// Finds the worker for a call. Calls go straight to it, not through the supervisor.
#[derive(Clone, Default)]
pub struct SignalingRouter(Arc<RwLock<Vec<ActorRef<SignalingWorker>>>>);

/// A call that a worker has taken into its queue.
pub type PendingCall = ObservedReply<SetUpCall, Result<CallSession, SetUpError>>;

/// No worker took the call.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub enum NotTaken {
    #[error("too many calls are waiting; try again later")]
    QueueFull,
    #[error("signaling is starting; try again")]
    NoWorker,
}

impl SignalingRouter {
    /// Replaces the workers.
    pub fn publish(&self, workers: Vec<ActorRef<SignalingWorker>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = workers;
    }

    /// Queues the call with the worker its key belongs to, without waiting.
    pub fn begin(&self, key: impl Hash, call: SetUpCall) -> Result<PendingCall, NotTaken> {
        let workers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let count = u64::try_from(workers.len()).unwrap_or(u64::MAX);
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let index = hasher.finish().checked_rem(count).ok_or(NotTaken::NoWorker)?;
        let worker = usize::try_from(index)
            .ok()
            .and_then(|index| workers.get(index))
            .ok_or(NotTaken::NoWorker)?;
        spawn::ask(worker, call).try_enqueue().map_err(|error| match error {
            SendError::MailboxFull(()) => NotTaken::QueueFull,
            _ => NotTaken::NoWorker,
        })
    }
}
