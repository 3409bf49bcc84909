//! What tasks hold: the observed receiver of a channel, bounded or not.

use super::receiver::{Observer, Queue, Recv};
use tokio::sync::mpsc::error::TryRecvError;

/// The observed receiver of a channel; see [`Receiver`](super::Receiver) and
/// [`UnboundedReceiver`](super::UnboundedReceiver).
#[derive(Debug)]
pub struct Inbox<Q> {
    queue: Q,
    observer: Observer,
}

impl<Q> Inbox<Q> {
    pub(super) const fn new(queue: Q, observer: Observer) -> Self {
        Self { queue, observer }
    }
}

impl<Q: Queue> Inbox<Q> {
    /// The next message, or `None` when all senders are gone or an operator stopped this receiver.
    /// Cancel safe.
    #[inline]
    pub const fn recv(&mut self) -> Recv<'_, Q> {
        self.observer.recv(&mut self.queue)
    }

    /// Waits for at least one message and takes up to `limit`; 0 when there will be none any more.
    /// Cancel safe. The whole batch counts as one handling.
    pub async fn recv_many(&mut self, buffer: &mut Vec<Q::Message>, limit: usize) -> usize {
        self.observer.recv_many(&mut self.queue, buffer, limit).await
    }

    /// Takes a message if one is there.
    pub fn try_recv(&mut self) -> Result<Q::Message, TryRecvError> {
        self.observer.try_recv(&mut self.queue)
    }

    /// Refuses further messages; those queued can still be received.
    pub fn close(&mut self) {
        self.queue.close();
    }

    /// Messages queued now.
    pub fn len(&self) -> usize {
        self.queue.queued()
    }

    /// Whether none is queued.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether all senders are gone or the receiver was closed.
    pub fn is_closed(&self) -> bool {
        self.queue.is_closed()
    }

    /// Whether an operator stopped this receiver: `recv` returns `None` though senders are there.
    pub fn is_stopped(&self) -> bool {
        self.observer.is_stopped()
    }
}
