//! What observing adds to the start and end of a task of plain tokio, counted: one allocation and no call of
//! the system, once as many have come and gone as are kept. In release builds only: a debug build is not what runs in
//! production.

#[cfg(any(debug_assertions, not(target_os = "linux")))]
fn main() {}

#[cfg(all(not(debug_assertions), target_os = "linux"))]
#[global_allocator]
static HEAP: actorscope_testkit::per_message::Counting = actorscope_testkit::per_message::Counting;

#[cfg(all(not(debug_assertions), target_os = "linux"))]
fn main() -> std::process::ExitCode {
    counted::main()
}

#[cfg(all(not(debug_assertions), target_os = "linux"))]
mod counted {
    use actorscope_agent::Passes;
    use actorscope_agent::adapter::Registry;
    use actorscope_agent::tokio as observed;
    use actorscope_testkit::per_message::{self, Batch, Comparison};
    use std::process::ExitCode;
    use tokio::task::JoinHandle;

    pub fn main() -> ExitCode {
        per_message::main(&[Comparison {
            name: "task",
            each: "a start and end",
            base: || Box::pin(async { batch_of(|| tokio::spawn(async {})) }),
            observed: || Box::pin(async { batch_of(|| observed::spawn("worker", async {})) }),
            watched: || {
                Box::pin(async {
                    // What an agent looks at, without its thread: that would count, too.
                    let mut passes = Passes::over(Registry::global()).expect("no agent runs here");
                    passes.make();
                    let mut batch = batch_of(|| observed::spawn("worker", async {}));
                    let with_passes: Batch = Box::new(move |starts| {
                        let _ = &passes;
                        batch(starts)
                    });
                    with_passes
                })
            },
            without_agent: 2_600,
            instructions: 3_050,
            locked: 35,
            // The waker that notes when the task was woken.
            allocations: 1,
        }])
    }

    /// Starts them one after another, each when the one before has ended.
    fn batch_of(spawn: fn() -> JoinHandle<()>) -> Batch {
        Box::new(move |starts| {
            Box::pin(async move {
                for _ in 0..starts {
                    spawn().await.expect("it ends");
                }
            })
        })
    }
}
