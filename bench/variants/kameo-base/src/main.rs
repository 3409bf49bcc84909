//! kameo, observed by nobody.

include!("../../kameo.rs");

struct Kit;

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

impl Kit {
    fn prepare(_: &str) -> (Self, Option<String>) {
        (Self, None)
    }
}
