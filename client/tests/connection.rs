//! One conversation with one agent: who answers, who does not, and what is said then.
#![cfg(unix)]

mod support;

use actorscope_client::{Act, Address, CallError, ConnectError, Connection, Why};
use actorscope_core::view::{Filter, Order, SortKey, ViewSpec};
use actorscope_core::{Incarnation, InstanceId, Outcome, SlotId, Verb};
use std::sync::Arc;
use support::{FakeAgent, Script, directory};
use tonic::Status;

const SLOT: u64 = 7;

fn slot() -> SlotId {
    SlotId::new(SLOT).unwrap()
}

async fn connect_to(script: &Arc<Script>) -> Result<Connection, ConnectError> {
    let (dir, _) = directory();
    let agent = FakeAgent::start(dir.path(), "shop", 1, script);
    Connection::open(&Address::Unix(agent.path.clone())).await
}

#[tokio::test]
async fn a_handshake_tells_who_is_there_and_what_one_may_do() {
    let connection = connect_to(&Script::new(0xabcd)).await.unwrap();
    let node = connection.node();
    assert_eq!(node.instance, InstanceId(0xabcd));
    assert_eq!((node.name.as_str(), node.pid), ("shop", 4711));
    assert!(!node.rights.control);
}

#[tokio::test]
async fn other_versions_are_refused_with_the_side_to_upgrade() {
    let newer = Script::new(1);
    newer.description.lock().unwrap().protocol_min = 9;
    let error = connect_to(&newer).await.unwrap_err();
    let message = error.to_string();
    assert!(matches!(error, ConnectError::ClientTooOld { .. }));
    assert!(message.contains("version 9") && message.ends_with("upgrade actorscope"), "{message}");
}

#[tokio::test]
async fn a_refused_caller_reads_the_agents_reason() {
    let script = Script::new(1);
    *script.refuse.lock().unwrap() = Some(Status::permission_denied("uid 1001 has no role here"));
    let error = connect_to(&script).await.unwrap_err();
    assert!(
        matches!(&error, ConnectError::Refused { message, .. } if message.contains("uid 1001"))
    );
}

#[tokio::test]
async fn other_services_are_not_taken_for_agents() {
    let silent_instance = Script::new(1);
    silent_instance.description.lock().unwrap().instance = vec![1, 2, 3];
    let error = connect_to(&silent_instance).await.unwrap_err();
    assert!(matches!(error, ConnectError::NotAnAgent { .. }), "{error:?}");

    let (dir, _) = directory();
    let path = dir.path().join("other.sock");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let other = std::thread::spawn(move || {
        use std::io::Write as _;
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.write_all(b"220 mail.example ESMTP ready, say hello to me\r\n");
    });
    let error = Connection::open(&Address::Unix(path)).await.unwrap_err();
    assert!(matches!(error, ConnectError::NotAnAgent { .. }), "{error:?}");
    other.join().unwrap();
}

#[tokio::test]
async fn an_address_without_anybody_says_why() {
    let (dir, _) = directory();
    let missing = dir.path().join("gone.sock");
    let error = Connection::open(&Address::Unix(missing)).await.unwrap_err();
    assert!(matches!(error, ConnectError::Unreachable { why: Why::NoSuchFile, .. }));
    let long = dir.path().join("x".repeat(120));
    let error = Connection::open(&Address::Unix(long)).await.unwrap_err();
    assert!(error.to_string().contains("107"), "{error}");
}

#[tokio::test]
async fn long_answers_are_asked_for_page_by_page() {
    let (dir, _) = directory();
    let agent = FakeAgent::start(dir.path(), "shop", 1, &Script::new(1));
    let address = Address::Unix(agent.path.clone());
    let connection = Connection::open(&address).await.unwrap();
    let view = ViewSpec::Table {
        sort: SortKey::Name,
        order: Order::Ascending,
        filter: Filter::all(),
        offset: 0,
        limit: 1,
    };
    let all = connection.query_all(&view, u64::MAX).await.unwrap();
    assert_eq!(all.order.map(|o| o.len()), Some(25));
    assert_eq!(all.identities.len(), 25);
    let some = connection.query_all(&view, 12).await.unwrap();
    assert_eq!(some.order.map(|o| o.len()), Some(12));
}

#[tokio::test]
async fn an_ambiguous_path_comes_back_with_candidates() {
    let (dir, _) = directory();
    let agent = FakeAgent::start(dir.path(), "shop", 1, &Script::new(1));
    let address = Address::Unix(agent.path.clone());
    let connection = Connection::open(&address).await.unwrap();
    let error = connection.query_path("twice").await.unwrap_err();
    assert!(
        matches!(&error, CallError::Ambiguous { candidates, .. } if candidates == &["/a/twice", "/b/twice"])
    );
    let error = connection.query_path("nobody").await.unwrap_err();
    assert!(matches!(error, CallError::NotFound { .. }));
}

fn kill() -> Act {
    Act {
        verb: Verb::Kill,
        slot: slot(),
        incarnation: Some(Incarnation(2)),
        reason: "stuck".into(),
        deadline: None,
    }
}

#[tokio::test]
async fn without_the_hosts_consent_a_verb_comes_back_with_the_line_that_gives_it() {
    let (dir, _) = directory();
    let agent = FakeAgent::start(dir.path(), "shop", 1, &Script::new(1));
    let address = Address::Unix(agent.path.clone());
    let connection = Connection::open(&address).await.unwrap();
    let error = connection.act(&kill()).await.unwrap_err();
    assert!(
        matches!(&error, CallError::ControlOff { message } if message.contains(".control(Control::Operators)")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_verb_names_instance_slot_and_incarnation() {
    let (dir, _) = directory();
    let script = Script::new(0xabcd);
    let agent = FakeAgent::start_with_control(dir.path(), "shop", 1, &script);
    let address = Address::Unix(agent.path.clone());
    let connection = Connection::open(&address).await.unwrap();
    let acted = connection.act(&kill()).await.unwrap();
    assert_eq!(acted.outcome, Outcome::Accepted);
    assert_eq!(acted.incarnation, Incarnation(3));
    let asked = script.acted.lock().unwrap();
    let target = asked[0].target.clone().unwrap();
    assert_eq!(target.instance, InstanceId(0xabcd).to_bytes());
    assert_eq!((target.slot, target.incarnation), (SLOT, 2));
    assert_eq!(asked[0].request_id.len(), 16);
    assert_eq!(asked[0].reason, "stuck");
}

#[tokio::test]
async fn escape_sequences_in_a_preview_are_defused() {
    let (dir, _) = directory();
    let agent = FakeAgent::start(dir.path(), "shop", 1, &Script::new(1));
    let address = Address::Unix(agent.path.clone());
    let connection = Connection::open(&address).await.unwrap();
    // The fake agent leaves out what becomes of the queue: unknown, not an error.
    let radius = connection.preview(Verb::Kill, slot(), None).await.unwrap();
    assert_eq!(radius.path, "/room␛[31m");
}
