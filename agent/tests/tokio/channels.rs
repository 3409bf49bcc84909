//! Channels, the tasks that receive from them, and supervised tasks.

use actorscope_agent::adapter::scope;
use actorscope_agent::core::RestartType;
use actorscope_agent::tokio::{channel, observe_rx, spawn, supervise, unbounded_channel};
use actorscope_testkit::{Rig, depth, state};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};

/// A loop whose handler does not return until it is let: `stuck!(receiver, release)`.
macro_rules! stuck {
    ($rx:ident, $release:ident) => {
        async move {
            while $rx.recv().await.is_some() {
                $release.notified().await;
            }
        }
    };
}

#[tokio::test]
async fn a_thousand_messages_behind_a_stuck_handler_read_a_thousand_live() {
    let rig = Rig::start().await;
    let release = Arc::new(Notify::new());
    let (bounded, unbounded) = scope(rig.registry, async {
        let (bounded, mut rx) = channel::<u32>("bounded-queue", 2_000);
        let hold = release.clone();
        spawn("bounded", stuck!(rx, hold));
        let (unbounded, mut rx) = unbounded_channel::<u32>("unbounded-queue");
        let hold = release.clone();
        spawn("unbounded", stuck!(rx, hold));
        (bounded, unbounded)
    })
    .await;
    for i in 0..1_001 {
        bounded.send(i).await.unwrap();
        unbounded.send(i).unwrap();
    }
    for path in ["/bounded", "/unbounded"] {
        let (identity, stats) =
            rig.when(path, |s| depth(s) == (1_000, "exact".into()) && state(s) == "handling").await;
        assert_eq!(identity.mailbox_capacity, (path == "/bounded").then_some(2_000));
        let now = stats.handling_now.unwrap();
        assert_eq!(now.message_type.as_deref(), Some("u32"));
        // Nothing was dequeued since, and still the wait of the oldest is known.
        let waits = rig.when(path, |s| s.oldest_wait_ns.is_some_and(|w| w > 100_000_000)).await;
        assert_eq!(depth(&waits.1).0, 1_000);
    }
}

#[tokio::test]
async fn a_wrapped_receiver_tells_a_lower_bound_with_its_age_and_exactly_once_held() {
    let rig = Rig::start().await;
    let release = Arc::new(Notify::new());
    let sender = scope(rig.registry, async {
        let (sender, rx) = mpsc::unbounded_channel::<u32>();
        let mut rx = actorscope_agent::tokio::observe_unbounded_rx("jobs", rx);
        let hold = release.clone();
        spawn("worker", stuck!(rx, hold));
        sender
    })
    .await;
    for i in 0..5 {
        sender.send(i).unwrap();
    }
    rig.when("/worker", |s| state(s) == "handling").await;
    // The handler runs; what arrives now is not seen, and the reading says so.
    for i in 5..1_001 {
        sender.send(i).unwrap();
    }
    let aged = |s: &actorscope_proto::v1::Stats| {
        s.depth.as_ref().and_then(|d| d.quality.as_ref()).is_some_and(|q| q.age_ns > 0)
    };
    let (_, stats) = rig.when("/worker", |s| depth(s).1 == "stale" && aged(s)).await;
    assert!(depth(&stats).0 <= 1_000, "a lower bound");

    assert_eq!(rig.act("suspend", "/worker").await.unwrap().outcome, "accepted");
    release.notify_one();
    rig.when("/worker", |s| state(s) == "suspended" && depth(s) == (1_000, "exact".into())).await;
    // Still read anew while it is held.
    for i in 0..10 {
        sender.send(i).unwrap();
    }
    rig.when("/worker", |s| depth(s) == (1_010, "exact".into())).await;
    assert_eq!(rig.act("resume", "/worker").await.unwrap().outcome, "done");
    rig.when("/worker", |s| state(s) == "handling").await;
}

#[tokio::test]
async fn a_task_and_its_channel_of_the_same_name_are_one_slot() {
    let rig = Rig::start().await;
    let _sender = scope(rig.registry, async {
        let (sender, mut rx) = channel::<u32>("encode", 8);
        spawn("encode", async move { while rx.recv().await.is_some() {} });
        sender
    })
    .await;
    let (identity, _) = rig.when("/encode", |s| depth(s).1 == "exact").await;
    assert_eq!(identity.kind, "task");
    assert!(rig.show("/encode~2").await.is_err());
}

