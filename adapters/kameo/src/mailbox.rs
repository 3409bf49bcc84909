//! Out of the mailbox: what stands in for kameo's `next`.
//!
//! A future written by hand, because it runs with every message: an `async fn` around another moves
//! the signal once more a layer.

use crate::cell::{ActorCell, Taken};
use crate::printing::Printing;
use crate::{held, lifecycle};
use actorscope_agent::adapter::{Arrival, MessageType, Request, is_measuring};
use kameo::Actor;
use kameo::actor::WeakActorRef;
use kameo::mailbox::{MailboxReceiver, Signal};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};

/// The next signal out of `mailbox`; `printing` is what prints the actor if somebody asks meanwhile.
#[inline]
pub fn next<'m, 'p, A: Actor>(
    printing: Option<Printing<'p, A>>,
    actor_ref: WeakActorRef<A>,
    mailbox: &'m mut MailboxReceiver<A>,
) -> Next<'m, 'p, A> {
    let number = actor_ref.id().sequence_id();
    if lifecycle::any_parent_unknown()
        && let Some(false) = held::with(number, |cell| cell.parent_known.load(Relaxed))
    {
        lifecycle::learn_parent(&actor_ref);
    }
    // The reference ends here: it is long, and the future is moved.
    Next { mailbox, printing, number, stage: Stage::New }
}

/// See [`next`].
#[allow(missing_debug_implementations, reason = "nobody sees it")]
pub struct Next<'m, 'p, A: Actor> {
    mailbox: &'m mut MailboxReceiver<A>,
    printing: Option<Printing<'p, A>>,
    /// Of the actor's id.
    number: u64,
    stage: Stage,
}

enum Stage {
    /// Nothing is measured: the actor is not observed, or the signal has come out.
    Unseen,
    /// Before the first look.
    New,
    /// From a look on at which nothing came out, until a signal does. What is known of the actor is here
    /// meanwhile.
    Waits(Arc<ActorCell>, Wait),
}

#[derive(Clone, Copy)]
enum Wait {
    /// Something is queued: if the mailbox has nothing all the same, other tasks have their turn.
    Queued,
    /// Nothing was queued; whether the actor has slept since.
    Empty { slept: bool },
}

// Nothing in it is ever pinned.
impl<A: Actor> Unpin for Next<'_, '_, A> {}

impl<A: Actor> Future for Next<'_, '_, A> {
    type Output = Result<Option<Signal<A>>, A::Error>;

