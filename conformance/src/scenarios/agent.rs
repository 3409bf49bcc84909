//! An agent that comes late, and one too many: each in a process of its own.

use super::measuring::quality_of_depth;
use crate::order::{Hold, Message, Order};
use crate::row::Row;
use crate::stage::{Stage, handled, is, totals, until};
use crate::subject::{Plan, Subject};
use crate::suite::in_a_child;
use actorscope_agent::{Agent, StartError};
use actorscope_proto::v1;
use actorscope_testkit::{Rig, SOON, depth};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Starts the process, and believes it.
pub(crate) async fn late_and_second<S: Subject>(stage: &Stage<S>) {
    if let Err(why) = in_a_child::<S>() {
        panic!("in a process of its own: {why}");
    }
    stage.record(Row::LateAgent, "measured from then on; a handler that runs is seen");
    stage.record(Row::SecondAgent, "refused");
}

/// For how long it is seen to run.
const LONG: Duration = Duration::from_millis(100);

/// Messages behind a handler that runs when the agent starts.
const BEHIND: u64 = 5;

/// Actors are there, have handled messages and ended, before the agent is started; and one is in the
/// middle of a handler.
pub(crate) async fn in_its_own_process<S: Subject>(subject: &S) {
    let plan = |name: &str| Plan { name: name.to_owned(), probe: Arc::default() };
    let (lives, ended) = (plan("lives"), plan("ended"));
    let living = subject.start(lives.clone(), None).await.expect("an actor starts");
    let child = plan("child");
    let below = subject.start(child.clone(), Some(&living)).await.expect("a child starts");
    let ending = subject.start(ended.clone(), None).await.expect("an actor starts");
    for (to, orders) in [(&living, 3), (&below, 2), (&ending, 1)] {
        for _ in 0..orders {
            assert!(subject.send(&to.handle, Message::new(Order::Count)));
        }
    }
    assert!(subject.send(&ending.handle, Message::new(Order::End)));
    until("an end before there is an agent", || ended.probe.ends() == 1).await;
    until("messages before there is an agent", || child.probe.done() == 2).await;

    let (busy, hold) = (plan("busy"), Hold::default());
    let handling = subject.start(busy.clone(), None).await.expect("an actor starts");
    assert!(subject.send(&handling.handle, Message::new(Order::Wait(hold.clone()))));
    until("a handler before there is an agent", || busy.probe.begun() == 1).await;
    for _ in 0..BEHIND {
        assert!(subject.send(&handling.handle, Message::new(Order::Count)));
    }

    let rig = Rig::shared().await;
    let begun = Instant::now();
    // Not idle, and what waits behind it is known or said to be more.
    let stays = |stats: &v1::Stats| {
        stats.handling_now.as_ref().is_some_and(|now| now.for_ns > LONG.as_nanos() as u64)
    };
    let (_, stats) = rig.when(&handling.path, stays).await;
    assert!(is("handling")(&stats) && handled(&stats) == 0, "{stats:?}");
    quality_of_depth(&stats, BEHIND);
    hold.open();
    let (_, stats) = rig.when(&handling.path, |s| handled(s) == BEHIND && is("idle")(s)).await;
    assert_eq!((busy.probe.done(), depth(&stats).0), (1 + BEHIND, 0));
    if let Some(waits) = &stats.queue_wait {
        // As far as it knows none of them was sent before the agent came.
        let longest = Duration::from_nanos(waits.max.unwrap());
        assert!(waits.count == BEHIND && longest <= begun.elapsed() + SOON, "{waits:?}");
    }
    // Who is there and who was is known; what they handled by then is not.
    let (_, stats) = rig.when(&living.path, is("idle")).await;
    assert_eq!((handled(&stats), stats.incarnation), (0, 1));
    let (_, stats) = rig.when(&below.path, is("idle")).await;
    assert_eq!(handled(&stats), 0);
    let kinds: Vec<String> = rig.kinds(&living.path).await;
    assert_eq!(kinds, ["started"]);
    assert_eq!(totals(&rig, subject).await.1, BEHIND);
    for order in 1..=3 {
        assert!(subject.send(&below.handle, Message::new(Order::Count)));
        rig.when(&below.path, |s| handled(s) == order).await;
    }

    let second = Agent::builder("second").start();
    assert!(matches!(second, Err(StartError::AlreadyRunning)), "{second:?}");
    // The first one is unharmed.
    assert!(subject.send(&living.handle, Message::new(Order::Count)));
    rig.when(&living.path, |s| handled(s) == 1).await;
}
