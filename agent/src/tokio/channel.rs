//! Bounded channels. The sender is tokio's own.

use super::receiver::{Observer, Queue};
use std::task::{Context, Poll};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;

/// A bounded channel whose receiver is observed: like [`tokio::sync::mpsc::channel`] with a name.
///
/// # Panics
/// If `capacity` is 0, as tokio's does.
pub fn channel<T: Send + 'static>(name: &str, capacity: usize) -> (mpsc::Sender<T>, Receiver<T>) {
    let (sender, receiver) = mpsc::channel(capacity);
    // A weak sender reads the depth at any time and keeps no channel open.
    let weak = sender.downgrade();
    let probe = move || {
        let sender = weak.upgrade()?;
        Some(sender.max_capacity().saturating_sub(sender.capacity()) as u64)
    };
    let observer = Observer::new::<T>(name, Some(capacity as u64), Some(Box::new(probe)));
    (sender, Receiver { inner: receiver, observer })
}

/// Observes the receiver of a channel that is there already; `Sender<T>` and `T` stay as they are.
///
/// Its depth is exact at each dequeue and while its task waits, else a lower bound with an age.
pub fn observe_rx<T: Send + 'static>(name: &str, receiver: mpsc::Receiver<T>) -> Receiver<T> {
    let capacity = receiver.max_capacity() as u64;
    let observer = Observer::new::<T>(name, Some(capacity), None);
    Receiver { inner: receiver, observer }
}

/// The observed receiver of a bounded channel.
#[derive(Debug)]
pub struct Receiver<T> {
    inner: mpsc::Receiver<T>,
    observer: Observer,
}

impl<T> Queue for mpsc::Receiver<T> {
    type Item = T;
    fn len(&self) -> usize {
        Self::len(self)
    }
    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        Self::poll_recv(self, cx)
    }
    fn try_recv(&mut self) -> Result<T, TryRecvError> {
        Self::try_recv(self)
    }
}

impl<T> Receiver<T> {
    /// The next message, or `None` when all senders are gone or an operator stopped this receiver.
    /// Cancel safe.
    pub async fn recv(&mut self) -> Option<T> {
        self.observer.recv(&mut self.inner).await
    }

    /// Waits for at least one message and takes up to `limit`; 0 when there will be none any more.
    /// Cancel safe. The whole batch counts as one handling.
    pub async fn recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> usize {
        self.observer.recv_many(&mut self.inner, buffer, limit).await
    }

    /// Takes a message if one is there.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        self.observer.try_recv(&mut self.inner)
    }

    /// Refuses further messages; those queued can still be received.
    pub fn close(&mut self) {
        self.inner.close();
    }

    /// Messages queued now.
    pub fn len(&self) -> usize {
        self.inner.len()
    }

    /// Whether none is queued.
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    /// Whether all senders are gone or the receiver was closed.
    pub fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    /// Whether an operator stopped this receiver: `recv` returns `None` though senders are there.
    pub fn is_stopped(&self) -> bool {
        self.observer.is_stopped()
    }
}
