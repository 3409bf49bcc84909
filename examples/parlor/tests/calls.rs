//! Setting up calls.

mod common;

use std::collections::HashSet;

use actorscope_parlor::{
    Fault,
    wire::{ClientLine, ServerLine},
};
use common::TestServer;

fn ready(line: &ServerLine) -> Option<(String, String)> {
    match line {
        ServerLine::CallReady { id, session, .. } => Some((id.clone(), session.clone())),
        _ => None,
    }
}

#[tokio::test]
async fn a_call_is_answered_and_the_room_told() {
    let server = TestServer::start().await;
    let mut ada = server.client_in("lobby", "ada").await;
    let mut bob = server.client_in("lobby", "bob").await;
    ada.call("c-1").await;
    let (id, session, port, answer) = ada
        .find(|line| match line {
            ServerLine::CallReady { id, session, port, answer, .. } => {
                Some((id.clone(), session.clone(), *port, answer.clone()))
            }
            _ => None,
        })
        .await;
    assert_eq!(id, "c-1");
    assert!(answer.contains(&format!("m=audio {port} RTP/SAVPF 111")), "{answer}");
    let announced = bob
        .find(|line| match line {
            ServerLine::CallStarted { nick, session, .. } => Some((nick.clone(), session.clone())),
            _ => None,
        })
        .await;
    assert_eq!(announced, ("ada".to_owned(), session));
    server.stop().await;
}

#[tokio::test]
async fn an_unusable_offer_is_refused_with_the_reason() {
    let server = TestServer::start().await;
    let mut ada = server.client("ada").await;
    let (id, offer) = ("c-1".into(), "v=0\r\no=x\r\n".into());
    ada.send(ClientLine::Call { id, offer }).await;
    let reason = ada
        .find(|line| match line {
            ServerLine::CallFailed { reason, .. } => Some(reason.clone()),
            _ => None,
        })
        .await;
    assert!(reason.contains("no audio"), "{reason}");
    server.stop().await;
}

#[tokio::test]
async fn an_overloaded_worker_answers_every_call_and_the_connection_stays_responsive() {
    let server = TestServer::with_fault(Fault::SlowSignaling).await;
    let mut ada = server.client_in("lobby", "ada").await;
    // 40 at once are 1.2 s of work for one worker.
    for number in 1..=40 {
        ada.call(&format!("c-{number}")).await;
    }
    let meanwhile = ada.said_so_far().await;
    let answered = meanwhile.iter().filter_map(ready).count();
    assert!(answered < 20, "a ping does not wait for calls, but {answered} were ready");

    let mut sessions: HashSet<_> = meanwhile.iter().filter_map(ready).collect();
    while sessions.len() < 40 {
        sessions.insert(ada.find(ready).await);
    }
    let ids: HashSet<_> = sessions.iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), 40);
    server.stop().await;
}

#[tokio::test]
async fn more_workers_share_the_calls() {
    let server = TestServer::start_with(|options| {
        options.fault = Some(Fault::SlowSignaling);
        options.signaling_workers = 8;
    })
    .await;
    let mut ada = server.client("ada").await;
    let started = std::time::Instant::now();
    for number in 1..=40 {
        ada.call(&format!("c-{number}")).await;
    }
    for _ in 1..=40 {
        ada.find(ready).await;
    }
    // One worker needs 1.2 s. Were the calls spread evenly, eight would need 0.15 s.
    let took = started.elapsed();
    assert!(took.as_millis() < 1000, "{took:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_a_long_queue() {
    let server = TestServer::with_fault(Fault::SlowSignaling).await;
    let mut ada = server.client("ada").await;
    // 7.5 s of work.
    for number in 1..=250 {
        ada.call(&format!("c-{number}")).await;
    }
    ada.find(ready).await;
    let started = std::time::Instant::now();
    server.stop().await;
    let took = started.elapsed();
    assert!(took.as_secs() < 4, "{took:?}");
}
