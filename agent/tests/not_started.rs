//! What is known of actors that were there before the process's first agent: a process of its own,
//! because there is one first agent in each.

use actorscope_agent::adapter::Registry;
use actorscope_agent::tokio as observed;
use actorscope_testkit::{Rig, depth};
use std::sync::Arc;
use tokio::sync::Notify;

/// The first rings when its handler begins, which goes on when the second rings.
type Message = Option<(Arc<Notify>, Arc<Notify>)>;

#[tokio::test]
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

    let rig = Rig::start_on(Registry::global(), |builder| builder).await;
    let (_, stats) = rig.when("/early", |stats| depth(stats).0 == 1).await;
    assert_eq!(stats.total.unwrap_or_default().handled, 0);
    assert_eq!(rig.kinds("/early").await, ["started"]);

    // The handler that began before ends, and was never there.
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
