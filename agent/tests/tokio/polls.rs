//! Polls and scheduling delays of tasks.

use actorscope_agent::adapter::scope;
use actorscope_agent::tokio::{
    JoinSetExt, channel, spawn, spawn_blocking, spawn_local, supervise, task,
};
use actorscope_proto::v1;
use actorscope_testkit::{Rig, state};
use std::future::{pending, poll_fn};
use std::sync::mpsc;
use std::task::{Poll, Waker};
use std::time::Duration;
use tokio::task::{JoinSet, LocalSet, yield_now};

fn polls(stats: &v1::Stats) -> u64 {
    stats.polling.as_ref().map_or(0, |p| p.polls)
}

async fn yields(times: u32) {
    for _ in 0..times {
        yield_now().await;
    }
    pending::<()>().await;
}

#[tokio::test]
async fn every_kind_of_task_counts_its_polls() {
    let rig = Rig::start().await;
    let local = LocalSet::new();
    let looks = async {
        let mut set = JoinSet::new();
        scope(rig.registry, async {
            spawn("spawned", yields(99));
            tokio::spawn(task("named", yields(99)));
            set.spawn_observed("of-set", yields(99));
            spawn_local("local", yields(99));
            supervise("supervised", || yields(99)).spawn();
            spawn_blocking("closure", || ()).await.unwrap();
        })
        .await;
        for path in ["/spawned", "/named", "/of-set", "/local", "/supervised"] {
            let (_, stats) = rig.when(path, |s| polls(s) >= 100).await;
            let polling = stats.polling.unwrap();
            let (poll, delay) = (polling.poll.unwrap(), polling.delay.unwrap());
            assert_eq!(polling.polls, 100, "{path}");
            assert!(polling.busy_ns > 0 && poll.max.unwrap() <= polling.busy_ns);
            assert!(poll.p50.unwrap() <= poll.p99.unwrap() && poll.p99 <= poll.max);
            assert_eq!((poll.resolution.as_str(), poll.window_ns), ("log2", None));
            assert!(delay.p99.is_some() && delay.max.is_some() && delay.mean.is_some());
            let (_, _, detail) = rig.show(path).await.unwrap();
            // From the 16th poll on.
            assert_eq!(detail.poll.unwrap().count.iter().sum::<u64>(), 85, "{path}");
            assert_eq!(detail.delay.unwrap().count.iter().sum::<u64>(), 84, "{path}");
        }
        let (_, stats) = rig.when("/closure", |s| state(s) == "stopped").await;
        let polling = stats.polling.unwrap();
        assert_eq!((polling.polls, polling.poll.unwrap().count), (1, 1));
        assert_eq!(polling.delay.unwrap().count, 1, "the wait for a thread");
    };
    local.run_until(looks).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_does_not_come_out_of_a_poll_is_found() {
    let rig = Rig::start().await;
    let (release, held) = mpsc::channel::<()>();
    let [hog] = scope(rig.registry, async {
        [spawn("hog", async move {
            yield_now().await;
            // A worker of the runtime, kept from everybody else.
            held.recv().unwrap();
            pending::<()>().await;
        })]
    })
    .await;
    let longer_than_a_tick =
        |s: &v1::Stats| s.handling_now.as_ref().is_some_and(|now| now.for_ns > 1_200_000_000);
    let (_, stats) = rig.when("/hog", longer_than_a_tick).await;
    assert_eq!(state(&stats), "handling");
    assert_eq!(stats.handling_now.unwrap().message_type, None);
    assert!(stats.polling.unwrap().poll.unwrap().max.unwrap() > 1_200_000_000);
    assert_eq!(
        (stats.rate_per_s, stats.depth.unwrap().quality.unwrap().word),
        (None, String::new())
    );
    rig.when("/hog", |s| s.utilization.is_some_and(|u| u > 0.9)).await;
    release.send(()).unwrap();
    let (_, stats) = rig.when("/hog", |s| state(s) == "idle").await;
    assert_eq!(stats.handling_now, None);
    let polling = stats.polling.unwrap();
    assert_eq!(polling.polls, 2);
    assert!(polling.busy_ns > 1_200_000_000);
    rig.when("/hog", |s| s.utilization.is_some_and(|u| u < 0.1)).await;
    hog.abort();
}

/// How long the only worker is kept from everybody.
const LONG: Duration = Duration::from_millis(60);

#[tokio::test]
async fn the_wait_for_a_worker_is_a_delay_and_work_is_a_poll() {
    let rig = Rig::start().await;
    let wake = std::sync::Arc::new(tokio::sync::Notify::new());
    scope(rig.registry, async {
        let woken = wake.clone();
        spawn("waits", async move {
            woken.notified().await;
            pending::<()>().await;
        });
        spawn("busy", async {
            std::thread::sleep(LONG);
            yields(1).await;
        });
    })
    .await;
    rig.when("/waits", |s| polls(s) == 1).await;
    wake.notify_one();
    std::thread::sleep(LONG);
    let long = LONG.as_nanos() as u64;
    let (_, stats) = rig.when("/waits", |s| polls(s) == 2).await;
    let delay = stats.polling.unwrap().delay.unwrap();
    assert_eq!(delay.count, 2, "spawned until polled, woken until polled");
    assert!(delay.max.unwrap() >= long);
    let (_, stats) = rig.when("/busy", |s| polls(s) == 2).await;
    let polling = stats.polling.unwrap();
    assert!(polling.poll.unwrap().max.unwrap() >= long);
    assert_eq!(polling.delay.unwrap().count, 2);
}

#[tokio::test]
async fn a_task_with_a_mailbox_is_busy_with_messages_and_polled_all_the_same() {
    let rig = Rig::start().await;
    let (release, held) = tokio::sync::oneshot::channel::<()>();
    let sender = scope(rig.registry, async {
        let (sender, mut receiver) = channel::<u32>("queue", 64);
        spawn("worker", async move {
            let mut held = Some(held);
            while receiver.recv().await.is_some() {
                if let Some(held) = held.take() {
                    // Handles, and is no worker's burden meanwhile.
                    let _ = held.await;
                }
            }
        });
        sender
    })
    .await;
    rig.when("/worker", |s| polls(s) == 1).await;
    sender.send(0).await.unwrap();
    let (_, stats) = rig.when("/worker", |s| s.utilization.is_some_and(|u| u > 0.5)).await;
    assert_eq!(state(&stats), "handling");
    assert_eq!(stats.handling_now.unwrap().message_type.as_deref(), Some("u32"));
    assert_eq!(stats.polling.unwrap().polls, 2, "until the receive, until the hold");
    release.send(()).unwrap();
    rig.when("/worker", |s| s.total.is_some_and(|t| t.handled == 1)).await;
    for i in 0..20 {
        sender.send(i).await.unwrap();
        rig.when("/worker", |s| s.total.is_some_and(|t| t.handled == u64::from(i) + 2)).await;
    }
    let (_, stats, detail) = rig.show("/worker").await.unwrap();
    // Each message found it asleep: a wake, a delay and a poll.
    assert_eq!(stats.polling.unwrap().polls, 23);
    assert!(detail.delay.unwrap().count.iter().sum::<u64>() >= 6);
    assert!(detail.queue_wait.is_some());
}

#[tokio::test]
async fn what_wakes_an_earlier_incarnation_is_no_wake_of_its_successor() {
    let rig = Rig::start().await;
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel::<Waker>();
    scope(rig.registry, async {
        let mut incarnation = 0;
        supervise("worker", move || {
            incarnation += 1;
            let (first, tell) = (incarnation == 1, tell.clone());
            async move {
                let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
                tell.send(waker).unwrap();
                if !first {
                    pending::<()>().await;
                }
            }
        })
        .spawn()
    })
    .await;
    let old = told.recv().await.unwrap();
    let new = told.recv().await.unwrap();
    rig.when("/worker", |s| s.incarnation == 2 && polls(s) == 2).await;
    old.wake();
    // Longer than the machine may take to run the successor.
    std::thread::sleep(10 * LONG);
    new.wake();
    let (_, stats) = rig.when("/worker", |s| polls(s) == 3).await;
    let delay = stats.polling.unwrap().delay.unwrap();
    assert_eq!(delay.count, 3);
    assert!(delay.max.unwrap() < 10 * LONG.as_nanos() as u64);
}

#[tokio::test]
async fn polls_are_counted_over_all_incarnations() {
    let rig = Rig::start().await;
    let ended = scope(rig.registry, async {
        supervise("worker", || async {
            yield_now().await;
            Err::<(), _>("again")
        })
        .intensity(2, Duration::from_secs(60))
        .spawn()
    })
    .await;
    ended.await;
    let (_, stats) = rig.when("/worker", |s| state(s) == "failed").await;
    assert_eq!((stats.incarnation, stats.polling.unwrap().polls), (3, 6));
}
