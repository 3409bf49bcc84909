//! How any stage is started and fed: the one place that knows the API for it.
//!
//! What a stage has in front of it is a [`Desk`]: its channel, and what it has in its hands. The desk
//! outlives the task that works at it, and a message is [`Desk::done`] in the same breath in which its
//! result is handed on: a task is ended at an await point, and between the two there is none. So a task that
//! is killed, or panics, is followed by one that takes up exactly what was left.

use actorscope_agent::core::RestartType;
use actorscope_agent::tokio::{Receiver, Supervised, channel, supervise};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::Sender;

/// Restarts that a stage is allowed, and in what time.
const RESTARTS: (u32, Duration) = (10, Duration::from_secs(30));

/// Pauses before them.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// What a stage has in front of it.
#[derive(Debug)]
pub struct Desk<T> {
    inbox: Receiver<T>,
    in_hand: Option<T>,
}

/// A desk that one task after another works at.
pub type Shared<T> = Arc<tokio::sync::Mutex<Desk<T>>>;

/// A desk with room for so many messages.
pub fn desk<T: Send + 'static>(name: &str, capacity: usize) -> (Sender<T>, Shared<T>) {
    let (sender, inbox) = channel(name, capacity);
    (sender, Arc::new(tokio::sync::Mutex::new(Desk { inbox, in_hand: None })))
}

impl<T: Clone> Desk<T> {
    /// What is to be worked on: what the task before left, or the next message. `None` when there will be
    /// none any more; an operator's stop lets what is queued be done first. Cancel safe.
    pub async fn next(&mut self) -> Option<T> {
        if self.in_hand.is_none() {
            self.in_hand = match self.inbox.recv().await {
                Some(message) => Some(message),
                None => {
                    self.inbox.close();
                    self.inbox.try_recv().ok()
                }
            };
        }
        self.in_hand.clone()
    }

    /// It is done.
    pub fn done(&mut self) {
        self.in_hand = None;
    }

    /// Whether an operator stopped whoever worked here.
    pub fn is_stopped(&self) -> bool {
        self.inbox.is_stopped()
    }
}

/// A stage that runs.
#[derive(Debug)]
pub struct Stage {
    name: String,
    task: Supervised,
    /// What it failed of last.
    failure: Arc<Mutex<Option<String>>>,
}

/// Starts a stage: a task that is started again when it fails, until it ends in order.
pub fn start<F>(name: &str, mut make: impl FnMut() -> F + Send + 'static) -> Stage
where
    F: Future<Output = Result<(), String>> + Send + 'static,
{
    let (restarts, within) = RESTARTS;
    let failure = Arc::new(Mutex::new(None));
    let last = failure.clone();
    let make = move || stage(make(), last.clone());
    let task = supervise(name, make)
        .restart(RestartType::Transient)
        .intensity(restarts, within)
        .backoff(PAUSES.0, PAUSES.1)
        .keeps_mailbox()
        .spawn();
    Stage { name: name.to_owned(), task, failure }
}

/// One run of a stage. A function, because its name and that of the work are what observers see as its type.
async fn stage(
    work: impl Future<Output = Result<(), String>>,
    failure: Arc<Mutex<Option<String>>>,
) -> Result<(), String> {
    work.await.inspect_err(|error| *lock(&failure) = Some(error.clone()))
}

impl Stage {
    /// Waits for its end; if that is not in order, who it was and why.
    pub async fn ended(self) -> Result<(), (String, String)> {
        let exit = self.task.await;
        if exit.is_normal() {
            return Ok(());
        }
        let failure = lock(&self.failure).take();
        Err((self.name, failure.unwrap_or_else(|| exit.word().to_owned())))
    }
}

/// A lock that is never held across an await point. What a panic left is whole: everything that is done
/// under such a lock is done in one step or not at all.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::{Notify, mpsc};

    #[tokio::test]
    async fn a_stage_that_is_killed_in_the_middle_is_followed_by_one_that_takes_it_up() {
        let (sender, desk) = desk::<u32>("numbers", 8);
        let (out, mut seen) = mpsc::channel(8);
        let gate = Arc::new(Notify::new());
        let work = {
            let (desk, gate) = (desk.clone(), gate.clone());
            move || {
                let (desk, out, gate) = (desk.clone(), out.clone(), gate.clone());
                async move {
                    let mut desk = desk.lock().await;
                    while let Some(number) = desk.next().await {
                        gate.notified().await;
                        let room = out.reserve().await.unwrap();
                        room.send(number);
                        desk.done();
                    }
                }
            }
        };
        for number in 1..=3 {
            sender.send(number).await.unwrap();
        }
        drop(sender);
        let first = tokio::spawn(work());
        gate.notify_one();
        assert_eq!(seen.recv().await, Some(1));
        while desk.try_lock().is_ok() {
            tokio::task::yield_now().await;
        }
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        let second = tokio::spawn(work());
        for number in 2..=3 {
            gate.notify_one();
            assert_eq!(seen.recv().await, Some(number));
        }
        second.await.unwrap();
        assert!(desk.lock().await.next().await.is_none());
    }
}
