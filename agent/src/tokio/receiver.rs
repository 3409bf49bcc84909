//! What bounded and unbounded receivers have in common: the observed way of taking a message out.

use super::slots::register;
use crate::adapter::{DepthProbe, MessageType, Registration, Request, SlotHandle, current_slot};
use actorscope_core::capability::{Capabilities, Capability};
use actorscope_core::{ChildKind, Incarnation};
use std::future::poll_fn;
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
    capacity: Option<u64>,
    probe: Option<Arc<ProbeOf>>,
    /// Whether the slot is the receiver's own or that of the task which receives.
    own_slot: bool,
    bound: bool,
    message_type: MessageType,
    /// The incarnation that an operator asked to stop: it receives nothing any more.
    stopped: Option<Incarnation>,
}

/// A depth probe with a name for `Debug`.
pub(super) struct ProbeOf(Box<dyn Fn() -> Option<u64> + Send + Sync>);

impl std::fmt::Debug for ProbeOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DepthProbe")
    }
}

impl DepthProbe for ProbeOf {
    fn depth(&self) -> Option<u64> {
        (self.0)()
    }
}

/// What a mailbox allows whatever task it belongs to.
const MAILBOX: Capabilities = Capabilities::of(&[Capability::Stop, Capability::Suspend]);

impl Observer {
    pub(super) fn new<T>(
        name: &str,
        capacity: Option<u64>,
        probe: Option<Box<dyn Fn() -> Option<u64> + Send + Sync>>,
    ) -> Self {
        let type_name = std::any::type_name::<T>();
        let registration = Registration::new("tokio", name, type_name)
            .kind(ChildKind::Mailbox)
            .mailbox_capacity(capacity)
            .capabilities(MAILBOX);
        let slot = register(registration);
        let probe = probe.map(|probe| Arc::new(ProbeOf(probe)));
        slot.set_mailbox(capacity, probe.clone().map(|p| p as Arc<dyn DepthProbe>));
        slot.started(None);
        let message_type = slot.message_type(type_name);
        Self { slot, capacity, probe, own_slot: true, bound: false, message_type, stopped: None }
    }

    /// The receiver joins the task that receives first, if that has no other receiver.
    #[cold]
    fn bind(&mut self) {
        self.bound = true;
        let Some(task) = current_slot() else { return };
        if task.claim_mailbox() {
            let name = self.slot.name();
            self.slot.forget();
            // A task with its channel's name had to be told apart from it until now.
            if task.name() == name {
                task.rename(&name);
            }
            task.set_mailbox(self.capacity, self.probe.clone().map(|p| p as Arc<dyn DepthProbe>));
            task.set_capabilities(|c| MAILBOX.iter().fold(c, |c, capability| c.with(capability)));
            self.slot = task;
            self.own_slot = false;
        } else if task.id() != self.slot.id() {
            self.slot.set_parent(Some(task.id()));
        }
    }

    /// Receives the next message. Cancel safe: what was not returned is still in the queue.
    pub(super) async fn recv<Q: Queue>(&mut self, queue: &mut Q) -> Option<Q::Item> {
        self.prepare();
        self.slot.end_if_handling();
        if self.is_stopped() {
            return None;
        }
        let queued = queue.len();
        self.slot.look(queued);
        self.slot.clear_wake();
        let mut slept = false;
        let message = poll_fn(|cx| {
            if queued > 0 && !self.slot.is_asked() {
                // If this is pending, other tasks have their turn, nothing more.
                return queue.poll_recv(cx);
            }
            self.slot.register(cx.waker());
            // After the registration, so that a request made meanwhile is not missed.
            match self.slot.check() {
                Request::Proceed => {}
                // A task has nobody who would start it again: restarting is ending.
                Request::Stop | Request::Restart => {
                    self.stopped = Some(self.slot.incarnation());
                    return Poll::Ready(None);
                }
                // Held: the sampler's nudges bring us here, so that the depth stays known.
                Request::Hold => {
                    self.slot.look(queue.len());
                    return Poll::Pending;
                }
            }
            if queued > 0 {
                // If this is pending, other tasks have their turn, nothing more.
                return queue.poll_recv(cx);
            }
            let poll = queue.poll_recv(&mut Context::from_waker(&self.slot.waker()));
            slept |= poll.is_pending();
            poll
        })
        .await?;
        self.took(slept.then(|| queue.len()));
        Some(message)
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
        if !self.bound {
            self.bind();
        }
    }

    /// A message came out; its handler begins. `left` is what remains after a sleep.
    #[inline]
    fn took(&self, left: Option<usize>) {
        let arrival = match left {
            Some(left) => self.slot.take_after_sleep(left),
            None => self.slot.take(),
        };
        self.slot.begin(Some(arrival), Some(self.message_type));
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.is_some_and(|stopped| stopped == self.slot.incarnation())
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.slot.end_if_handling();
        if self.own_slot {
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
