//! kameo with the floor in its handler: two raw clock reads and the stores.

include!("../../kameo.rs");

struct Kit;

#[derive(Default)]
struct Counter {
    count: u64,
    floor: actorscope_bench::Floor,
}

impl kameo::Actor for Counter {
    type Args = Self;
    type Error = std::convert::Infallible;

    async fn on_start(counter: Self, _: ActorRef<Self>) -> Result<Self, Self::Error> {
        Ok(counter)
    }
}

impl Counter {
    fn begin(&self) {
        self.floor.begin();
    }

    fn end(&self) {
        self.floor.end();
    }
}

impl Kit {
    fn prepare(_: &str) -> (Self, Option<String>) {
        (Self, None)
    }
}
