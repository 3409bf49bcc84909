//! The store as an observer sees it: the binary, its clients, and its agent's socket.
#![cfg(unix)]

mod service;

use actorscope_testkit::{SOON, depth, state};
use service::{Store, command, ms};
use tokio::time::timeout;

/// `cut`: a letter of two bytes begins at byte 3.
const VALUE: &str = "caf\u{e9}s";

#[tokio::test]
async fn the_tree_says_who_supervises_whom_and_what_can_be_done() {
    let store = Store::start(&["--shards", "3", "--room", "7"]).await;
    let mut client = store.client().await;
    assert_eq!(client.ask("COUNT").await, "VALUE 0");
    let (supervisor, _, _) = store.rig.show("/shards").await.unwrap();
    assert_eq!((&*supervisor.framework, &*supervisor.kind), ("homegrown", "supervisor"));
    let spec = supervisor.supervisor.unwrap();
    assert_eq!((&*spec.strategy, spec.intensity), ("one_for_one", Some(5)));
    assert_eq!(&*spec.scope, "per_supervisor");
    for n in 1..=3 {
        let path = format!("/shards/shard-{n}");
        let (shard, stats) = store.rig.when(&path, |s| state(s) == "idle").await;
        assert_eq!((shard.parent, shard.mailbox_capacity), (Some(supervisor.slot), Some(7)));
        assert_eq!(shard.child_spec.unwrap().restart, "transient");
        assert_eq!(depth(&stats), (0, "exact".into()));
        assert!(shard.actor_type.ends_with("Shard"), "{}", shard.actor_type);
    }
    let (client_task, _, _) = store.rig.show("/connections/conn-1").await.unwrap();
    assert_eq!(client_task.framework, "tokio");
    let why = store.rig.preview("kill", "/shards").await.unwrap().impossible.unwrap();
    assert!(why.contains("no task of its own"), "{why}");
}

#[tokio::test]
async fn what_waits_for_a_held_shard_is_counted_and_its_wait_is_known() {
    let store = Store::start(&["--shards", "1"]).await;
    let path = "/shards/shard-1";
    store.act("suspend", path).await;
    store.rig.when(path, |s| state(s) == "suspended").await;
    let mut clients = Vec::new();
    for n in 0..5 {
        let mut client = store.client().await;
        client.send(&format!("SET key-{n} {n}")).await;
        clients.push(client);
    }
    let waiting = |s: &_| depth(s) == (5, "exact".into());
    let (_, stats) =
        store.rig.when(path, |s| waiting(s) && s.oldest_wait_ns >= Some(ms(200))).await;
    assert_eq!(stats.total.unwrap().handled, 0, "{stats:?}");

    store.act("resume", path).await;
    for client in &mut clients {
        assert_eq!(client.hear().await, "OK");
    }
    let (_, stats) =
        store.rig.when(path, |s| s.total.as_ref().is_some_and(|t| t.handled == 5)).await;
    assert_eq!((depth(&stats), state(&stats)), ((0, "exact".into()), "idle"));
    assert!(stats.queue_wait.as_ref().unwrap().max >= Some(ms(200)), "{stats:?}");
    assert!(stats.total.unwrap().busy_ns > 0);
    // Who asked is known, too: the clients' tasks.
    let (_, _, detail) = store.rig.show("/connections/conn-1").await.unwrap();
    let link = &detail.links.as_ref().unwrap().outgoing[0];
    assert_eq!((&*link.path, link.asks), (path, 1), "{link:?}");
}

