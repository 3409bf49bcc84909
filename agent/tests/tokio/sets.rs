//! Sets of tasks, and closures on blocking threads.

use actorscope_agent::adapter::scope;
use actorscope_agent::tokio::{
    JoinSetExt, TaskTrackerExt, channel, group, spawn, spawn_blocking, task,
};
use actorscope_proto::v1;
use actorscope_testkit::{Rig, state};
use std::collections::BTreeSet;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::task::TaskTracker;

#[tokio::test]
async fn a_killed_task_leaves_its_set_as_cancelled() {
    let rig = Rig::start().await;
    let mut set = JoinSet::new();
    let abort = scope(rig.registry, async {
        set.spawn_observed("stays", pending::<u32>());
        set.spawn_observed("goes", pending::<u32>())
    })
    .await;
    rig.when("/goes", |s| state(s) == "idle").await;
    assert_eq!(rig.act("kill", "/goes").await.unwrap().outcome, "done");
    let ended = set.join_next_with_id().await.unwrap().unwrap_err();
    assert!(ended.is_cancelled());
    assert_eq!(ended.id(), abort.id(), "the handle is that of the task");
    assert_eq!(set.len(), 1);
    drop(set);
    let (_, stats) = rig.when("/stays", |s| state(s) == "stopped").await;
    assert_eq!(stats.incarnation, 1);
    assert_eq!(rig.show("/stays").await.unwrap().2.history[0].exit, "aborted");
}

#[tokio::test]
async fn a_tracker_waits_for_killed_tasks_and_closures_no_longer() {
    let rig = Rig::start().await;
    let tracker = TaskTracker::new();
    let (release, held) = mpsc::channel::<()>();
    scope(rig.registry, async {
        tracker.spawn_observed("tracked", pending::<()>());
        tracker.spawn_blocking_observed("closure", move || held.recv());
    })
    .await;
    tracker.close();
    rig.when("/closure", |s| state(s) == "handling").await;
    assert_eq!(rig.act("kill", "/tracked").await.unwrap().outcome, "done");
    assert_eq!(tracker.len(), 1);
    release.send(()).unwrap();
    tracker.wait().await;
    rig.when("/closure", |s| state(s) == "stopped").await;
}

#[test]
fn a_blocking_closure_can_be_killed_until_it_begins_and_says_so() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    runtime.block_on(async {
        let rig = Rig::start().await;
        let (release, held) = mpsc::channel::<()>();
        let ran = Arc::new(AtomicBool::new(false));
        let runs = ran.clone();
        let mut set = JoinSet::new();
        let [first] = scope(rig.registry, async {
            let first = spawn_blocking("first", move || held.recv());
            // There is one thread, and the first has it.
            set.spawn_blocking_observed("second", move || runs.store(true, SeqCst));
            [first]
        })
        .await;
        let (identity, stats) = rig.when("/first", |s| state(s) == "handling").await;
        assert_eq!(identity.kind, "blocking");
        assert_eq!(stats.handling_now.unwrap().message_type, None);
        let why = rig.preview("kill", "/first").await.unwrap().impossible.unwrap();
        assert!(why.contains("nothing can interrupt it"), "{why}");
        let refused = rig.act("kill", "/first").await.unwrap();
        assert_eq!(refused.outcome, "not_supported");
        for verb in ["stop", "suspend", "restart"] {
            let radius = rig.preview(verb, "/first").await.unwrap();
            assert!(radius.impossible.unwrap().contains("closure"), "{verb}");
        }

        let (_, stats) = rig.when("/second", |s| state(s) == "starting").await;
        assert!(stats.polling.is_none());
        assert_eq!(rig.preview("kill", "/second").await.unwrap().impossible, None);
        let accepted = rig.act("kill", "/second").await.unwrap();
        assert_eq!(accepted.outcome, "accepted", "{}", accepted.message);
        release.send(()).unwrap();
        first.await.unwrap().unwrap();
        assert!(set.join_next().await.unwrap().unwrap_err().is_cancelled());
        rig.when("/second", |s| state(s) == "stopped").await;
        let (_, _, detail) = rig.show("/second").await.unwrap();
        assert_eq!(detail.history[0].exit, "killed");
        assert!(!ran.load(SeqCst));
        assert_eq!(rig.kinds("/second").await, ["verb", "exited"], "it never started");
    });
}

