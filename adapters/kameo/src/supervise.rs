//! Spawning supervised children in a way that lets them show what they were told.

use crate::Observed;
use actorscope_agent::core;
use kameo::Actor;
use kameo::actor::ActorRef;
use kameo::mailbox::{self, MailboxReceiver, MailboxSender, WeakMailboxSender};
use kameo::supervision::{RestartPolicy, SupervisedActorBuilder};
use std::any::Any;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// kameo's own default for a mailbox.
const DEFAULT_CAPACITY: usize = 64;

/// Children that were spawned and have not started; more are started without their spec.
const MOST_PENDING: usize = 4_096;

/// What a child is told: its name, and kameo's restart policy and limit with kameo's defaults
/// (permanent, 5 restarts in 5 s).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChildSpec {
    name: String,
    policy: RestartPolicy,
    restarts: u32,
    window: Duration,
}

impl ChildSpec {
    /// A child with this name; siblings of the same name are told apart by `~2`, `~3`, ….
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            policy: RestartPolicy::Permanent,
            restarts: 5,
            window: Duration::from_secs(5),
        }
    }

    /// When it is restarted.
    #[must_use]
    pub fn restart_policy(mut self, policy: RestartPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// At most `restarts` in a row, forgotten after a quiet `window`; then it stays down.
    #[must_use]
    pub fn restart_limit(mut self, restarts: u32, window: Duration) -> Self {
        (self.restarts, self.window) = (restarts, window);
        self
    }

    fn in_core_terms(&self) -> core::ChildSpec {
        core::ChildSpec {
            child_id: Some(self.name.clone()),
            restart: Some(match self.policy {
                RestartPolicy::Permanent => core::RestartType::Permanent,
                RestartPolicy::Transient => core::RestartType::Transient,
                RestartPolicy::Never => core::RestartType::Temporary,
            }),
            intensity: Some(self.restarts),
            period_ns: Some(u64::try_from(self.window.as_nanos()).unwrap_or(u64::MAX)),
            ..core::ChildSpec::default()
        }
    }
}

/// Spawns observed children that show their name, policy and restart budget. For all actors with
/// `#[observed]`.
pub trait SuperviseObserved: Observed {
    /// Like kameo's `supervise`: `args` are cloned for each restart.
    fn supervise_observed<S: Actor>(
        supervisor: &ActorRef<S>,
        spec: ChildSpec,
        args: Self::Args,
    ) -> ObservedChild<'_, S, Self>
    where
        Self::Args: Clone + Sync,
    {
        use kameo::actor::Spawn;
        ObservedChild { supervisor, builder: Self::supervise(supervisor, args), spec }
    }

    /// Like kameo's `supervise_with`: `args` is called for each restart.
    fn supervise_observed_with<S: Actor>(
        supervisor: &ActorRef<S>,
        spec: ChildSpec,
        args: impl Fn() -> Self::Args + Send + Sync + 'static,
    ) -> ObservedChild<'_, S, Self> {
        use kameo::actor::Spawn;
        ObservedChild { supervisor, builder: Self::supervise_with(supervisor, args), spec }
    }
}

impl<A: Observed> SuperviseObserved for A {}

/// A child that is about to be spawned.
#[must_use = "nothing runs until `spawn`"]
#[allow(missing_debug_implementations, reason = "kameo's builder has none")]
pub struct ObservedChild<'a, S: Actor, C: Actor> {
    supervisor: &'a ActorRef<S>,
    builder: SupervisedActorBuilder<'a, S, C>,
    spec: ChildSpec,
}

impl<S: Actor, C: Observed> ObservedChild<'_, S, C> {
    /// Spawns it with kameo's default mailbox, bounded at 64.
    pub async fn spawn(self) -> ActorRef<C> {
        self.spawn_with_mailbox(mailbox::bounded(DEFAULT_CAPACITY)).await
    }

    /// Spawns it with a mailbox of your own.
    pub async fn spawn_with_mailbox(
        self,
        mailbox: (MailboxSender<C>, MailboxReceiver<C>),
    ) -> ActorRef<C> {
        self.announce(&mailbox.0);
        let ChildSpec { policy, restarts, window, .. } = self.spec;
        let builder = self.builder.restart_policy(policy).restart_limit(restarts, window);
        builder.spawn_with_mailbox(mailbox).await
    }

    /// Spawns it on a thread of its own.
    pub async fn spawn_in_thread(self) -> ActorRef<C> {
        let mailbox = mailbox::bounded(DEFAULT_CAPACITY);
        self.announce(&mailbox.0);
        let ChildSpec { policy, restarts, window, .. } = self.spec;
        let builder = self.builder.restart_policy(policy).restart_limit(restarts, window);
        builder.spawn_in_thread_with_mailbox(mailbox).await
    }

    /// The actor's id is not known before it runs, but its mailbox is.
    fn announce(&self, mailbox: &MailboxSender<C>) {
        let mut pending = pending();
        forget_dead(&mut pending);
        if pending.len() < MOST_PENDING {
            let (weak, for_alive) = (mailbox.downgrade(), mailbox.downgrade());
            pending.push_back(Pending {
                mailbox: Box::new(weak),
                alive: Box::new(move || for_alive.upgrade().is_some()),
                known: Known {
                    parent: self.supervisor.id().sequence_id(),
                    name: Some(self.spec.name.clone()),
                    spec: self.spec.in_core_terms(),
                },
            });
            WAITING.store(pending.len(), Relaxed);
        }
    }
}

/// What is known of a child before it runs.
pub(crate) struct Known {
    /// The supervisor's number.
    pub(crate) parent: u64,
    pub(crate) name: Option<String>,
    pub(crate) spec: core::ChildSpec,
}

struct Pending {
    /// A `WeakMailboxSender<C>` of the child's type.
    mailbox: Box<dyn Any + Send>,
    alive: Box<dyn Fn() -> bool + Send>,
    known: Known,
}

/// In the order in which they were announced, which is about the order in which they start: whoever
/// starts finds itself near the front, however many are on their way.
static PENDING: Mutex<VecDeque<Pending>> = Mutex::new(VecDeque::new());

/// Length of [`PENDING`], so that starting an actor costs no lock while nobody is pending.
static WAITING: AtomicUsize = AtomicUsize::new(0);

fn pending() -> MutexGuard<'static, VecDeque<Pending>> {
    PENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets go of those in front that never started. Those behind them come to the front in their turn.
fn forget_dead(pending: &mut VecDeque<Pending>) {
    while pending.front().is_some_and(|first| !(first.alive)()) {
        pending.pop_front();
    }
}

/// What was announced for this actor.
pub(crate) fn claim<A: Actor>(actor_ref: &ActorRef<A>) -> Option<Known> {
    if WAITING.load(Relaxed) == 0 {
        return None;
    }
    let ours = actor_ref.mailbox_sender();
    let mut pending = pending();
    forget_dead(&mut pending);
    WAITING.store(pending.len(), Relaxed);
    let at = pending.iter().position(|p| {
        p.mailbox
            .downcast_ref::<WeakMailboxSender<A>>()
            .and_then(WeakMailboxSender::upgrade)
            .is_some_and(|theirs| theirs.same_channel(ours))
    })?;
    let found = pending.remove(at)?;
    WAITING.store(pending.len(), Relaxed);
    Some(found.known)
}