#[tokio::test]
async fn an_idle_receiver_reads_zero_exactly() {
    let rig = Rig::start().await;
    let _sender = scope(rig.registry, async {
        let (sender, rx) = mpsc::channel::<u32>(8);
        let mut rx = observe_rx("jobs", rx);
        spawn("worker", async move { while rx.recv().await.is_some() {} });
        sender
    })
    .await;
    let (_, stats) = rig.when("/worker", |s| state(s) == "idle").await;
    assert_eq!(depth(&stats), (0, "exact".into()));
    assert_eq!(stats.oldest_wait_ns, Some(0));
}

#[tokio::test]
async fn tasks_hang_under_the_task_that_spawned_them_and_say_how_they_ended() {
    let rig = Rig::start().await;
    let [outer] = scope(rig.registry, async {
        [spawn("outer", async {
            let panics = spawn("panics", async { panic!("on purpose") });
            let ends = spawn("ends", async {});
            let sleeps = spawn("sleeps", std::future::pending::<()>());
            let _ = (panics.await, ends.await, sleeps.await);
        })]
    })
    .await;
    rig.when("/outer/panics", |s| state(s) == "failed").await;
    rig.when("/outer/ends", |s| state(s) == "stopped").await;
    assert_eq!(rig.act("kill", "/outer/sleeps").await.unwrap().outcome, "done");
    let (_, _, detail) = rig.show("/outer/sleeps").await.unwrap();
    assert_eq!(detail.history[0].exit, "killed");
    assert!(detail.history[0].reason.as_ref().unwrap().contains("a test"));
    outer.await.unwrap();
    assert_eq!(rig.kinds("/outer").await, ["started", "exited"]);
}

#[tokio::test]
async fn stop_lets_the_current_message_finish_and_then_ends_the_loop() {
    let rig = Rig::start().await;
    let handled = Arc::new(AtomicU32::new(0));
    let release = Arc::new(Notify::new());
    let (sender, task) = scope(rig.registry, async {
        let (sender, mut rx) = channel::<u32>("queue", 16);
        let (count, hold) = (handled.clone(), release.clone());
        let task = spawn("worker", async move {
            while rx.recv().await.is_some() {
                hold.notified().await;
                count.fetch_add(1, SeqCst);
            }
            assert!(rx.is_stopped());
        });
        (sender, task)
    })
    .await;
    for i in 0..3 {
        sender.send(i).await.unwrap();
    }
    rig.when("/worker", |s| state(s) == "handling").await;
    assert_eq!(rig.act("stop", "/worker").await.unwrap().outcome, "accepted");
    let (.., detail) = rig.show("/worker").await.unwrap();
    let pending = detail.pending.unwrap();
    assert!(pending.by.starts_with("uid ") && pending.asked_at > 0, "{pending:?}");
    assert_eq!(pending.verb, "stop");
    release.notify_one();
    task.await.unwrap();
    assert_eq!(handled.load(SeqCst), 1);
    rig.when("/worker", |s| state(s) == "stopped").await;
    assert_eq!(rig.show("/worker").await.unwrap().2.pending, None, "it came about");
}

#[tokio::test]
async fn a_supervised_task_is_restarted_until_its_budget_is_used_up() {
    let rig = Rig::start().await;
    let starts = Arc::new(AtomicU32::new(0));
    let supervised = scope(rig.registry, async {
        let starts = starts.clone();
        supervise("flaky", move || {
            let n = starts.fetch_add(1, SeqCst);
            async move {
                if n % 2 == 1 {
                    panic!("attempt {n}");
                }
                Err::<(), _>(format!("attempt {n}"))
            }
        })
        .intensity(2, Duration::from_secs(60))
        .spawn()
    })
    .await;
    assert_eq!(supervised.await, actorscope_agent::core::ExitReason::BudgetExhausted);
    assert_eq!(starts.load(SeqCst), 3, "the first start and two restarts");
    let (identity, stats) = rig.when("/flaky", |s| state(s) == "failed").await;
    assert_eq!((stats.incarnation, stats.restarts), (3, 2));
    let budget = stats.budget.unwrap();
    assert_eq!((budget.used, budget.allowed), (2, 2));
    assert_eq!(identity.child_spec.unwrap().restart, "permanent");
    assert_eq!(
        rig.kinds("/flaky").await,
        ["started", "exited", "restarted", "exited", "restarted", "exited", "gave_up"]
    );
    let (_, _, detail) = rig.show("/flaky").await.unwrap();
    let exits: Vec<_> =
        detail.history.iter().map(|h| (h.exit.as_str(), h.reason.as_deref())).collect();
    assert_eq!(
        exits,
        [("error", Some("attempt 2")), ("panic", Some("attempt 1")), ("error", Some("attempt 0"))]
    );
}

