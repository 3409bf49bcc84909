//! How anything in this service is started: the one place that knows the spawning API, so that observing the service
//! (or ceasing to) changes this file and nothing else.

use std::{future::Future, time::Duration};

use kameo::{
    actor::{Actor, ActorRef, Spawn},
    mailbox,
    supervision::RestartPolicy,
};
use tokio::{sync::mpsc, task::JoinHandle};

/// The sending half of [`channel`].
pub type Sender<T> = mpsc::Sender<T>;
/// The receiving half of [`channel`].
pub type Receiver<T> = mpsc::Receiver<T>;

/// What a supervisor is told about a child.
pub struct ChildSpec {
    #[expect(
        dead_code,
        reason = "kameo names types, not actors; an observer shows this"
    )]
    name: String,
    restart_policy: RestartPolicy,
    restarts: u32,
    within: Duration,
}

impl ChildSpec {
    /// A child that is always restarted, unless it needs it more than `restarts` times `within` a window.
    pub fn permanent(name: impl Into<String>, restarts: u32, within: Duration) -> Self {
        Self {
            name: name.into(),
            restart_policy: RestartPolicy::Permanent,
            restarts,
            within,
        }
    }

    /// A child whose end is final.
    pub fn never(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            restart_policy: RestartPolicy::Never,
            restarts: 0,
            within: Duration::ZERO,
        }
    }
}

/// Starts the root of the tree.
pub fn root<A: Actor>(_name: &str, args: A::Args) -> ActorRef<A> {
    A::spawn(args)
}

/// Starts a child of `supervisor` with room for `capacity` waiting messages. `args` is called again for each restart.
pub async fn child<S: Actor, C: Actor>(
    supervisor: &ActorRef<S>,
    spec: ChildSpec,
    capacity: usize,
    args: impl Fn() -> C::Args + Send + Sync + 'static,
) -> ActorRef<C> {
    C::supervise_with(supervisor, args)
        .restart_policy(spec.restart_policy)
        .restart_limit(spec.restarts, spec.within)
        .spawn_with_mailbox(mailbox::bounded(capacity))
        .await
}

/// Starts a task that is no actor.
pub fn task<F>(_name: &str, future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(future)
}

/// A bounded channel between tasks.
pub fn channel<T>(_name: &str, capacity: usize) -> (Sender<T>, Receiver<T>) {
    mpsc::channel(capacity)
}
