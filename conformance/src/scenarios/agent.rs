//! An agent that comes late, and one too many: each in a process of its own.

use crate::order::Order;
use crate::row::Row;
use crate::stage::{Stage, handled, is, totals, until};
use crate::subject::{Plan, Subject};
use crate::suite::in_a_child;
use actorscope_agent::{Agent, StartError};
use actorscope_testkit::Rig;
use std::sync::Arc;

/// Starts the process, and believes it.
pub(crate) async fn late_and_second<S: Subject>(stage: &Stage<S>) {
    if let Err(why) = in_a_child::<S>() {
        panic!("in a process of its own: {why}");
    }
    stage.record(Row::LateAgent, "measured from then on");
    stage.record(Row::SecondAgent, "refused");
}

/// Actors are there, have handled messages and ended, before the agent is started.
pub(crate) async fn in_its_own_process<S: Subject>(subject: &S) {
    let plan = |name: &str| Plan { name: name.to_owned(), probe: Arc::default() };
    let (lives, ended) = (plan("lives"), plan("ended"));
    let living = subject.start(lives.clone(), None).await.expect("an actor starts");
    let child = plan("child");
    let below = subject.start(child.clone(), Some(&living)).await.expect("a child starts");
    let ending = subject.start(ended.clone(), None).await.expect("an actor starts");
    for (to, orders) in [(&living, 3), (&below, 2), (&ending, 1)] {
        for _ in 0..orders {
            assert!(subject.send(&to.handle, crate::order::Message::new(Order::Count)));
        }
    }
    assert!(subject.send(&ending.handle, crate::order::Message::new(Order::End)));
    until("an end before there is an agent", || ended.probe.ends() == 1).await;
    until("messages before there is an agent", || child.probe.done() == 2).await;

    let rig = Rig::shared().await;
    // Who is there and who was is known; what they handled by then is not.
    let (_, stats) = rig.when(&living.path, is("idle")).await;
    assert_eq!((handled(&stats), stats.incarnation), (0, 1));
    let (_, stats) = rig.when(&below.path, is("idle")).await;
    assert_eq!(handled(&stats), 0);
    let kinds: Vec<String> = rig.kinds(&living.path).await;
    assert_eq!(kinds, ["started"]);
    assert_eq!(totals(&rig, subject).await.1, 0);
    for order in 1..=3 {
        assert!(subject.send(&below.handle, crate::order::Message::new(Order::Count)));
        rig.when(&below.path, |s| handled(s) == order).await;
    }

    let second = Agent::builder("second").start();
    assert!(matches!(second, Err(StartError::AlreadyRunning)), "{second:?}");
    // The first one is unharmed.
    assert!(subject.send(&living.handle, crate::order::Message::new(Order::Count)));
    rig.when(&living.path, |s| handled(s) == 1).await;
}
