//! What observing adds to a message of plain tokio, counted: nothing that allocates, locks or calls
//! the system. In release builds only: a debug build is not what runs in production.

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
    use actorscope_agent::adapter::{Next, Registration, Registry};
    use actorscope_agent::tokio as observed;
    use actorscope_testkit::Rig;
    use actorscope_testkit::per_message::{self, Batch, Comparison, Most, Subject, Way};
    use std::process::ExitCode;
    use std::sync::Arc;
    use tokio::sync::{Notify, mpsc};

    /// More than a batch: nobody waits for room.
    const CAPACITY: usize = 256;

    /// The last message of a batch says that it is handled.
    type Message = Option<Arc<Notify>>;

    pub fn main() -> ExitCode {
        let ways = |observed: Subject, watched: Subject, locked| {
            vec![
                Way {
                    how: "observed",
                    subject: observed,
                    most: Most::instructions(30).locked(locked),
                },
                Way {
                    how: "watched",
                    subject: watched,
                    most: Most::instructions(305).locked(locked),
                },
            ]
        };
        per_message::main(&[
            Comparison {
                name: "bounded channel",
                each: "a message",
                base: || Box::pin(async { plain() }),
                ways: ways(
                    || Box::pin(async { bounded() }),
                    || Box::pin(async { watched(bounded()).await }),
                    0,
                ),
            },
            Comparison {
                name: "unbounded channel",
                each: "a message",
                base: || Box::pin(async { plain_unbounded() }),
                ways: ways(
                    || Box::pin(async { unbounded() }),
                    || Box::pin(async { watched(unbounded()).await }),
                    // The sender counts, because nobody but a receiver can ask an unbounded channel how
                    // long it is.
                    1,
                ),
            },
            Comparison {
                name: "an adapter's own loop",
                each: "a message",
                base: || Box::pin(async { plain() }),
                ways: vec![
                    Way {
                        how: "observed",
                        subject: || Box::pin(async { own_loop() }),
                        most: Most::instructions(70),
                    },
                    Way {
                        how: "watched",
                        subject: || Box::pin(async { watched(own_loop()).await }),
                        most: Most::instructions(390),
                    },
                ],
            },
        ])
    }

    /// Batches to a slot at which somebody looks, so that it has a fine histogram.
    async fn watched(batch: Batch) -> Batch {
        let rig = Rig::shared().await;
        rig.show("/jobs").await.unwrap();
        batch
    }

    fn batch_of(send: impl Fn(Message) + 'static) -> Batch {
        let done = Arc::new(Notify::new());
        Box::new(move |messages| {
            for _ in 1..messages {
                send(None);
            }
            send(Some(done.clone()));
            let done = done.clone();
            Box::pin(async move { done.notified().await })
        })
    }

    fn handle(message: Message) {
        if let Some(done) = message {
            done.notify_one();
        }
    }

    fn plain() -> Batch {
        let (sender, mut receiver) = mpsc::channel::<Message>(CAPACITY);
        tokio::spawn(async move {
            while let Some(message) = receiver.recv().await {
                handle(message);
            }
        });
        batch_of(move |message| sender.try_send(message).unwrap())
    }

    fn bounded() -> Batch {
        let (sender, mut receiver) = observed::channel::<Message>("jobs", CAPACITY);
        tokio::spawn(async move {
            while let Some(message) = receiver.recv().await {
                handle(message);
            }
        });
        batch_of(move |message| sender.try_send(message).unwrap())
    }

    /// What an adapter writes that knows its framework's loop: see docs/adapters.md.
    fn own_loop() -> Batch {
        let (sender, mut receiver) = mpsc::channel::<Message>(CAPACITY);
        tokio::spawn(async move {
            let slot = Registry::current().register(Registration::new("test", "jobs", "Jobs"));
            slot.set_mailbox(Some(CAPACITY as u64), None);
            slot.started(None);
            while let Next::Message(message, arrival) = slot.receive(&mut receiver).await {
                let message_type = slot.message_type("Job");
                let handling = slot.handle(Some(arrival), Some(message_type));
                handle(message);
                handling.ok(true);
            }
        });
        batch_of(move |message| sender.try_send(message).unwrap())
    }

    fn plain_unbounded() -> Batch {
        let (sender, mut receiver) = mpsc::unbounded_channel::<Message>();
        tokio::spawn(async move {
            while let Some(message) = receiver.recv().await {
                handle(message);
            }
        });
        batch_of(move |message| sender.send(message).unwrap())
    }

    fn unbounded() -> Batch {
        let (sender, mut receiver) = observed::unbounded_channel::<Message>("jobs");
        tokio::spawn(async move {
            while let Some(message) = receiver.recv().await {
                handle(message);
            }
        });
        batch_of(move |message| sender.send(message).unwrap())
    }
}
