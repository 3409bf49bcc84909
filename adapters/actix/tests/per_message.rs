//! What observing adds to a message of actix, counted: nothing that allocates, locks or calls the
//! system. In release builds only: a debug build is not what runs in production.

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
    use actix::{Actor, Addr, Handler, Message};
    use actorscope_actix::StartObserved;
    use actorscope_testkit::Rig;
    use actorscope_testkit::per_message::{self, Batch, Comparison, Most, Way};
    use std::process::ExitCode;
    use std::rc::Rc;
    use tokio::task::LocalSet;

    struct Plain;

    /// More than a batch: nobody waits for room.
    const CAPACITY: usize = 256;

    impl Actor for Plain {
        type Context = actix::Context<Self>;

        fn started(&mut self, context: &mut Self::Context) {
            context.set_mailbox_capacity(CAPACITY);
        }
    }

    struct Ours;

    impl Actor for Ours {
        type Context = actorscope_actix::Context<Self>;

        fn started(&mut self, context: &mut Self::Context) {
            context.set_mailbox_capacity(CAPACITY);
        }
    }

    #[derive(Message)]
    #[rtype(result = "()")]
    struct Count;

    impl Handler<Count> for Plain {
        type Result = ();
        fn handle(&mut self, _: Count, _: &mut Self::Context) {}
    }

    impl Handler<Count> for Ours {
        type Result = ();
        fn handle(&mut self, _: Count, _: &mut Self::Context) {}
    }

    pub fn main() -> ExitCode {
        per_message::main(&[Comparison {
            name: "actor",
            each: "a message",
            base: || Box::pin(batches(|| Plain.start())),
            ways: vec![
                Way {
                    how: "observed in the context of actix",
                    subject: || Box::pin(batches(|| Plain.start_observed("jobs"))),
                    most: Most::instructions(70),
                },
                Way {
                    how: "watched in the context of actix",
                    subject: || Box::pin(watched(|| Plain.start_observed("jobs"))),
                    most: Most::instructions(145),
                },
                Way {
                    how: "observed in our context",
                    subject: || Box::pin(batches(|| Ours.start_observed("jobs"))),
                    most: Most::instructions(275),
                },
                Way {
                    how: "watched in our context",
                    subject: || Box::pin(watched(|| Ours.start_observed("jobs"))),
                    most: Most::instructions(480),
                },
            ],
        }])
    }

    /// Batches to an actor at whose slot somebody looks, so that it has a fine histogram.
    async fn watched<A, C>(start: impl FnOnce() -> Addr<A>) -> Batch
    where
        A: Actor<Context = C> + Handler<Count>,
        C: actix::dev::ToEnvelope<A, Count>,
    {
        let batch = batches(start).await;
        let rig = Rig::shared().await;
        rig.show("/jobs").await.unwrap();
        batch
    }

    /// Actors run on the thread's local tasks, which therefore are run with every batch.
    async fn batches<A, C>(start: impl FnOnce() -> Addr<A>) -> Batch
    where
        A: Actor<Context = C> + Handler<Count>,
        C: actix::dev::ToEnvelope<A, Count>,
    {
        // From the second thread on the system's allocator locks: here, too, where there is no agent.
        std::thread::spawn(|| {}).join().unwrap();
        let local = Rc::new(LocalSet::new());
        let actor = {
            let _here = local.enter();
            start()
        };
        Box::new(move |messages| {
            let (actor, local) = (actor.clone(), local.clone());
            Box::pin(async move {
                let sent = async {
                    for _ in 1..messages {
                        actor.do_send(Count);
                    }
                    actor.send(Count).await.unwrap();
                };
                local.run_until(sent).await;
            })
        })
    }
}
