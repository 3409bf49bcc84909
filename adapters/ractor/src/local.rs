//! Actors that stay on one thread because they are not `Send`.

use crate::gate::Options;
use crate::watch::Watch;
use actorscope_agent::core::capability::Capabilities;
use ractor::thread_local::ThreadLocalActor;
use ractor::{ActorProcessingErr, ActorRef, SupervisionEvent};
use std::pin::pin;

/// Observes a [`ThreadLocalActor`]: spawn `ObservedLocal<MyActor>` instead of `MyActor`.
///
/// ractor makes the value itself, on the actor's thread, so there is no place for options: such an actor
/// does not print its state, and a stop loses what is queued.
///
/// ```
/// use actorscope_ractor::ObservedLocal;
/// use ractor::thread_local::{ThreadLocalActor, ThreadLocalActorSpawner};
/// # use ractor::{ActorProcessingErr, ActorRef};
/// # #[derive(Default)]
/// # struct Window;
/// # #[ractor::actor(thread_local, message = u32)]
/// # impl Window {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ractor::SpawnErr> {
/// let spawner = ThreadLocalActorSpawner::new();
/// let (window, _) = ObservedLocal::<Window>::spawn(None, (), spawner).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
#[allow(missing_debug_implementations, reason = "nobody holds one: ractor makes it")]
pub struct ObservedLocal<A> {
    actor: A,
    watch: Watch,
}

impl<A> ObservedLocal<A> {
    fn failed<T>(&self, result: Result<T, ActorProcessingErr>) -> Result<T, ActorProcessingErr> {
        if let Err(error) = &result {
            self.watch.failed(error, None);
        }
        result
    }
}

impl<A: ThreadLocalActor> ThreadLocalActor for ObservedLocal<A> {
    type Msg = A::Msg;
    type State = A::State;
    type Arguments = A::Arguments;

    async fn pre_start(
        &self,
        myself: ActorRef<A::Msg>,
        arguments: A::Arguments,
    ) -> Result<A::State, ActorProcessingErr> {
        let starting = self.watch.starting::<A>(&myself, None, Capabilities::NONE);
        self.failed(starting.run(self.actor.pre_start(myself, arguments)).await)
    }

    async fn post_start(
        &self,
        myself: ActorRef<A::Msg>,
        state: &mut A::State,
    ) -> Result<(), ActorProcessingErr> {
        self.watch.started(&myself);
        self.failed(self.watch.run(self.actor.post_start(myself, state)).await)
    }

    async fn post_stop(
        &self,
        myself: ActorRef<A::Msg>,
        state: &mut A::State,
    ) -> Result<(), ActorProcessingErr> {
        self.watch.stopping();
        let result = self.watch.run(self.actor.post_stop(myself, state)).await;
        if result.is_ok() {
            self.watch.stopped_in_order();
        }
        self.failed(result)
    }

    async fn handle(
        &self,
        myself: ActorRef<A::Msg>,
        message: A::Msg,
        state: &mut A::State,
    ) -> Result<(), ActorProcessingErr> {
        if self.watch.is_asked() && !self.watch.may_handle(Options::default(), state).await? {
            return Ok(());
        }
        let handler = pin!(self.actor.handle(myself, message, state));
        self.failed(self.watch.handles(std::any::type_name::<A::Msg>(), handler).await)
    }

    async fn handle_supervisor_evt(
        &self,
        myself: ActorRef<A::Msg>,
        event: SupervisionEvent,
        state: &mut A::State,
    ) -> Result<(), ActorProcessingErr> {
        let Some(event) = self.watch.hears(event) else {
            return self.watch.prompted(Options::default(), state);
        };
        self.failed(self.watch.run(self.actor.handle_supervisor_evt(myself, event, state)).await)
    }
}
