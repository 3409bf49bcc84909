//! What is known of actors that were there before the process's first agent: a process of its own,
//! because there is one first agent in each.

use actorscope_agent::adapter::Registry;
use actorscope_agent::tokio as observed;
use actorscope_testkit::{Rig, depth, state};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tokio::sync::{Notify, mpsc};

/// The first rings when its handler begins, which goes on when the second rings.
type Message = Option<(Arc<Notify>, Arc<Notify>)>;

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn messages_are_measured_from_the_first_agent_on() {
    let (sender, mut inbox) = observed::channel::<Message>("inbox", 64);
    observed::spawn("early", async move {
        while let Some(message) = inbox.recv().await {
            if let Some((begun, go_on)) = message {
                begun.notify_one();
                go_on.notified().await;
            }
        }
    });
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    for _ in 0..40 {
        sender.send(None).await.unwrap();
    }
    sender.send(Some((begun.clone(), go_on.clone()))).await.unwrap();
    begun.notified().await;
    // Behind the one that is handled.
    sender.send(None).await.unwrap();

    // One into whose mailbox nobody can look while its handler runs.
    let (unseen, inbox) = mpsc::channel(8);
    let mut inbox = observed::observe_rx("hidden", inbox);
    let hidden = Arc::new(Notify::new());
    let (in_hand, leaves) = (Arc::new(Notify::new()), hidden.clone());
    let taken = in_hand.clone();
    observed::spawn("hidden", async move {
        while inbox.recv().await.is_some() {
            taken.notify_one();
            leaves.notified().await;
        }
    });
    for _ in 0..3 {
        unseen.send(()).await.unwrap();
    }
    in_hand.notified().await;

    // A task without messages, in a poll.
    let spinning = Arc::new(AtomicBool::new(true));
    let spins = spinning.clone();
    let (in_poll, is_in_poll) = std::sync::mpsc::channel();
    observed::spawn("spins", async move {
        in_poll.send(()).unwrap();
        while spins.load(Relaxed) {
            std::thread::yield_now();
        }
        std::future::pending::<()>().await;
    });
    tokio::task::block_in_place(|| is_in_poll.recv().unwrap());

    let rig = Rig::start_on(Registry::global(), |builder| builder).await;
    // It is in a handler, for as long as there was somebody to see it.
    let (_, stats) = rig.when("/early", |stats| depth(stats).0 == 1).await;
    assert_eq!((state(&stats), stats.total.unwrap_or_default().handled), ("handling", 0));
    let now = stats.handling_now.expect("it handles something");
    assert!(now.for_ns < 60_000_000_000 && now.message_type.is_none(), "{now:?}");
    assert_eq!(stats.queue_wait.expect("it has a mailbox").count, 0, "no wait was measured");
    assert_eq!(rig.kinds("/early").await, ["started"]);
    let (_, stats) = rig.when("/hidden", |stats| state(stats) == "handling").await;
    assert_eq!(depth(&stats), (0, "stale".into()), "at least none, as of when the agent came");
    assert_eq!(stats.oldest_wait_ns, None);
    hidden.notify_one();
    let (_, stats) = rig.when("/hidden", |stats| depth(stats).0 == 1).await;
    assert_eq!(state(&stats), "handling");
    let (_, stats) = rig.when("/spins", |stats| state(stats) == "handling").await;
    assert_eq!(stats.utilization, None, "of its polls nothing is known yet");
    spinning.store(false, Relaxed);
    rig.when("/spins", |stats| state(stats) == "idle").await;

    // The handler that began before ends, and is not counted.
    go_on.notify_one();
    let (_, stats) = rig.when("/early", |stats| stats.total.unwrap().handled == 1).await;
    let total = stats.total.unwrap();
    assert!(total.busy_ns < 60_000_000_000, "{} ns in a handler", total.busy_ns);
    let wait = stats.queue_wait.and_then(|wait| wait.max).expect("a message waited");
    assert!(wait < 60_000_000_000, "{wait} ns in the mailbox");
    for _ in 0..40 {
        sender.send(None).await.unwrap();
    }
    rig.when("/early", |stats| stats.total.unwrap().handled == 41).await;
}
