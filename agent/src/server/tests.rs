//! Who may do what, over a pipe: the peers that a unix socket shows only to other users.

use super::{NodeInfo, OptIns, Principal, Role, Roles, Server, Shared};
use crate::adapter::{Fate, Registration};
use crate::registry::{Fact, Registry};
use crate::sampler::Sampler;
use actorscope_core::view::ViewSpec;
use actorscope_core::{EventKind, ExitReason, InstanceId};
use actorscope_proto::v1;
use actorscope_proto::v1::control_client::ControlClient;
use actorscope_proto::v1::observe_client::ObserveClient;
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_stream::StreamExt;
use tokio_util::task::AbortOnDropHandle;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

async fn peer(role: Role) -> Channel {
    connect(&server(), role).await
}

fn server() -> Server {
    let registry = Registry::new();
    let info = NodeInfo {
        name: "test".to_owned(),
        instance: InstanceId(7),
        pid: 1,
        host: "here".to_owned(),
        os: "none".to_owned(),
    };
    let roles = Roles { own: 1000, ..Roles::default() };
    let opt_ins = OptIns { control: true, state: false };
    let sampler = Sampler::new(registry, None);
    Server::new(Arc::new(Shared::new(info, registry, roles, opt_ins, sampler)))
}

async fn connect(server: &Server, role: Role) -> Channel {
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    server.serve(theirs, Principal { name: "uid 4711".to_owned(), role });
    let mut ours = Some(ours);
    Endpoint::from_static("http://agent.invalid")
        .connect_with_connector(tower::service_fn(move |_| {
            let io = ours.take();
            async move { io.map(TokioIo::new).ok_or_else(|| std::io::Error::other("once")) }
        }))
        .await
        .unwrap()
}

async fn describe(channel: &Channel) -> Result<v1::NodeDescription, Status> {
    let request = v1::DescribeRequest { protocol: 1, client: String::new() };
    Ok(ObserveClient::new(channel.clone()).describe(request).await?.into_inner())
}

async fn act(channel: &Channel) -> Result<v1::ActResponse, Status> {
    let request = v1::ActRequest {
        verb: "kill".to_owned(),
        target: Some(v1::Target {
            instance: InstanceId(7).to_bytes().to_vec(),
            slot: 1,
            incarnation: 0,
        }),
        request_id: vec![1; 16],
        reason: String::new(),
        deadline_ns: 0,
    };
    Ok(ControlClient::new(channel.clone()).act(request).await?.into_inner())
}

#[tokio::test]
async fn a_stranger_learns_why_and_nothing_else() {
    let stranger = peer(Role::Stranger).await;
    for refusal in [describe(&stranger).await.unwrap_err(), act(&stranger).await.unwrap_err()] {
        assert_eq!(refusal.code(), Code::PermissionDenied);
        assert!(refusal.message().contains("uid 4711"), "{}", refusal.message());
        assert!(refusal.message().contains("viewer_uid"), "{}", refusal.message());
    }
}

#[tokio::test]
async fn a_viewer_looks_and_does_not_act() {
    let viewer = peer(Role::Viewer).await;
    let rights = describe(&viewer).await.unwrap().rights.unwrap();
    assert!(!rights.control);
    assert!(rights.control_refused_because.contains("operator_uid"));
    assert_eq!(act(&viewer).await.unwrap_err().code(), Code::PermissionDenied);
}

#[tokio::test]
async fn an_operator_may_act_where_the_host_lets_anybody() {
    let operator = peer(Role::Operator).await;
    assert!(describe(&operator).await.unwrap().rights.unwrap().control);
    assert_eq!(act(&operator).await.unwrap().outcome, "gone");
}

#[test]
fn the_own_user_and_root_are_operators() {
    let roles = Roles { own: 1000, viewers: [1001].into(), operators: [1002].into() };
    let role = |uid| roles.principal(uid).role;
    assert_eq!([role(1000), role(0), role(1002)], [Role::Operator; 3]);
    assert_eq!((role(1001), role(1003)), (Role::Viewer, Role::Stranger));
}

/// An agent that nobody watches may have its next look a minute away.
#[tokio::test(start_paused = true)]
async fn whoever_comes_does_not_wait_until_an_unwatched_agent_would_have_looked_again() {
    let server = server();
    server.shared.put_off(Duration::from_secs(100));
    let ticking = server.clone();
    let _ticking = AbortOnDropHandle::new(tokio::spawn(async move { ticking.tick().await }));
    let channel = connect(&server, Role::Viewer).await;
    let begin = Instant::now();
    let view = Some(v1::View::from(&ViewSpec::Summary));
    let interval_ns = 1_000_000_000;
    let request = v1::WatchRequest { view_id: 0, revision: 1, view, interval_ns };
    let requests = tokio_stream::iter([request]).chain(tokio_stream::pending());
    let mut frames = ObserveClient::new(channel).watch(requests).await.unwrap().into_inner();
    for _ in 0..4 {
        frames.message().await.unwrap().expect("a frame");
    }
    // The first one came at once, and each of the others after a second.
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_crowd_that_stays_is_taken_in_before_the_next_pass_and_who_comes_and_goes_is_not() {
    let server = server();
    let shared = &server.shared;
    shared.pass();
    shared.put_off(Duration::from_secs(100));
    let ticking = server.clone();
    let _ticking = AbortOnDropHandle::new(tokio::spawn(async move { ticking.tick().await }));
    let start =
        || shared.registry.register_started(Registration::new("test", "a", "T"), false, None, None);
    let numbered = || shared.with_sampler(|sampler| sampler.rows().journal().last());
    let begin = numbered();
    for _ in 0..20_000 {
        start().exited(ExitReason::Normal, None, Fate::Final);
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(numbered(), begin, "nobody was woken");
    for _ in 0..20_000 {
        start();
    }
    let mut turns = 0;
    while numbered() == begin {
        turns += 1;
        assert!(turns < 100, "the agent was not woken");
        tokio::task::yield_now().await;
    }
}

/// A node with so many actors that passes out of turn are seconds apart.
#[tokio::test(start_paused = true)]
async fn who_was_suspended_does_not_wait_for_a_dear_pass_that_is_to_come() {
    let server = server();
    let shared = server.shared.clone();
    let _watching = shared.watching();
    shared.pass();
    shared.with_sampler(|sampler| sampler.took(Duration::from_secs(1)));
    shared.put_off(Duration::from_secs(100));
    let begin = Instant::now();
    let mut ticks = shared.ticks();
    let ticking = server.clone();
    let _ticking = AbortOnDropHandle::new(tokio::spawn(async move { ticking.tick().await }));
    tokio::task::yield_now().await;
    shared.registry.event(EventKind::Verb, None, Fact::default());
    let mut due = shared.due();
    due.changed().await.unwrap();
    let after_event = *due.borrow_and_update() - begin;
    assert!((4..=5).contains(&after_event.as_secs()), "{after_event:?}");

    shared.due_within(Duration::from_millis(300));
    ticks.changed().await.unwrap();
    assert!(begin.elapsed() < Duration::from_millis(310), "{:?}", begin.elapsed());
    // It was no pause of the loop's: it hears what happens next.
    due.mark_unchanged();
    shared.registry.event(EventKind::Verb, None, Fact::default());
    due.changed().await.unwrap();
}
