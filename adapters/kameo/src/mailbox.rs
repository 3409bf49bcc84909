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
    match receive(&cell, mailbox, queued == 0).await? {
        Received::FromMailbox { signal, slept } => {
            note(&cell, &signal, mailbox.len(), slept);
            Some(signal)
        }
        Received::FromOperator(signal) => Some(signal),
    }
}

/// Where a signal came from.
enum Received<A: Actor> {
    /// Out of the mailbox; whether the actor slept for it.
    FromMailbox { signal: Signal<A>, slept: bool },
    /// It was never in the mailbox.
    FromOperator(Signal<A>),
}

/// The next signal. What operators want comes first, so that verbs do not wait behind a backlog.
async fn receive<A: Actor>(
    cell: &Arc<ActorCell>,
    mailbox: &mut MailboxReceiver<A>,
    may_sleep: bool,
) -> Option<Received<A>> {
    let slot = &cell.slot;
    if may_sleep {
        slot.clear_wake();
    }
    let mut slept = false;
    poll_fn(|cx| {
        if may_sleep {
            slot.register(cx.waker());
        }
        // After the registration, so that a request made meanwhile is not missed.
        match slot.check() {
            Request::Proceed => {}
            Request::Restart => lifecycle::restart_now(),
            // Through the loop and not through `stop_gracefully`, which would leave a permanent
            // child running behind a mailbox that accepts nothing.
            Request::Stop => return Poll::Ready(Some(Received::FromOperator(Signal::Stop))),
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
        let poll = if may_sleep {
            mailbox.poll_recv(&mut Context::from_waker(&slot.waker()))
        } else {
            // Something is queued: if this is pending, other tasks have their turn, nothing more.
            mailbox.poll_recv(cx)
        };
        slept |= may_sleep && poll.is_pending();
        poll.map(|signal| signal.map(|signal| Received::FromMailbox { signal, slept }))
    })
    .await
}

/// A signal came out and `left` remain.
fn note<A: Actor>(cell: &ActorCell, signal: &Signal<A>, left: usize, slept: bool) {
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
    let (taken, _) = cell.begins();
    let arrival = taken.map(|t| t.arrival);
    let handling = cell.slot.handle(arrival, taken.map(|t| t.message_type));
    let result = in_slot(cell.slot.clone(), handler).await;
    handling.ok(result.is_ok());
    result
}
