//! How anything in this service is started and spoken to: the one place that knows the API for it, so that observing
//! the service (or ceasing to) changes this file and one attribute an actor.

use std::{future::Future, time::Duration};

use actorscope_kameo::{
    AskObserved, ChildSpec, Observed, SuperviseObserved, TellObserved, agent, name_actor,
    sends::{ObservedAsk, ObservedTell},
};
use kameo::{
    actor::{Actor, ActorRef, Spawn},
    mailbox,
    message::Message,
    request::{AskRequest, TellRequest, WithoutRequestTimeout},
    supervision::RestartPolicy,
};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

/// The sending half of [`channel`].
pub type Sender<T> = mpsc::Sender<T>;
/// The receiving half of [`channel`].
pub type Receiver<T> = agent::tokio::Receiver<T>;

/// A child that is always restarted, unless it needs it more than `restarts` times `within` a window.
pub fn permanent(name: impl Into<String>, restarts: u32, within: Duration) -> ChildSpec {
    ChildSpec::new(name).restart_policy(RestartPolicy::Permanent).restart_limit(restarts, within)
}

/// A child whose end is final.
pub fn never(name: impl Into<String>) -> ChildSpec {
    ChildSpec::new(name).restart_policy(RestartPolicy::Never).restart_limit(0, Duration::ZERO)
}

/// Starts the root of the tree.
pub fn root<A: Actor>(args: A::Args) -> ActorRef<A> {
    A::spawn(args)
}

/// Gives the calling actor its name; children get theirs from their spec.
pub fn name<A: Observed>(me: &ActorRef<A>, name: &str) {
    name_actor(me, name);
}

/// Starts a child of `supervisor` with room for `capacity` waiting messages. `args` is called again for each restart.
pub async fn child<S: Actor, C: Observed>(
    supervisor: &ActorRef<S>,
    spec: ChildSpec,
    capacity: usize,
    args: impl Fn() -> C::Args + Send + Sync + 'static,
) -> ActorRef<C> {
    C::supervise_observed_with(supervisor, spec, args)
        .spawn_with_mailbox(mailbox::bounded(capacity))
        .await
}

/// A message without an answer, about to be sent. All traffic between actors goes through here and [`ask`].
pub fn tell<A, M>(
    to: &ActorRef<A>,
    message: M,
) -> ObservedTell<TellRequest<'_, A, M, WithoutRequestTimeout>>
where
    A: Actor + Message<M>,
    M: Send + 'static,
{
    to.tell_observed(message)
}

/// A message whose answer is waited for, about to be sent.
pub fn ask<A, M>(
    to: &ActorRef<A>,
    message: M,
) -> ObservedAsk<AskRequest<'_, A, M, WithoutRequestTimeout, WithoutRequestTimeout>>
where
    A: Actor + Message<M>,
    M: Send + 'static,
{
    to.ask_observed(message)
}

/// Starts a task that is no actor.
pub fn task<F>(name: &str, future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    agent::tokio::spawn(name, future)
}

/// Reminds an actor of something again and again, until dropped.
pub struct Ticker(JoinHandle<()>);

impl Drop for Ticker {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Sends an actor what `message` makes, once a `period`, the first time after one.
pub fn ticker<A, M>(to: &ActorRef<A>, period: Duration, message: fn() -> M) -> Ticker
where
    A: Actor + Message<M>,
    M: Send + 'static,
{
    // Weak: a clock keeps nobody alive.
    let to = to.downgrade();
    Ticker(task("ticker", async move {
        let mut ticks = interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.reset();
        loop {
            ticks.tick().await;
            let Some(to) = to.upgrade() else { return };
            // No room means that it has enough to do without this.
            let _ = tell(&to, message()).try_send();
        }
    }))
}

/// A bounded channel between tasks.
pub fn channel<T: Send + 'static>(name: &str, capacity: usize) -> (Sender<T>, Receiver<T>) {
    agent::tokio::channel(name, capacity)
}
