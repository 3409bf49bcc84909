//! What bounded and unbounded receivers have in common: the observed way of taking a message out.

use super::slots::register;
use crate::adapter::{
    Arrival, DepthProbe, MessageType, Registration, Request, SlotHandle, current_slot,
};
use actorscope_core::capability::{Capabilities, Capability};
use actorscope_core::{ChildKind, Incarnation};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A queue that can be received from. Public in name only: nobody outside can reach it.
pub trait Queue {
    /// What is in it.
    type Item;
    /// How much of it.
    fn len(&self) -> usize;
    /// As tokio's receivers do.
    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<Self::Item>>;
    /// As tokio's receivers do.
    fn try_recv(&mut self) -> Result<Self::Item, tokio::sync::mpsc::error::TryRecvError>;
    /// Takes nothing in any more.
    fn close(&mut self);
    /// Whether it takes nothing in any more.
    fn is_closed(&self) -> bool;
}

/// A receiving end as its slot sees it.
#[derive(Debug)]
pub(super) struct Observer {
    slot: SlotHandle,
    /// Until the first receive.
    unbound: Option<Box<Unbound>>,
    message_type: MessageType,
    /// The incarnation that an operator asked to stop: it receives nothing any more. 0 = none.
    stopped: Incarnation,
}

/// A receiver that may still become that of a task.
struct Unbound {
    capacity: Option<u64>,
    probe: Option<Arc<dyn DepthProbe>>,
}

impl std::fmt::Debug for Unbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unbound").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}

/// What a mailbox allows whatever task it belongs to.
const MAILBOX: Capabilities = Capabilities::of(&[Capability::Stop, Capability::Suspend]);

impl Observer {
    pub(super) fn new<T>(
        name: &str,
        capacity: Option<u64>,
        probe: Option<Arc<dyn DepthProbe>>,
    ) -> Self {
        let type_name = std::any::type_name::<T>();
        let registration = Registration::new("tokio", name, type_name)
            .kind(ChildKind::Mailbox)
            .mailbox_capacity(capacity)
            .capabilities(MAILBOX);
        let slot = register(registration);
        slot.set_mailbox(capacity, probe.clone());
        slot.started(None);
        let message_type = slot.message_type(type_name);
        let unbound = Some(Box::new(Unbound { capacity, probe }));
        Self { slot, unbound, message_type, stopped: Incarnation(0) }
    }

    /// The receiver joins the task that receives first, if that has no other receiver.
    #[cold]
    fn bind(&mut self, unbound: Unbound) {
        let Some(task) = current_slot() else { return };
        if task.claim_mailbox() {
            let name = self.slot.name();
            self.slot.forget();
            // A task with its channel's name had to be told apart from it until now.
            if task.name() == name {
                task.rename(&name);
            }
            task.set_mailbox(unbound.capacity, unbound.probe);
            task.set_capabilities(|c| MAILBOX.iter().fold(c, |c, capability| c.with(capability)));
            self.slot = task;
        } else if task.id() != self.slot.id() {
            self.slot.set_parent(Some(task.id()));
        }
    }

    /// Receives the next message. Cancel safe: what was not returned is still in the queue.
    #[inline]
    pub(super) const fn recv<'a, Q: Queue>(&'a mut self, queue: &'a mut Q) -> Recv<'a, Q> {
        Recv { observer: self, queue, stage: Stage::New }
    }

    /// Receives at least one message and up to `limit`; how many. They share one handling, so only
    /// the first one's wait is counted. Cancel safe.
    pub(super) async fn recv_many<Q: Queue>(
        &mut self,
        queue: &mut Q,
        buffer: &mut Vec<Q::Item>,
        limit: usize,
    ) -> usize {
        if limit == 0 {
            return 0;
        }
        let Some(first) = self.recv(queue).await else { return 0 };
        buffer.push(first);
        let mut count = 1;
        while count < limit {
            let Ok(next) = queue.try_recv() else { break };
            buffer.push(next);
            count += 1;
        }
        for _ in 1..count {
            self.slot.take();
        }
        count
    }

    /// Takes a message that is there.
    pub(super) fn try_recv<Q: Queue>(
        &mut self,
        queue: &mut Q,
    ) -> Result<Q::Item, tokio::sync::mpsc::error::TryRecvError> {
        self.prepare();
        self.slot.end_if_handling();
        self.slot.look(queue.len());
        let message = queue.try_recv()?;
        self.took(None);
        Ok(message)
    }

    #[inline]
    fn prepare(&mut self) {
        if let Some(unbound) = self.unbound.take() {
            self.bind(*unbound);
        }
    }

