//! Plain tokio with the floor in its loop: two raw clock reads and the stores.

use actorscope_bench::Floor;
use actorscope_bench::plain::{Kit, Message, Plain, Receive};
use std::future::Future;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

#[global_allocator]
static HEAP: actorscope_bench::Counting = actorscope_bench::Counting;

struct OnTheFloor;

/// Ends the handling of the message before, begins that of the next.
struct Receiver {
    inner: mpsc::Receiver<Message>,
    floor: Floor,
    handling: bool,
}

impl Receive for Receiver {
    async fn receive(&mut self) -> Option<Message> {
        if std::mem::take(&mut self.handling) {
            self.floor.end();
        }
        let message = self.inner.recv().await?;
        self.floor.begin();
        self.handling = true;
        Some(message)
    }
}

impl Kit for OnTheFloor {
    type Receiver = Receiver;

    fn prepare(_: &str) -> (Self, Option<String>) {
        (Self, None)
    }

    fn channel(&self, capacity: usize) -> (mpsc::Sender<Message>, Self::Receiver) {
        let (sender, inner) = mpsc::channel(capacity);
        (sender, Receiver { inner, floor: Floor::default(), handling: false })
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, future: F) -> JoinHandle<()> {
        tokio::spawn(future)
    }
}

fn main() {
    actorscope_bench::main::<Plain<OnTheFloor>>();
}