    /// Always inlined, so that kameo, which unwraps what comes out layer by layer, sees that it is in order
    /// and moves it once instead of with each layer.
    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut().poll_signal(cx) {
            Poll::Ready(signal) => Poll::Ready(Ok(signal)),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<A: Actor> Next<'_, '_, A> {
    /// Never inlined, and what came out is only looked at: so it is moved as a whole. A signal says in a
    /// byte between its fields what it is. Taken apart and put together around that byte, it would lie in
    /// the processor's store buffer in pieces from which the next move is not served, nor the next after
    /// that: each waits some 10 ns.
    #[inline(never)]
    fn poll_signal(&mut self, cx: &mut Context<'_>) -> Poll<Option<Signal<A>>> {
        if !matches!(self.stage, Stage::New) {
            return self.poll_again(cx);
        }
        let Some(cell) = held::take(self.number) else {
            self.stage = Stage::Unseen;
            return self.mailbox.poll_recv(cx);
        };
        // Before there is an agent nobody asks how much is queued.
        let queued = is_measuring().then(|| self.mailbox.len());
        if queued == Some(0) || cell.slot.is_asked() {
            self.look(cell);
            return self.poll_again(cx);
        }
        // The way of a message of a backlog while nobody wants anything, and so of nearly all.
        let next = self.mailbox.poll_recv(cx);
        match &next {
            Poll::Ready(Some(Signal::Message { message_name, .. })) => {
                cell.looks();
                let (arrival, message_type) = match queued {
                    Some(queued) => cell.slot.look_and_take_typed(queued, message_name),
                    None => (Arrival::BEFORE, MessageType::NONE),
                };
                cell.took(Taken { arrival, message_type });
            }
            Poll::Ready(Some(signal)) => look_past(&cell, signal, queued),
            _ => {
                self.look(cell);
                // Something is on its way into a mailbox that holds something: others have their turn.
                return if queued.is_some() { next } else { self.poll_again(cx) };
            }
        }
        held::put(cell);
        self.stage = Stage::Unseen;
        next
    }

    /// The actor turns to its mailbox, and nothing comes out at once.
    #[inline(never)]
    fn look(&mut self, cell: Arc<ActorCell>) {
        let queued = self.mailbox.len();
        cell.slot.look(queued);
        cell.looks();
        cell.note_depth();
        let wait = if queued > 0 {
            Wait::Queued
        } else {
            cell.slot.clear_wake();
            Wait::Empty { slept: false }
        };
        self.stage = Stage::Waits(cell, wait);
    }

    /// The mailbox was empty at the last look, or an operator wants something: that comes first, so
    /// that verbs do not wait behind a backlog.
    #[inline(never)]
    fn poll_again(&mut self, cx: &mut Context<'_>) -> Poll<Option<Signal<A>>> {
        let Stage::Waits(cell, wait) = &mut self.stage else {
            return self.mailbox.poll_recv(cx);
        };
        let slot = &cell.slot;
        if matches!(wait, Wait::Queued) && !slot.is_asked() {
            let poll = self.mailbox.poll_recv(cx);
            return self.hand_out(poll);
        }
        slot.set_parked(false);
        slot.register(cx.waker());
        // After the registration, so that a request made meanwhile is not missed.
        if let Some((actor, printer)) = &self.printing {
            slot.dump_if_asked(&printer(actor));
        }
        match slot.check() {
            Request::Proceed => {}
            Request::Restart => lifecycle::restart_now(),
            // Through the loop and not through `stop_gracefully`, which would leave a permanent
            // child running behind a mailbox that accepts nothing.
            Request::Stop => return Poll::Ready(Some(Signal::Stop)),
            Request::Hold => {
                // The sampler's nudges bring us here while it is held, so that the depth stays known.
                slot.look(self.mailbox.len());
                return Poll::Pending;
            }
        }
        let poll = match wait {
            Wait::Empty { slept } => {
                slot.set_parked(true);
                let poll = self.mailbox.poll_recv(&mut Context::from_waker(&slot.waker()));
                if poll.is_pending() {
                    *slept = true;
                } else {
                    slot.set_parked(false);
                }
                poll
            }
            Wait::Queued => self.mailbox.poll_recv(cx),
        };
        self.hand_out(poll)
    }

    /// A signal came out, or the mailbox is closed for good; or neither.
    fn hand_out(&mut self, poll: Poll<Option<Signal<A>>>) -> Poll<Option<Signal<A>>> {
        if poll.is_ready()
            && let Stage::Waits(cell, wait) = std::mem::replace(&mut self.stage, Stage::Unseen)
        {
            if let Poll::Ready(Some(signal)) = &poll
                && counts(&cell, signal)
            {
                let arrival = match wait {
                    Wait::Empty { slept: true } => cell.slot.take_after_sleep(self.mailbox.len()),
                    Wait::Queued | Wait::Empty { slept: false } => cell.slot.take(),
                };
                if let Signal::Message { message_name, .. } = signal {
                    let message_type = cell.slot.message_type(message_name);
                    cell.took(Taken { arrival, message_type });
                }
            }
            held::put(cell);
        }
        poll
    }
}

/// A signal came out at once that is no message.
#[cold]
fn look_past<A: Actor>(cell: &ActorCell, signal: &Signal<A>, queued: Option<usize>) {
    cell.looks();
    if counts(cell, signal)
        && let Some(queued) = queued
    {
        cell.slot.look_and_take(queued);
    }
}

/// Whether a signal has to do with messages: it is one, or stood between some.
fn counts<A: Actor>(cell: &ActorCell, signal: &Signal<A>) -> bool {
    if let Signal::SupervisorRestart = signal {
        cell.stop_by_supervisor();
    }
    matches!(signal, Signal::Message { .. }) || cell.slot.is_metered()
}
