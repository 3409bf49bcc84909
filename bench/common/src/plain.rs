//! The variants of plain tokio: a task that receives from a bounded channel.

use crate::measure::{Counts, Variant};
use std::future::Future;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// More than one batch, so that on one thread nobody waits for room.
const CAPACITY: usize = 1_024;

/// What is sent.
#[derive(Debug)]
pub enum Message {
    /// Count this.
    Tell,
    /// Count this and answer.
    Ask(oneshot::Sender<()>),
}

/// A receiving end.
pub trait Receive: Send + 'static {
    /// The next message.
    fn receive(&mut self) -> impl Future<Output = Option<Message>> + Send;
}

impl Receive for mpsc::Receiver<Message> {
    fn receive(&mut self) -> impl Future<Output = Option<Message>> + Send {
        self.recv()
    }
}

/// How channels are made and tasks spawned.
pub trait Kit: Sized + 'static {
    /// The receiving end.
    type Receiver: Receive;
    /// Prepares the process; see [`Variant::prepare`].
    fn prepare(mode: &str) -> (Self, Option<String>);
    /// A bounded channel.
    fn channel(&self, capacity: usize) -> (mpsc::Sender<Message>, Self::Receiver);
    /// Spawns a task.
    fn spawn<F>(&self, future: F) -> JoinHandle<()>
    where
        F: Future<Output = ()> + Send + 'static;
}

/// A [`Kit`] as a variant.
#[derive(Debug)]
pub struct Plain<K>(K);

/// A running task and the way to it.
#[derive(Debug)]
pub struct Running {
    sender: mpsc::Sender<Message>,
    task: JoinHandle<()>,
}

impl<K: Kit> Variant for Plain<K> {
    type Actor = Running;

    fn prepare(mode: &str) -> (Self, Option<String>) {
        let (kit, socket) = K::prepare(mode);
        (Self(kit), socket)
    }

    async fn spawn(&self) -> Running {
        let (sender, mut receiver) = self.0.channel(CAPACITY);
        let task = self.0.spawn(async move {
            let mut count = 0u64;
            while let Some(message) = receiver.receive().await {
                count = std::hint::black_box(count + 1);
                if let Message::Ask(answer) = message {
                    let _ = answer.send(());
                }
            }
        });
        // Until it waits for its first message.
        tokio::task::yield_now().await;
        Running { sender, task }
    }

    async fn end(&self, actor: Running) {
        drop(actor.sender);
        actor.task.await.expect("the task ends");
    }

    async fn spawn_and_exit(&self) {
        self.0.spawn(async {}).await.expect("the task ends");
    }
}

impl<K: Kit> Counts for Plain<K> {
    async fn tell(&self, actor: &Running) {
        actor.sender.send(Message::Tell).await.expect("the task runs");
    }

    async fn ask(&self, actor: &Running) {
        let (answer, answered) = oneshot::channel();
        actor.sender.send(Message::Ask(answer)).await.expect("the task runs");
        answered.await.expect("an answer");
    }
}
