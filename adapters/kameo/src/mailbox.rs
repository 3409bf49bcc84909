//! Out of the mailbox: what stands in for kameo's `next`.
//!
//! A future written by hand, because it runs with every message: an `async fn` around another moves
//! the signal once more a layer.

use crate::cell::{ActorCell, Taken};
use crate::held::{Held, Known};
use crate::lifecycle;
use crate::printing::Printing;
use actorscope_agent::adapter::Request;
use kameo::Actor;
use kameo::actor::WeakActorRef;
use kameo::mailbox::{MailboxReceiver, Signal};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};

/// The next signal out of `mailbox`; `printing` is what prints the actor if somebody asks meanwhile.
#[inline]
pub fn next<'m, 'p, A: Actor>(
    printing: Option<Printing<'p, A>>,
    actor_ref: WeakActorRef<A>,
    mailbox: &'m mut MailboxReceiver<A>,
) -> Next<'m, 'p, A> {
    let held = Held::take(actor_ref.id());
    if let Some(Known { cell, .. }) = held.as_ref().and_then(Held::known)
        && !cell.parent_known.load(Relaxed)
    {
        lifecycle::learn_parent(cell, &actor_ref);
    }
    // The reference ends here: it is long, and the future is moved.
    Next { stage: held.map_or(Stage::Unseen, Stage::New), mailbox, printing }
}

/// See [`next`].
#[allow(missing_debug_implementations, reason = "nobody sees it")]
pub struct Next<'m, 'p, A: Actor> {
    mailbox: &'m mut MailboxReceiver<A>,
    printing: Option<Printing<'p, A>>,
    stage: Stage,
}

enum Stage {
    /// Nothing is measured: the actor is not observed, or the signal has come out.
    Unseen,
    /// Before the first look.
    New(Held),
    /// From a look on at which nothing came out, until a signal does. What is known of the actor is out
    /// of its box then: most actors sleep most of the time.
    Waits(Known, Wait),
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

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let Stage::New(held) = &this.stage else {
            return this.poll_again(cx);
        };
        let Some(Known { cell, .. }) = held.known() else {
            return this.mailbox.poll_recv(cx).map(Ok);
        };
        let queued = this.mailbox.len();
        if queued == 0 || cell.slot.is_asked() {
            this.look(queued);
            return this.poll_again(cx);
        }
        // The way of a message of a backlog while nobody wants anything, and so of nearly all. What
        // came out is looked at where the caller gets it: it is long.
        let next = this.mailbox.poll_recv(cx).map(Ok);
        match &next {
            Poll::Ready(Ok(Some(Signal::Message { message_name, .. }))) => {
                cell.looks();
                let (arrival, message_type) = cell.slot.look_and_take_typed(queued, message_name);
                cell.took(Taken { arrival, message_type });
            }
            Poll::Ready(Ok(Some(signal))) => look_past(cell, signal, queued),
            _ => {
                this.look(queued);
                return next;
            }
        }
        if let Stage::New(held) = std::mem::replace(&mut this.stage, Stage::Unseen) {
            held.leave();
        }
        next
    }
}

/// A signal came out at once that is no message.
#[cold]
fn look_past<A: Actor>(cell: &ActorCell, signal: &Signal<A>, queued: usize) {
    cell.looks();
    if counts(cell, signal) {
        cell.slot.look_and_take(queued);
    }
}

impl<A: Actor> Next<'_, '_, A> {
    /// The actor turns to its mailbox, and nothing comes out at once.
    #[inline(never)]
    fn look(&mut self, queued: usize) {
        let Stage::New(held) = std::mem::replace(&mut self.stage, Stage::Unseen) else { return };
        let Some(known) = held.unpack() else { return };
        let cell = &known.cell;
        cell.slot.look(queued);
        cell.looks();
        cell.note_depth();
        let wait = if queued > 0 {
            Wait::Queued
        } else {
            cell.slot.clear_wake();
            Wait::Empty { slept: false }
        };
        self.stage = Stage::Waits(known, wait);
    }

    /// The mailbox was empty at the last look, or an operator wants something: that comes first, so
    /// that verbs do not wait behind a backlog.
    #[inline(never)]
    fn poll_again(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Signal<A>>, A::Error>> {
        let Stage::Waits(known, wait) = &mut self.stage else {
            return self.mailbox.poll_recv(cx).map(Ok);
        };
        let slot = &known.cell.slot;
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
            Request::Stop => return Poll::Ready(Ok(Some(Signal::Stop))),
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
    fn hand_out(
        &mut self,
        poll: Poll<Option<Signal<A>>>,
    ) -> Poll<Result<Option<Signal<A>>, A::Error>> {
        if poll.is_ready()
            && let Stage::Waits(known, wait) = std::mem::replace(&mut self.stage, Stage::Unseen)
        {
            let cell = &known.cell;
            if let Poll::Ready(Some(signal)) = &poll
                && counts(cell, signal)
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
            known.leave();
        }
        poll.map(Ok)
    }
}

/// Whether a signal has to do with messages: it is one, or stood between some.
fn counts<A: Actor>(cell: &ActorCell, signal: &Signal<A>) -> bool {
    if let Signal::SupervisorRestart = signal {
        cell.stop_by_supervisor();
    }
    matches!(signal, Signal::Message { .. }) || cell.slot.is_metered()
}
