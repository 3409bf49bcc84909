//! Messages: out of the mailbox (`next`) and into the handler (`on_message`).

use crate::cell::{ActorCell, Taken};
use crate::{lifecycle, table};
use actorscope_agent::adapter::{Request, in_slot};
use kameo::Actor;
use kameo::actor::{ActorId, WeakActorRef};
use kameo::mailbox::{MailboxReceiver, Signal};
use kameo::reply::ReplyError;
use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};

/// The body of `next`.
pub async fn next<A: Actor>(
    actor_ref: &WeakActorRef<A>,
    mailbox: &mut MailboxReceiver<A>,
) -> Option<Signal<A>> {
    let Some(cell) = table::get(actor_ref.id()) else {
        return mailbox.recv().await;
    };
    if !cell.parent_known.load(Relaxed) {
        lifecycle::learn_parent(&cell, actor_ref);
    }
    let queued = mailbox.len();
    cell.slot.look(queued);
    cell.looks(queued);
    cell.note_depth();
    let (signal, slept) = receive(&cell, mailbox, queued == 0).await;
    if let Some(signal) = &signal {
        note(&cell, signal, mailbox.len(), slept);
    }
    signal
}

/// The next signal, and whether the actor slept for it. Acts on what operators want first, so that
/// verbs do not wait behind a backlog.
async fn receive<A: Actor>(
    cell: &Arc<ActorCell>,
    mailbox: &mut MailboxReceiver<A>,
    may_sleep: bool,
) -> (Option<Signal<A>>, bool) {
    let slot = &cell.slot;
    if may_sleep {
        slot.clear_wake();
    }
    let mut slept = false;
    let signal = poll_fn(|cx| {
        if may_sleep {
            slot.register(cx.waker());
        }
        // After the registration, so that a request made meanwhile is not missed.
        match slot.check() {
            Request::Proceed => {}
            Request::Restart => lifecycle::restart_now(),
            // Through the loop and not through `stop_gracefully`, which would leave a permanent
            // child running behind a mailbox that accepts nothing.
            Request::Stop => return Poll::Ready(Some(Signal::Stop)),
            Request::Hold => {
                // The sampler's nudges bring us here while it is held, so that the depth stays known.
                slot.look(mailbox.len());
                slot.register(cx.waker());
                if !slot.is_held() {
                    cx.waker().wake_by_ref();
                }
                return Poll::Pending;
            }
        }
        if !may_sleep {
            // Something is queued: if this is pending, other tasks have their turn, nothing more.
            return mailbox.poll_recv(cx);
        }
        let poll = mailbox.poll_recv(&mut Context::from_waker(&slot.waker()));
        slept |= poll.is_pending();
        poll
    })
    .await;
    (signal, slept)
}

/// A signal came out and `left` remain.
fn note<A: Actor>(cell: &ActorCell, signal: &Signal<A>, left: usize, slept: bool) {
    // What stands in for a stop was never in the mailbox, but then nothing is taken after it either.
    let arrival = cell.slot.take(left, slept);
    match signal {
        Signal::Message { message_name, .. } => {
            let message_type = cell.slot.message_type(message_name);
            cell.took(Taken { arrival, message_type }, left);
        }
        Signal::SupervisorRestart => cell.stop_by_supervisor(),
        _ => {}
    }
}

/// The body of `on_message`.
pub async fn handle<F>(id: ActorId, handler: F) -> Result<(), Box<dyn ReplyError>>
where
    F: Future<Output = Result<(), Box<dyn ReplyError>>>,
{
    let Some(cell) = table::get(id) else {
        return handler.await;
    };
    let (taken, was_buffered) = cell.begins();
    if was_buffered {
        // kameo works through its buffer without asking `next`.
        wait_while_held(&cell).await;
    }
    let arrival = taken.map(|t| t.arrival);
    let handling = cell.slot.handle(arrival, taken.map(|t| t.message_type));
    let result = in_slot(cell.slot.clone(), handler).await;
    handling.ok(result.is_ok());
    result
}

async fn wait_while_held(cell: &ActorCell) {
    poll_fn(|cx| {
        cell.slot.register(cx.waker());
        match cell.slot.check() {
            Request::Proceed => Poll::Ready(()),
            // There is no way to end in order from here; both end the actor now.
            Request::Restart | Request::Stop => lifecycle::restart_now(),
            Request::Hold => Poll::Pending,
        }
    })
    .await;
}
