//! What observing adds to a message of ractor, counted: nothing that allocates, locks or calls the
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
    use actorscope_ractor::{TrackSends, observe};
    use actorscope_testkit::Rig;
    use actorscope_testkit::per_message::{self, Batch, Comparison, Most, Subject, Way};
    use ractor::{Actor, ActorProcessingErr, ActorRef, MessagingErr, RpcReplyPort};
    use std::process::ExitCode;
    use std::time::Duration;

    struct Counter;

    enum Count {
        One,
        Last(RpcReplyPort<()>),
    }

    impl Actor for Counter {
        type Msg = Count;
        type State = ();
        type Arguments = ();

        async fn pre_start(&self, _: ActorRef<Count>, (): ()) -> Result<(), ActorProcessingErr> {
            Ok(())
        }

        async fn handle(
            &self,
            _: ActorRef<Count>,
            count: Count,
            (): &mut (),
        ) -> Result<(), ActorProcessingErr> {
            if let Count::Last(reply) = count {
                let _ = reply.send(());
            }
            Ok(())
        }
    }

    pub fn main() -> ExitCode {
        let way = |how, subject: Subject, most| Way { how, subject, most };
        per_message::main(&[Comparison {
            name: "actor",
            each: "a message",
            base: || Box::pin(base()),
            ways: vec![
                way("observed", || Box::pin(plain()), Most::instructions(285)),
                way("watched", || Box::pin(watched(plain())), Most::instructions(370)),
                // The locked instruction is the sender's count.
                way("tracked", || Box::pin(tracked()), Most::instructions(430).locked(1)),
                way(
                    "tracked and watched",
                    || Box::pin(watched(tracked())),
                    Most::instructions(640).locked(1),
                ),
            ],
        }])
    }

    /// Without a second thread the system's allocator takes no locks: that is not what is compared.
    async fn base() -> Batch {
        std::thread::spawn(|| {
            loop {
                std::thread::park();
            }
        });
        let (counter, _) = Actor::spawn(None, Counter, ()).await.unwrap();
        batches(counter.clone(), move |count| counter.cast(count))
    }

    /// What is counted is between two walks of the adapter's thread, which allocate: the first is over
    /// by then and the second a second away.
    async fn observed() -> ActorRef<Count> {
        let (counter, _) = Actor::spawn(None, observe(Counter), ()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        counter
    }

    async fn plain() -> Batch {
        let counter = observed().await;
        batches(counter.clone(), move |count| counter.cast(count))
    }

    async fn tracked() -> Batch {
        let counter = observed().await;
        let tracked = counter.tracked();
        batches(counter, move |count| tracked.cast(count))
    }

    /// Batches to an actor at whose slot somebody looks, so that it has a fine histogram.
    async fn watched(batch: impl Future<Output = Batch>) -> Batch {
        let batch = batch.await;
        let rig = Rig::shared().await;
        rig.show("/Counter").await.unwrap();
        batch
    }

    fn batches(
        counter: ActorRef<Count>,
        cast: impl Fn(Count) -> Result<(), MessagingErr<Count>> + Clone + 'static,
    ) -> Batch {
        Box::new(move |messages| {
            let (cast, counter) = (cast.clone(), counter.clone());
            Box::pin(async move {
                for _ in 1..messages {
                    cast(Count::One).unwrap();
                }
                let (reply, answer) = ractor::concurrency::oneshot();
                cast(Count::Last(reply.into())).unwrap();
                answer.await.unwrap();
                drop(counter);
            })
        })
    }
}
