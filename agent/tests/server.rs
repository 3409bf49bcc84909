//! What the server promises its clients, and what it does not let them do.

use actorscope_agent::adapter::{Registration, Registry, scope};
use actorscope_agent::tokio::spawn;
use actorscope_agent::{Agent, StartError};
use actorscope_proto::pack::Unpacker;
use actorscope_proto::v1;
use actorscope_testkit::{Frame, Rig, SOON};
use prost::Message;
use tonic::Code;

#[tokio::test]
async fn the_handshake_tells_who_is_speaking_and_what_may_be_done() {
    let rig = Rig::start().await;
    let request = v1::DescribeRequest { protocol: 99, client: "test".to_owned() };
    let node = rig.observe().describe(request).await.unwrap().into_inner();
    assert_eq!((node.protocol, node.name.as_str()), (actorscope_proto::PROTOCOL, "test"));
    assert_eq!(node.pid, std::process::id());
    assert_eq!(node.instance, rig.instance.to_bytes());
    assert!(node.rights.unwrap().control);

    let ancient = v1::DescribeRequest { protocol: 0, client: String::new() };
    let refusal = rig.observe().describe(ancient).await.unwrap_err();
    assert_eq!(refusal.code(), Code::FailedPrecondition);
}

#[tokio::test]
async fn a_second_agent_is_refused_and_the_first_can_be_followed_by_another() {
    let registry = Registry::new();
    let rig = Rig::start_on(registry, |b| b).await;
    let second = Agent::builder("second").registry(registry).start();
    assert!(matches!(second, Err(StartError::AlreadyRunning)));
    let path = rig.socket.clone();
    drop(rig.agent);
    assert!(!path.exists(), "the socket is removed");
    let dir = tempfile::tempdir().unwrap();
    let third = Agent::builder("third").registry(registry).socket(dir.path().join("s"));
    assert!(third.start().is_ok());
}

#[tokio::test]
async fn without_the_hosts_opt_in_every_verb_is_refused_with_the_line_that_enables_it() {
    let rig = Rig::start_with(|b| b).await;
    let _task = scope(rig.registry, async { [spawn("task", std::future::pending::<()>())] }).await;
    for verb in ["kill", "stop", "restart", "suspend", "resume"] {
        let refusal = rig.act(verb, "/task").await.unwrap_err();
        assert_eq!(refusal.code(), Code::Unimplemented);
        assert!(
            refusal.message().contains("Agent::builder(\"test\").allow_control()"),
            "{}",
            refusal.message()
        );
    }
    assert!(rig.events().await.iter().all(|e| e.kind != "verb"));
}

#[tokio::test]
async fn the_same_request_sent_twice_acts_once() {
    let rig = Rig::start().await;
    let slot = rig.registry.register(Registration::new("test", "a", "A"));
    slot.started(None);
    let target = v1::Target {
        instance: rig.instance.to_bytes().to_vec(),
        slot: slot.id().get(),
        incarnation: 0,
    };
    let request = v1::ActRequest {
        verb: "kill".to_owned(),
        target: Some(target),
        request_id: vec![7; 16],
        reason: String::new(),
        deadline_ns: 0,
    };
    let mut control = v1::control_client::ControlClient::new(rig.channel.clone());
    let first = control.act(request.clone()).await.unwrap().into_inner();
    let second = control.act(request).await.unwrap().into_inner();
    assert_eq!(first, second);
    assert_eq!(first.outcome, "not_supported", "it has no capability");
}

