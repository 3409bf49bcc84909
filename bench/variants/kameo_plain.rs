// The actor of the variants in which nothing is written for an observer.

#[derive(Default)]
struct Counter {
    count: u64,
}

impl kameo::Actor for Counter {
    type Args = Self;
    type Error = std::convert::Infallible;

    async fn on_start(counter: Self, _: ActorRef<Self>) -> Result<Self, Self::Error> {
        Ok(counter)
    }
}

impl Counter {
    fn begin(&self) {}
    fn end(&self) {}
}
