//! Asking an actor for its state: the text, and every way not to get it.
#![cfg(unix)]

mod support;

use actorscope_client::{Address, CallError, Connection, Session, SessionOptions, Target, Update};
use actorscope_core::{Incarnation, InstanceId, Outcome, SlotId, Timestamp};
use actorscope_proto::v1;
use std::sync::Arc;
use std::time::Duration;
use support::{FakeAgent, Script, directory, until};
use tonic::Status;

fn slot() -> SlotId {
    SlotId::new(7).unwrap()
}

/// An agent whose answer to the question is this one.
fn script(answer: Result<v1::DumpResponse, Status>) -> Arc<Script> {
    let script = Script::new(0xabcd);
    *script.state.lock().unwrap() = Some(answer);
    script
}

fn printed(text: &str) -> v1::DumpResponse {
    v1::DumpResponse {
        outcome: "done".into(),
        message: "/shop/till printed its state".into(),
        slot: 7,
        incarnation: 3,
        text: text.into(),
        truncated: true,
        taken_at: 1_000,
        took_ns: 41_000,
    }
}

async fn ask(script: &Arc<Script>) -> Result<actorscope_client::Dumped, CallError> {
    let (dir, _) = directory();
    let agent = FakeAgent::start(dir.path(), "shop", 1, script);
    let connection = Connection::open(&Address::Unix(agent.path.clone())).await.unwrap();
    connection.dump(slot(), Some(Incarnation(3))).await
}

#[tokio::test]
async fn what_an_actor_prints_arrives_in_lines_and_cannot_write_to_the_terminal() {
    let script = script(Ok(printed("Till {\n    owner: \"\u{1b}[2Jann\",\n}")));
    let dumped = ask(&script).await.unwrap();
    assert_eq!(dumped.text, "Till {\n    owner: \"␛[2Jann\",\n}");
    assert_eq!((dumped.outcome, dumped.truncated), (Outcome::Done, true));
    assert_eq!((dumped.taken_at, dumped.took), (Timestamp(1_000), Duration::from_micros(41)));
    let asked = script.dumped.lock().unwrap();
    let target = asked[0].target.clone().unwrap();
    assert_eq!(target.instance, InstanceId(0xabcd).to_bytes());
    assert_eq!((target.slot, target.incarnation), (7, 3));
}

#[tokio::test]
async fn a_service_that_does_not_allow_it_says_what_would() {
    let error = ask(&Script::new(1)).await.unwrap_err();
    assert!(
        matches!(&error, CallError::ControlOff { message } if message == "add `.allow_state()`"),
        "{error:?}"
    );
    let error = ask(&script(Err(Status::permission_denied("you may only look")))).await;
    assert!(matches!(error, Err(CallError::Refused { .. })), "{error:?}");
}

#[tokio::test]
async fn an_actor_that_is_busy_is_told_from_an_agent_that_is_silent() {
    let busy = "/shop/till did not answer within 2000 ms: it has been handling Charge for 9.1 s";
    let error = ask(&script(Err(Status::deadline_exceeded(busy)))).await.unwrap_err();
    assert_eq!((error.code(), error.to_string().as_str()), ("deadline", busy));
}

#[tokio::test]
async fn an_actor_without_a_state_to_print_is_an_answer() {
    let message = "/shop/till: it does not print its state";
    let refused = v1::DumpResponse {
        outcome: "not_supported".into(),
        message: message.into(),
        ..v1::DumpResponse::default()
    };
    let dumped = ask(&script(Ok(refused))).await.unwrap();
    assert_eq!((dumped.outcome, dumped.message.as_str()), (Outcome::NotSupported, message));
    assert_eq!(dumped.slot, slot(), "an agent that found no slot names none");
}

#[tokio::test]
async fn a_session_asks_on_the_connection_of_this_moment() {
    let (dir, search) = directory();
    let script = script(Ok(printed("Till")));
    let options = SessionOptions { search: Some(search), ..SessionOptions::default() };
    let (session, mut updates) = Session::start(Target::Named("shop".into()), options);
    until(&mut updates, |update| matches!(update, Update::Lost { .. }).then_some(())).await;
    let error = session.dump(slot(), None).await.unwrap_err();
    assert!(matches!(error, CallError::NotConnected { .. }), "{error:?}");

    let _agent = FakeAgent::start(dir.path(), "shop", 1, &script);
    session.retry_now();
    until(&mut updates, |update| matches!(update, Update::Connected(_)).then_some(())).await;
    assert_eq!(session.dump(slot(), None).await.unwrap().text, "Till");
}
