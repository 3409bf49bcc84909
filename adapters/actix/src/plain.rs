//! Actors with actix's own context. Their messages are counted and their handlers timed; for how long
//! messages waited, and how many wait, actix tells nobody.
//!
//! The mailbox of such an actor is polled deep inside of actix, so the actor gets one to which nobody
//! sends. The real one is emptied by a future in the actor's context ([`Pump`]), which may call
//! handlers as actix itself does. Every address leads to the real one: those that are handed out here
//! as well as those that the context makes.
//!
//! actix ends an actor when nobody has its address and no future is in its context. The pump is one,
//! and whether there are others only actix can tell. So it is asked when nobody has an address: the
//! pump leaves for a moment, and so does the address that we keep of the mailbox to which nobody
//! sends. Both stay while the actor's own futures run, because these may hand out an address.

use crate::control::Switch;
use crate::life::Life;
use crate::observed::ObservedContext;
use actix::dev::channel::AddressReceiver;
use actix::dev::{AsyncContextParts, ContextFut, ContextParts, Envelope, EnvelopeProxy};
use actix::prelude::Stream;
use actix::{Actor, ActorContext, ActorFuture, Addr, AsyncContext, Context, Supervised};
use actorscope_agent::adapter::SlotHandle;
use std::cell::{Cell, OnceCell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context as Task, Poll, Waker};

/// The real mailbox of an actor.
pub struct Inbox<A: Actor>(Rc<Shared<A>>);

struct Shared<A: Actor> {
    receiver: RefCell<AddressReceiver<A>>,
    /// Taken out to see whether there is one, and to be handled next.
    first: RefCell<Option<Envelope<A>>>,
    /// Whether the pump is in the actor's context, and is to stay there.
    pumped: Cell<bool>,
    stays: Cell<bool>,
    slot: SlotHandle,
    /// By which the actor is killed; from before it runs.
    switch: OnceCell<Arc<Switch>>,
}

impl<A: Actor<Context = Context<A>>> Inbox<A> {
    fn is_connected(&self) -> bool {
        // Nobody takes anything out meanwhile, but the pump, which does not ask.
        self.0.receiver.try_borrow().is_ok_and(|receiver| receiver.connected())
    }

    /// Whether there is a message; if not, `task` is woken by the next one.
    fn has_message(&self, task: &mut Task<'_>) -> bool {
        let taken = self.take(task);
        let has = taken.is_some();
        self.0.first.replace(taken);
        has
    }

    /// The next message; if there is none, `task` is woken when there is.
    fn take(&self, task: &mut Task<'_>) -> Option<Envelope<A>> {
        if let Some(first) = self.0.first.take() {
            return Some(first);
        }
        let mut receiver = self.0.receiver.try_borrow_mut().ok()?;
        match Pin::new(&mut *receiver).poll_next(task) {
            Poll::Ready(message) => message,
            Poll::Pending => None,
        }
    }

    /// Puts the pump into the context, if it is not there.
    fn pump(&self, ctx: &mut Context<A>) {
        self.0.stays.set(true);
        if !self.0.pumped.replace(true) {
            ctx.spawn(Pump(Self(self.0.clone())));
        }
    }
}

impl<A: Actor<Context = Self>> ObservedContext<A> for Context<A> {
    const KILLS_SUPERVISED: bool = false;
    type Rest = Inbox<A>;
    type Life = Plain<A>;

    fn open(slot: &SlotHandle, receiver: AddressReceiver<A>) -> (Self, Inbox<A>) {
        let mut ctx = Self::new();
        *ctx.parts() = ContextParts::new(receiver.sender_producer());
        let receiver = RefCell::new(receiver);
        let shared = Shared {
            receiver,
            first: RefCell::new(None),
            pumped: Cell::new(false),
            stays: Cell::new(true),
            slot: slot.clone(),
            switch: OnceCell::new(),
        };
        let inbox = Inbox(Rc::new(shared));
        // First of all futures, as the mailbox is polled before them.
        inbox.pump(&mut ctx);
        (ctx, inbox)
    }

    fn live(self, inbox: Inbox<A>, actor: A) -> Plain<A> {
        let run = self.into_future(actor);
        let kept = Some(run.address());
        Plain { run, kept, inbox }
    }
}

/// Takes messages out of the real mailbox and has them handled.
struct Pump<A: Actor>(Inbox<A>);

