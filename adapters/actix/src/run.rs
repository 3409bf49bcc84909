//! A running actor with our own context: what actix does for actors with its own, with a look at the
//! mailbox before each message.
//!
//! The order in which things happen is that of actix's `ContextFut`: futures that are waited for,
//! messages, other futures, and then whether the actor ends.

use crate::bell::Bell;
use crate::context::{Context, Item};
use crate::control::Switch;
use crate::life::Life;
use actix::dev::channel::AddressReceiver;
use actix::dev::{Envelope, EnvelopeProxy};
use actix::prelude::Stream;
use actix::{Actor, ActorContext, ActorState, AsyncContext, Running, SpawnHandle, Supervised};
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, Waker};

/// See the module's documentation.
#[allow(missing_debug_implementations, reason = "nobody sees it")]
pub struct Run<A: Actor<Context = Context<A>>> {
    ctx: Context<A>,
    actor: A,
    receiver: AddressReceiver<A>,
    /// Messages out of the mailbox that wait to be handled, oldest first.
    ahead: VecDeque<Envelope<A>>,
    /// Hangs in the mailbox while there are several of them and it is empty.
    bell: Option<Arc<Bell>>,
    waits: Vec<Item<A>>,
    items: Vec<(SpawnHandle, Item<A>)>,
    /// By which it is killed; from before it runs.
    switch: Option<Arc<Switch>>,
}

/// What is left to do after a round.
enum Round {
    Again,
    Done,
}

impl<A: Actor<Context = Context<A>>> Run<A> {
    pub(crate) fn new(ctx: Context<A>, receiver: AddressReceiver<A>, actor: A) -> Self {
        Self {
            ctx,
            actor,
            receiver,
            ahead: VecDeque::new(),
            bell: None,
            waits: Vec::new(),
            items: Vec::new(),
            switch: None,
        }
    }

    /// Whether anything can still happen to it.
    fn is_alive(&self) -> bool {
        self.ctx.state() != ActorState::Stopped
            && (!self.ctx.started
                || self.receiver.connected()
                || !self.items.is_empty()
                || !self.waits.is_empty())
    }

    /// Takes over what was put into the context. Whether anything was.
    fn merge(&mut self) -> bool {
        let Context { waits, items, cancelled, .. } = &mut self.ctx;
        let any = !waits.is_empty() || !items.is_empty() || !cancelled.is_empty();
        self.waits.append(waits);
        self.items.append(items);
        any
    }

    fn forget_cancelled(&mut self) {
        while let Some(handle) = self.ctx.cancelled.pop() {
            let Self { items, ctx, .. } = self;
            for items in [items, &mut ctx.items] {
                if let Some(at) = items.iter().position(|(other, _)| *other == handle) {
                    drop(items.swap_remove(at));
                    break;
                }
            }
        }
    }

    /// Whether there is something that messages and other futures have to wait for.
    fn must_wait(&self) -> bool {
        !self.waits.is_empty() && !self.ctx.is_ending()
    }

    /// Takes messages out of the mailbox until so many are out; how many that are. If there are none,
    /// `task` is woken by the next one.
    #[inline]
    fn take_out(&mut self, most: usize, task: &mut Task<'_>) -> usize {
        if self.ahead.is_empty() && !self.take_one(task) {
            return 0;
        }
        // As in actix nobody is woken by what comes while messages are handled.
        let mut nobody = Task::from_waker(Waker::noop());
        while self.ahead.len() < most && !self.bell.as_ref().is_some_and(|bell| bell.is_silent()) {
            if self.take_one(&mut nobody) {
                continue;
            }
            // Behind a single one the task itself asks next.
            if self.ahead.len() < 2 || !self.take_one_or_hear() {
                break;
            }
        }
        self.ahead.len()
    }

    /// Takes a message out of the mailbox; if there is none, `task` is woken by the next one. Whether there was.
    #[inline]
    fn take_one(&mut self, task: &mut Task<'_>) -> bool {
        if let Some(bell) = &self.bell {
            bell.take_down();
        }
        let Poll::Ready(Some(envelope)) = Pin::new(&mut self.receiver).poll_next(task) else {
            return false;
        };
        self.ahead.push_back(envelope);
        true
    }

    /// The same, but the next one rings the bell.
    fn take_one_or_hear(&mut self) -> bool {
        let waker = self.bell.get_or_insert_default().hang();
        let polled = Pin::new(&mut self.receiver).poll_next(&mut Task::from_waker(&waker));
        let Poll::Ready(Some(envelope)) = polled else { return false };
        // It may not have been hung up for that.
        self.bell.get_or_insert_default().take_down();
        self.ahead.push_back(envelope);
        true
    }

    /// As many messages as may be out of the mailbox: so that the bound stays one.
    #[inline]
    fn most(&mut self) -> usize {
        match self.ctx.capacity() {
            0 => usize::MAX,
            bound => bound,
        }
    }

    /// Tells what is queued while nothing is handled. Behind a handler that waits for something, it is
    /// said anyway that there may be more.
    fn tell(&mut self, task: &mut Task<'_>) {
        let most = if self.ctx.slot().is_handling() { self.most() } else { usize::MAX };
        let before = self.ahead.len();
        while self.ahead.len() < most && self.take_one(task) {}
        if self.ahead.len() != before {
            self.tell_depth();
        }
    }

    /// Tells how many messages are out of the mailbox, and since when the oldest waits.
    #[inline]
    fn tell_depth(&mut self) {
        let Self { ctx, actor, ahead, .. } = self;
        let oldest = ahead.front_mut().and_then(|oldest| ctx.when_sent(actor, oldest));
        ctx.slot().set_depth(ahead.len(), 0, oldest);
    }

