//! ractor with the floor in its handler: two raw clock reads and the stores.

include!("../../ractor.rs");

use actorscope_bench::Floor as Probe;

type To = ActorRef<Message>;

struct Kit;

impl Kit {
    fn prepare(_: &str) -> (Self, Option<String>) {
        (Self, None)
    }

    async fn start() -> (To, JoinHandle<()>) {
        Actor::spawn(None, Counter, ()).await.expect("it starts")
    }
}
