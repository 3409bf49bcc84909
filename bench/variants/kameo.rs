// What all variants of kameo share; each defines `Counter`, its `Actor` implementation, `begin` and `end`.

use actorscope_bench::{Counts, Variant};
use kameo::actor::{ActorRef, Spawn};
use kameo::mailbox;
use kameo::message::{Context, Message};

#[global_allocator]
static HEAP: actorscope_bench::Counting = actorscope_bench::Counting;

/// More than one batch, so that on one thread nobody waits for room.
const CAPACITY: usize = 1_024;

struct Count;

impl Message<Count> for Counter {
    type Reply = ();

    async fn handle(&mut self, _: Count, _: &mut Context<Self, ()>) {
        self.begin();
        self.count = std::hint::black_box(self.count + 1);
        self.end();
    }
}

impl Variant for Kit {
    type Actor = ActorRef<Counter>;

    fn prepare(mode: &str) -> (Self, Option<String>) {
        Self::prepare(mode)
    }

    async fn spawn(&self) -> ActorRef<Counter> {
        let actor = Counter::spawn_with_mailbox(Counter::default(), mailbox::bounded(CAPACITY));
        actor.wait_for_startup().await;
        actor
    }

    async fn end(&self, actor: ActorRef<Counter>) {
        actor.stop_gracefully().await.expect("the actor runs");
        actor.wait_for_shutdown().await;
    }

    async fn spawn_and_exit(&self) {
        self.end(Counter::spawn_with_mailbox(Counter::default(), mailbox::bounded(CAPACITY))).await;
    }
}

impl Counts for Kit {
    async fn tell(&self, actor: &ActorRef<Counter>) {
        actor.tell(Count).await.expect("the actor runs");
    }

    async fn ask(&self, actor: &ActorRef<Counter>) {
        actor.ask(Count).await.expect("an answer");
    }
}

fn main() {
    actorscope_bench::main::<Kit>();
}
