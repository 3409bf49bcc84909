//! Whether queue wait and handling time of tracked ractor actors are right. In release builds only: what
//! a debug build takes between two instants is not what is measured.
#![cfg(all(unix, not(debug_assertions)))]

use actorscope_ractor::{TrackSends, observe};
use actorscope_testkit::Rig;
use actorscope_testkit::accuracy::{Job, check, check_oldest_wait};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::Notify;

struct Worker;

enum Do {
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
