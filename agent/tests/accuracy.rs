//! Whether queue wait, handling time and oldest wait of plain tokio are right. In release builds
//! only: what a debug build takes between two instants is not what is measured.
#![cfg(all(unix, not(debug_assertions)))]

use actorscope_agent::tokio as observed;
use actorscope_testkit::accuracy::{Job, check, check_oldest_wait};
use actorscope_testkit::{Rig, state};
use std::time::{Duration, SystemTime};

/// The receiver has a thread of its own, the sender another, the test a third that mostly sleeps.
fn run(test: impl Future<Output = ()> + Send + 'static) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(test);
}

#[test]
fn bounded_channels() {
    run(async {
        let rig = Rig::shared().await;
        check(&rig, "bounded", async |name| {
            let (sender, mut receiver) = observed::channel::<Job>(name, 16_384);
            observed::spawn(name, async move {
                while let Some(job) = receiver.recv().await {
                    job.run();
                }
            });
            move |job| sender.blocking_send(job).unwrap()
        })
        .await;
    });
}

#[test]
fn unbounded_channels() {
    run(async {
        let rig = Rig::shared().await;
        check(&rig, "unbounded", async |name| {
            let (sender, mut receiver) = observed::unbounded_channel::<Job>(name);
            observed::spawn(name, async move {
                while let Some(job) = receiver.recv().await {
                    job.run();
                }
            });
            move |job| sender.send(job).unwrap()
        })
        .await;
    });
}

/// A task that finds so many messages, takes one and is stuck with it.
fn stuck(name: &str, queued: usize) -> (tokio::sync::mpsc::Sender<()>, impl Drop) {
    let (sender, mut receiver) = observed::channel::<()>(name, 16);
    for _ in 0..queued {
        sender.try_send(()).unwrap();
    }
    let task = observed::spawn(name, async move {
        while receiver.recv().await.is_some() {
            std::future::pending::<()>().await;
        }
    });
    (sender, AbortOnDrop(task))
}

struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[test]
fn the_oldest_wait_behind_a_stuck_handler() {
    run(async {
        let rig = Rig::shared().await;
        let handling = |stats: &actorscope_proto::v1::Stats| state(stats) == "handling";

        // What was queued before the handler began is known to the moment.
        let sent = SystemTime::now();
        let (_sender, _task) = stuck("queued-before", 3);
        rig.when("/queued-before", handling).await;
        check_oldest_wait(&rig, "/queued-before", sent, Duration::from_secs(2), Duration::ZERO)
            .await;

        // What came while it ran is noticed at the next tick.
        let (sender, _task) = stuck("queued-behind", 1);
        rig.when("/queued-behind", handling).await;
        let sent = SystemTime::now();
        sender.send(()).await.unwrap();
        let tick = Duration::from_millis(1_250);
        check_oldest_wait(&rig, "/queued-behind", sent, Duration::from_secs(3), tick).await;
    });
}
