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

/// Times that are off are taken again: a machine that was busy with something else says nothing.
const ATTEMPTS: u32 = 3;

/// What one run showed.
type Shown = Vec<(Row, String)>;

/// One long handler with messages behind it.
pub(crate) async fn depth_wait_and_handling<S: Subject>(stage: &Stage<S>) {
    let mut off = String::new();
    for n in 1..=ATTEMPTS {
        match play(stage, &format!("measured-{n}")).await {
            Ok(shown) => {
                for (row, shown) in shown {
                    stage.record(row, shown);
                }
                return;
            }
            Err(why) => off = why,
        }
    }
    panic!("{ATTEMPTS} times in a row, at last: {off}");
}

/// What was shown, or which time was off. Everything else that is wrong fails at once.
async fn play<S: Subject>(stage: &Stage<S>, name: &str) -> Result<Shown, String> {
    let mut shown = Shown::new();
    let actor = stage.actor(name).await;
    stage.send(&actor, Order::Count);
    let (_, stats) = stage.when(&actor, |s| handled(s) == 1 && is("idle")(s)).await;
    shown.push((Row::DepthIdle, quality_of_depth(&stats, 0)));

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
    shown.push((Row::DepthBusy, quality_of_depth(&stats, BEHIND)));
    let long = |s: &v1::Stats| {
        s.handling_now.as_ref().is_some_and(|now| now.for_ns > LONG.as_nanos() as u64)
    };
    let (_, stats) = stage.when(&actor, long).await;
    assert_eq!(handled(&stats), 1, "the running one is not over");
    if let Some(waits) = &stats.queue_wait {
        assert!(waits.count == 2 && waits.mean <= waits.max, "{waits:?}");
    }
    shown.push((Row::HandlingNow, "yes".to_owned()));
    hold.open();
    let all = 2 + BEHIND;
    let (_, stats) = stage.when(&actor, |s| handled(s) == all && is("idle")(s)).await;
    assert_eq!((actor.probe.begun(), actor.probe.done()), (all, all));
    shown.push((Row::QueueWait, waits(&stats, all, longest(&actor.probe.times().waited))?));
    handling_time(&stats, all, &actor.probe.times().took)?;
    shown.push((Row::Handling, "yes".to_owned()));

    let (.., detail) = stage.show(&actor).await;
    if detail.handlers.is_empty() {
        shown.push((Row::ByType, ABSENT.to_owned()));
    } else {
        let by_type: u64 = detail.handlers.iter().map(|h| h.handled).sum();
        assert_eq!(by_type, all, "{:?}", detail.handlers);
        assert!(detail.handlers.iter().all(|h| !h.message_type.is_empty()));
        shown.push((Row::ByType, "yes".to_owned()));
    }
    Ok(shown)
}

/// How well waits are known, of which the longest truly was so long.
fn waits(stats: &v1::Stats, all: u64, truth: Duration) -> Result<String, String> {
    let quality = stats.queue_wait_quality.clone().unwrap_or_default().word;
    match (&stats.queue_wait, quality.as_str()) {
        (None, "") => {
            assert_eq!(stats.oldest_wait_ns, None);
            Ok(ABSENT.to_owned())
        }
        (Some(waits), word) if !word.is_empty() => {
            assert_eq!(waits.count, all);
            near("longest wait", waits.max, truth)?;
            // All but two of them waited for the whole handler, or for as much of it as is known.
            let median = Duration::from_nanos(waits.p50.unwrap());
            let least = if word == "exact" { LONG / 2 } else { LONG / 8 };
            if median < least || median > truth + SLACK {
                return Err(format!("a median of {median:?}, the longest truly {truth:?}"));
            }
            Ok(word.to_owned())
        }
        other => panic!("waits and their quality do not fit: {other:?}"),
    }
}

fn handling_time(stats: &v1::Stats, all: u64, truth: &[Duration]) -> Result<(), String> {
    let handling = stats.handling.as_ref().expect("handling is known where messages are counted");
    assert_eq!(handling.count, all);
    near("longest handling", handling.max, longest(truth))?;
    near("time in handlers", stats.total.map(|total| total.busy_ns), truth.iter().sum())
}

fn near(what: &str, told_ns: Option<u64>, truth: Duration) -> Result<(), String> {
    let told = Duration::from_nanos(told_ns.unwrap_or_else(|| panic!("no {what} is told")));
    if told <= truth + SLACK && told + SLACK >= truth {
        return Ok(());
    }
    Err(format!("{what}: told {told:?}, in truth {truth:?}"))
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
