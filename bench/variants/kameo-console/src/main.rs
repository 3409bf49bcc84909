//! kameo with its feature `console`; its server runs on a thread and runtime of its own, as ours
//! does, and nobody is attached.

include!("../../kameo.rs");
include!("../../kameo_plain.rs");

struct Kit;

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
