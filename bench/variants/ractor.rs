// What all variants of ractor share; each defines `To` (what is sent through), `Probe`, and `Kit` with
// `prepare` and `start`.

use actorscope_bench::{Counts, Variant};
use ractor::concurrency::JoinHandle;
use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort};

#[global_allocator]
static HEAP: actorscope_bench::Counting = actorscope_bench::Counting;

struct Counter;

#[derive(Default)]
struct Tally {
    count: u64,
    probe: Probe,
}

enum Message {
    Tell,
    Ask(RpcReplyPort<()>),
}

impl Actor for Counter {
    type Msg = Message;
    type State = Tally;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Message>, (): ()) -> Result<Tally, ActorProcessingErr> {
        Ok(Tally::default())
    }

    async fn handle(
        &self,
        _: ActorRef<Message>,
        message: Message,
        tally: &mut Tally,
    ) -> Result<(), ActorProcessingErr> {
        tally.probe.begin();
        tally.count = std::hint::black_box(tally.count + 1);
        if let Message::Ask(answer) = message {
            let _ = answer.send(());
        }
        tally.probe.end();
        Ok(())
    }
}

impl Variant for Kit {
    type Actor = (To, JoinHandle<()>);

    fn prepare(mode: &str) -> (Self, Option<String>) {
        Self::prepare(mode)
    }

    async fn spawn(&self) -> Self::Actor {
        let actor = Self::start().await;
        // Until it waits for its first message.
        tokio::task::yield_now().await;
        actor
    }

    async fn end(&self, (actor, ended): Self::Actor) {
        actor.stop(None);
        ended.await.expect("the actor ends");
    }

    async fn spawn_and_exit(&self) {
        self.end(Self::start().await).await;
    }
}

impl Counts for Kit {
    async fn tell(&self, (actor, _): &Self::Actor) {
        actor.cast(Message::Tell).expect("the actor runs");
    }

    async fn ask(&self, (actor, _): &Self::Actor) {
        let answer = actor.call(Message::Ask, None).await.expect("the actor runs");
        assert!(answer.is_success(), "an answer");
    }
}

fn main() {
    actorscope_bench::main::<Kit>();
}
