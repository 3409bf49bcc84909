//! Trees of cancellation tokens.

use actorscope_agent::adapter::scope;
use actorscope_agent::tokio::{ObservedToken, observe_token, spawn, supervise, task, token};
use actorscope_testkit::{Rig, state};
use std::future::pending;
use tokio_util::sync::CancellationToken;

/// A service with a token for all of it and one for its requests.
struct Service {
    shutdown: ObservedToken,
    requests: ObservedToken,
}

async fn service(rig: &Rig) -> Service {
    scope(rig.registry, async {
        let shutdown = token("shutdown");
        let requests = shutdown.child_token("requests");
        shutdown.within(|| {
            spawn("listener", shutdown.run_until_cancelled(pending::<()>()));
            tokio::spawn(task("deaf", pending::<()>()));
            let listens = requests.clone();
            supervise("worker", move || listens.clone().cancelled_owned_()).spawn();
        });
        spawn(
            "request",
            requests.scope(async {
                spawn("query", pending::<()>());
                pending::<()>().await;
            }),
        );
        Service { shutdown, requests }
    })
    .await
}

/// What tokio's own token can do by value, ours does through a clone of that.
trait Owned {
    fn cancelled_owned_(self) -> tokio_util::sync::WaitForCancellationFutureOwned;
}

impl Owned for ObservedToken {
    fn cancelled_owned_(self) -> tokio_util::sync::WaitForCancellationFutureOwned {
        CancellationToken::clone(&self).cancelled_owned()
    }
}

#[tokio::test]
async fn an_operator_cancels_a_token_and_its_children_and_nothing_else() {
    let rig = Rig::start().await;
    let Service { shutdown, requests } = service(&rig).await;
    for path in ["listener", "deaf", "worker", "requests/query"] {
        rig.when(&format!("/shutdown/{path}"), |s| state(s) == "idle").await;
    }
    rig.when("/request", |s| state(s) == "idle").await;
    let (identity, _) = rig.when("/shutdown/requests", |s| state(s) == "idle").await;
    assert_eq!((identity.kind.as_str(), identity.framework.as_str()), ("group", "tokio"));

    let radius = rig.preview("stop", "/shutdown").await.unwrap();
    assert_eq!(radius.impossible, None);
    let mut ends: Vec<(&str, &str)> =
        radius.affected.iter().map(|a| (a.path.as_str(), a.effect.as_str())).collect();
    ends[1..].sort_unstable();
    assert_eq!(
        ends,
        [
            ("/shutdown", "ends"),
            ("/shutdown/deaf", "ends"),
            ("/shutdown/listener", "ends"),
            ("/shutdown/requests", "ends"),
            ("/shutdown/requests/query", "ends"),
            ("/shutdown/worker", "ends_with_parent"),
        ]
    );
    assert_eq!(
        radius.sentences,
        [
            "It is cancelled, which asks and forces nobody: everything that listens to it or to a \
             child token ends by itself.",
            "1 group below is cancelled with it.",
            "4 actors below end if they listen to it.",
            "1 of them is supervised and may be started again.",
        ]
    );

    let answer = rig.act("stop", "/shutdown").await.unwrap();
    assert_eq!(answer.outcome, "done", "{}", answer.message);
    assert!(shutdown.is_cancelled() && requests.is_cancelled());
    for path in ["/shutdown", "/shutdown/requests", "/shutdown/listener"] {
        rig.when(path, |s| state(s) == "stopped").await;
    }
    for path in ["/shutdown/deaf", "/shutdown/requests/query"] {
        rig.when(path, |s| state(s) == "idle").await;
    }
    let (_, _, detail) = rig.show("/shutdown").await.unwrap();
    let last = &detail.history[0];
    assert_eq!(last.exit, "normal");
    assert!(last.reason.as_ref().unwrap().starts_with("stopped by"), "{last:?}");
    let (_, _, detail) = rig.show("/shutdown/requests").await.unwrap();
    assert_eq!(detail.history[0].reason.as_deref(), Some("cancelled"));
    let again = rig.act("stop", "/shutdown").await.unwrap();
    assert_eq!(again.outcome, "gone");
}

#[tokio::test]
async fn a_token_that_code_cancels_is_shown_as_stopped_without_anybody_polling() {
    let rig = Rig::start().await;
    let Service { shutdown, requests } = service(&rig).await;
    // Through tokio's own handle, on a thread that knows nothing of runtimes.
    let plain = CancellationToken::clone(&requests);
    std::thread::spawn(move || plain.cancel()).join().unwrap();
    // No `when`: it was told before `cancel` returned.
    let (_, stats, detail) = rig.show("/shutdown/requests").await.unwrap();
    assert_eq!(state(&stats), "stopped");
    assert_eq!(detail.history[0].reason.as_deref(), Some("cancelled"));
    assert!(!shutdown.is_cancelled());
    rig.when("/shutdown", |s| state(s) == "idle").await;
    let born_late = shutdown.child_token("late");
    rig.when("/shutdown/late", |s| state(s) == "idle").await;
    shutdown.cancel();
    rig.when("/shutdown/late", |s| state(s) == "stopped").await;
    let still_born = born_late.child_token("still-born");
    assert!(still_born.is_cancelled());
    rig.when("/shutdown/late/still-born", |s| state(s) == "stopped").await;
}

#[tokio::test]
async fn a_token_is_shown_until_its_last_handle_is_dropped_and_keeps_nothing() {
    let rig = Rig::start().await;
    let original = CancellationToken::new();
    let [listener] = scope(rig.registry, async {
        let named = observe_token("named", original.child_token());
        let second = named.clone();
        let plain = CancellationToken::clone(&second);
        named.within(|| tokio::spawn(task("below", pending::<()>())));
        let listener = spawn("listener", named.run_until_cancelled(pending::<()>()));
        rig.when("/named/below", |_| true).await;
        drop((named, second));
        // Whoever waits inside of it holds it, too.
        rig.when("/named", |s| state(s) == "idle").await;
        assert!(!plain.is_cancelled());
        [listener]
    })
    .await;
    rig.when("/named", |s| state(s) == "idle").await;
    original.cancel();
    assert_eq!(listener.await.unwrap(), None);
    rig.gone("/named").await;
    rig.when("/below", |_| true).await;
    assert_eq!(rig.kinds("/named").await, ["started", "exited"]);
}

#[tokio::test]
async fn stop_is_all_that_a_token_can_do() {
    let rig = Rig::start().await;
    let _service = service(&rig).await;
    rig.when("/shutdown", |s| state(s) == "idle").await;
    for (verb, says) in [
        ("kill", "a token can only ask: `stop` cancels it"),
        ("restart", "once and for all"),
        ("suspend", "once and for all"),
    ] {
        let answer = rig.act(verb, "/shutdown").await.unwrap();
        assert_eq!(answer.outcome, "not_supported");
        assert!(answer.message.contains(says), "{}", answer.message);
    }
}
