//! Many actors that are gone before anybody looks.

use crate::order::Order;
use crate::row::Row;
use crate::stage::{Stage, next_pass, totals, until};
use crate::subject::{Plan, Subject};
use actorscope_testkit::SOON;
use std::sync::Arc;
use std::time::Duration;

/// In all.
const ACTORS: u32 = 10_000;

/// At once.
const AT_ONCE: u32 = 500;

/// Each has two messages and the one that ends it.
const MESSAGES: u64 = 3;

async fn until_no_handler_runs<S: Subject>(stage: &Stage<S>) {
    let deadline = tokio::time::Instant::now() + SOON;
    while next_pass(&stage.rig).await.handling > 0 {
        assert!(tokio::time::Instant::now() < deadline, "some handler does not end");
    }
}

/// No count is lost, and nothing is left of them but a few that are kept for whoever looks.
pub(crate) async fn short_lived<S: Subject>(stage: &Stage<S>) {
    let probe = Arc::default();
    // What others were told last is counted when their handlers end.
    until_no_handler_runs(stage).await;
    let (first, before) = totals(&stage.rig, &stage.subject).await;
    for batch in 0..ACTORS / AT_ONCE {
        let mut handles = Vec::new();
        for n in 0..AT_ONCE {
            let name = stage.plan(&format!("brief-{}", batch * AT_ONCE + n)).name;
            let plan = Plan { name, probe: Arc::clone(&probe) };
            let started = stage.subject.start(plan, None).await.expect("an actor starts");
            for order in [Order::Count, Order::Count, Order::End] {
                let message = crate::order::Message::new(order);
                assert!(stage.subject.send(&started.handle, message));
            }
            handles.push(started);
        }
        let all = (batch + 1) * AT_ONCE;
        until("the end of a batch", || probe.ends() == all).await;
    }
    assert_eq!((probe.starts(), probe.alive()), (ACTORS, 0));
    let handled = u64::from(ACTORS) * MESSAGES;
    assert_eq!(probe.begun(), handled);
    let deadline = tokio::time::Instant::now() + SOON;
    loop {
        let (last, now) = totals(&stage.rig, &stage.subject).await;
        let told = now - before;
        assert!(told <= handled, "{told} handled of {handled}");
        if told == handled && last.live <= first.live {
            assert_eq!(last.messages_failed, first.messages_failed);
            assert!(last.slots < u64::from(ACTORS) / 2, "{} slots are kept", last.slots);
            break;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "{told} of {handled} messages are told, {} slots live, {} before",
            last.live,
            first.live
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stage.record(Row::ShortLived, "every message counted");
}
