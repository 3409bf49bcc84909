//! Tasks with a name: where they hang, and what can be done to them.

use actorscope_agent::adapter::{current_slot, scope};
use actorscope_agent::tokio::{
    JoinSetExt, LocalSetExt, TaskTrackerExt, channel, spawn, spawn_blocking, spawn_local, task,
};
use actorscope_testkit::{Rig, state};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::future::{Future, pending};
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::{Notify, oneshot};
use tokio::task::{JoinSet, LocalSet};
use tokio_util::task::TaskTracker;

/// What the preview of each verb says against it; empty if nothing.
async fn refusals(rig: &Rig, path: &str) -> [String; 4] {
    let mut why = <[String; 4]>::default();
    for (verb, why) in ["kill", "stop", "restart", "suspend"].into_iter().zip(&mut why) {
        *why = rig.preview(verb, path).await.unwrap().impossible.unwrap_or_default();
    }
    why
}

#[tokio::test]
async fn a_future_with_a_name_is_observed_whoever_runs_it() {
    let rig = Rig::start().await;
    let local = LocalSet::new();
    let tracker = TaskTracker::new();
    let mut set = JoinSet::new();
    let (done, selects) = scope(rig.registry, async {
        tokio::spawn(task("spawned", pending::<()>()));
        set.spawn(task("in-a-set", pending::<()>()));
        tracker.spawn(task("tracked", pending::<()>()));
        // A future that cannot leave its thread.
        let kept = Rc::new(());
        local.spawn_local(task("local", async move {
            pending::<()>().await;
            drop(kept);
        }));
        let (done, is_done) = oneshot::channel::<()>();
        let arm = task("arm", pending::<()>());
        let other = task("other", is_done);
        let selects = tokio::spawn(async {
            tokio::select! {
                () = arm => unreachable!(),
                result = other => result.unwrap(),
            }
        });
        (done, selects)
    })
    .await;
    let looks = async {
        for path in ["/spawned", "/in-a-set", "/tracked", "/local", "/arm", "/other"] {
            let (identity, _) = rig.when(path, |s| state(s) == "idle").await;
            assert_eq!((identity.kind.as_str(), identity.framework.as_str()), ("task", "tokio"));
        }
        done.send(()).unwrap();
        selects.await.unwrap();
        rig.when("/arm", |s| state(s) == "stopped").await;
        let exits = ["/other", "/arm"]
            .map(|path| async { rig.show(path).await.unwrap().2.history[0].exit.clone() });
        let [other, arm] = exits;
        assert_eq!((other.await.as_str(), arm.await.as_str()), ("normal", "aborted"));
    };
    local.run_until(looks).await;
}

#[tokio::test]
async fn a_bare_task_says_why_it_cannot_be_killed_and_which_word_would_change_that() {
    let rig = Rig::start().await;
    scope(rig.registry, async {
        tokio::spawn(task("bare", pending::<()>()));
    })
    .await;
    let (identity, _) = rig.when("/bare", |s| state(s) == "idle").await;
    assert!(identity.no_kill.unwrap().contains("`spawn` in the place of `task`"));
    let [kill, stop, restart, suspend] = refusals(&rig, "/bare").await;
    assert!(kill.contains("`spawn` in the place of `task` makes it killable"), "{kill}");
    assert!(stop.contains("`channel(name, n)`") && stop.contains("cancel the token"), "{stop}");
    assert!(restart.contains("`supervise(name, || fut)`"), "{restart}");
    assert!(suspend.contains("might hold a lock that others wait for"), "{suspend}");
    let answer = rig.act("kill", "/bare").await.unwrap();
    assert_eq!(answer.outcome, "not_supported");
    assert!(answer.message.starts_with("/bare can't be killed: it was made with `task`"));
}

