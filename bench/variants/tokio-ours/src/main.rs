//! Plain tokio through actorscope's channel and spawn. Modes: `off` (no agent runs), `on` (one runs,
//! nobody looks), `watched` (somebody does).

include!("../../agent.rs");

use actorscope_agent::{Agent, tokio as observed};
use actorscope_bench::plain::{Kit, Message, Plain, Receive};
use std::future::Future;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

#[global_allocator]
static HEAP: actorscope_bench::Counting = actorscope_bench::Counting;

struct Ours(#[expect(dead_code, reason = "the agent runs as long as this")] Option<Agent>);

struct Receiver(observed::Receiver<Message>);

impl Receive for Receiver {
    fn receive(&mut self) -> impl Future<Output = Option<Message>> + Send {
        self.0.recv()
    }
}

impl Kit for Ours {
    type Receiver = Receiver;

    fn prepare(mode: &str) -> (Self, Option<String>) {
        let (agent, socket) = agent(mode);
        (Self(agent), socket)
    }

    fn channel(&self, capacity: usize) -> (mpsc::Sender<Message>, Self::Receiver) {
        let (sender, receiver) = observed::channel("jobs", capacity);
        (sender, Receiver(receiver))
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, future: F) -> JoinHandle<()> {
        observed::spawn("worker", future)
    }
}

fn main() {
    actorscope_bench::main::<Plain<Ours>>();
}
