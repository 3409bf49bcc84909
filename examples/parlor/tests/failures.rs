//! Rooms that crash or are killed, and who is not to notice.

mod common;

use actorscope_parlor::{
    Fault,
    wire::{ClientLine, ServerLine},
};
use common::{TestServer, eventually};

#[tokio::test]
async fn members_of_a_killed_room_stay_and_talk_on() {
    let server = TestServer::start().await;
    let mut ada = server.client_in("lounge", "ada").await;
    let mut bob = server.client_in("lounge", "bob").await;
    ada.say("before").await;
    assert_eq!(bob.hear().await, "before");

    // More than once: a reference kept from before the first restart could not kill again.
    for round in 1..=5 {
        assert!(server.handle.kill_room("lounge"));
        let mut witness = server.client(&format!("witness-{round}")).await;
        witness.send(ClientLine::Join { room: "lounge".into() }).await;
        let Some(ServerLine::Joined { recent, .. }) = witness.next().await else {
            panic!("not joined");
        };
        assert_eq!(recent, [], "the new incarnation does not know what was said");
        let text = format!("after kill {round}");
        bob.say(&text).await;
        assert_eq!(bob.hear().await, text);
    }
    let (seq, text) = ada
        .find(|line| match line {
            ServerLine::Chat(message) if message.text == "after kill 5" => {
                Some((message.seq, message.text.clone()))
            }
            _ => None,
        })
        .await;
    assert_eq!((seq, text.as_str()), (6, "after kill 5"), "numbering goes on");
    server.stop().await;
}

#[tokio::test]
async fn a_room_that_is_killed_disturbs_no_other() {
    let server = TestServer::start().await;
    let mut ada = server.client_in("lounge", "ada").await;
    let mut eve = server.client_in("kitchen", "eve").await;
    for round in 1..=5 {
        assert!(server.handle.kill_room("lounge"));
        let text = format!("message {round}");
        eve.say(&text).await;
        assert_eq!(eve.hear().await, text);
    }
    ada.said_so_far().await;
    let unexpected = eve.said_so_far().await;
    assert_eq!(unexpected, [], "nothing but its own messages reached the other room");
    server.stop().await;
}

#[tokio::test]
async fn a_crashy_room_restarts_and_loses_one_message_in_200() {
    let server = TestServer::with_fault(Fault::CrashyRoom).await;
    let mut ada = server.client_in("lounge", "ada").await;
    let mut heard = Vec::new();
    for number in 1..=450 {
        ada.say(&number.to_string()).await;
        // The crash takes the message with it: no echo. Everything else is echoed, before and after.
        if number % 200 != 0 {
            heard.push(ada.hear().await);
        }
    }
    let expected: Vec<_> =
        (1..=450).filter(|number| number % 200 != 0).map(|number| number.to_string()).collect();
    assert_eq!(heard, expected);
    server.stop().await;
}

#[tokio::test]
async fn other_rooms_do_not_have_the_fault() {
    let server = TestServer::with_fault(Fault::CrashyRoom).await;
    let mut ada = server.client_in("lobby", "ada").await;
    for number in 1..=250 {
        ada.say(&number.to_string()).await;
        assert_eq!(ada.hear().await, number.to_string());
    }
    server.stop().await;
}

#[tokio::test]
async fn rooms_come_back_with_their_members_when_their_supervisor_is_killed() {
    let server = TestServer::start().await;
    let mut ada = server.client_in("lobby", "ada").await;
    let mut bob = server.client_in("lobby", "bob").await;
    assert!(server.handle.kill_part("rooms"));
    // Until the new actor is there, what is said may be refused.
    eventually("the room talks again", async || {
        ada.say("again").await;
        let said = ada.said_so_far().await;
        said.iter().any(|line| matches!(line, ServerLine::Chat(_)))
    })
    .await;
    assert_eq!(bob.hear().await, "again");
    assert_eq!(server.handle.members("lobby"), Some(2));
    server.stop().await;
}

#[tokio::test]
async fn presence_learns_again_who_is_online_when_it_is_killed() {
    let server = TestServer::start().await;
    let mut ada = server.client_in("lobby", "ada").await;
    let _bob = server.client_in("kitchen", "bob").await;
    assert!(server.handle.kill_part("presence"));
    eventually("both are known again", async || {
        ada.send(ClientLine::Who).await;
        let known = ada.find(|line| match line {
            ServerLine::Who { online, rooms, .. } => Some((*online, rooms.len())),
            _ => None,
        });
        known.await == (2, 2)
    })
    .await;
    server.stop().await;
}

#[tokio::test]
async fn calls_go_on_when_signaling_is_killed() {
    let server = TestServer::with_fault(Fault::SlowSignaling).await;
    let mut ada = server.client("ada").await;
    for number in 1..=20 {
        ada.call(&format!("old-{number}")).await;
    }
    ada.said_so_far().await;
    assert!(server.handle.kill_part("signaling"));
    // Whoever waited learns that it was in vain, and new calls are set up.
    eventually("a call is set up", async || {
        ada.call("new").await;
        ada.find(|line| match line {
            ServerLine::CallReady { id, .. } => Some(id == "new"),
            ServerLine::CallFailed { id, .. } if id == "new" => Some(false),
            _ => None,
        })
        .await
    })
    .await;
    server.stop().await;
}

#[tokio::test]
async fn clients_can_connect_again_when_all_connections_are_killed() {
    let server = TestServer::start().await;
    let mut ada = server.client_in("lobby", "ada").await;
    assert!(server.handle.kill_part("connections"));
    let reason = ada
        .find(|line| match line {
            ServerLine::Bye { reason } => Some(reason.clone()),
            _ => None,
        })
        .await;
    assert!(reason.contains("connect again"), "{reason}");
    assert_eq!(ada.next().await, None);
    let mut bob = server.client_in("lobby", "bob").await;
    bob.say("hello").await;
    assert_eq!(bob.hear().await, "hello");
    assert_eq!(server.handle.members("lobby"), Some(1));
    server.stop().await;
}
