//! Whether queue wait and handling time of tracked ractor actors are right. In release builds only: what
//! a debug build takes between two instants is not what is measured.
#![cfg(all(unix, not(debug_assertions)))]

use actorscope_ractor::agent::core::histogram::Buckets;
use actorscope_ractor::{TrackSends, observe};
use actorscope_testkit::Rig;
use actorscope_testkit::accuracy::{Job, check, check_oldest_wait};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::Notify;

struct Worker;

enum Do {
    Nothing,
    Job(Job),
    Wait(Arc<Notify>),
}

impl Actor for Worker {
    type Msg = Do;
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Do>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle(
        &self,
        _: ActorRef<Do>,
        work: Do,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        match work {
            Do::Nothing => {}
            Do::Job(job) => job.run(),
            Do::Wait(until) => until.notified().await,
        }
        Ok(())
    }
}

/// The actor has a thread of its own, the sender another, the test a third that mostly sleeps.
fn run(test: impl Future<Output = ()> + Send + 'static) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(test);
}

#[test]
fn tracked_references() {
    run(async {
        let rig = Rig::shared().await;
        check(&rig, "tracked", async |name| {
            let (worker, _) =
                Actor::spawn(Some(name.to_owned()), observe(Worker), ()).await.unwrap();
            let worker = worker.tracked();
            move |job| worker.cast(Do::Job(job)).unwrap()
        })
        .await;
    });
}

/// An actor and a task that keeps the only worker to itself share it: what the actor waits for that, its
/// messages wait, and no handler takes.
#[test]
fn what_other_tasks_take_is_not_told_as_handling() {
    const HOGGED: Duration = Duration::from_millis(20);
    const MESSAGES: usize = 1_000;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let rig = Rig::shared().await;
        let (worker, _) =
            Actor::spawn(Some("hogged".to_owned()), observe(Worker), ()).await.unwrap();
        let worker = worker.tracked();
        let until = Arc::new(Notify::new());
        until.notify_one();
        worker.cast(Do::Wait(until.clone())).unwrap();
        for _ in 0..MESSAGES {
            worker.cast(Do::Nothing).unwrap();
        }
        // The actor gives way every 128 messages.
        for _ in 0..MESSAGES / 128 {
            let begun = Instant::now();
            while begun.elapsed() < HOGGED {
                std::hint::spin_loop();
            }
            tokio::task::yield_now().await;
        }
        rig.when("/hogged", |s| {
            s.total.as_ref().is_some_and(|total| total.handled == MESSAGES as u64 + 1)
        })
        .await;
        let (_, stats, detail) = rig.show("/hogged").await.unwrap();
        let busy = Duration::from_nanos(stats.total.unwrap().busy_ns);
        assert!(busy < HOGGED, "handlers that do nothing took {busy:?}");
        let waits = Buckets::try_from(detail.queue_wait.expect("a histogram")).unwrap();
        let longest = Duration::from_nanos(waits.quantile(1.0).expect("a quantile"));
        assert!(longest > 4 * HOGGED, "the last messages waited {longest:?} only");
    });
}

#[test]
fn the_oldest_wait_behind_a_stuck_handler() {
    run(async {
        let rig = Rig::shared().await;
        let (worker, _) =
            Actor::spawn(Some("stuck".to_owned()), observe(Worker), ()).await.unwrap();
        let worker = worker.tracked();
        let go_on = Arc::new(Notify::new());
        worker.cast(Do::Wait(go_on.clone())).unwrap();
        let sent = SystemTime::now();
        for _ in 0..3 {
            worker.cast(Do::Wait(Arc::default())).unwrap();
        }
        go_on.notify_one();
        rig.when("/stuck", |s| s.total.as_ref().is_some_and(|t| t.handled == 1)).await;
        check_oldest_wait(&rig, "/stuck", sent, Duration::from_secs(2), Duration::ZERO).await;
        worker.kill();
    });
}
