//! The real binary under load, and what an observer sees of it over the agent's socket.
#![cfg(unix)]

mod common;

use actorscope_testkit::{Rig, depth, state};
use common::{Client, World, eventually, figure};

const JOURNAL: &str = "/journal";

/// Ends an actor as an operator would, and waits for its next life.
async fn act(rig: &Rig, verb: &str, path: &str) {
    let (_, before) = rig.when(path, |stats| state(stats) != "restarting").await;
    let answer = rig.act(verb, path).await.unwrap();
    assert!(matches!(answer.outcome.as_str(), "done" | "accepted"), "{}", answer.message);
    rig.when(path, |stats| stats.restarts > before.restarts).await;
}

/// The report, once it is about this many records.
async fn report(client: &mut Client, records: &str) -> String {
    let mut last = String::new();
    eventually("a report on everything", async || {
        last = client.order("report");
        figure(&last, "records") == records
    })
    .await;
    last
}

#[tokio::test]
async fn orders_are_followed_or_refused_in_words() {
    let world = World::new();
    let (service, _) = world.serve(&[]).await;
    let mut client = service.client();
    for (order, answer) in [
        ("open ada", "ok 1"),
        ("open ada", "error there is an account ada already"),
        ("open bob", "ok 2"),
        ("deposit ada 12.50", "ok 3"),
        ("transfer ada bob 12.51", "error there is not enough money in ada"),
        ("transfer ada eve 1", "error there is no account eve"),
        ("transfer ada bob 2.5", "ok 4"),
        ("balance ada", "ok 10.00"),
        ("statement bob", "ok 1 entries"),
        ("transfer ada ada 1", "error a transfer is between two accounts"),
        ("give me all", "error orders are: open ACCOUNT"),
    ] {
        let found = client.order(order);
        assert!(found.starts_with(answer), "{order}: {found}");
    }
    assert_eq!(client.order("balance bob"), "ok 2.50");
    let report = report(&mut client, "4").await;
    assert!(report.starts_with("ok balanced accounts=2 held=12.50 deposited=12.50"), "{report}");
    // A line that is too long is the end of a connection, and of no other.
    let mut other = service.client();
    assert!(other.order(&"x".repeat(300)).starts_with("error"));
    assert_eq!(client.order("balance bob"), "ok 2.50");
    assert_eq!(service.terminate().await, Some(0));
}

#[tokio::test]
async fn on_a_slow_disk_the_journal_is_the_bottleneck() {
    let world = World::new();
    let (service, rig) = world.serve(&["--fault", "slow-journal"]).await;
    let load = service.load(&["--sessions", "120"]);
    eventually("the bottleneck is named", async || {
        let Some((identity, stats)) = rig.worst("queue-wait").await else { return false };
        // Shares of time are known from the second tick on.
        let is_busy = stats.utilization > Some(0.8) && depth(&stats).0 > 40;
        identity.path == JOURNAL && is_busy && stats.oldest_wait_ns > Some(50_000_000)
    })
    .await;
    let (.., detail) = rig.show(JOURNAL).await.unwrap();
    let types: Vec<_> = detail.handlers.iter().map(|t| t.message_type.as_str()).collect();
    assert!(types.iter().any(|name| name.ends_with("Append")), "{types:?}");
    for shard in 0..4 {
        let (_, shard, _) = rig.show(&format!("/shard-{shard}")).await.unwrap();
        assert!(shard.utilization < Some(0.5), "{:?}", shard.utilization);
    }
    // In the middle of its backlog, which it keeps.
    act(&rig, "restart", JOURNAL).await;
    rig.when(JOURNAL, |stats| stats.current.as_ref().is_some_and(|c| c.handled > 100)).await;
    assert!(load.finish().contains(" 0 unanswered"));
    assert_eq!(service.terminate().await, Some(0));
}

#[tokio::test]
async fn no_money_is_lost_whoever_is_killed() {
    let world = World::new();
    let (service, rig) = world.serve(&[]).await;
    let load = service.load(&["--sessions", "16", "--pause-ms", "2"]);
    rig.when("/shard-0", |stats| stats.total.as_ref().is_some_and(|t| t.handled > 50)).await;
    for round in 1..=3 {
        for path in ["/shard-0", JOURNAL, "/shard-2", "/report", "/door"] {
            act(&rig, if round == 2 { "restart" } else { "kill" }, path).await;
        }
    }
    let (_, shard) = rig.when("/shard-0", |stats| stats.restarts == 3).await;
    assert_eq!(shard.incarnation, 4);
    let (.., detail) = rig.show("/shard-0").await.unwrap();
    let ends: Vec<_> = detail.history.iter().map(|end| end.exit.as_str()).collect();
    assert_eq!(ends.iter().filter(|end| **end == "killed").count(), 2, "{ends:?}");
    let said = load.finish();
    assert!(said.contains(" 0 unanswered"), "{said}");
    let (_, deposited) = said.split_once("; ").unwrap();
    let deposited = deposited.split(' ').next().unwrap();

    // What was answered is what is written, and what is held; also after a process that was killed.
    let mut client = service.client();
    client.done("open last");
    let number = client.order("deposit last 1.00");
    let records = number.strip_prefix("ok ").unwrap().to_owned();
    let before = report(&mut client, &records).await;
    assert!(before.starts_with("ok balanced accounts=17 "), "{before}");
    let held = figure(&before, "held").parse::<f64>().unwrap();
    assert_eq!(format!("{:.2}", held - 1.0), deposited);
    service.kill();
    let (service, _) = world.serve(&["--shards", "3"]).await;
    let mut client = service.client();
    let after = report(&mut client, &records).await;
    for name in ["accounts", "held", "deposited"] {
        assert_eq!(figure(&after, name), figure(&before, name));
    }
    assert_eq!(client.order("balance last"), "ok 1.00");
    assert_eq!(service.terminate().await, Some(0));
}

#[tokio::test]
async fn a_report_that_panics_is_gone_for_good_and_nobody_else_is() {
    let world = World::new();
    let (service, rig) = world.serve(&["--fault", "empty-report"]).await;
    let (identity, stats) = rig.when("/report", |stats| state(stats) == "failed").await;
    assert_eq!((identity.child_spec.unwrap().restart.as_str(), stats.restarts), ("permanent", 0));
    let (.., detail) = rig.show("/report").await.unwrap();
    let end = &detail.history[0];
    assert!(end.exit == "panic" && end.reason().contains("divide by zero"), "{end:?}");
    let mut client = service.client();
    assert!(client.order("report").starts_with("error it was interrupted"));
    client.done("open ada");
    assert_eq!(client.order("balance ada"), "ok 0.00");
    assert_eq!(service.terminate().await, Some(0));
}