#[tokio::test]
async fn an_operator_restarts_and_kills_a_supervised_task() {
    let rig = Rig::start().await;
    let _supervised = scope(rig.registry, async {
        supervise("server", std::future::pending::<()>).restart(RestartType::Transient).spawn()
    })
    .await;
    let (identity, _) = rig.when("/server", |s| s.incarnation == 1).await;
    let answer = rig.act("restart", "/server").await.unwrap();
    assert_eq!(answer.outcome, "done", "{}", answer.message);
    let (_, stats) = rig.when("/server", |s| s.incarnation == 2).await;
    assert_eq!(stats.budget.unwrap().used, 0, "a restart on purpose costs nothing");

    let stale = rig.act_on("kill", identity.slot, 1).await.unwrap();
    assert_eq!(stale.outcome, "stale_incarnation");
    assert!(stale.message.contains("incarnation 2"), "{}", stale.message);

    assert_eq!(rig.act_on("kill", identity.slot, 2).await.unwrap().outcome, "done");
    let (_, stats) = rig.when("/server", |s| s.incarnation == 3).await;
    assert_eq!((stats.restarts, stats.budget.unwrap().used), (2, 1));
    let by: Vec<_> = rig.events().await.into_iter().filter(|e| e.by.is_some()).collect();
    assert!(by.iter().any(|e| e.kind == "verb" && e.reason.as_deref() == Some("kill: a test")));
    assert!(by.iter().any(|e| e.kind == "restarted"));
}

#[tokio::test]
async fn a_receiver_that_is_lent_to_each_run_keeps_what_is_queued_and_a_preview_says_so() {
    let rig = Rig::start().await;
    let sender = scope(rig.registry, async {
        let (sender, inbox) = channel::<u32>("jobs", 8);
        let inbox = std::sync::Arc::new(tokio::sync::Mutex::new(inbox));
        let run = move || {
            let inbox = inbox.clone();
            async move {
                let mut inbox = inbox.lock().await;
                while inbox.recv().await != Some(3) {}
                std::future::pending::<()>().await;
            }
        };
        supervise("worker", run).keeps_mailbox().spawn();
        sender
    })
    .await;
    for job in [3, 7, 3, 7] {
        sender.send(job).await.unwrap();
    }
    rig.when("/worker", |s| depth(s) == (3, "exact".into())).await;
    let radius = rig.preview("kill", "/worker").await.unwrap();
    assert_eq!((&*radius.queued, radius.queued_messages), ("kept", Some(3)));
    rig.act("kill", "/worker").await.unwrap();
    rig.when("/worker", |s| s.incarnation == 2 && depth(s) == (1, "exact".into())).await;
}

#[tokio::test]
async fn backoff_is_shown_while_it_lasts() {
    let rig = Rig::start().await;
    let supervised = scope(rig.registry, async {
        supervise("slow-start", || async { Err::<(), _>("no database") })
            .backoff(Duration::from_secs(300), Duration::from_secs(600))
            .spawn()
    })
    .await;
    let (_, stats) = rig.when("/slow-start", |s| state(s) == "restarting").await;
    let waiting = stats.state.unwrap();
    assert_eq!(waiting.attempt, 1);
    assert!(waiting.in_ns.is_some_and(|ns| ns > 200_000_000_000));
    assert!(rig.kinds("/slow-start").await.contains(&"restart_scheduled".to_owned()));
    let gone = rig.act("kill", "/slow-start").await.unwrap();
    assert_eq!(gone.outcome, "gone", "{}", gone.message);
    supervised.abort();
}

#[tokio::test]
async fn verbs_that_cannot_be_say_what_would_make_them_possible() {
    let rig = Rig::start().await;
    let _task = scope(rig.registry, async { [spawn("bare", std::future::pending::<()>())] }).await;
    rig.when("/bare", |s| state(s) == "idle").await;
    let answer = rig.act("restart", "/bare").await.unwrap();
    assert_eq!(answer.outcome, "not_supported");
    assert!(answer.message.contains("supervise("), "{}", answer.message);
}
