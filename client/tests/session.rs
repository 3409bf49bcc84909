//! A session outlives its connections, and says what happens.
#![cfg(unix)]

mod support;

use actorscope_client::session::Backoff;
use actorscope_client::{Model, Search, Session, SessionOptions, Target, Update};
use actorscope_core::view::ViewSpec;
use actorscope_core::{InstanceId, SlotId};
use std::sync::atomic::Ordering;
use std::time::Duration;
use support::{FakeAgent, Script, directory, holds, until};
use tokio::sync::mpsc::Receiver;

const INTERVAL: Duration = Duration::from_millis(5);

fn detail(slot: u64) -> ViewSpec {
    ViewSpec::Detail { slot: SlotId::new(slot).unwrap() }
}

/// A session with the agent called `shop` that does not wait long between attempts.
fn follow(search: &Search) -> (Session, Receiver<Update>) {
    follow_with(search, SessionOptions::default())
}

fn follow_with(search: &Search, options: SessionOptions) -> (Session, Receiver<Update>) {
    let options = SessionOptions {
        search: Some(search.clone()),
        backoff: Backoff { start: Duration::from_millis(2), cap: Duration::from_millis(10) },
        ..options
    };
    Session::start(Target::Named("shop".into()), options)
}

fn connected(update: Update) -> Option<InstanceId> {
    match update {
        Update::Connected(node) => Some(node.instance),
        _ => None,
    }
}

fn lost(update: Update) -> Option<String> {
    match update {
        Update::Lost { reason, .. } => Some(reason),
        _ => None,
    }
}

fn frame(update: Update) -> Option<(u32, u32)> {
    match update {
        Update::Frame(frame) => Some((frame.view_id, frame.revision)),
        _ => None,
    }
}

#[tokio::test]
async fn a_restarted_service_is_found_again_under_its_name() {
    let (dir, search) = directory();
    let first = FakeAgent::start(dir.path(), "shop", 1, &Script::new(1));
    let (session, mut updates) = follow(&search);
    session.set_view(1, detail(1), INTERVAL);
    let mut model = Model::new();
    until(&mut updates, |update| {
        model.apply(update);
        model.views.contains_key(&1).then_some(())
    })
    .await;

    let second = FakeAgent::start(dir.path(), "chat", 2, &Script::new(2));
    first.crash();
    let third = FakeAgent::start(dir.path(), "shop", 3, &Script::new(3));

    // Nobody sets the view again.
    until(&mut updates, |update| {
        model.apply(update);
        (model.instance() == Some(InstanceId(3)) && model.views.contains_key(&1)).then_some(())
    })
    .await;
    assert_eq!(model.lives, 1);
    drop((second, third));
}

#[tokio::test]
async fn every_failed_attempt_says_why() {
    let (dir, search) = directory();
    let agent = FakeAgent::start(dir.path(), "shop", 1, &Script::new(1));
    let (session, mut updates) = follow(&search);
    until(&mut updates, connected).await;
    agent.crash();
    for _ in 0..3 {
        let reason =
            until(&mut updates, |update| lost(update).filter(|r| r.contains("no agent named")))
                .await;
        assert!(reason.contains("\"shop\""), "{reason}");
    }
    let error = session
        .preview(actorscope_core::Verb::Kill, SlotId::new(1).unwrap(), None)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("no agent named"), "{error}");
}

#[tokio::test]
async fn a_refusal_is_reported_and_tried_again() {
    let (dir, search) = directory();
    let script = Script::new(1);
    *script.refuse.lock().unwrap() = Some(tonic::Status::permission_denied("uid 1001 has no role"));
    let _agent = FakeAgent::start(dir.path(), "shop", 1, &script);
    let (_session, mut updates) = follow(&search);
    let reason = until(&mut updates, lost).await;
    assert!(reason.contains("uid 1001"), "{reason}");
    *script.refuse.lock().unwrap() = None;
    until(&mut updates, connected).await;
}

