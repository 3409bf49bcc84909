//! How tasks end, as it is told over the wire.

use actorscope_agent::adapter::scope;
use actorscope_agent::core::RestartType;
use actorscope_agent::tokio::{
    JoinSetExt, TaskOutcome, outcome, outcome_of, spawn, spawn_blocking, supervise, task, token,
};
use actorscope_testkit::{Rig, state};
use std::future::pending;
use tokio::task::JoinSet;

type End<'a> = (&'a str, &'a str, Option<&'a str>);

/// State, exit and reason of what ended last in a slot.
async fn assert_ended(rig: &Rig, path: &str, (end, exit, reason): End<'_>) {
    rig.when(path, |s| state(s) == end).await;
    let (_, _, detail) = rig.show(path).await.unwrap();
    let last = &detail.history[0];
    assert_eq!((last.exit.as_str(), last.reason.as_deref()), (exit, reason), "{path}");
}

async fn fails() -> Result<u32, String> {
    tokio::task::yield_now().await;
    Err("disk full".to_owned())
}

#[tokio::test]
async fn done_failed_panicked_and_aborted_are_told_apart_in_every_spawner() {
    let rig = Rig::start().await;
    let mut set = JoinSet::new();
    scope(rig.registry, async {
        spawn("done", async { Err::<(), _>("nobody said that this matters") });
        spawn("failed", outcome(fails()));
        spawn("panicked", async { panic!("in {}", "words") });
        spawn("aborted", pending::<()>()).abort();
        tokio::spawn(task("task-failed", outcome(fails())));
        tokio::spawn(task("task-panicked", async { panic!("plainly") }));
        set.spawn_observed("set-failed", async { outcome(fails()).await.map(drop) });
        set.spawn_observed("set-aborted", pending()).abort();
        spawn_blocking("closure-failed", || outcome_of(Err::<u32, _>("no such file")));
        spawn_blocking("closure-panicked", || panic!("in a thread"));
        spawn_blocking("closure-done", || Err::<u32, _>("unsaid"));
    })
    .await;
    let ends: [(&str, End<'_>); 11] = [
        ("/done", ("stopped", "normal", None)),
        ("/failed", ("failed", "error", Some("disk full"))),
        ("/panicked", ("failed", "panic", Some("in words"))),
        ("/aborted", ("stopped", "aborted", None)),
        ("/task-failed", ("failed", "error", Some("disk full"))),
        ("/task-panicked", ("failed", "panic", Some("plainly"))),
        ("/set-failed", ("failed", "error", Some("disk full"))),
        ("/set-aborted", ("stopped", "aborted", None)),
        ("/closure-failed", ("failed", "error", Some("no such file"))),
        ("/closure-panicked", ("failed", "panic", Some("in a thread"))),
        ("/closure-done", ("stopped", "normal", None)),
    ];
    for (path, end) in ends {
        assert_ended(&rig, path, end).await;
    }
    let events = rig.events().await;
    let told = events.iter().find(|e| e.path == "/panicked" && e.kind == "exited").unwrap();
    assert_eq!((told.exit.as_str(), told.reason.as_deref()), ("panic", Some("in words")));
}

#[tokio::test]
async fn a_panic_reaches_whoever_waits_as_it_was() {
    let rig = Rig::start().await;
    let [in_words, otherwise] = scope(rig.registry, async {
        [
            spawn("in-words", async {
                let number = 1.to_string();
                panic!("why {number}")
            }),
            spawn("otherwise", async { std::panic::panic_any(7_u8) }),
        ]
    })
    .await;
    let payload = in_words.await.unwrap_err().into_panic();
    assert_eq!(payload.downcast_ref::<String>().unwrap(), "why 1");
    assert_eq!(otherwise.await.unwrap_err().into_panic().downcast_ref::<u8>(), Some(&7));
    assert_ended(&rig, "/otherwise", ("failed", "panic", None)).await;
}

#[tokio::test]
async fn an_error_that_the_task_survives_is_not_its_outcome() {
    let rig = Rig::start().await;
    let [tries] = scope(rig.registry, async {
        [spawn("tries", async {
            let first = outcome(fails()).await;
            tokio::task::yield_now().await;
            // A child's failure is the child's.
            let child = task("child", outcome(fails())).await;
            tokio::task::yield_now().await;
            (first, child)
        })]
    })
    .await;
    let (first, child) = tries.await.unwrap();
    assert!(first.is_err() && child.is_err(), "outputs stay what they are");
    assert_ended(&rig, "/tries", ("stopped", "normal", None)).await;
    assert_ended(&rig, "/tries/child", ("failed", "error", Some("disk full"))).await;
}

#[tokio::test]
async fn work_under_a_token_fails_like_any_other_and_is_fine_when_cancelled() {
    let rig = Rig::start().await;
    let shutdown = scope(rig.registry, async {
        let shutdown = token("shutdown");
        spawn("failed", outcome(shutdown.run_until_cancelled(fails())));
        let waits = async {
            pending::<()>().await;
            Err::<(), _>("never")
        };
        spawn("cancelled", outcome(shutdown.run_until_cancelled(waits)));
        shutdown
    })
    .await;
    assert_ended(&rig, "/failed", ("failed", "error", Some("disk full"))).await;
    rig.when("/cancelled", |s| state(s) == "idle").await;
    shutdown.cancel();
    assert_ended(&rig, "/cancelled", ("stopped", "normal", None)).await;
}

#[tokio::test]
async fn supervisors_take_any_output_that_can_tell_a_failure() {
    struct Code(u8);
    impl TaskOutcome for Code {
        fn error(&self) -> Option<String> {
            (self.0 != 0).then(|| format!("code {}", self.0))
        }
    }
    let rig = Rig::start().await;
    let supervised = scope(rig.registry, async {
        let mut codes = [3_u8, 0].into_iter();
        supervise("worker", move || {
            let code = codes.next().unwrap();
            async move { Code(code) }
        })
        .restart(RestartType::Transient)
        .spawn()
    })
    .await;
    assert_eq!(supervised.await, actorscope_agent::core::ExitReason::Normal);
    let (_, _, detail) = rig.show("/worker").await.unwrap();
    let exits: Vec<_> =
        detail.history.iter().map(|h| (h.exit.as_str(), h.reason.as_deref())).collect();
    assert_eq!(exits, [("normal", None), ("error", Some("code 3"))]);
}

#[tokio::test]
async fn what_an_error_says_is_kept_within_bounds() {
    let rig = Rig::start().await;
    scope(rig.registry, async {
        spawn("verbose", async { outcome_of(Err::<(), _>("no\u{1b}[2J".repeat(1_000_000))) });
    })
    .await;
    rig.when("/verbose", |s| state(s) == "failed").await;
    let (_, _, detail) = rig.show("/verbose").await.unwrap();
    let said = detail.history[0].reason.as_ref().unwrap();
    assert!(said.len() <= 1_000 && said.starts_with("no"), "{}", said.len());
    assert!(!said.chars().any(char::is_control));
}
