//! Starting actors: what users call.

use crate::control::{ASKED_FIRST, capabilities};
use crate::driver::Driver;
use crate::life::Life;
use crate::observed::ObservedContext;
use actix::dev::channel::{AddressReceiver, channel};
use actix::{Actor, Addr, ArbiterHandle, Supervised};
use actorscope_agent::adapter::{
    Fate, InSlot, Registration, Registry, SlotHandle, current_place, panic_text,
};
use actorscope_agent::core::spec::RestartType;
use actorscope_agent::core::{ChildSpec, ExitReason};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Messages that a mailbox of actix holds before it makes senders wait, unless it is told otherwise.
const CAPACITY: usize = 16;

/// Starts actors so that they are observed. What is started by an actor's code hangs under that actor.
pub trait StartObserved: Actor<Context: ObservedContext<Self>> {
    /// Like [`Actor::start`].
    ///
    /// # Panics
    /// Outside of an arbiter, as that does.
    fn start_observed(self, name: &str) -> Addr<Self> {
        start(name, None, |_| self)
    }

    /// Like [`Actor::create`].
    ///
    /// # Panics
    /// Outside of an arbiter, as that does.
    fn create_observed<F>(name: &str, make: F) -> Addr<Self>
    where
        F: FnOnce(&mut Self::Context) -> Self,
    {
        start(name, None, make)
    }

    /// Like [`Actor::start_in_arbiter`].
    fn start_in_arbiter_observed<F>(arbiter: &ArbiterHandle, name: &str, make: F) -> Addr<Self>
    where
        F: FnOnce(&mut Self::Context) -> Self + Send + 'static,
    {
        start_in_arbiter(arbiter, name, None, make)
    }
}

impl<A: Actor<Context: ObservedContext<A>>> StartObserved for A {}

/// Starts supervised actors, which begin anew whenever they stop while somebody has their address, so
/// that they are observed. They keep their place in the tree; a panic ends them for good, as it does
/// in actix.
pub trait SuperviseObserved: StartObserved + Supervised {
    /// Like [`actix::Supervisor::start`].
    ///
    /// # Panics
    /// Outside of an arbiter, as that does.
    fn supervise_observed<F>(name: &str, make: F) -> Addr<Self>
    where
        F: FnOnce(&mut Self::Context) -> Self,
    {
        start(name, Some(Life::restart), make)
    }

    /// Like [`actix::Supervisor::start_in_arbiter`].
    fn supervise_in_arbiter_observed<F>(arbiter: &ArbiterHandle, name: &str, make: F) -> Addr<Self>
    where
        F: FnOnce(&mut Self::Context) -> Self + Send + 'static,
    {
        start_in_arbiter(arbiter, name, Some(Life::restart), make)
    }
}

impl<A: StartObserved + Supervised> SuperviseObserved for A {}

/// How an actor's life begins anew, if it is supervised.
type Restart<A> = Option<fn(&mut <<A as Actor>::Context as ObservedContext<A>>::Life)>;

fn start<A: StartObserved>(
    name: &str,
    restart: Restart<A>,
    make: impl FnOnce(&mut A::Context) -> A,
) -> Addr<A> {
    let (sender, receiver) = channel(CAPACITY);
    let unborn = Unborn::register::<A>(name, restart.is_some());
    unborn.spawn(receiver, restart, make);
    Addr::new(sender)
}

fn start_in_arbiter<A: StartObserved>(
    arbiter: &ArbiterHandle,
    name: &str,
    restart: Restart<A>,
    make: impl FnOnce(&mut A::Context) -> A + Send + 'static,
) -> Addr<A> {
    let (sender, receiver) = channel(CAPACITY);
    // Here and not there, where nobody knows who starts it.
    let unborn = Unborn::register::<A>(name, restart.is_some());
    arbiter.spawn_fn(move || unborn.spawn(receiver, restart, make));
    Addr::new(sender)
}

/// An actor that does not run yet. Dropped without having run, it reports that.
struct Unborn(Option<SlotHandle>);

impl Unborn {
    fn register<A: StartObserved>(name: &str, supervised: bool) -> Self {
        let killable = A::Context::KILLS_SUPERVISED;
        let mut new = Registration::new("actix", name, std::any::type_name::<A>())
            .capabilities(capabilities(supervised, killable));
        if supervised && !killable {
            new = new.no_kill(ASKED_FIRST);
        }
        if supervised {
            new = new.child_spec(ChildSpec {
                child_id: Some(name.to_owned()),
                restart: Some(RestartType::Permanent),
                ..ChildSpec::default()
            });
        }
        let slot = match current_place() {
            Some(parent) => parent.register_below(new),
            None => Registry::current().register(new),
        };
        Self(Some(slot))
    }

    /// Makes the actor, and runs it on this thread.
    fn spawn<A: StartObserved>(
        mut self,
        receiver: AddressReceiver<A>,
        restart: Restart<A>,
        make: impl FnOnce(&mut A::Context) -> A,
    ) {
        let Some(slot) = self.0.take() else { return };
        let (mut ctx, rest) = A::Context::open(&slot, receiver);
        let mut place = InSlot::new(slot.clone());
        let made = catch_unwind(AssertUnwindSafe(|| place.run(|| make(&mut ctx))));
        let actor = made.unwrap_or_else(|panic| {
            slot.exited(ExitReason::Panic, panic_text(&*panic), Fate::Final);
            resume_unwind(panic)
        });
        actix::spawn(Driver::<A, _>::new(slot, ctx.live(rest, actor), restart));
    }
}

impl Drop for Unborn {
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            let why = "its arbiter ended before it began".to_owned();
            slot.exited(ExitReason::Aborted, Some(why), Fate::Final);
        }
    }
}
