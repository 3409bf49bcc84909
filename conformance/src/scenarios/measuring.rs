//! Depth, waits and handling times, beside the true ones.

use crate::order::{Hold, Order, longest};
use crate::row::Row;
use crate::stage::{ABSENT, Stage, handled, is, until};
use crate::subject::Subject;
use actorscope_proto::v1;
use actorscope_testkit::depth;
use std::time::Duration;

/// How long the handler takes behind which messages wait.
const LONG: Duration = Duration::from_millis(200);

/// By how much a time may be off, however short it is: what a busy machine puts between two readings
/// of the clock.
const SLACK: Duration = Duration::from_millis(40);

/// Messages behind it: enough for quantiles.
const BEHIND: u64 = 30;

/// One long handler with messages behind it.
pub(crate) async fn depth_wait_and_handling<S: Subject>(stage: &Stage<S>) {
    let actor = stage.actor("measured").await;
    stage.send(&actor, Order::Count);
    let (_, stats) = stage.when(&actor, |s| handled(s) == 1 && is("idle")(s)).await;
    stage.record(Row::DepthIdle, quality_of_depth(&stats, 0));

    // At the beginning of the handler: when within it they came is what some have to guess.
    let hold = Hold::default();
    stage.send(&actor, Order::Wait(hold.clone()));
    until("a handler that waits", || actor.probe.begun() == 2).await;
    for _ in 0..BEHIND {
        stage.send(&actor, Order::Count);
    }
    // A depth that is called exact must become the true one; any other is a lower bound.
    let known = |s: &v1::Stats| depth(s).1 != "exact" || depth(s).0 == BEHIND;
    let (_, stats) = stage.when(&actor, known).await;
    stage.record(Row::DepthBusy, quality_of_depth(&stats, BEHIND));
    let long = |s: &v1::Stats| {
        s.handling_now.as_ref().is_some_and(|now| now.for_ns > LONG.as_nanos() as u64)
    };
    let (_, stats) = stage.when(&actor, long).await;
    assert_eq!(handled(&stats), 1, "the running one is not over");
    if let Some(waits) = &stats.queue_wait {
        assert!(waits.count == 2 && waits.mean <= waits.max, "{waits:?}");
    }
    stage.record(Row::HandlingNow, "yes");
    hold.open();
    let all = 2 + BEHIND;
    let (_, stats) = stage.when(&actor, |s| handled(s) == all && is("idle")(s)).await;
    assert_eq!((actor.probe.begun(), actor.probe.done()), (all, all));
    let truth = actor.probe.times();

    let quality = stats.queue_wait_quality.clone().unwrap_or_default().word;
    match (&stats.queue_wait, quality.as_str()) {
        (None, "") => {
            assert_eq!(stats.oldest_wait_ns, None);
            stage.record(Row::QueueWait, ABSENT);
        }
        (Some(waits), word) if !word.is_empty() => {
            assert_eq!(waits.count, all);
            near(Duration::from_nanos(waits.max.unwrap()), longest(&truth.waited));
            // All but two of them waited for the whole handler, or for as much of it as is known.
            let median = Duration::from_nanos(waits.p50.unwrap());
            let least = if word == "exact" { LONG / 2 } else { LONG / 8 };
            assert!(median >= least, "a median of {median:?}: {waits:?}");
            assert!(median <= longest(&truth.waited) + SLACK, "a median of {median:?}: {waits:?}");
            stage.record(Row::QueueWait, word);
        }
        other => panic!("waits and their quality do not fit: {other:?}"),
    }

    let handling = stats.handling.expect("handling is known where messages are counted");
    assert_eq!(handling.count, all);
    near(Duration::from_nanos(handling.max.unwrap()), longest(&truth.took));
    let busy = Duration::from_nanos(stats.total.unwrap().busy_ns);
    near(busy, truth.took.iter().sum());
    stage.record(Row::Handling, "yes");

    let (.., detail) = stage.show(&actor).await;
    let by_type = detail.handlers.iter().map(|h| h.handled).sum::<u64>();
    if detail.handlers.is_empty() {
        stage.record(Row::ByType, ABSENT);
    } else {
        assert_eq!(by_type, all, "{:?}", detail.handlers);
        assert!(detail.handlers.iter().all(|h| !h.message_type.is_empty()));
        stage.record(Row::ByType, "yes");
    }
}

fn near(told: Duration, truth: Duration) {
    assert!(told <= truth + SLACK && told + SLACK >= truth, "told {told:?}, in truth {truth:?}");
}

/// How well a depth is known; it must not contradict the true one, and never be 0 for what is not
/// known.
pub(super) fn quality_of_depth(stats: &v1::Stats, truth: u64) -> String {
    let (value, word) = depth(stats);
    match word.as_str() {
        "" => {
            assert_eq!(value, 0, "a number is shown for what is not known");
            assert!(stats.depth.as_ref().is_none_or(|reading| reading.quality.is_none()
                || reading.quality.as_ref().is_some_and(|q| q.word.is_empty())));
            ABSENT.to_owned()
        }
        "stale" => {
            assert!(value <= truth, "{value} is no lower bound of {truth}");
            "`≥ n` with its age".to_owned()
        }
        exact => {
            assert_eq!((value, exact), (truth, "exact"));
            "exact".to_owned()
        }
    }
}