impl<A: Actor<Context = Context<A>>> ActorFuture<A> for Pump<A> {
    type Output = ();

    fn poll(
        self: Pin<&mut Self>,
        actor: &mut A,
        ctx: &mut Context<A>,
        task: &mut Task<'_>,
    ) -> Poll<()> {
        let inbox = &self.0;
        let Shared { pumped, stays, slot, switch, .. } = &*inbox.0;
        // Of a message that left something to be waited for: actix polls us when that is over.
        if slot.is_handling() {
            slot.end(true);
            if slot.is_asked() {
                // What operators want comes before the next message.
                task.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
        if !stays.get() {
            pumped.set(false);
            return Poll::Ready(());
        }
        while !ctx.waiting() {
            let Some(mut envelope) = inbox.take(task) else { break };
            slot.begin(None, None);
            envelope.handle(actor, ctx);
            if ctx.waiting() && ctx.state().alive() {
                break;
            }
            slot.end(true);
            if switch.get().is_some_and(|switch| switch.is_wanted(slot)) {
                // The driver does it, and comes back.
                task.waker().wake_by_ref();
                break;
            }
        }
        Poll::Pending
    }
}

/// A running actor.
#[allow(missing_debug_implementations, reason = "nobody sees it")]
pub struct Plain<A: Actor<Context = Context<A>>> {
    run: ContextFut<A, Context<A>>,
    /// Keeps the actor alive; `None` while actix is asked whether anything else does.
    kept: Option<Addr<A>>,
    inbox: Inbox<A>,
}

impl<A: Actor<Context = Context<A>>> Plain<A> {
    fn run(&mut self, cx: &mut Task<'_>) -> Poll<()> {
        Pin::new(&mut self.run).poll(cx)
    }

    fn pump(&mut self) {
        let Self { run, inbox, .. } = self;
        inbox.pump(run.ctx());
    }

    /// Asks actix whether anything but us keeps the actor alive, and ends it if not.
    fn ask(&mut self, cx: &mut Task<'_>) -> Poll<()> {
        self.inbox.0.stays.set(false);
        self.kept = None;
        let polled = self.run(cx);
        self.kept = Some(self.run.address());
        if polled.is_pending() {
            self.pump();
        }
        polled
    }
}

impl<A: Actor<Context = Context<A>>> Life<A> for Plain<A> {
    fn obeys(&mut self, switch: &Arc<Switch>) {
        let _ = self.inbox.0.switch.set(switch.clone());
    }

    fn poll(&mut self, cx: &mut Task<'_>) -> Poll<()> {
        loop {
            if self.inbox.is_connected() {
                if self.run(cx).is_ready() {
                    return Poll::Ready(());
                }
                if self.inbox.is_connected() {
                    return Poll::Pending;
                }
            }
            // Dropping the address that we keep wakes whoever polled, which would bring us here again
            // for ever: so nobody polled. What is missed by that is seen when all is polled again.
            if self.run(&mut Task::from_waker(Waker::noop())).is_ready() {
                return Poll::Ready(());
            }
            if self.inbox.is_connected() {
                continue;
            }
            if self.ask(cx).is_ready() {
                return Poll::Ready(());
            }
            if !self.inbox.has_message(cx) && !self.inbox.is_connected() {
                return Poll::Pending;
            }
        }
    }

    /// How much is queued cannot be seen.
    fn look(&mut self, _: &mut Task<'_>) {}

    fn stop(&mut self) {
        self.run.ctx().stop();
    }

    /// Terminated from outside, actix tells an actor that it starts before it tells it that it stopped.
    fn kill(&mut self) -> bool {
        false
    }

    fn is_connected(&self) -> bool {
        self.inbox.is_connected()
    }

    fn why(&self) -> Option<&'static str> {
        // Without an address it may have ended by that or by its own word.
        self.is_connected().then_some("it stopped itself")
    }

    fn left(&mut self) -> u64 {
        let mut nobody = Task::from_waker(Waker::noop());
        let messages = std::iter::from_fn(|| self.inbox.take(&mut nobody));
        u64::try_from(messages.count()).unwrap_or(u64::MAX)
    }

    fn restart(&mut self)
    where
        A: Supervised,
    {
        // With all futures the pump goes, too.
        self.inbox.0.pumped.set(false);
        self.run.restart();
        self.pump();
    }
}
