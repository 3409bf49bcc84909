// What all variants of actix share; each defines `Context`, `Probe`, and `Kit` with `prepare`, `start`
// and `start_in`.

use actix::{Actor, Addr, Arbiter, ArbiterHandle, Handler, System};
use actorscope_bench::{Counts, Variant};
use std::future::Future;
use tokio::sync::oneshot;

#[global_allocator]
static HEAP: actorscope_bench::Counting = actorscope_bench::Counting;

struct Counter {
    count: u64,
    probe: Probe,
    /// Dropped with the actor.
    _alive: oneshot::Sender<()>,
}

impl Counter {
    /// And what says that it has ended.
    fn new() -> (Self, oneshot::Receiver<()>) {
        let (alive, ended) = oneshot::channel();
        (Self { count: 0, probe: Default::default(), _alive: alive }, ended)
    }
}

impl Actor for Counter {
    type Context = Context<Self>;
}

struct Count;

impl actix::Message for Count {
    type Result = ();
}

impl Handler<Count> for Counter {
    type Result = ();

    fn handle(&mut self, _: Count, _: &mut Context<Self>) {
        self.probe.begin();
        self.count = std::hint::black_box(self.count + 1);
        self.probe.end();
    }
}

struct Stop;

impl actix::Message for Stop {
    type Result = ();
}

impl Handler<Stop> for Counter {
    type Result = ();

    fn handle(&mut self, _: Stop, context: &mut Context<Self>) {
        actix::ActorContext::stop(context);
    }
}

impl Variant for Kit {
    type Actor = (Addr<Counter>, oneshot::Receiver<()>);

    fn prepare(mode: &str) -> (Self, Option<String>) {
        Self::prepare(mode)
    }

    fn on_one_thread<F: Future>(work: F) -> F::Output {
        System::new().block_on(work)
    }

    async fn spawn(&self) -> Self::Actor {
        let (counter, ended) = Counter::new();
        let actor = Self::start(counter);
        // Until it waits for its first message.
        tokio::task::yield_now().await;
        (actor, ended)
    }

    async fn end(&self, (actor, ended): Self::Actor) {
        actor.do_send(Stop);
        // That nobody is there to say anything any more is what is waited for.
        let _ = ended.await;
    }

    async fn spawn_and_exit(&self) {
        let (counter, ended) = Counter::new();
        self.end((Self::start(counter), ended)).await;
    }
}

impl Counts for Kit {
    async fn tell(&self, (actor, _): &Self::Actor) {
        actor.do_send(Count);
    }

    async fn ask(&self, (actor, _): &Self::Actor) {
        actor.send(Count).await.expect("an answer");
    }

    fn on_two_threads<F: Future>(work: F) -> F::Output {
        System::new().block_on(work)
    }

    async fn spawn_elsewhere(&self) -> Self::Actor {
        let (counter, ended) = Counter::new();
        (Self::start_in(&Arbiter::new().handle(), counter), ended)
    }
}

fn main() {
    actorscope_bench::main::<Kit>();
}
