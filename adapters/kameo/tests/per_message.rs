//! What observing adds to a message of kameo, counted: nothing that allocates, locks or calls the
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
    use actorscope_kameo::{name_actor, observed};
    use actorscope_testkit::Rig;
    use actorscope_testkit::per_message::{self, Batch, Comparison, Most, Subject, Way};
    use kameo::mailbox::{self, MailboxReceiver, MailboxSender};
    use kameo::prelude::*;
    use std::convert::Infallible;
    use std::process::ExitCode;

    /// More than a batch: nobody waits for room.
    const CAPACITY: usize = 256;

    struct Plain;

    impl Actor for Plain {
        type Args = ();
        type Error = Infallible;
        async fn on_start((): (), _: ActorRef<Self>) -> Result<Self, Infallible> {
            Ok(Self)
        }
    }

    struct Observed;

    #[observed]
    impl Actor for Observed {
        type Args = ();
        type Error = Infallible;
        async fn on_start((): (), me: ActorRef<Self>) -> Result<Self, Infallible> {
            assert!(name_actor(&me, "jobs"));
            Ok(Self)
        }
    }

    struct Count;

    impl Message<Count> for Plain {
        type Reply = ();
        async fn handle(&mut self, _: Count, _: &mut Context<Self, ()>) {}
    }

    impl Message<Count> for Observed {
        type Reply = ();
        async fn handle(&mut self, _: Count, _: &mut Context<Self, ()>) {}
    }

    pub fn main() -> ExitCode {
        let ways = |observed: Subject, watched: Subject| {
            vec![
                Way { how: "observed", subject: observed, most: Most::instructions(200) },
                Way { how: "watched", subject: watched, most: Most::instructions(500) },
            ]
        };
        per_message::main(&[
            Comparison {
                name: "bounded mailbox",
                each: "a message",
                base: || Box::pin(batches::<Plain>(mailbox::bounded(CAPACITY))),
                ways: ways(
                    || Box::pin(batches::<Observed>(mailbox::bounded(CAPACITY))),
                    || Box::pin(watched(mailbox::bounded(CAPACITY))),
                ),
            },
            Comparison {
                name: "unbounded mailbox",
                each: "a message",
                base: || Box::pin(batches::<Plain>(mailbox::unbounded())),
                ways: ways(
                    || Box::pin(batches::<Observed>(mailbox::unbounded())),
                    || Box::pin(watched(mailbox::unbounded())),
                ),
            },
        ])
    }

    /// Batches to an actor at whose slot somebody looks, so that it has a fine histogram.
    async fn watched(mailbox: (MailboxSender<Observed>, MailboxReceiver<Observed>)) -> Batch {
        let batch = batches::<Observed>(mailbox).await;
        let rig = Rig::shared().await;
        rig.show("/jobs").await.unwrap();
        batch
    }

    async fn batches<A>(mailbox: (MailboxSender<A>, MailboxReceiver<A>)) -> Batch
    where
        A: Actor<Args = ()> + Message<Count, Reply = ()>,
    {
        let actor = A::spawn_with_mailbox((), mailbox);
        actor.wait_for_startup().await;
        Box::new(move |messages| {
            let actor = actor.clone();
            Box::pin(async move {
                for _ in 1..messages {
                    actor.tell(Count).try_send().unwrap();
                }
                actor.ask(Count).await.unwrap();
            })
        })
    }
}
