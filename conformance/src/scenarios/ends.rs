//! How actors end, and what is said of it.

use crate::order::Order;
use crate::row::Row;
use crate::stage::{Actor, Stage, handled, is, next_pass, until};
use crate::subject::Subject;
use actorscope_proto::v1;
use actorscope_testkit::state;

/// The end in the history and the one in the events are the same; the word, and what was said.
async fn told<S: Subject>(stage: &Stage<S>, actor: &Actor<S>) -> (String, Option<String>) {
    let past = stage.end(actor, 1).await;
    let (identity, ..) = stage.show(actor).await;
    let events = stage.rig.events().await;
    let exits: Vec<&v1::Event> =
        events.iter().filter(|e| e.slot == Some(identity.slot) && e.kind == "exited").collect();
    assert_eq!(exits.len(), 1, "{exits:?}");
    assert_eq!((&exits[0].exit, &exits[0].reason), (&past.exit, &past.reason));
    assert!(past.ended_at >= past.started_at);
    (past.exit, past.reason)
}

/// It ends itself, in order.
pub(crate) async fn normal<S: Subject>(stage: &Stage<S>) {
    let actor = stage.actor("normal").await;
    stage.send(&actor, Order::Count);
    stage.send(&actor, Order::End);
    stage.is_over(&actor).await;
    let (_, stats) = stage.when(&actor, is("stopped")).await;
    let (exit, _) = told(stage, &actor).await;
    assert_eq!(exit, "normal");
    let total = stats.total.unwrap();
    assert_eq!((total.handled, total.failed), (2, 0));
    stage.record(Row::NormalExit, "normal");
}

/// It returns an error: not a panic, with the error's own words.
pub(crate) async fn error<S: Subject>(stage: &Stage<S>) {
    if let Err(lacks) = stage.subject.rules().errors {
        return stage.lacks(&[Row::ErrorReturn], lacks);
    }
    let actor = stage.actor("error").await;
    stage.send(&actor, Order::Count);
    stage.send(&actor, Order::Fail("the disk is full".to_owned()));
    failed(stage, &actor, "error", "the disk is full").await;
    stage.record(Row::ErrorReturn, "error, with its words");
}

/// It panics: with what the panic said.
pub(crate) async fn panic<S: Subject>(stage: &Stage<S>) {
    let actor = stage.actor("panic").await;
    stage.send(&actor, Order::Count);
    stage.send(&actor, Order::Panic("two and two are five".to_owned()));
    let of_panic = failed(stage, &actor, "panic", "two and two are five").await;
    assert!(of_panic, "a panic is no success");
    stage.record(Row::Panic, "panic, with its words");
}

/// Whether the message that it failed with is counted as failed.
pub(crate) async fn failed_message<S: Subject>(stage: &Stage<S>) {
    let actor = stage.actor("failed-message").await;
    if stage.subject.rules().errors.is_err() {
        return stage.record(Row::FailedMessage, "counted as failed");
    }
    stage.send(&actor, Order::Count);
    stage.send(&actor, Order::Fail("there is no network".to_owned()));
    let of_error = failed(stage, &actor, "error", "there is no network").await;
    let shown = if of_error { "counted as failed" } else { "counted as failed after a panic only" };
    stage.record(Row::FailedMessage, shown);
}

/// It has failed like this; whether the message is counted as failed.
async fn failed<S: Subject>(stage: &Stage<S>, actor: &Actor<S>, how: &str, why: &str) -> bool {
    let (exit, reason) = told(stage, actor).await;
    assert_eq!(exit, how, "{reason:?}");
    assert!(reason.as_ref().is_some_and(|reason| reason.contains(why)), "{reason:?}");
    stage.is_over(actor).await;
    let (_, stats) = stage.when(actor, is("failed")).await;
    assert_eq!((handled(&stats), actor.probe.begun()), (2, 2));
    let failed = stats.total.unwrap().failed;
    assert!(failed <= 1, "{failed} messages failed of one");
    failed == 1
}

/// Somebody ends it from outside, in the framework's own way.
pub(crate) async fn own_means<S: Subject>(stage: &Stage<S>) {
    if let Err(lacks) = stage.subject.rules().ends {
        return stage.lacks(&[Row::OwnMeans], lacks);
    }
    let actor = stage.actor("own-means").await;
    stage.send(&actor, Order::Count);
    stage.when(&actor, |s| handled(s) == 1 && is("idle")(s)).await;
    stage.subject.end(&actor.started.handle).await;
    stage.is_over(&actor).await;
    let (exit, _) = told(stage, &actor).await;
    assert!(matches!(exit.as_str(), "normal" | "shutdown" | "aborted"), "{exit}");
    stage.record(Row::OwnMeans, exit);
}

/// Nobody stops it, but nobody has a handle any more.
pub(crate) async fn dropped<S: Subject>(stage: &Stage<S>) {
    let Actor { started, probe } = stage.actor("dropped").await;
    let path = started.path;
    let slot = stage.rig.show(&path).await.unwrap().0.slot;
    drop(started.handle);
    if !stage.subject.rules().ends_unreachable {
        // Two looks later it is there, in truth and on the screen.
        next_pass(&stage.rig).await;
        next_pass(&stage.rig).await;
        let (_, stats, _) = stage.rig.show(&path).await.unwrap();
        assert_eq!((state(&stats), probe.alive()), ("idle", 1));
        return stage.record(Row::Dropped, "lives on");
    }
    until("the end of one that nobody reaches", || probe.alive() == 0).await;
    stage.rig.when(&path, is("stopped")).await;
    let (.., detail) = stage.rig.show(&path).await.unwrap();
    let events = stage.rig.events().await;
    let exits = events.iter().filter(|e| e.slot == Some(slot) && e.kind == "exited");
    assert_eq!((exits.count(), detail.history.len()), (1, 1));
    let exit = detail.history[0].exit.clone();
    assert!(matches!(exit.as_str(), "normal" | "shutdown" | "aborted"), "{exit}");
    stage.record(Row::Dropped, exit);
}

/// The parent ends, and whatever the framework then does to the child is what is shown.
pub(crate) async fn parent_first<S: Subject>(stage: &Stage<S>) {
    let parent = stage.actor("mother").await;
    let child = stage.below(Some(&parent), "daughter").await;
    stage.send(&parent, Order::End);
    stage.is_over(&parent).await;
    let slot = stage.show(&child).await.0.slot;
    if stage.subject.rules().ends_with_parent {
        let past = stage.is_over(&child).await;
        assert_eq!(stage.show(&child).await.0.slot, slot);
        return stage.record(Row::ParentFirst, format!("ends: {}", past.exit));
    }
    stage.is_unharmed(&child).await;
    let (identity, stats, _) = stage.show(&child).await;
    assert_eq!((identity.slot, state(&stats)), (slot, "idle"));
    stage.record(Row::ParentFirst, "lives on, in its place");
}