#[tokio::test]
async fn a_shard_that_panics_is_there_again_with_its_keys_and_its_queue() {
    let store = Store::start(&["--shards", "1", "--tears-letters"]).await;
    let path = "/shards/shard-1";
    let mut client = store.client().await;
    assert_eq!(client.ask(&format!("SET word {VALUE}")).await, "OK");
    store.act("suspend", path).await;
    let mut unlucky = store.client().await;
    unlucky.send("CUT word 4").await;
    store.rig.when(path, |s| depth(s).0 == 1).await;
    let mut next = store.client().await;
    next.send("GET word").await;
    store.rig.when(path, |s| depth(s).0 == 2).await;
    store.act("resume", path).await;
    assert_eq!(unlucky.hear().await, "ERROR it failed; try again");
    assert_eq!(next.hear().await, format!("VALUE {VALUE}"));

    let (_, stats) = store.rig.when(path, |s| s.restarts == 1 && state(s) == "idle").await;
    let total = stats.total.as_ref().unwrap();
    assert_eq!((total.handled, total.failed, stats.incarnation), (3, 1, 2));
    let budget = stats.budget.unwrap();
    assert_eq!((budget.used, budget.allowed), (1, 5));
    let (_, _, detail) = store.rig.show(path).await.unwrap();
    let past = &detail.history[0];
    assert_eq!(past.exit, "panic");
    assert!(past.reason().contains("char boundary"), "{past:?}");
    assert_eq!(store.rig.kinds(path).await[..1], ["started"]);
}

#[tokio::test]
async fn operators_restart_kill_and_stop_it() {
    let store = Store::start(&["--shards", "2"]).await;
    let (first, second) = ("/shards/shard-1", "/shards/shard-2");
    let mut client = store.client().await;
    // Both are kept by the first.
    for key in ["a", "c"] {
        assert_eq!(client.ask(&format!("SET {key} 1")).await, "OK");
    }
    store.act("restart", first).await;
    store.rig.when(first, |s| s.incarnation == 2 && state(s) == "idle").await;
    store.act("kill", first).await;
    let (_, stats) = store.rig.when(first, |s| s.incarnation == 3 && state(s) == "idle").await;
    // All children share one budget, so each shows it.
    assert_eq!(stats.budget.unwrap().used, 2);
    let (_, stats) = store.rig.when(second, |s| s.budget.is_some()).await;
    assert_eq!((stats.budget.unwrap().used, stats.restarts), (2, 0));
    let (_, _, detail) = store.rig.show(first).await.unwrap();
    let exits: Vec<_> = detail.history.iter().map(|past| &*past.exit).collect();
    assert_eq!(exits, ["killed", "error"]);
    assert!(detail.history[0].reason().contains("a test"), "{:?}", detail.history);
    assert_eq!(client.ask("GET a").await, "VALUE 1");

    let preview = store.rig.preview("stop", first).await.unwrap();
    assert!(preview.sentences.iter().any(|s| s.contains("stays down")), "{preview:?}");
    store.act("stop", first).await;
    store.rig.when(first, |s| state(s) == "stopped").await;
    assert_eq!(client.ask("GET a").await, "ERROR it failed; try again");
    let stale = store.rig.act("kill", first).await.unwrap();
    assert_ne!(stale.outcome, "done", "{stale:?}");
}

#[tokio::test]
async fn one_failure_too_many_ends_the_service_and_nothing_that_was_answered_is_lost() {
    let mut store = Store::start(&["--shards", "2", "--tears-letters"]).await;
    let mut client = store.client().await;
    assert_eq!(client.ask(&format!("SET word {VALUE}")).await, "OK");
    for _ in 0..5 {
        assert_eq!(client.ask("CUT word 4").await, "ERROR it failed; try again");
    }
    client.send("CUT word 4").await;
    let status = timeout(SOON, store.process.wait()).await.expect("it ends").unwrap();
    assert_eq!(status.code(), Some(1));
    let store = Store::start_in(store.kill().await, &["--shards", "2"]).await;
    let mut client = store.client().await;
    assert_eq!(client.ask("CUT word 4").await, "VALUE caf");
    assert_eq!(client.ask("DEL word").await, "OK");
    assert_eq!(client.ask("GET word").await, "NONE");
    let directory = store.kill().await;

    let other = command(directory.path(), &["--shards", "3"]).output();
    let other = timeout(SOON, other).await.expect("it refuses").unwrap();
    let said = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(!other.status.success() && said.contains("another number of shards"), "{said}");
}
