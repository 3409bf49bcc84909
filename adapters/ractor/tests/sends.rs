//! Tracked references: depth and waits of mailboxes that ractor keeps closed, and who talks to whom.

mod common;

use actorscope_proto::v1;
use actorscope_ractor::{ObservedRef, TrackSends, observe};
use actorscope_testkit::{Rig, SOON, depth, state};
use common::{Do, Peer, Start, handled, is, name, run, until};
use ractor::rpc::CallResult;
use ractor::{Actor, ActorRef, ActorRuntime, call, call_t, cast};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;
use tokio::sync::Notify;

async fn spawn(named: &str) -> ActorRef<Do> {
    Actor::spawn(name(named), observe(Peer), Start::Well).await.unwrap().0
}

/// Runs `work` in the actor's handler, to its end.
async fn within<F>(peer: &ActorRef<Do>, work: impl FnOnce() -> F + Send + 'static)
where
    F: Future<Output = ()> + Send + 'static,
{
    let (done, finished) = tokio::sync::oneshot::channel();
    let work = run(move |_| async move {
        work().await;
        let _ = done.send(());
    });
    peer.cast(work).unwrap();
    finished.await.expect("it ran");
}

/// The link from one path to another, once `ready` accepts it.
async fn link(rig: &Rig, from: &str, to: &str, ready: impl Fn(&v1::Link) -> bool) -> v1::Link {
    let deadline = tokio::time::Instant::now() + SOON;
    loop {
        let links = rig.show(from).await.ok().and_then(|(.., detail)| detail.links);
        let found = links.and_then(|links| links.outgoing.into_iter().find(|l| l.path == to));
        if let Some(link) = found.clone().filter(|link| ready(link)) {
            return link;
        }
        assert!(tokio::time::Instant::now() < deadline, "{from} → {to} is {found:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn the_depth_is_live_behind_a_handler_that_does_not_return() {
    let rig = Rig::shared().await;
    let peer = spawn("deep").await.tracked();
    rig.when("/deep", |s| depth(s) == (0, "exact".to_owned())).await;
    let go_on = Arc::new(Notify::new());
    cast!(peer, Do::Wait(go_on.clone())).unwrap();
    rig.when("/deep", |s| state(s) == "handling" && depth(s).0 == 0).await;
    for _ in 0..200 {
        cast!(peer, Do::Nothing).unwrap();
    }
    let exact = |n| move |s: &v1::Stats| depth(s) == (n, "exact".to_owned());
    rig.when("/deep", exact(200)).await;
    rig.when("/deep", |s| s.oldest_wait_ns.is_some_and(|ns| ns > 0)).await;
    go_on.notify_one();
    let (_, stats) = rig.when("/deep", |s| exact(0)(s) && handled(201)(s)).await;
    // All but the first few, of which only a sum is kept.
    assert!(stats.queue_wait.is_some_and(|wait| (180..=201).contains(&wait.count)));
}

#[tokio::test]
async fn waits_are_those_that_happened() {
    let rig = Rig::shared().await;
    let peer = spawn("waits").await.tracked();
    let go_on = Arc::new(Notify::new());
    // Warm: until here only sums are kept.
    for _ in 0..20 {
        call!(peer, Do::Count).unwrap();
    }
    let begun = std::time::Instant::now();
    peer.cast(Do::Wait(go_on.clone())).unwrap();
    let before = begun.elapsed();
    peer.cast(Do::Nothing).unwrap();
    rig.when("/waits", is("handling")).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let let_go = std::time::Instant::now();
    go_on.notify_one();
    let (_, stats) = rig.when("/waits", handled(22)).await;
    let longest = Duration::from_nanos(stats.queue_wait.unwrap().max.unwrap());
    let least = let_go.duration_since(begun + before);
    assert!(longest >= least.mul_f64(0.99), "{longest:?}, at least {least:?}");
    assert!(longest <= begun.elapsed(), "{longest:?}");
}

#[tokio::test]
async fn who_is_not_tracked_has_no_depth_and_untracked_messages_are_noticed() {
    let rig = Rig::shared().await;
    let plain = spawn("mixed").await;
    cast!(plain, Do::Nothing).unwrap();
    let (_, stats) = rig.when("/mixed", handled(1)).await;
    assert_eq!(depth(&stats).1, "");
    assert!(stats.queue_wait.is_none() && stats.oldest_wait_ns.is_none());
    let tracked = plain.tracked();
    cast!(tracked, Do::Nothing).unwrap();
    rig.when("/mixed", |s| handled(2)(s) && depth(s).1 == "exact").await;
    // Nobody tracked this one: from here on more may be queued than is counted.
    cast!(plain, Do::Nothing).unwrap();
    rig.when("/mixed", handled(3)).await;
    let go_on = Arc::new(Notify::new());
    cast!(tracked, Do::Wait(go_on.clone())).unwrap();
    rig.when("/mixed", |s| state(s) == "handling" && depth(s).1 == "stale").await;
    go_on.notify_one();
    // An idle actor's mailbox is empty, whoever sends.
    rig.when("/mixed", |s| handled(4)(s) && depth(s) == (0, "exact".to_owned())).await;
}

#[tokio::test]
async fn messages_that_are_lost_with_an_actor_are_counted() {
    let rig = Rig::shared().await;
    let peer = spawn("loses").await.tracked();
    cast!(peer, Do::Wait(Arc::default())).unwrap();
    rig.when("/loses", is("handling")).await;
    for _ in 0..7 {
        cast!(peer, Do::Nothing).unwrap();
    }
    peer.kill();
    rig.when("/loses", is("stopped")).await;
    rig.until_kinds("/loses", |kinds| kinds.iter().any(|kind| kind == "messages_lost")).await;
    let (.., detail) = rig.show("/loses").await.unwrap();
    assert_eq!(detail.history[0].lost_messages, Some(7));
    assert!(cast!(peer, Do::Nothing).is_err(), "as with any reference");
}

#[tokio::test]
async fn tells_and_asks_are_counted_at_both_ends() {
    let rig = Rig::shared().await;
    let (shop, depot) = (spawn("shop").await, spawn("depot").await);
    let to = depot.tracked();
    within(&shop, async move || {
        for _ in 0..3 {
            cast!(to, Do::Nothing).unwrap();
        }
        to.send_message(Do::Nothing).unwrap();
        assert_eq!(call!(to, Do::Count).unwrap(), 4);
        assert_eq!(call_t!(to, Do::Count, 5_000).unwrap(), 5);
        let answer = to.call(Do::Count, None).await.unwrap();
        assert!(matches!(answer, CallResult::Success(6)));
    })
    .await;
    let link = link(&rig, "/shop", "/depot", |l| l.asks == 3).await;
    assert_eq!((link.tells, link.asks, link.failed), (4, 3, 0));
    assert_eq!(link.ask.unwrap().count, 3);
    let (.., detail) = rig.show("/depot").await.unwrap();
    assert_eq!(detail.links.unwrap().incoming[0].path, "/shop");
}

#[tokio::test]
async fn answers_that_do_not_come_are_failures_and_a_wait_is_shown() {
    let rig = Rig::shared().await;
    let (asks, deaf) = (spawn("asks").await, spawn("deaf").await);
    rig.when("/deaf", is("idle")).await;
    let go_on = Arc::new(Notify::new());
    cast!(deaf, Do::Wait(go_on.clone())).unwrap();
    let to: ObservedRef<Do> = deaf.into();
    let gone = to.clone();
    let waits = to.clone();
    within(&asks, async move || {
        assert!(call_t!(to, Do::Count, 20).is_err());
    })
    .await;
    let failed = link(&rig, "/asks", "/deaf", |l| l.failed == 1).await;
    assert_eq!((failed.asks, failed.waiting), (1, 0));
    let answered = Arc::new(AtomicBool::new(false));
    let of_handler = answered.clone();
    asks.cast(run(async move |_| {
        of_handler.store(call!(waits, Do::Count).is_ok(), SeqCst);
    }))
    .unwrap();
    link(&rig, "/asks", "/deaf", |l| l.waiting == 1 && l.waiting_ns.is_some()).await;
    go_on.notify_one();
    until("the answer", || answered.load(SeqCst)).await;
    gone.kill();
    rig.when("/deaf", is("stopped")).await;
    within(&asks, async move || {
        assert!(cast!(gone, Do::Nothing).is_err());
    })
    .await;
    link(&rig, "/asks", "/deaf", |l| l.tells == 1 && l.failed == 2).await;
}

#[tokio::test]
async fn a_reference_may_be_older_than_its_actors_start() {
    let rig = Rig::shared().await;
    let (peer, _) =
        ActorRuntime::spawn_instant(name("instant"), observe(Peer), Start::Well).unwrap();
    let peer = peer.tracked();
    // It has not started, so nobody knows yet whether it is observed.
    cast!(peer, Do::Nothing).unwrap();
    rig.when("/instant", handled(1)).await;
    cast!(peer, Do::Nothing).unwrap();
    rig.when("/instant", |s| handled(2)(s) && depth(s) == (0, "exact".to_owned())).await;
}

#[tokio::test]
async fn to_actors_that_are_not_observed_it_sends_like_any_other() {
    let (peer, _) = Actor::spawn(None, Peer, Start::Well).await.unwrap();
    let tracked = peer.tracked();
    assert_eq!(call!(tracked, Do::Count).unwrap(), 0);
    assert_eq!(tracked.get_id(), peer.get_id());
    assert_eq!(*tracked.untracked(), peer);
    let later = tracked.send_after(Duration::from_millis(1), || Do::Nothing);
    later.await.unwrap().unwrap();
    let ticks = tracked.send_interval(Duration::from_millis(1), || Do::Nothing);
    let deadline = tokio::time::Instant::now() + SOON;
    while call!(tracked, Do::Count).unwrap() < 5 {
        assert!(tokio::time::Instant::now() < deadline);
    }
    tracked.stop(None);
    tokio::time::timeout(SOON, ticks).await.expect("it stops with the actor").unwrap();
}

/// Many senders at once: none is lost, and the count comes back to 0.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_senders_are_counted_together() {
    let rig = Rig::shared().await;
    let peer = spawn("crowd").await.tracked();
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let peer = peer.clone();
        senders.spawn(async move {
            for _ in 0..2_000 {
                peer.cast(Do::Nothing).unwrap();
            }
        });
    }
    while let Some(sender) = senders.join_next().await {
        sender.unwrap();
    }
    rig.when("/crowd", |s| handled(16_000)(s) && depth(s) == (0, "exact".to_owned())).await;
}