    /// A message came out; its handler begins. `left` is what remains after a sleep.
    #[inline]
    fn took(&self, left: Option<usize>) {
        let arrival = match left {
            Some(left) => self.slot.take_after_sleep(left),
            None => self.slot.take(),
        };
        self.begin(arrival);
    }

    /// The handler of a message that arrived then begins.
    #[inline]
    fn begin(&self, arrival: Arrival) {
        self.slot.begin(Some(arrival), Some(self.message_type));
    }

    #[inline]
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped == self.slot.incarnation()
    }
}

/// The next message of a receiver: see [`Inbox::recv`](super::Inbox::recv). Written by hand, because it runs with every message: an `async fn` within
/// another keeps what it has at hand in the task's future and fetches it from there.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Recv<'a, Q> {
    observer: &'a mut Observer,
    queue: &'a mut Q,
    stage: Stage,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    New,
    /// Something is queued: if the queue gives nothing all the same, other tasks have their turn.
    Queued,
    /// Nothing was queued; whether the task has slept since.
    Empty {
        slept: bool,
    },
}

impl<Q: Queue> Future for Recv<'_, Q> {
    type Output = Option<Q::Item>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Q::Item>> {
        let this = self.get_mut();
        if !matches!(this.stage, Stage::New) {
            return this.poll_again(cx);
        }
        this.observer.prepare();
        this.observer.slot.end_if_handling();
        if this.observer.is_stopped() {
            return Poll::Ready(None);
        }
        let queued = this.queue.len();
        if queued == 0 || this.observer.slot.is_asked() {
            this.look(queued);
            return this.poll_again(cx);
        }
        // The way of a message of a backlog while nobody wants anything, and so of nearly all.
        let poll = this.queue.poll_recv(cx);
        if matches!(poll, Poll::Ready(Some(_))) {
            this.observer.begin(this.observer.slot.look_and_take(queued));
        } else {
            this.look(queued);
        }
        poll
    }
}

impl<Q: Queue> Recv<'_, Q> {
    /// The task turns to its queue, and nothing comes out at once.
    #[inline(never)]
    fn look(&mut self, queued: usize) {
        let slot = &self.observer.slot;
        slot.look(queued);
        slot.clear_wake();
        self.stage = if queued > 0 { Stage::Queued } else { Stage::Empty { slept: false } };
    }

    /// After a look at which nothing was queued, or somebody wanted something.
    #[inline(never)]
    fn poll_again(&mut self, cx: &mut Context<'_>) -> Poll<Option<Q::Item>> {
        let Self { observer, queue, stage } = self;
        let slot = &observer.slot;
        if matches!(stage, Stage::Queued) && !slot.is_asked() {
            // If this is pending, other tasks have their turn, nothing more.
            let poll = queue.poll_recv(cx);
            return self.hand_out(poll);
        }
        slot.register(cx.waker());
        // After the registration, so that a request made meanwhile is not missed.
        match slot.check() {
            Request::Proceed => {}
            // A task has nobody who would start it again: restarting is ending.
            Request::Stop | Request::Restart => {
                observer.stopped = slot.incarnation();
                return Poll::Ready(None);
            }
            // Held: the sampler's nudges bring us here, so that the depth stays known.
            Request::Hold => {
                slot.look(queue.len());
                return Poll::Pending;
            }
        }
        let poll = match stage {
            Stage::Empty { slept } => {
                let poll = queue.poll_recv(&mut Context::from_waker(&slot.waker()));
                *slept |= poll.is_pending();
                poll
            }
            Stage::New | Stage::Queued => queue.poll_recv(cx),
        };
        self.hand_out(poll)
    }

    /// A message came out, or there will be none any more; or neither.
    fn hand_out(&self, poll: Poll<Option<Q::Item>>) -> Poll<Option<Q::Item>> {
        if matches!(poll, Poll::Ready(Some(_))) {
            let slept = matches!(self.stage, Stage::Empty { slept: true });
            self.observer.took(slept.then(|| self.queue.len()));
        }
        poll
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        if std::thread::panicking() && self.slot.is_handling() {
            self.slot.end(false);
        } else {
            self.slot.end_if_handling();
        }
        // The slot is the receiver's own, or that of the task which receives.
        if self.slot.is_mailbox() {
            self.slot.exited(
                actorscope_core::ExitReason::Normal,
                Some("the receiver was dropped".to_owned()),
                crate::adapter::Fate::Final,
            );
        } else {
            self.slot.mailbox_closed();
        }
    }
}
