//! Logging in, joining, talking.

mod common;

use actorscope_parlor::wire::{ChatMessage, ClientLine, ErrorCode, ServerLine};
use common::{Client, TestServer, eventually};

#[tokio::test]
async fn what_is_said_reaches_the_members_of_the_room_and_nobody_else() {
    let server = TestServer::start().await;
    let mut ada = server.client_in("lobby", "ada").await;
    let mut bob = server.client_in("lobby", "bob").await;
    let mut eve = server.client_in("kitchen", "eve").await;

    ada.say("hello").await;
    assert_eq!(ada.hear().await, "hello");
    assert_eq!(bob.hear().await, "hello");
    eve.say("in the kitchen").await;
    assert_eq!(eve.hear().await, "in the kitchen", "the first thing heard there");
    server.stop().await;
}

#[tokio::test]
async fn a_newcomer_is_shown_what_was_said_and_members_see_it_come_and_go() {
    let server = TestServer::start().await;
    let mut ada = server.client_in("lobby", "ada").await;
    ada.say("one").await;
    ada.say("two").await;
    ada.hear().await;
    ada.hear().await;

    let mut bob = server.client("bob").await;
    bob.send(ClientLine::Join { room: "lobby".into() }).await;
    let Some(ServerLine::Joined { members, recent, .. }) = bob.next().await else {
        panic!("not joined");
    };
    assert_eq!(members, 2);
    let texts: Vec<_> = recent.iter().map(|message| (message.seq, message.text.as_str())).collect();
    assert_eq!(texts, [(1, "one"), (2, "two")]);

    let name = |line: &ServerLine| match line {
        ServerLine::Entered { nick, .. } => Some(format!("+{nick}")),
        ServerLine::Left { nick, .. } => Some(format!("-{nick}")),
        _ => None,
    };
    assert_eq!(ada.find(name).await, "+bob");
    drop(bob);
    assert_eq!(ada.find(name).await, "-bob");
    server.stop().await;
}

#[tokio::test]
async fn moving_to_another_room_leaves_the_first() {
    let server = TestServer::start().await;
    let mut ada = server.client_in("lobby", "ada").await;
    ada.join("kitchen").await;
    ada.say("here now").await;
    assert_eq!(ada.hear().await, "here now");
    assert_eq!(
        (server.handle.members("lobby"), server.handle.members("kitchen")),
        (Some(0), Some(1))
    );
    server.stop().await;
}

#[tokio::test]
async fn presence_knows_who_is_where() {
    let server = TestServer::start().await;
    let mut ada = server.client_in("lobby", "ada").await;
    let bob = server.client_in("kitchen", "bob").await;

    let online = async |ada: &mut Client| {
        ada.send(ClientLine::Who).await;
        ada.find(|line| match line {
            ServerLine::Who { online, rooms, .. } => Some((*online, rooms.clone())),
            _ => None,
        })
        .await
    };
    let (count, rooms) = online(&mut ada).await;
    assert_eq!(count, 2);
    assert_eq!(
        rooms.into_iter().collect::<Vec<_>>(),
        [("kitchen".to_owned(), 1), ("lobby".to_owned(), 1)]
    );

    let active = async |ada: &mut Client| {
        ada.send(ClientLine::Who).await;
        ada.find(|line| match line {
            ServerLine::Who { active, .. } => Some(*active),
            _ => None,
        })
        .await
    };
    assert_eq!(active(&mut ada).await, 0);
    ada.say("hello").await;
    eventually("ada is active", async || active(&mut ada).await == 1).await;

    drop(bob);
    eventually("bob is offline", async || online(&mut ada).await.0 == 1).await;
    server.stop().await;
}

#[tokio::test]
async fn what_was_said_is_found_by_those_in_the_room_newest_first() {
    let server = TestServer::start().await;
    let mut ada = server.client_in("lobby", "ada").await;
    let mut eve = server.client_in("kitchen", "eve").await;
    for text in ["the quick brown fox jumps over the dog", "a cat", "Brown, quick foxes?"] {
        ada.say(text).await;
        ada.hear().await;
    }
    eve.say("the brown bear is quick").await;
    eve.hear().await;

    let both =
        vec![(3, "Brown, quick foxes?".to_owned()), (1, "the quick brown fox jump".to_owned())];
    // What was just said is on its way to the index.
    eventually("both are found", async || ada.search("quick brown").await.as_ref() == Some(&both))
        .await;
    eventually("eve finds her own", async || {
        eve.search("brown").await.is_some_and(|found| found.len() == 1)
    })
    .await;
    server.stop().await;
}

#[tokio::test]
async fn a_nick_has_one_owner_and_is_free_again_afterwards() {
    let server = TestServer::start().await;
    let ada = server.client("ada").await;
    let mut other = Client::connect(server.address).await;
    let login = ClientLine::Login { nick: "ada".into() };
    other.send(login.clone()).await;
    let refused = other.next().await;
    assert!(
        matches!(refused, Some(ServerLine::Error { code: ErrorCode::NickTaken, .. })),
        "{refused:?}"
    );

    drop(ada);
    eventually("the nick is free", async || {
        other.send(login.clone()).await;
        matches!(other.next().await, Some(ServerLine::Welcome { .. }))
    })
    .await;
    server.stop().await;
}

#[tokio::test]
async fn a_shutdown_says_goodbye_and_keeps_everything_that_was_said() {
    let server = TestServer::start().await;
    let mut ada = server.client_in("lobby", "ada").await;
    for number in 1..=300 {
        ada.say(&format!("message {number}")).await;
    }
    for _ in 1..=300 {
        ada.hear().await;
    }
    let stats = server.handle.store_stats();
    let data = server.stop().await;
    let reason = ada
        .find(|line| match line {
            ServerLine::Bye { reason } => Some(reason.clone()),
            _ => None,
        })
        .await;
    assert_eq!(reason, "the server is shutting down");
    assert_eq!(ada.next().await, None);

    let log = std::fs::read_to_string(data.path().join("data/messages.jsonl")).unwrap();
    let texts: Vec<_> =
        log.lines().map(|line| serde_json::from_str::<ChatMessage>(line).unwrap().text).collect();
    assert_eq!(texts, (1..=300).map(|number| format!("message {number}")).collect::<Vec<_>>());
    assert_eq!((stats.written(), stats.dropped()), (300, 0));
}
