//! Bounded channels. The sender is tokio's own.

use super::inbox::Inbox;
use super::receiver::{Observer, Queue};
use std::sync::Arc;
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
    let observer = Observer::new::<T>(name, Some(capacity as u64), Some(Arc::new(probe)));
    (sender, Inbox::new(receiver, observer))
}

/// Observes the receiver of a channel that is there already; `Sender<T>` and `T` stay as they are.
///
/// Its depth is exact at each dequeue and while its task waits, else a lower bound with an age.
pub fn observe_rx<T: Send + 'static>(name: &str, receiver: mpsc::Receiver<T>) -> Receiver<T> {
    let capacity = receiver.max_capacity() as u64;
    let observer = Observer::new::<T>(name, Some(capacity), None);
    Inbox::new(receiver, observer)
}

/// The observed receiver of a bounded channel.
pub type Receiver<T> = Inbox<mpsc::Receiver<T>>;

impl<T> Queue for mpsc::Receiver<T> {
    fn try_recv(&mut self) -> Result<T, TryRecvError> {
        Self::try_recv(self)
    }
    fn close(&mut self) {
        Self::close(self);
    }
    fn is_closed(&self) -> bool {
        Self::is_closed(self)
    }
    #[inline]
    fn has_room(&self) -> bool {
        self.capacity() > 0
    }
}
