//! Plain tokio under tokio-console's subscriber; its server runs, nobody is attached.

use actorscope_bench::plain::{Kit, Message, Plain};
use std::future::Future;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

#[global_allocator]
static HEAP: actorscope_bench::Counting = actorscope_bench::Counting;

struct Console;

impl Kit for Console {
    type Receiver = mpsc::Receiver<Message>;

    fn prepare(_: &str) -> (Self, Option<String>) {
        // Port 0: whichever is free, on loopback.
        console_subscriber::ConsoleLayer::builder().server_addr(([127, 0, 0, 1], 0)).init();
        (Self, None)
    }

    fn channel(&self, capacity: usize) -> (mpsc::Sender<Message>, Self::Receiver) {
        mpsc::channel(capacity)
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, future: F) -> JoinHandle<()> {
        tokio::spawn(future)
    }
}

fn main() {
    actorscope_bench::main::<Plain<Console>>();
}
