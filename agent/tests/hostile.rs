//! What clients cannot do to the service that hosts the agent.

use actorscope_agent::Builder;
use actorscope_agent::adapter::{Registration, Registry};
use actorscope_proto::v1;
use actorscope_testkit::{Rig, SOON, connect};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tonic::Code;

async fn end_of(stream: &mut UnixStream) -> Duration {
    let begun = Instant::now();
    let mut bytes = [0; 256];
    let reading = async { while matches!(stream.read(&mut bytes).await, Ok(1..)) {} };
    tokio::time::timeout(Duration::from_secs(15), reading).await.expect("the end");
    begun.elapsed()
}

/// Whether the agent still answers somebody else.
async fn still_answers(rig: &Rig) {
    let request = v1::DescribeRequest { protocol: 1, client: String::new() };
    let mut client = rig.observe();
    let answer = tokio::time::timeout(SOON, client.describe(request)).await;
    answer.expect("in time").expect("an answer");
}

#[tokio::test]
async fn connections_that_never_ask_anything_are_closed() {
    let rig = Rig::start().await;
    // The rig's own connection is not a silent one.
    still_answers(&rig).await;
    let mut silent = UnixStream::connect(&rig.socket).await.unwrap();
    let mut half = UnixStream::connect(&rig.socket).await.unwrap();
    half.write_all(b"PRI * HTTP/2.0\r\n").await.unwrap();
    let (silent, half) = tokio::join!(end_of(&mut silent), end_of(&mut half));
    for took in [silent, half] {
        assert!(took >= Duration::from_secs(4) && took < Duration::from_secs(9), "{took:?}");
    }
    still_answers(&rig).await;
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed_at_once() {
    let rig = Rig::start().await;
    let mut open = Vec::new();
    for _ in 0..60 {
        open.push(UnixStream::connect(&rig.socket).await.unwrap());
    }
    let mut closed = 0;
    for stream in &mut open {
        let mut byte = [0];
        // The agent's own first bytes arrive on those it serves; the others are at their end.
        let read = tokio::time::timeout(Duration::from_secs(2), stream.read(&mut byte)).await;
        if matches!(read, Ok(Ok(0)) | Ok(Err(_))) {
            closed += 1;
        }
    }
    // One of the 32 is the rig's own.
    assert!(closed >= 60 - 32, "{closed} of 60 were closed");
    drop(open);
    still_answers(&rig).await;
}

#[tokio::test]
async fn a_request_that_is_too_large_is_refused() {
    let rig = Rig::start().await;
    let request = v1::QueryRequest { path: "x".repeat(200_000), view: None };
    let refusal = rig.observe().query(request).await.unwrap_err();
    assert_eq!(refusal.code(), Code::OutOfRange, "{refusal}");
    still_answers(&rig).await;
}

#[tokio::test]
async fn requests_from_web_pages_are_refused() {
    let rig = Rig::start().await;
    let mut from_page =
        tonic::Request::new(v1::DescribeRequest { protocol: 1, ..Default::default() });
    from_page.metadata_mut().insert("origin", "http://evil.invalid".parse().unwrap());
    let refusal = rig.observe().describe(from_page).await.unwrap_err();
    assert_eq!(refusal.code(), Code::PermissionDenied);
}

#[tokio::test]
async fn a_reader_that_stands_still_holds_up_nobody_else() {
    let rig = Rig::start().await;
    for i in 0..500 {
        let slot = rig.registry.register(Registration::new("test", format!("a{i}"), "A"));
        slot.started(None);
    }
    let tree = v1::TreeView { to_depth: Some(9), limit: 1000, ..v1::TreeView::default() };
    let view = v1::View { kind: Some(v1::view::Kind::Tree(tree)) };
    let (requests, outbound) = tokio::sync::mpsc::channel(64);
    let outbound = tokio_stream::wrappers::ReceiverStream::new(outbound);
    // The answers are never read.
    let _frames = rig.observe().watch(outbound).await.unwrap();
    let second = connect(rig.socket.clone()).await;
    let mut other = v1::observe_client::ObserveClient::new(second);
    for revision in 0..200 {
        let set = v1::WatchRequest {
            view_id: revision % 8,
            revision,
            view: Some(view.clone()),
            interval_ns: 0,
        };
        if requests.send(set).await.is_err() {
            break;
        }
        let request = v1::DescribeRequest { protocol: 1, client: String::new() };
        other.describe(request).await.unwrap();
    }
    still_answers(&rig).await;
}

#[tokio::test]
async fn a_ninth_view_on_one_stream_is_refused() {
    let rig = Rig::start().await;
    let (requests, outbound) = tokio::sync::mpsc::channel(16);
    for view_id in 0..9 {
        let view = Some(v1::View { kind: Some(v1::view::Kind::Summary(v1::SummaryView {})) });
        let set = v1::WatchRequest { view_id, revision: 1, view, interval_ns: 0 };
        requests.send(set).await.unwrap();
    }
    let outbound = tokio_stream::wrappers::ReceiverStream::new(outbound);
    let mut frames = rig.observe().watch(outbound).await.unwrap().into_inner();
    let mut answered = 0;
    let refusal = loop {
        match tokio::time::timeout(SOON, frames.message()).await.expect("an answer") {
            Ok(Some(_)) => answered += 1,
            Ok(None) => panic!("ended without a word after {answered} frames"),
            Err(refusal) => break refusal,
        }
    };
    assert_eq!(refusal.code(), Code::ResourceExhausted);
    assert!(refusal.message().contains("at most 8"), "{}", refusal.message());
}

#[tokio::test]
async fn names_from_the_host_cannot_reach_a_terminal_raw() {
    let rig = Rig::start().await;
    let evil = rig.registry.register(Registration::new("test", "\u{1b}[2Jbad/\u{202e}name", "T"));
    evil.started(None);
    evil.exited(
        actorscope_agent::core::ExitReason::Error,
        Some("line\none\u{7}".to_owned()),
        actorscope_agent::adapter::Fate::Final,
    );
    for event in rig.events().await {
        let texts = [Some(event.path), event.reason];
        assert!(texts.into_iter().flatten().all(|t| !t.chars().any(char::is_control)));
    }
}

#[tokio::test]
async fn the_socket_is_for_its_owner_and_a_bad_directory_is_refused() {
    let rig = Rig::start().await;
    let mode = std::fs::metadata(&rig.socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let long = rig.socket.with_file_name("x".repeat(120));
    let start = |build: &dyn Fn(Builder) -> Builder| {
        build(actorscope_agent::Agent::builder("t").registry(Registry::new())).start()
    };
    let refusal = start(&|b| b.socket(&long)).unwrap_err();
    assert!(refusal.to_string().contains("at most 107"), "{refusal}");
    let nowhere = start(&|b| b.socket("/nowhere/at/all")).unwrap_err();
    assert!(nowhere.to_string().contains("could not be bound"), "{nowhere}");
}
