//! What observing adds to the start and end of a task of plain tokio, counted: no allocation and no call of
//! the system, once as many have come and gone as are kept. Beside what a heap does to find a block, which depends on
//! all that was asked of it before. In release builds only: a debug build is not what runs in
//! production.

#[cfg(any(debug_assertions, not(target_os = "linux")))]
fn main() {}

#[cfg(all(not(debug_assertions), target_os = "linux"))]
#[global_allocator]
static HEAP: actorscope_testkit::per_message::Keeping = actorscope_testkit::per_message::Keeping;

#[cfg(all(not(debug_assertions), target_os = "linux"))]
fn main() -> std::process::ExitCode {
    counted::main()
}

#[cfg(all(not(debug_assertions), target_os = "linux"))]
mod counted {
    use actorscope_agent::Passes;
    use actorscope_agent::adapter::Registry;
    use actorscope_agent::tokio as observed;
    use actorscope_testkit::per_message::{self, Batch, Comparison, Most, Way};
    use std::cell::RefCell;
    use std::pin::Pin;
    use std::process::ExitCode;
    use std::rc::Rc;
    use tokio::task::JoinHandle;

    /// Starts and ends between the passes of an agent that keeps up, and since the last of them: more than are kept,
    /// and fewer at last, so that those counted find all the room that they need.
    const BETWEEN_PASSES: [usize; 3] = [1_024, 1_024, 512];

    pub fn main() -> ExitCode {
        per_message::main(&[Comparison {
            name: "task",
            each: "a start and end",
            base: || Box::pin(async { batch_of(plain) }),
            ways: vec![
                Way {
                    how: "observed",
                    subject: || Box::pin(async { batch_of(worker) }),
                    most: Most { instructions: 2_510, locked: 26, ..ALLOWED },
                },
                Way {
                    how: "watched",
                    subject: || watched(true),
                    most: Most { instructions: 2_780, locked: 27, ..ALLOWED },
                },
                Way {
                    how: "watched by an agent that is late",
                    subject: || watched(false),
                    most: Most { instructions: 2_880, locked: 28, ..ALLOWED },
                },
            ],
        }])
    }

    /// Of the locked instructions, five are the counting allocator's own. Nothing is allocated: slots, and the wakers that
    /// note when a task was woken, are those of tasks that ended.
    const ALLOWED: Most = Most { instructions: 0, locked: 0, clock_readings: 0, allocations: 0 };

    /// With what an agent looks at, but for its thread: that would count, too.
    fn watched(keeps_up: bool) -> Pin<Box<dyn Future<Output = Batch>>> {
        Box::pin(async move {
            let passes = Passes::over(Registry::global()).expect("no agent runs here");
            let passes = Rc::new(RefCell::new(passes));
            passes.borrow_mut().make();
            let batch: Batch = Box::new(move |starts| {
                let passes = passes.clone();
                Box::pin(async move {
                    if starts == 0 && keeps_up {
                        for starts in BETWEEN_PASSES {
                            passes.borrow_mut().make();
                            start_and_end(worker, starts).await;
                        }
                    }
                    start_and_end(worker, starts).await;
                })
            });
            batch
        })
    }

    fn plain() -> JoinHandle<()> {
        tokio::spawn(async {})
    }

    fn worker() -> JoinHandle<()> {
        observed::spawn("worker", async {})
    }

    fn batch_of(spawn: fn() -> JoinHandle<()>) -> Batch {
        Box::new(move |starts| Box::pin(start_and_end(spawn, starts)))
    }

    /// Starts so many one after another, each when the one before has ended.
    async fn start_and_end(spawn: fn() -> JoinHandle<()>, starts: usize) {
        for _ in 0..starts {
            spawn().await.expect("it ends");
        }
    }
}
