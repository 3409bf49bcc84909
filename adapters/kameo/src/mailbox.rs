//! Out of the mailbox: what stands in for kameo's `next`.
//!
//! A future written by hand, because it runs with every message: an `async fn` around another moves
//! the signal once more a layer.

use crate::cell::{ActorCell, Taken};
use crate::held::Held;
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
    Next { actor_ref, mailbox, printing, stage: Stage::New, held: None }
}

/// See [`next`].
#[allow(missing_debug_implementations, reason = "nobody sees it")]
pub struct Next<'m, 'p, A: Actor> {
    actor_ref: WeakActorRef<A>,
    mailbox: &'m mut MailboxReceiver<A>,
    printing: Option<Printing<'p, A>>,
    stage: Stage,
    /// `None` until the first poll, and if the actor is not observed.
    held: Option<Held>,
}

#[derive(Clone, Copy)]
enum Stage {
    New,
    /// Something is queued: if the mailbox has nothing all the same, other tasks have their turn.
    Queued,
    /// Nothing was queued; whether the actor has slept since.
    Empty {
        slept: bool,
    },
}

// Nothing in it is ever pinned.
impl<A: Actor> Unpin for Next<'_, '_, A> {}

impl<A: Actor> Future for Next<'_, '_, A> {
    type Output = Result<Option<Signal<A>>, A::Error>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if matches!(this.stage, Stage::New) {
            this.look();
        }
        let Some(held) = &this.held else {
            return this.mailbox.poll_recv(cx).map(Ok);
        };
        if matches!(this.stage, Stage::Queued) && !held.slot.is_asked() {
            return match this.mailbox.poll_recv(cx) {
                Poll::Ready(signal) => Poll::Ready(Ok(this.hand_out(signal))),
                Poll::Pending => Poll::Pending,
            };
        }
        this.poll_slow(cx)
    }
}

impl<A: Actor> Next<'_, '_, A> {
    /// The actor turns to its mailbox.
    #[inline]
    fn look(&mut self) {
        self.held = Held::take(self.actor_ref.id());
        let Some(Held { cell, slot }) = &self.held else {
            self.stage = Stage::Queued;
            return;
        };
        if !cell.parent_known.load(Relaxed) {
            lifecycle::learn_parent(cell, &self.actor_ref);
        }
        let queued = self.mailbox.len();
        slot.look(queued);
        cell.looks(queued);
        cell.note_depth();
        self.stage = if queued > 0 {
            Stage::Queued
        } else {
            slot.clear_wake();
            Stage::Empty { slept: false }
        };
    }

    /// The mailbox is empty, or an operator wants something: that comes first, so that verbs do not
    /// wait behind a backlog.
    #[inline(never)]
    fn poll_slow(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Signal<A>>, A::Error>> {
        let Some(Held { slot, .. }) = &self.held else {
            return self.mailbox.poll_recv(cx).map(Ok);
        };
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
        let poll = match &mut self.stage {
            Stage::Empty { slept } => {
                let poll = self.mailbox.poll_recv(&mut Context::from_waker(&slot.waker()));
                *slept |= poll.is_pending();
                poll
            }
            Stage::New | Stage::Queued => self.mailbox.poll_recv(cx),
        };
        match poll {
            Poll::Ready(signal) => Poll::Ready(Ok(self.hand_out(signal))),
            Poll::Pending => Poll::Pending,
        }
    }

    /// A signal came out, or the mailbox is closed for good.
    #[inline]
    fn hand_out(&mut self, signal: Option<Signal<A>>) -> Option<Signal<A>> {
        let held = self.held.take()?;
        if let Some(signal) = &signal {
            let slept = matches!(self.stage, Stage::Empty { slept: true });
            note(&held.cell, signal, slept.then(|| self.mailbox.len()));
        }
        held.leave();
        signal
    }
}

/// A signal came out; `left` is what remains after a sleep.
#[inline]
fn note<A: Actor>(cell: &ActorCell, signal: &Signal<A>, left: Option<usize>) {
    let arrival = match left {
        Some(left) => cell.slot.take_after_sleep(left),
        None => cell.slot.take(),
    };
    match signal {
        Signal::Message { message_name, .. } => {
            let message_type = cell.slot.message_type(message_name);
            cell.took(Taken { arrival, message_type });
        }
        Signal::SupervisorRestart => cell.stop_by_supervisor(),
        _ => {}
    }
}
