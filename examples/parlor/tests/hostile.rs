//! Clients that break the rules.

mod common;

use actorscope_parlor::wire::{
    ClientLine, ErrorCode, LINE_LIMIT, SEARCH_LIMIT, ServerLine, TEXT_LIMIT,
};
use common::{Client, TestServer, eventually};

async fn code(client: &mut Client) -> ErrorCode {
    client
        .find(|line| match line {
            ServerLine::Error { code, .. } => Some(*code),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn bad_lines_are_answered_and_the_connection_goes_on() {
    let server = TestServer::start().await;
    let mut client = Client::connect(server.address).await;
    let garbage: [&[u8]; 8] = [
        b"hello\n",
        b"\n",
        b"{}\n",
        b"[1,2]\n",
        b"{\"type\":\"fly\"}\n",
        b"{\"type\":\"login\",\"nick\":7}\n",
        b"\xff\xfe\x00\n",
        b"{\"type\":\"login\",\"nick\":\"\xc3\x28\"}\n",
    ];
    for line in garbage {
        client.send_raw(line).await;
        assert_eq!(code(&mut client).await, ErrorCode::BadRequest, "{line:?}");
    }
    // Nested deeper than any parser should follow.
    client.send_raw(&[b'['; 10_000]).await;
    client.send_raw(b"\n").await;
    assert_eq!(code(&mut client).await, ErrorCode::BadRequest);
    client.send_raw(&vec![b'x'; 3 * LINE_LIMIT]).await;
    client.send_raw(b"\n").await;
    assert_eq!(code(&mut client).await, ErrorCode::LineTooLong);
    client.login("ada").await;
    server.stop().await;
}

#[tokio::test]
async fn requests_out_of_order_or_out_of_range_are_refused() {
    let server = TestServer::start().await;
    let mut client = Client::connect(server.address).await;
    let text = |length| "x".repeat(length);
    let login = |nick: String| ClientLine::Login { nick };
    let join = |room: String| ClientLine::Join { room };
    let chat = |length| ClientLine::Chat { text: text(length) };
    let call = |length| ClientLine::Call { id: text(length), offer: String::new() };
    let search = |length| ClientLine::Search { text: text(length) };

    for (line, expected) in [
        (join("lobby".into()), ErrorCode::NotLoggedIn),
        (call(1), ErrorCode::NotLoggedIn),
        (chat(1), ErrorCode::NotInRoom),
        (search(1), ErrorCode::NotInRoom),
        (login(String::new()), ErrorCode::Invalid),
        (login("\u{1b}[2J".into()), ErrorCode::Invalid),
        (login(text(33)), ErrorCode::Invalid),
    ] {
        client.send(line.clone()).await;
        assert_eq!(code(&mut client).await, expected, "{line:?}");
    }
    client.login("ada").await;
    for (line, expected) in [
        (login("bob".into()), ErrorCode::AlreadyLoggedIn),
        (join("../etc".into()), ErrorCode::Invalid),
        (call(65), ErrorCode::Invalid),
        (call(0), ErrorCode::Invalid),
    ] {
        client.send(line.clone()).await;
        assert_eq!(code(&mut client).await, expected, "{line:?}");
    }
    client.join("lobby").await;
    for line in [chat(0), chat(TEXT_LIMIT + 1), search(0), search(SEARCH_LIMIT + 1)] {
        client.send(line).await;
        assert_eq!(code(&mut client).await, ErrorCode::Invalid);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off_and_the_others_are_not() {
    let server = TestServer::start().await;
    let mut ada = server.client_in("lobby", "ada").await;
    let sleeper = server.client_in("lobby", "sleeper").await;
    let text = "x".repeat(TEXT_LIMIT);
    // More than the sleeper's socket buffers and outbox together hold.
    eventually("the sleeper is cut off", async || {
        for _ in 0..100 {
            ada.say(&text).await;
        }
        for _ in 0..100 {
            ada.hear().await;
        }
        server.handle.members("lobby") == Some(1)
    })
    .await;
    ada.say("still here").await;
    assert_eq!(ada.hear().await, "still here");
    drop(sleeper);
    server.stop().await;
}

#[tokio::test]
async fn a_full_server_says_so() {
    let server = TestServer::start_with(|options| options.max_connections = 1).await;
    let first = server.client("ada").await;
    let mut second = Client::connect(server.address).await;
    assert_eq!(code(&mut second).await, ErrorCode::Busy);
    assert_eq!(second.next().await, None);
    drop(first);
    eventually("there is space again", async || {
        let mut third = Client::connect(server.address).await;
        third.send_raw(b"{\"type\":\"ping\"}\n").await;
        third.next().await == Some(ServerLine::Pong)
    })
    .await;
    server.stop().await;
}