#[tokio::test]
async fn a_named_future_waits_as_starting_and_one_that_never_ran_says_so() {
    let rig = Rig::start().await;
    let (runs, never) =
        scope(rig.registry, async { (task("runs", async { 7 }), task("never", async { 8 })) })
            .await;
    rig.when("/runs", |s| state(s) == "starting").await;
    assert_eq!(runs.await, 7);
    assert_eq!(rig.kinds("/runs").await, ["started", "exited"]);
    drop(never);
    rig.when("/never", |s| state(s) == "stopped").await;
    let (_, _, detail) = rig.show("/never").await.unwrap();
    let last = &detail.history[0];
    assert_eq!((last.exit.as_str(), last.reason.as_deref()), ("aborted", Some("before it began")));
}

#[tokio::test]
async fn everything_hangs_under_whose_code_started_it() {
    let rig = Rig::start().await;
    let ready = Arc::new(Notify::new());
    let tell = ready.clone();
    let local = LocalSet::new();
    scope(rig.registry, async {
        local.spawn_local_observed("outer", async move {
            spawn("task", pending::<()>());
            spawn_local("local", pending::<()>());
            let mut set = JoinSet::new();
            set.spawn_observed("of-set", pending::<()>());
            set.spawn_local_observed("local-of-set", pending::<()>());
            let tracker = TaskTracker::new();
            tracker.spawn_observed("tracked", pending::<()>());
            tracker.spawn_local_observed("local-tracked", pending::<()>());
            let (hold, held) = std::sync::mpsc::channel::<()>();
            let closure = spawn_blocking("closure", move || {
                spawn("of-closure", task("of-of-closure", pending::<()>()));
                assert_eq!(&*current_slot().unwrap().name(), "closure");
                let _ = held.recv();
            });
            let (_sender, _receiver) = channel::<()>("queue", 1);
            let named = task("awaited", async {
                spawn("of-awaited", pending::<()>());
                tell.notify_one();
                pending::<()>().await;
            });
            tokio::join!(named, async {
                closure.await.unwrap();
            });
            drop((hold, set));
        });
    })
    .await;
    let looks = async {
        ready.notified().await;
        for below in [
            "task",
            "local",
            "of-set",
            "local-of-set",
            "tracked",
            "local-tracked",
            "closure/of-closure",
            // Made by the closure, whoever polls it.
            "closure/of-of-closure",
            "queue",
            "awaited/of-awaited",
        ] {
            rig.when(&format!("/outer/{below}"), |_| true).await;
        }
        assert_eq!(rig.show("/outer").await.unwrap().2.children, 9);
    };
    local.run_until(looks).await;
}

#[tokio::test]
async fn a_local_task_is_killed_from_the_agents_thread() {
    let rig = Rig::start().await;
    let local = LocalSet::new();
    let kept = Rc::new(());
    let of_task = kept.clone();
    let looks = async {
        let [ended] = scope(rig.registry, async {
            [spawn_local("local", async move {
                let _kept = of_task;
                pending::<()>().await;
            })]
        })
        .await;
        rig.when("/local", |s| state(s) == "idle").await;
        assert_eq!(rig.act("kill", "/local").await.unwrap().outcome, "done");
        assert!(ended.await.unwrap_err().is_cancelled());
    };
    local.run_until(looks).await;
    assert_eq!(Rc::strong_count(&kept), 1);
}