#[tokio::test]
async fn after_a_view_has_changed_its_old_frames_no_longer_come() {
    let (dir, search) = directory();
    let script = Script::new(1);
    let _agent = FakeAgent::start(dir.path(), "shop", 1, &script);
    let (session, mut updates) = follow(&search);
    assert_eq!(session.set_view(1, detail(1), INTERVAL), 1);
    until(&mut updates, |u| frame(u).filter(|f| *f == (1, 1))).await;

    assert_eq!(session.set_view(1, detail(2), INTERVAL), 2);
    assert_eq!(session.set_view(2, ViewSpec::Summary, INTERVAL), 1);
    until(&mut updates, |u| frame(u).filter(|f| *f == (1, 2))).await;
    for _ in 0..10 {
        let (view, revision) = until(&mut updates, frame).await;
        assert_eq!(revision, if view == 1 { 2 } else { 1 });
    }

    session.drop_view(1);
    holds("the agent was told that view 1 is not wanted", || {
        let told = script.watched.lock().unwrap();
        told.last().is_some_and(|r| r.view_id == 1 && r.view.is_none())
    })
    .await;
}

#[tokio::test]
async fn events_go_on_where_they_left_off() {
    let (dir, search) = directory();
    let script = Script::new(1);
    (1..=3).for_each(|n| script.happens(&format!("/room-{n}")));
    let agent = FakeAgent::start(dir.path(), "shop", 1, &script);
    let (_session, mut updates) = follow(&search);
    let mut model = Model::new();
    until(&mut updates, |update| {
        model.apply(update);
        (model.events.len() == 3).then_some(())
    })
    .await;

    // The same life of the service: only the connection broke.
    agent.crash();
    let _agent = FakeAgent::start(dir.path(), "shop", 1, &script);
    script.happens("/room-4");
    until(&mut updates, |update| {
        model.apply(update);
        (model.events.len() == 4).then_some(())
    })
    .await;

    let asked: Vec<_> = {
        let asked = script.events_asked.lock().unwrap();
        asked.iter().map(|r| (r.from, r.last, r.follow)).collect()
    };
    assert_eq!(asked.first(), Some(&(0, 500, true)));
    assert_eq!(asked.last(), Some(&(4, 0, true)));
}

#[tokio::test]
async fn a_stream_that_fell_silent_counts_as_lost() {
    let (dir, search) = directory();
    let script = Script::new(1);
    let _agent = FakeAgent::start(dir.path(), "shop", 1, &script);
    let options =
        SessionOptions { silence: Duration::from_millis(100), ..SessionOptions::default() };
    let (session, mut updates) = follow_with(&search, options);
    session.set_view(1, detail(1), INTERVAL);
    until(&mut updates, frame).await;
    script.silent.store(true, Ordering::SeqCst);
    let reason = until(&mut updates, lost).await;
    assert!(reason.contains("nothing was heard"), "{reason}");
    script.silent.store(false, Ordering::SeqCst);
    until(&mut updates, frame).await;
}

#[tokio::test]
async fn dropping_the_session_or_its_receiver_hangs_up() {
    let (dir, search) = directory();
    let script = Script::new(1);
    let _agent = FakeAgent::start(dir.path(), "shop", 1, &script);
    for keep_session in [true, false] {
        let (session, mut updates) = follow(&search);
        session.set_view(1, detail(1), INTERVAL);
        until(&mut updates, frame).await;
        let _kept: Box<dyn std::any::Any> = if keep_session {
            drop(updates);
            Box::new(session)
        } else {
            drop(session);
            Box::new(updates)
        };
        holds("the agent has no streams", || script.streams.load(Ordering::SeqCst) == 0).await;
    }
}

#[tokio::test]
async fn a_receiver_that_stands_still_does_not_block_calls() {
    let (dir, search) = directory();
    let script = Script::new(1);
    let _agent = FakeAgent::start(dir.path(), "shop", 1, &script);
    let options = SessionOptions { waiting_updates: 1, ..SessionOptions::default() };
    let (session, mut updates) = follow_with(&search, options);
    session.set_view(1, detail(1), INTERVAL);
    until(&mut updates, frame).await;
    // Nobody reads from here on; several updates are waiting by the time the answer is there.
    for _ in 0..20 {
        session.preview(actorscope_core::Verb::Kill, SlotId::new(1).unwrap(), None).await.unwrap();
    }
    drop(updates);
}
