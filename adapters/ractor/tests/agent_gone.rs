//! What is left of an agent that goes away: nothing. In a process of its own, because there is one
//! agent for the actors of other tests.

mod common;

use actorscope_proto::v1;
use actorscope_ractor::agent::Builder;
use actorscope_ractor::agent::adapter::Registry;
use actorscope_ractor::observe;
use actorscope_testkit::{Rig, state};
use common::{Do, Peer, Start, handled, is, name};
use ractor::{Actor, call_t};

#[tokio::test]
async fn an_agent_that_goes_away_lets_everybody_go() {
    // Before any agent.
    let (peer, _) = Actor::spawn(name("peer"), observe(Peer), Start::Well).await.unwrap();
    peer.cast(Do::Nothing).unwrap();
    let rig = Rig::start_on(Registry::global(), Builder::allow_control).await;
    rig.when("/peer", handled(1)).await;
    assert_eq!(rig.act("suspend", "/peer").await.unwrap().outcome, "done");
    peer.cast(Do::Nothing).unwrap();
    rig.when("/peer", is("suspended")).await;
    drop(rig);
    assert!(call_t!(peer, Do::Count, 10_000).is_ok(), "nobody holds it any more");
    // What it did is known to the next agent.
    let rig = Rig::start_on(Registry::global(), Builder::allow_control).await;
    let (_, stats) = rig.when("/peer", |s| state(s) == "idle").await;
    assert_eq!(stats.total.unwrap().handled, 3);
    assert!(rig.kinds("/peer").await.contains(&"resumed".to_owned()));
}

/// Actors come and go by the thousand: each is counted, none is kept for alive.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_short_lives_are_counted_and_over() {
    let registry = Registry::new();
    let rig = Rig::start_on(registry, Builder::allow_control).await;
    actorscope_ractor::agent::adapter::scope(registry, async {
        let (sup, _) = Actor::spawn(name("short"), observe(Peer), Start::Well).await.unwrap();
        for _ in 0..10_000 {
            let cell = sup.get_cell();
            let (child, task) =
                Actor::spawn_linked(None, observe(Peer), Start::Well, cell).await.unwrap();
            child.stop(None);
            task.await.unwrap();
        }
        assert!(sup.get_children().is_empty());
    })
    .await;
    let deadline = tokio::time::Instant::now() + actorscope_testkit::SOON;
    loop {
        let request = v1::QueryRequest { path: "/short".to_owned(), view: None };
        let frame = rig.ask(request).await.unwrap();
        let summary = frame.summary.unwrap();
        // A start and an end of each child, and the start of their supervisor.
        if (summary.live, summary.last_event) == (1, 20_001) {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "{summary:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
