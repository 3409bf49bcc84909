//! Plain tokio, observed by nobody.

use actorscope_bench::plain::{Kit, Message, Plain};
use std::future::Future;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

#[global_allocator]
static HEAP: actorscope_bench::Counting = actorscope_bench::Counting;

struct Base;

impl Kit for Base {
    type Receiver = mpsc::Receiver<Message>;

    fn prepare(_: &str) -> (Self, Option<String>) {
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
    actorscope_bench::main::<Plain<Base>>();
}
