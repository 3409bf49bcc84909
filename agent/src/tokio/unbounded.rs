//! Unbounded channels. tokio's sender cannot tell how much is queued, so ours counts.

use super::inbox::Inbox;
use super::receiver::{Observer, Queue};
use crate::adapter::Mailbox;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::{SendError, TryRecvError};

/// What senders write, away from what the receiver writes.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Sent(AtomicU64);

#[derive(Debug, Default)]
#[repr(align(64))]
struct Received(AtomicU64);

#[derive(Debug, Default)]
struct Counts {
    sent: Sent,
    received: Received,
}

impl Counts {
    fn depth(&self) -> u64 {
        // Received first: a message between the two readings makes the depth too large, never
        // negative.
        let received = self.received.0.load(Relaxed);
        self.sent.0.load(Relaxed).saturating_sub(received)
    }
}

/// An unbounded channel with a name: like [`tokio::sync::mpsc::unbounded_channel`], with a sender
/// that counts, so that the depth is known at any time.
pub fn unbounded_channel<T: Send + 'static>(
    name: &str,
) -> (UnboundedSender<T>, UnboundedReceiver<T>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let counts = Arc::new(Counts::default());
    let probe = {
        let counts = counts.clone();
        move || Some(counts.depth())
    };
    let observer = Observer::new::<T>(name, None, Some(Arc::new(probe)));
    let receiver = Counting { inner: receiver, counts: Some(counts.clone()) };
    (UnboundedSender { inner: sender, counts }, Inbox::new(receiver, observer))
}

/// Observes the receiver of an unbounded channel that is there already.
///
/// Its depth is exact at each dequeue and while its task waits, else a lower bound with an age.
pub fn observe_unbounded_rx<T: Send + 'static>(
    name: &str,
    receiver: mpsc::UnboundedReceiver<T>,
) -> UnboundedReceiver<T> {
    let observer = Observer::new::<T>(name, None, None);
    Inbox::new(Counting { inner: receiver, counts: None }, observer)
}

/// The sender of [`unbounded_channel`].
#[derive(Debug)]
pub struct UnboundedSender<T> {
    inner: mpsc::UnboundedSender<T>,
    counts: Arc<Counts>,
}

impl<T> Clone for UnboundedSender<T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), counts: self.counts.clone() }
    }
}

impl<T> UnboundedSender<T> {
    /// Sends without waiting; gives the message back if the receiver is gone.
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        // Counted first, so that the receiver never counts a message before its sender.
        self.counts.sent.0.fetch_add(1, Relaxed);
        self.inner.send(message).inspect_err(|_| {
            self.counts.sent.0.fetch_sub(1, Relaxed);
        })
    }

    /// Waits until the receiver is gone.
    pub async fn closed(&self) {
        self.inner.closed().await;
    }

    /// Whether the receiver is gone.
    pub fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    /// Whether both send into the same channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.inner.same_channel(&other.inner)
    }

    /// Messages queued now.
    pub fn len(&self) -> usize {
        usize::try_from(self.counts.depth()).unwrap_or(usize::MAX)
    }

    /// Whether none is queued.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The observed receiver of an unbounded channel.
pub type UnboundedReceiver<T> = Inbox<Counting<T>>;

/// A receiver that counts what it takes, if its senders count what they send.
#[derive(Debug)]
pub struct Counting<T> {
    inner: mpsc::UnboundedReceiver<T>,
    counts: Option<Arc<Counts>>,
}

impl<T> Counting<T> {
    fn count(&self) {
        if let Some(counts) = &self.counts {
            // Single writer: this receiver.
            let received = counts.received.0.load(Relaxed);
            counts.received.0.store(received.wrapping_add(1), Relaxed);
        }
    }
}

impl<T> Mailbox for Counting<T> {
    type Message = T;
    fn queued(&self) -> usize {
        self.inner.len()
    }
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let poll = self.inner.poll_recv(cx);
        if matches!(poll, Poll::Ready(Some(_))) {
            self.count();
        }
        poll
    }
}

impl<T> Queue for Counting<T> {
    fn try_recv(&mut self) -> Result<T, TryRecvError> {
        self.inner.try_recv().inspect(|_| self.count())
    }
    fn close(&mut self) {
        self.inner.close();
    }
    fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }
    #[inline]
    fn has_room(&self) -> bool {
        true
    }
}