#[tokio::test]
async fn a_group_gathers_and_can_do_nothing_else() {
    let rig = Rig::start().await;
    let mut set = JoinSet::new();
    let (place, sender) = scope(rig.registry, async {
        let place = group("connections");
        place.within(|| set.spawn_observed("one", pending::<()>()));
        place.group("slow").within(|| tokio::spawn(task("two", pending::<()>())));
        let (sender, mut receiver) = channel::<u32>("queue", 4);
        // Inside of the group, the messages are still the task's.
        spawn(
            "worker",
            place.scope(async move {
                spawn("of-worker", pending::<()>());
                while receiver.recv().await.is_some() {}
            }),
        );
        (place, sender)
    })
    .await;
    sender.send(1).await.unwrap();
    rig.when("/worker", |s| s.total.is_some_and(|t| t.handled == 1)).await;
    let (identity, stats) = rig.when("/connections", |s| state(s) == "idle").await;
    assert_eq!((identity.kind.as_str(), identity.capabilities), ("group", 0));
    // Two ticks on, rates are known wherever there are any.
    rig.when("/worker", |s| s.rate_per_s.is_some()).await;
    assert_eq!((stats.rate_per_s, stats.utilization, stats.polling), (None, None, None));
    for (verb, path) in [("kill", "/connections"), ("stop", "/connections"), ("suspend", "/worker")]
    {
        let why = rig.preview(verb, path).await.unwrap().impossible;
        assert_eq!(why.is_some(), path == "/connections", "{why:?}");
    }
    for below in ["one", "of-worker"] {
        rig.when(&format!("/connections/{below}"), |s| state(s) == "idle").await;
    }
    // Its handle is gone, so the group is, and what was in it moved up.
    rig.when("/connections/two", |s| state(s) == "idle").await;
    drop(place);
    // The worker is inside of it still.
    rig.when("/connections/of-worker", |_| true).await;
    drop(sender);
    rig.gone("/connections").await;
    rig.when("/one", |s| state(s) == "idle").await;
}

#[tokio::test]
async fn of_closures_that_a_task_has_run_again_and_again_the_last_one_is_shown_and_all_that_failed()
{
    let rig = Rig::start().await;
    let work = async {
        spawn("hasher", async {
            for n in 0..20 {
                let ended = spawn_blocking("hash", move || assert_ne!(n, 7, "on purpose")).await;
                assert_eq!(ended.is_err(), n == 7);
            }
            pending::<()>().await;
        });
    };
    scope(rig.registry, work).await;
    let deadline = tokio::time::Instant::now() + actorscope_testkit::SOON;
    let told = |events: &[v1::Event], kind: &str| events.iter().filter(|e| e.kind == kind).count();
    let (events, mut left) = loop {
        let events = rig.events().await;
        let children = rig.show("/hasher").await.map_or(0, |(_, _, detail)| detail.children);
        if told(&events, "exited") == 20 && children == 2 {
            // Which numbers are behind their names depends on when somebody looked.
            let paths: BTreeSet<&str> = events.iter().map(|event| event.path.as_str()).collect();
            let mut states = Vec::new();
            for path in paths.into_iter().filter(|path| path.starts_with("/hasher/")) {
                if let Ok((_, stats, _)) = rig.show(path).await {
                    states.push(state(&stats).to_owned());
                }
            }
            break (events, states);
        }
        let now = tokio::time::Instant::now();
        assert!(now < deadline, "{children} closures, {} ended", told(&events, "exited"));
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    left.sort();
    assert_eq!(left, ["failed", "stopped"], "the one that failed, the last one, and nothing else");
    let starts = told(&events, "started");
    assert_eq!(starts, 21, "what happened is told in any case");
}