#[tokio::test]
async fn paths_resolve_or_say_what_they_may_mean() {
    let rig = Rig::start().await;
    for name in ["a", "b"] {
        let parent = rig.registry.register(Registration::new("test", name, "P"));
        let child = Registration::new("test", "worker", "W").parent(Some(parent.id()));
        rig.registry.register(child).started(None);
    }
    let (identity, ..) = rig.show("b/worker").await.unwrap();
    assert_eq!(identity.path, "/b/worker");
    let ambiguous = rig.show("worker").await.unwrap_err();
    assert_eq!(ambiguous.code(), Code::FailedPrecondition);
    assert!(ambiguous.message().contains("/a/worker\n/b/worker"), "{}", ambiguous.message());
    assert_eq!(rig.show("/nobody").await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn malformed_requests_are_refused_in_words() {
    let rig = Rig::start().await;
    let table = |sort: &str, limit| v1::QueryRequest {
        path: String::new(),
        view: Some(v1::View {
            kind: Some(v1::view::Kind::Table(v1::TableView {
                sort: sort.to_owned(),
                limit,
                ..v1::TableView::default()
            })),
        }),
    };
    for bad in [table("colour", 10), table("depth", 0), v1::QueryRequest::default()] {
        let refusal = rig.observe().query(bad).await.unwrap_err();
        assert_eq!(refusal.code(), Code::InvalidArgument, "{}", refusal.message());
    }
    assert!(rig.observe().query(table("depth", u32::MAX)).await.is_ok());
    let mut filtered = table("depth", 10);
    if let Some(v1::view::Kind::Table(table)) = filtered.view.as_mut().and_then(|v| v.kind.as_mut())
    {
        "worker depth>many".clone_into(&mut table.filter);
    }
    let refusal = rig.observe().query(filtered).await.unwrap_err();
    assert_eq!(refusal.code(), Code::InvalidArgument);
    assert!(refusal.message().contains("byte 13: expected a number"), "{}", refusal.message());
}

#[tokio::test]
async fn lying_adapters_yield_a_sane_tree_and_a_warning() {
    let rig = Rig::start().await;
    let nobody = actorscope_agent::core::SlotId::new(12_345);
    let orphan = rig.registry.register(Registration::new("test", "orphan", "O").parent(nobody));
    orphan.started(None);
    orphan.set_parent(Some(orphan.id()));
    let (identity, _) = rig.when("/orphan", |_| true).await;
    assert_eq!(identity.parent, None);
    let warnings = rig.events().await.into_iter().filter(|e| e.kind == "warning").count();
    assert_eq!(warnings, 2);
}

#[tokio::test]
async fn a_watched_view_sends_what_changed_and_only_that() {
    let rig = Rig::start().await;
    let slots: Vec<_> = (0..50)
        .map(|i| {
            let slot = rig.registry.register(Registration::new("test", format!("a{i}"), "A"));
            slot.started(None);
            slot
        })
        .collect();
    let tree = v1::TreeView { to_depth: Some(9), limit: 100, ..v1::TreeView::default() };
    let view = v1::View { kind: Some(v1::view::Kind::Tree(tree)) };
    let (requests, outbound) = tokio::sync::mpsc::channel(4);
    let set = v1::WatchRequest { view_id: 3, revision: 7, view: Some(view), interval_ns: 0 };
    requests.send(set).await.unwrap();
    let outbound = tokio_stream::wrappers::ReceiverStream::new(outbound);
    let mut frames = rig.observe().watch(outbound).await.unwrap().into_inner();

    let mut known = Unpacker::default();
    let mut next = async || {
        let wire = tokio::time::timeout(SOON, frames.message()).await.unwrap().unwrap().unwrap();
        assert_eq!((wire.view_id, wire.revision), (3, 7));
        (wire.encoded_len(), Frame::unpack(wire, &mut known).unwrap())
    };
    let (_, first) = next().await;
    assert_eq!((first.identities.len(), first.stats.len()), (50, 50));
    assert_eq!(first.order.unwrap().len(), 50);

    // One slot changes; rates settle in the frames before.
    let (mut bytes, mut quiet) = next().await;
    while !quiet.stats.is_empty() {
        (bytes, quiet) = next().await;
    }
    assert_eq!((quiet.identities.len(), quiet.order), (0, None));
    assert!(bytes < 40, "{bytes} bytes to say that nothing changed");
    slots[7].rename("renamed");
    let (_, mut changed) = next().await;
    while changed.identities.is_empty() {
        (_, changed) = next().await;
    }
    assert_eq!(changed.identities.len(), 1);
    assert_eq!(changed.identities[0].path, "/renamed");
    assert_eq!(changed.order, None);
}

#[tokio::test]
async fn events_are_followed_from_any_number_on() {
    let rig = Rig::start().await;
    let slot = rig.registry.register(Registration::new("test", "a", "A"));
    slot.started(None);
    let request = v1::EventsRequest { from: 1, follow: true, ..v1::EventsRequest::default() };
    let mut stream = rig.observe().events(request).await.unwrap().into_inner();
    let first = stream.message().await.unwrap().unwrap();
    assert_eq!(first.events[0].kind, "started");
    slot.exited(
        actorscope_agent::core::ExitReason::Panic,
        Some("boom".to_owned()),
        actorscope_agent::adapter::Fate::Final,
    );
    let next = tokio::time::timeout(SOON, stream.message()).await.unwrap().unwrap().unwrap();
    assert_eq!((next.events[0].kind.as_str(), next.events[0].exit.as_str()), ("exited", "panic"));
    assert_eq!(next.events[0].seq, 2);
}
