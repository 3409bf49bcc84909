//! Actors that are held before their next message, and how they get free.

use super::measuring::quality_of_depth;
use crate::order::Order;
use crate::row::Row;
use crate::stage::{Actor, Answer, Stage, handled, is, until};
use crate::stalls::Stalls;
use crate::subject::Subject;
use actorscope_agent::core::Verb;
use std::time::{Duration, Instant};

/// For how long it is to be held.
const SPAN: Duration = Duration::from_millis(300);

/// By how much that may be missed.
const LATE: Duration = Duration::from_millis(250);

/// Nobody could hold it: in words, and without harm.
async fn refused<S: Subject>(stage: &Stage<S>, on: &Actor<S>, row: Row, why: &str) {
    assert!(why.contains(on.path()), "{why}");
    stage.is_unharmed(on).await;
    stage.record(row, "refused");
}

/// An actor that has had a message: some can be held only from then on.
async fn warm<S: Subject>(stage: &Stage<S>, name: &str) -> Actor<S> {
    let actor = stage.actor(name).await;
    stage.send(&actor, Order::Count);
    stage.when(&actor, |s| handled(s) == 1 && is("idle")(s)).await;
    actor
}

/// What is sent to it waits until it is let go.
pub(crate) async fn idle<S: Subject>(stage: &Stage<S>) {
    let actor = warm(stage, "held").await;
    if let Answer::NotSupported(why) = stage.act(Verb::Suspend, &actor).await {
        stage.record(Row::DepthHeld, crate::stage::ABSENT);
        return refused(stage, &actor, Row::SuspendIdle, &why).await;
    }
    for _ in 0..3 {
        stage.send(&actor, Order::Count);
    }
    let known = |s: &actorscope_proto::v1::Stats| {
        let (value, word) = actorscope_testkit::depth(s);
        is("suspended")(s) && (word != "exact" || value == 3)
    };
    let (_, stats) = stage.when(&actor, known).await;
    stage.record(Row::DepthHeld, quality_of_depth(&stats, 3));
    assert_eq!((handled(&stats), actor.probe.begun()), (1, 1));
    assert_eq!(stage.act(Verb::Resume, &actor).await, Answer::Done);
    stage.when(&actor, |s| handled(s) == 4 && is("idle")(s)).await;
    assert_eq!((actor.probe.begun(), actor.probe.starts(), actor.probe.alive()), (4, 1, 1));
    stage.record(Row::SuspendIdle, "yes");
}

/// The running handler comes to its end, and no other begins.
pub(crate) async fn busy<S: Subject>(stage: &Stage<S>) {
    let actor = warm(stage, "held-busy").await;
    let hold = stage.busy(&actor, 3).await;
    match stage.act(Verb::Suspend, &actor).await {
        Answer::NotSupported(why) => {
            hold.open();
            stage.when(&actor, |s| handled(s) == 5 && is("idle")(s)).await;
            return refused(stage, &actor, Row::SuspendBusy, &why).await;
        }
        answer => assert_eq!(answer, Answer::Accepted),
    }
    assert_eq!(actor.probe.done(), 1);
    hold.open();
    stage.when(&actor, is("suspended")).await;
    assert_eq!((actor.probe.begun(), actor.probe.done()), (2, 2));
    assert_eq!(stage.act(Verb::Resume, &actor).await, Answer::Done);
    stage.when(&actor, |s| handled(s) == 5 && is("idle")(s)).await;
    assert_eq!(actor.probe.done(), 5);
    stage.record(Row::SuspendBusy, "yes, after the handler");
}

/// Somebody who may be needed by a child.
pub(crate) async fn parent<S: Subject>(stage: &Stage<S>) {
    let parent = warm(stage, "held-above").await;
    let child = stage.below(Some(&parent), "held-below").await;
    if let Answer::NotSupported(why) = stage.act(Verb::Suspend, &parent).await {
        stage.is_unharmed(&child).await;
        return refused(stage, &parent, Row::SuspendParent, &why).await;
    }
    stage.when(&parent, is("suspended")).await;
    stage.is_unharmed(&child).await;
    assert_eq!(stage.act(Verb::Resume, &parent).await, Answer::Done);
    stage.when(&parent, is("idle")).await;
    stage.is_unharmed(&parent).await;
    stage.record(Row::SuspendParent, "yes, the child goes on");
}

/// At its deadline, whoever has forgotten it.
pub(crate) async fn resumes_by_itself<S: Subject>(stage: &Stage<S>) {
    let mut late = Duration::ZERO;
    // A machine that was busy with something else says nothing.
    for n in 1..=5 {
        let actor = warm(stage, &format!("deadline-{n}")).await;
        let machine = Stalls::begin();
        let begun = Instant::now();
        if let Answer::NotSupported(why) = stage.act_within(Verb::Suspend, &actor, SPAN).await {
            return refused(stage, &actor, Row::AutoResume, &why).await;
        }
        stage.send(&actor, Order::Count);
        // Nobody looks meanwhile: the deadline is kept however seldom the agent does.
        until("the deadline", || actor.probe.begun() == 2).await;
        let held = begun.elapsed();
        let stalled = machine.end();
        assert!(held >= SPAN, "it was held for {held:?}");
        stage.when(&actor, |s| handled(s) == 2 && is("idle")(s)).await;
        let slot = stage.show(&actor).await.0.slot;
        let events = stage.rig.events().await;
        let kinds = events.iter().filter(|e| e.slot == Some(slot)).map(|e| e.kind.as_str());
        assert_eq!(kinds.collect::<Vec<_>>(), ["started", "verb", "suspended", "resumed"]);
        late = (held - SPAN).saturating_sub(stalled);
        if late < LATE {
            return stage.record(Row::AutoResume, "yes");
        }
    }
    panic!(
        "each time it was held for longer than was said, at last by {late:?} more than the machine stalled"
    );
}
