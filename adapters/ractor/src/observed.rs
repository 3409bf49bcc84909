//! `observe(MyActor)`: an actor around an actor.

use crate::gate::Options;
use crate::hooks::{Hooks, NoHooks};
use crate::watch::Watch;
use ractor::{Actor, ActorProcessingErr, ActorRef, SupervisionEvent};
use std::fmt;
use std::pin::pin;

/// Observes an actor: what is spawned instead of it.
///
/// ```
/// use actorscope_ractor::observe;
/// use ractor::Actor;
/// # use ractor::{ActorProcessingErr, ActorRef};
/// # struct Till;
/// # #[ractor::actor(message = u32)]
/// # impl Till {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ractor::SpawnErr> {
/// let (till, _) = Actor::spawn(Some("till".to_owned()), observe(Till), ()).await?;
/// # Ok(())
/// # }
/// ```
///
/// Messages, state and arguments stay those of the actor, so references to it, supervisors and
/// everything else in the program notice nothing.
pub fn observe<A: Actor>(actor: A) -> Observed<A> {
    observe_with(actor, NoHooks)
}

/// [`observe`] for adapters that look into actors of a certain type.
pub fn observe_with<A: Actor, H: Hooks<A>>(actor: A, hooks: H) -> Observed<A, H> {
    Observed { actor, hooks, watch: Watch::default(), options: Options::default(), name_of: None }
}

/// An actor that is observed: see [`observe`].
pub struct Observed<A: Actor, H: Hooks<A> = NoHooks> {
    actor: A,
    hooks: H,
    watch: Watch,
    options: Options<A::State>,
    name_of: Option<fn(&A::Msg) -> &'static str>,
}

impl<A: Actor + fmt::Debug, H: Hooks<A>> fmt::Debug for Observed<A, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Observed").field(&self.actor).finish()
    }
}

/// So that it can be spawned on a thread of its own by ractor's `ThreadLocalActor`.
impl<A: Actor + Default> Default for Observed<A> {
    fn default() -> Self {
        observe(A::default())
    }
}

impl<A: Actor, H: Hooks<A>> Observed<A, H> {
    /// Operators may ask for the actor's state, if the host says `Agent::builder(…).allow_state_dump()`.
    /// It is printed by the actor's own task between two messages, also while it is idle or held.
    ///
    /// ```
    /// # use actorscope_ractor::observe;
    /// # use ractor::{ActorProcessingErr, ActorRef};
    /// # #[derive(Debug)] struct Coins(u32);
    /// # struct Till;
    /// # #[ractor::actor(message = u32, state = Coins)]
    /// # impl Till {
    /// #     async fn pre_start(&self, _: ActorRef<u32>, _: ()) -> Result<Coins, ActorProcessingErr> {
    /// #         Ok(Coins(0))
    /// #     }
    /// # }
    /// let till = observe(Till).with_state();
    /// ```
    #[must_use]
    pub fn with_state(mut self) -> Self
    where
        A::State: fmt::Debug,
    {
        self.options.printer = Some(|state| state);
        self
    }

    /// When an operator stops the actor, it handles what is queued before it ends and refuses what
    /// comes later, as ractor's `drain` does. Otherwise a stop loses what is queued, as ractor's does.
    #[must_use]
    pub const fn drain_on_stop(mut self) -> Self {
        self.options.drains = true;
        self
    }

    /// Tells the variants of a message apart: times are then shown for each of these names. There may
    /// be any number of them, but not one for each message.
    ///
    /// ```
    /// # use actorscope_ractor::observe;
    /// # use ractor::{ActorProcessingErr, ActorRef};
    /// # struct Till;
    /// # #[ractor::actor(message = Coin)]
    /// # impl Till {}
    /// enum Coin {
    ///     In(u32),
    ///     Out(u32),
    /// }
    ///
    /// let till = observe(Till).messages(|coin| match coin {
    ///     Coin::In(_) => "In",
    ///     Coin::Out(_) => "Out",
    /// });
    /// ```
    #[must_use]
    pub const fn messages(mut self, name_of: fn(&A::Msg) -> &'static str) -> Self {
        self.name_of = Some(name_of);
        self
    }

    /// What a message is called.
    #[inline]
    fn named(&self, message: A::Msg) -> (A::Msg, &'static str) {
        let message = self.hooks.before(message);
        let name = match self.name_of {
            Some(name_of) => self.watch.hear(|| name_of(&message)),
            None => std::any::type_name::<A::Msg>(),
        };
        (message, name)
    }

    /// Waits while an operator holds the actor. Gives back what is to be handled.
    #[cold]
    async fn allowed(
        &self,
        myself: ActorRef<A::Msg>,
        message: A::Msg,
        state: &mut A::State,
    ) -> Result<Option<(ActorRef<A::Msg>, A::Msg)>, ActorProcessingErr> {
        let may = self.watch.may_handle(self.options, state).await?;
        Ok(may.then_some((myself, message)))
    }

    #[inline]
    fn failed<T>(&self, result: Result<T, ActorProcessingErr>) -> Result<T, ActorProcessingErr> {
        if let Err(error) = &result {
            self.watch.failed(error, self.hooks.exit(error));
        }
        result
    }
}

#[ractor::actor(message = A::Msg, state = A::State, arguments = A::Arguments)]
impl<A: Actor, H: Hooks<A>> Observed<A, H> {
    async fn pre_start(
        &self,
        myself: ActorRef<A::Msg>,
        arguments: A::Arguments,
    ) -> Result<A::State, ActorProcessingErr> {
        let supervisor = self.hooks.supervisor(&arguments);
        let can = self.options.capabilities();
        let starting = self.watch.starting::<A>(&myself, supervisor, can);
        let arguments = self.hooks.starting(&starting.actor(), arguments);
        let result = starting.run(self.actor.pre_start(myself, arguments)).await;
        self.failed(result)
    }

    async fn post_start(
        &self,
        myself: ActorRef<A::Msg>,
        state: &mut A::State,
    ) -> Result<(), ActorProcessingErr> {
        self.watch.started(&myself);
        let result = self.watch.run(self.actor.post_start(myself, state)).await;
        self.watch.hear(|| self.hooks.after(state));
        self.failed(result)
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
        // ractor moves the future of this function about with each message. So that it has no room for
        // things twice, what is rare is boxed, and what is moved is neither borrowed nor kept meanwhile.
        let (myself, message) = if self.watch.is_asked() {
            match Box::pin(self.allowed(myself, message, &mut *state)).await? {
                Some(allowed) => allowed,
                None => return Ok(()),
            }
        } else {
            (myself, message)
        };
        let (message, name) = self.named(message);
        let result = {
            let handler = pin!(self.actor.handle(myself, message, &mut *state));
            self.watch.handles(name, handler).await
        };
        self.watch.hear(|| self.hooks.after(state));
        self.failed(result)
    }

    async fn handle_supervisor_evt(
        &self,
        myself: ActorRef<A::Msg>,
        event: SupervisionEvent,
        state: &mut A::State,
    ) -> Result<(), ActorProcessingErr> {
        // As in `handle`: ractor makes room for this future in what it moves with each message.
        let Some(event) = self.watch.hears(event) else {
            return self.watch.prompted(self.options, state);
        };
        let attending = self.actor.handle_supervisor_evt(myself, event, &mut *state);
        let result = Box::pin(self.watch.run(attending)).await;
        self.watch.hear(|| self.hooks.after(state));
        self.failed(result)
    }
}