#[tokio::test]
async fn what_a_receiver_allowed_goes_with_it() {
    let rig = Rig::start().await;
    let (drops, go_on) = oneshot::channel::<()>();
    let _sender = scope(rig.registry, async {
        let (sender, mut receiver) = channel::<u32>("queue", 1);
        spawn("worker", async move {
            tokio::select! {
                _ = receiver.recv() => {}
                _ = go_on => {}
            }
            drop(receiver);
            pending::<()>().await;
        });
        sender
    })
    .await;
    rig.when("/worker", |s| s.depth.as_ref().is_some_and(|d| d.quality.is_some())).await;
    assert_eq!(refusals(&rig, "/worker").await[1], "");
    assert_eq!(rig.act("suspend", "/worker").await.unwrap().outcome, "done");
    rig.when("/worker", |s| state(s) == "suspended").await;
    drops.send(()).unwrap();
    // It goes on: only its receiver would have held it.
    rig.when("/worker", |s| state(s) == "idle" && s.utilization.is_some()).await;
    let [kill, stop, _, suspend] = refusals(&rig, "/worker").await;
    assert_eq!(kill, "");
    assert!(stop.contains("no observed receiver") && suspend.contains("no observed receiver"));
    let radius = rig.preview("kill", "/worker").await.unwrap();
    assert_eq!(radius.sentences, ["Nobody restarts it: it is not supervised."]);
}

/// Not `Unpin`, and with nothing in it that a wrapper could lose.
async fn answer() -> u32 {
    tokio::task::yield_now().await;
    42
}

#[tokio::test]
async fn outputs_come_through_and_ended_futures_stay_pending() {
    let mut future = Box::pin(task("answer", answer()));
    assert_eq!(future.as_mut().await, 42);
    assert!(futures_util::poll!(future.as_mut()).is_pending());
    fn is_send<T: Future + Send>(_: &T) {}
    is_send(&future);
}

#[tokio::test]
async fn who_goes_with_a_task_is_told_before_it_is_killed_and_true_afterwards() {
    let rig = Rig::start().await;
    let _sender = scope(rig.registry, async {
        let (sender, receiver) = channel::<u32>("first", 1);
        let (_other, second) = channel::<u32>("second", 1);
        spawn("outer", async move {
            let (mut receiver, mut second) = (receiver, second);
            spawn("spawned", pending::<()>());
            let mut set = JoinSet::new();
            set.spawn_observed("owned", pending::<()>());
            tokio::join!(receiver.recv(), second.recv(), pending::<()>());
        });
        sender
    })
    .await;
    rig.when("/outer/second", |_| true).await;
    rig.when("/outer/owned", |s| state(s) == "idle").await;
    let radius = rig.preview("kill", "/outer").await.unwrap();
    let paths: Vec<&str> = radius.affected.iter().map(|a| a.path.as_str()).collect();
    assert_eq!(paths, ["/outer", "/outer/second"]);
    assert_eq!(
        radius.sentences[1..],
        [
            "1 actor below ends with its parent.",
            "2 tasks below run on, except those that are awaited in it or are in a `JoinSet` that \
             it owns.",
        ]
    );
    assert_eq!(rig.act("kill", "/outer").await.unwrap().outcome, "done");
    rig.when("/outer/owned", |s| state(s) == "stopped").await;
    rig.when("/outer/second", |s| state(s) == "stopped").await;
    rig.when("/outer/spawned", |s| state(s) == "idle").await;
}

#[tokio::test]
async fn executors_of_somebody_else_are_woken_for_what_they_run() {
    let rig = Rig::start().await;
    let (wake, woken): (Vec<_>, Vec<_>) = (0..50).map(|_| oneshot::channel::<()>()).unzip();
    // Each of its futures is polled with a waker of its own, and only when that is woken.
    let all: FuturesUnordered<_> = scope(rig.registry, async {
        let named = |(i, woken)| task(&format!("part-{i}"), woken);
        woken.into_iter().enumerate().map(named).collect()
    })
    .await;
    let wakes = tokio::spawn(async {
        for wake in wake {
            wake.send(()).unwrap();
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(all.collect::<Vec<_>>().await.len(), 50);
    wakes.await.unwrap();
    let (_, stats) = rig.when("/part-49", |s| state(s) == "stopped").await;
    let polling = stats.polling.unwrap();
    // Polled once in vain and once because it was woken; nobody knows since when it waited at first.
    assert_eq!((polling.polls, polling.delay.unwrap().count), (2, 1));
}
