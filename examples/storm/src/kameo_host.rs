//! kameo's actors with bounded mailboxes.

use crate::host::{DONE, Do, Host, MAILBOX, count};
use actorscope_kameo::{ChildSpec, SuperviseObserved as _, name_actor, observed};
use kameo::actor::{ActorRef, Spawn as _, WeakActorRef};
use kameo::error::{ActorStopReason, Infallible};
use kameo::mailbox;
use kameo::message::{Context, Message};
use kameo::supervision::RestartPolicy;
use std::time::Duration;

/// See the module's documentation.
#[derive(Debug)]
pub struct Kameo;

/// A parent of a thousand.
#[derive(Debug)]
pub struct Pool;

#[observed]
impl kameo::Actor for Pool {
    type Args = ();
    type Error = Infallible;

    async fn on_start((): (), _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

/// Counts what comes.
#[derive(Debug)]
pub struct Worker;

#[observed]
impl kameo::Actor for Worker {
    type Args = ();
    type Error = Infallible;

    async fn on_start((): (), _: ActorRef<Self>) -> Result<Self, Infallible> {
        count(&DONE.started);
        Ok(Self)
    }

    async fn on_stop(
        &mut self,
        _: WeakActorRef<Self>,
        _: ActorStopReason,
    ) -> Result<(), Infallible> {
        count(&DONE.ended);
        Ok(())
    }
}

impl Message<Do> for Worker {
    type Reply = Result<(), &'static str>;

    async fn handle(&mut self, what: Do, _: &mut Context<Self, Self::Reply>) -> Self::Reply {
        match what {
            Do::Count => {
                count(&DONE.handled);
                Ok(())
            }
            Do::Crash => {
                count(&DONE.crashed);
                Err("told to")
            }
        }
    }
}

impl Host for Kameo {
    type Parent = ActorRef<Pool>;
    type Actor = ActorRef<Worker>;

    async fn parent(name: String) -> Result<ActorRef<Pool>, String> {
        let pool = Pool::spawn_with_mailbox((), mailbox::bounded(MAILBOX));
        name_actor(&pool, &name);
        Ok(pool)
    }

    async fn actor(parent: &ActorRef<Pool>, name: String) -> Result<ActorRef<Worker>, String> {
        let spec = ChildSpec::new(name).restart_policy(RestartPolicy::Never);
        let child = Worker::supervise_observed(parent, spec, ());
        Ok(child.spawn_with_mailbox(mailbox::bounded(MAILBOX)).await)
    }

    async fn supervised(parent: &ActorRef<Pool>, name: String) -> Result<ActorRef<Worker>, String> {
        let spec = ChildSpec::new(name).restart_limit(u32::MAX, Duration::from_secs(1));
        let child = Worker::supervise_observed(parent, spec, ());
        Ok(child.spawn_with_mailbox(mailbox::bounded(MAILBOX)).await)
    }

    fn send(actor: &ActorRef<Worker>, what: Do) -> bool {
        actor.tell(what).try_send().is_ok()
    }

    async fn end(actor: ActorRef<Worker>) {
        // Behind what is queued; an error means that it has ended already.
        let _ = actor.stop_gracefully().await;
    }
}
