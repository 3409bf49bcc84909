//! kameo with its feature `console`; its server runs on a thread and runtime of its own, as ours
//! does, and nobody is attached.

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
        let (ready, started) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("tokio");
            runtime.block_on(async {
                let console = kameo::console::serve(("127.0.0.1", 0)).await.expect("the console");
                ready.send(()).expect("the main thread waits");
                std::future::pending::<()>().await;
                drop(console);
            });
        });
        started.recv().expect("the console");
        (Self, None)
    }
}