    /// Whether an operator wants something meanwhile.
    fn messages(&mut self, task: &mut Task<'_>) -> bool {
        // Whether the handler of the message before has ended just now.
        let mut ended = false;
        while !self.ctx.waiting() {
            let most = self.most();
            let before = self.ahead.len();
            let out = self.take_out(most, task);
            let Some(mut envelope) = self.ahead.pop_front() else { break };
            self.tell_depth();
            // It was sent before that end, and hardly any time has passed since.
            self.ctx.set_follows(ended && before > 0 && out <= before + 1);
            envelope.handle(&mut self.actor, &mut self.ctx);
            // Not if it was not handled at all.
            ended = self.ctx.handled();
            self.ctx.set_follows(false);
            if self.switch.as_ref().is_some_and(|switch| switch.is_wanted(self.ctx.slot())) {
                return true;
            }
        }
        false
    }

    /// Polls the futures that nobody waits for.
    fn futures(&mut self, task: &mut Task<'_>) -> Round {
        let mut at = 0;
        while !self.ctx.is_ending() {
            let Some((handle, item)) = self.items.get_mut(at) else { break };
            self.ctx.current = *handle;
            let polled = item.as_mut().poll(&mut self.actor, &mut self.ctx, task);
            if polled.is_ready() {
                drop(self.items.swap_remove(at));
            }
            if self.ctx.waiting() {
                self.merge();
            }
            if polled.is_pending() && !self.ctx.cancelled.is_empty() {
                self.forget_cancelled();
                return Round::Again;
            }
            if self.must_wait() {
                // To the end, so that it cannot keep the others from their turn.
                let last = self.items.len().saturating_sub(1);
                if polled.is_pending() && at < last {
                    self.items.swap(at, last);
                }
                return Round::Again;
            }
            at += usize::from(polled.is_pending());
        }
        self.ctx.current = SpawnHandle::default();
        // actix goes round for ever here when an actor is terminated that has just cancelled a future.
        if self.merge() && !self.ctx.is_ending() {
            if self.items.is_empty() {
                self.ctx.cancelled.clear();
            }
            return Round::Again;
        }
        Round::Done
    }

    /// The actor is asked whether it stops. Whether it did.
    fn stops(&mut self) -> bool {
        let stops = self.actor.stopping(&mut self.ctx) == Running::Stop;
        if stops {
            self.ctx.set_stopped();
            self.actor.stopped(&mut self.ctx);
        }
        stops
    }
}

impl<A: Actor<Context = Context<A>>> Life<A> for Run<A> {
    fn obeys(&mut self, switch: &Arc<Switch>) {
        self.switch = Some(switch.clone());
    }

    fn poll(&mut self, task: &mut Task<'_>) -> Poll<()> {
        if !self.ctx.started {
            self.ctx.started = true;
            self.actor.started(&mut self.ctx);
            if self.merge() {
                self.forget_cancelled();
            }
        }
        loop {
            while !self.ctx.is_ending()
                && let Some(wait) = self.waits.last_mut()
            {
                let polled = wait.as_mut().poll(&mut self.actor, &mut self.ctx, task);
                if polled.is_pending() && self.ctx.state().alive() {
                    self.tell(task);
                    return Poll::Pending;
                }
                // What it left to wait for is still in the context.
                drop(self.waits.pop());
                self.merge();
            }
            if !self.ctx.is_ending() {
                // Of a message that left something to be waited for.
                let slot = self.ctx.slot();
                if slot.is_handling() {
                    slot.end(true);
                    if slot.is_asked() {
                        // What operators want comes before the next message.
                        task.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                }
            }
            if self.messages(task) {
                // The driver does it, and comes back.
                task.waker().wake_by_ref();
                return Poll::Pending;
            }
            if self.must_wait() {
                continue;
            }
            if matches!(self.futures(task), Round::Again) {
                continue;
            }
            match self.ctx.state() {
                ActorState::Stopping => {
                    if self.stops() {
                        return Poll::Ready(());
                    }
                    self.ctx.goes_on();
                }
                ActorState::Stopped => {
                    self.actor.stopped(&mut self.ctx);
                    return Poll::Ready(());
                }
                ActorState::Started | ActorState::Running => {
                    if !self.is_alive() && self.stops() {
                        return Poll::Ready(());
                    }
                    return Poll::Pending;
                }
            }
        }
    }

    fn look(&mut self, task: &mut Task<'_>) {
        self.tell(task);
    }

    fn stop(&mut self) {
        self.ctx.stop_from_outside();
    }

    fn kill(&mut self) -> bool {
        self.ctx.set_stopped();
        true
    }

    fn is_connected(&self) -> bool {
        self.receiver.connected()
    }

    fn why(&self) -> Option<&'static str> {
        self.ctx
            .why()
            .or_else(|| (!self.is_connected()).then_some("nobody had its address any more"))
    }

    fn left(&mut self) -> u64 {
        let left = self.take_out(usize::MAX, &mut Task::from_waker(Waker::noop()));
        self.ahead.clear();
        u64::try_from(left).unwrap_or(u64::MAX)
    }

    fn restart(&mut self)
    where
        A: Supervised,
    {
        self.waits.clear();
        self.items.clear();
        self.ctx.begin_anew();
        self.actor.restarting(&mut self.ctx);
    }
}

impl<A: Actor<Context = Context<A>>> Drop for Run<A> {
    /// As actix does: an actor whose arbiter ends is told so.
    fn drop(&mut self) {
        if self.is_alive() {
            self.ctx.stop_from_outside();
            let _ = self.poll(&mut Task::from_waker(Waker::noop()));
        }
    }
}
