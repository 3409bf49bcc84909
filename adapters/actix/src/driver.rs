//! The task that runs an observed actor: whose code runs in it, what operators want of it, how it
//! ends and begins anew.

use crate::control::Switch;
use crate::life::Life;
use actix::Actor;
use actorscope_agent::adapter::{Fate, InSlot, Request, SlotHandle, panic_text};
use actorscope_agent::core::ExitReason;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// See the module's documentation.
pub(crate) struct Driver<A, L> {
    slot: SlotHandle,
    switch: Arc<Switch>,
    place: InSlot,
    /// Until its end.
    life: Option<L>,
    /// Begins anew after an end, if it is supervised.
    restart: Option<fn(&mut L)>,
    begun: bool,
    actor: PhantomData<fn(A)>,
}

/// What the driver does with the actor next.
enum Next {
    GoesOn,
    IsHeld,
    IsDropped,
}

impl<A: Actor, L: Life<A> + Unpin> Driver<A, L> {
    pub(crate) fn new(slot: SlotHandle, mut life: L, restart: Option<fn(&mut L)>) -> Self {
        let switch = Arc::new(Switch::new(&slot));
        life.obeys(&switch);
        Self {
            switch,
            place: InSlot::new(slot.clone()),
            slot,
            life: Some(life),
            restart,
            begun: false,
            actor: PhantomData,
        }
    }

    /// What operators want, which comes first so that it does not wait behind a backlog.
    fn obey(&mut self) -> Next {
        let Some(life) = &mut self.life else { return Next::IsDropped };
        if self.switch.is_killed() {
            return if life.kill() { Next::GoesOn } else { Next::IsDropped };
        }
        // A handler that left something to be waited for comes to its end first.
        if self.slot.is_handling() {
            return Next::GoesOn;
        }
        match self.slot.check() {
            Request::Proceed => Next::GoesOn,
            // A supervisor of actix starts again whatever stops.
            Request::Stop | Request::Restart => {
                life.stop();
                Next::GoesOn
            }
            Request::Hold => Next::IsHeld,
        }
    }

    /// It is killed by being dropped.
    fn die(&mut self) {
        // A handler that left something to be waited for ends with the actor.
        self.slot.end(false);
        let lost = self.life.as_mut().map_or(0, Life::left);
        let life = self.life.take();
        self.place.run(|| drop(life));
        self.over(ExitReason::Killed, None, lost);
    }

    /// It ended for good.
    fn over(&self, exit: ExitReason, why: Option<String>, lost: u64) {
        self.slot.exited(exit, why, Fate::Final);
        if lost > 0 {
            self.slot.messages_lost(lost);
        }
    }

    /// Runs `work` on the actor, as the actor. A panic is the actor's end.
    fn run<R>(&mut self, work: impl FnOnce(&mut L) -> R) -> Option<R> {
        let life = self.life.as_mut()?;
        let place = &mut self.place;
        match catch_unwind(AssertUnwindSafe(|| place.run(|| work(life)))) {
            Ok(result) => Some(result),
            Err(panic) => {
                self.slot.end(false);
                self.slot.exited(ExitReason::Panic, panic_text(&*panic), Fate::Final);
                resume_unwind(panic)
            }
        }
    }

    /// The actor ended. Whether it begins anew.
    fn ended(&mut self) -> bool {
        let killed = self.switch.take_killed();
        self.slot.end(!killed);
        let Some(life) = &mut self.life else { return false };
        let exit = if killed { ExitReason::Killed } else { ExitReason::Normal };
        let why = life.why().filter(|_| !killed).map(ToOwned::to_owned);
        let Some(restart) = self.restart.filter(|_| life.is_connected()) else {
            let lost = life.left();
            self.over(exit, why, lost);
            return false;
        };
        self.slot.exited(exit, why, Fate::Restarts { at: None });
        self.slot.started(Some(self.switch.clone()));
        self.run(restart);
        true
    }
}

impl<A: Actor, L: Life<A> + Unpin> Future for Driver<A, L> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        if !this.begun {
            this.begun = true;
            this.slot.started(Some(this.switch.clone()));
        }
        loop {
            // Before anybody is asked, so that a request made meanwhile is not missed.
            this.slot.register(cx.waker());
            match this.obey() {
                Next::GoesOn => {}
                Next::IsHeld => {
                    this.run(|life| life.look(cx));
                    return Poll::Pending;
                }
                Next::IsDropped => {
                    this.die();
                    return Poll::Ready(());
                }
            }
            match this.run(|life| life.poll(cx)) {
                Some(Poll::Pending) => return Poll::Pending,
                Some(Poll::Ready(())) if this.ended() => {}
                Some(Poll::Ready(())) | None => return Poll::Ready(()),
            }
        }
    }
}

impl<A, L> Drop for Driver<A, L> {
    fn drop(&mut self) {
        let life = self.life.take();
        // As part of the actor: if it has not ended yet, it is told now that it has.
        self.place.run(|| drop(life));
        // Ignored if its end was reported.
        let why =
            if self.begun { "its arbiter ended" } else { "its arbiter ended before it began" };
        self.slot.exited(ExitReason::Aborted, Some(why.to_owned()), Fate::Final);
    }
}
