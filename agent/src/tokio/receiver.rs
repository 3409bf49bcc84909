//! What bounded and unbounded receivers have in common: the observed way of taking a message out.

use super::slots::register;
use crate::adapter::{
    Arrival, DepthProbe, Mailbox, MessageType, Next, Registration, SlotHandle, current_slot,
};
use crate::registry::Stage;
use actorscope_core::capability::{Capabilities, Capability};
use actorscope_core::{ChildKind, Incarnation};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A queue that can be received from. Public in name only: nobody outside can reach it.
pub trait Queue: Mailbox {
    /// As tokio's receivers do.
    fn try_recv(&mut self) -> Result<Self::Message, tokio::sync::mpsc::error::TryRecvError>;
    /// Takes nothing in any more.
    fn close(&mut self);
    /// Whether it takes nothing in any more.
    fn is_closed(&self) -> bool;
    /// Whether nobody waits to send: taking a message out wakes nobody, and takes no time worth measuring.
    fn has_room(&self) -> bool;
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
        let message_type = MessageType::named(type_name);
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
        buffer: &mut Vec<Q::Message>,
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
    ) -> Result<Q::Message, tokio::sync::mpsc::error::TryRecvError> {
        self.prepare();
        self.slot.end(true);
        self.slot.look(queue.queued());
        let message = queue.try_recv()?;
        self.begin(self.slot.take());
        Ok(message)
    }

    /// Whether something is to be found out before the queue is looked into.
    #[inline]
    const fn is_special(&self) -> bool {
        self.unbound.is_some() || self.stopped.0 != 0
    }

    /// Finds out whose receiver it is, and whether an operator stopped that one: then nothing more comes.
    #[cold]
    fn ends_here(&mut self) -> bool {
        self.prepare();
        let ends = self.is_stopped();
        if ends {
            self.slot.end(true);
        }
        ends
    }

    #[inline]
    fn prepare(&mut self) {
        if let Some(unbound) = self.unbound.take() {
            self.bind(*unbound);
        }
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

impl<Q: Queue> Future for Recv<'_, Q> {
    type Output = Option<Q::Message>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Q::Message>> {
        let Self { observer, queue, stage } = self.get_mut();
        let mut has_room = false;
        if matches!(stage, Stage::New) {
            if observer.is_special() && observer.ends_here() {
                return Poll::Ready(None);
            }
            if let Poll::Ready(message) = observer.slot.poll_unmeasured(*queue, cx) {
                return Poll::Ready(message);
            }
            has_room = queue.has_room();
            if !has_room {
                observer.slot.end(true);
            } else if let Some(next) = stage.turn(&observer.slot, observer.message_type, *queue, cx)
            {
                return next;
            }
        }
        stage.poll(&observer.slot, *queue, cx).map(|next| match next {
            Next::Message(message, arrival) => {
                if has_room && matches!(stage, Stage::New) {
                    // It came out at once.
                    observer.slot.begin_at_look(arrival, observer.message_type);
                } else {
                    observer.begin(arrival);
                }
                Some(message)
            }
            Next::Closed => None,
            // A task has nobody who would start it again: restarting is ending.
            Next::Stop | Next::Restart => {
                observer.stopped = observer.slot.incarnation();
                None
            }
        })
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.slot.end(!std::thread::panicking());
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
