//! Actors that print their state when somebody with the right asks.

mod common;

use actorscope_ractor::observe;
use actorscope_testkit::Rig;
use common::{Do, Peer, Start, is, name};
use ractor::{Actor, ActorRef};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

const NO_HURRY: Duration = Duration::ZERO;

async fn spawn(named: &str) -> ActorRef<Do> {
    Actor::spawn(name(named), observe(Peer).with_state(), Start::Well).await.unwrap().0
}

#[tokio::test]
async fn an_idle_actor_prints_its_state_and_goes_on() {
    let rig = Rig::shared().await;
    let peer = spawn("prints").await;
    rig.when("/prints", is("idle")).await;
    for n in 0..3 {
        let answer = rig.dump("/prints", 0, NO_HURRY).await.unwrap();
        assert_eq!((answer.outcome.as_str(), answer.text), ("done", n.to_string()));
        peer.cast(Do::Nothing).unwrap();
        rig.when("/prints", common::handled(n + 1)).await;
    }
}

#[tokio::test]
async fn a_held_actor_prints_and_a_busy_one_does_before_its_next_message() {
    let rig = Rig::shared().await;
    let held = spawn("prints-held").await;
    rig.when("/prints-held", is("idle")).await;
    rig.act("suspend", "/prints-held").await.unwrap();
    held.cast(Do::Nothing).unwrap();
    rig.when("/prints-held", is("suspended")).await;
    assert_eq!(rig.dump("/prints-held", 0, NO_HURRY).await.unwrap().text, "0");
    let busy = spawn("prints-busy").await;
    let go_on = Arc::new(Notify::new());
    busy.cast(Do::Wait(go_on.clone())).unwrap();
    for _ in 0..100 {
        busy.cast(Do::Nothing).unwrap();
    }
    rig.when("/prints-busy", is("handling")).await;
    let late = rig.dump("/prints-busy", 0, Duration::from_millis(50)).await.unwrap_err();
    assert_eq!(late.code(), tonic::Code::DeadlineExceeded);
    let asked = tokio::spawn(async move { rig.dump("/prints-busy", 0, NO_HURRY).await });
    let rig = Rig::shared().await;
    // The verb is told of once the request is with the actor.
    rig.until_kinds("/prints-busy", |kinds| kinds.iter().filter(|k| *k == "verb").count() == 2)
        .await;
    go_on.notify_one();
    // Before any of the hundred, or between two of them.
    let text = asked.await.unwrap().unwrap().text;
    assert!(text.parse::<u32>().is_ok_and(|count| count <= 101), "{text}");
}

#[tokio::test]
async fn who_does_not_offer_it_says_how_it_would() {
    let rig = Rig::shared().await;
    let (peer, _) = Actor::spawn(name("shy"), observe(Peer), Start::Well).await.unwrap();
    rig.when("/shy", is("idle")).await;
    let refused = rig.dump("/shy", 0, NO_HURRY).await.unwrap();
    assert_eq!(refused.outcome, "not_supported");
    assert!(refused.message.contains("with_state()"), "{}", refused.message);
    drop(peer);
}
