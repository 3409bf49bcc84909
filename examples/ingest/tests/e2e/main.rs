//! The pipeline as its users meet it: the binary, real files, and the agent's socket.
#![cfg(unix)]

mod service;

use actorscope_proto::v1::{self, view::Kind};
use actorscope_testkit::{Rig, depth, state};
use service::Place;
use std::fs::{self, File};
use std::io::Write;

/// The rows that wait most, by path.
async fn top(rig: &Rig, limit: u32) -> Vec<String> {
    let table = v1::TableView {
        sort: "queue-wait".to_owned(),
        descending: true,
        limit,
        ..v1::TableView::default()
    };
    let view = Some(v1::View { kind: Some(Kind::Table(table)) });
    let request = v1::QueryRequest { view, path: String::new() };
    let frame = rig.ask(request).await.unwrap();
    let rows = frame.order.iter().flatten();
    rows.map(|row| {
        let identity = frame.identities.iter().find(|identity| identity.slot == row.slot);
        identity.unwrap().path.clone()
    })
    .collect()
}

#[tokio::test]
async fn the_slow_parser_is_where_the_queue_is_full_and_all_before_it_waits() {
    let place = Place::with_logs(3, 20_000).await;
    let run = place.start(&["--fault", "slow-parser", "--parsers", "2"]).await;
    for path in ["/parse-1", "/parse-2"] {
        let full = |stats: &_| depth(stats) == (8, "exact".into());
        let (identity, _) = run.rig.when(path, |s| full(s) && s.utilization > Some(0.9)).await;
        assert_eq!(identity.mailbox_capacity, Some(8));
    }
    // The work itself is where it keeps no other task waiting.
    let (closure, _) = run.rig.when("/parse-1/lines", |s| state(s) == "handling").await;
    assert_eq!(closure.kind, "blocking");
    // Before it: in the middle of the first file. Behind it: nothing to do.
    let (_, read) = run.rig.when("/read", |s| s.handling_now.is_some() && depth(s).0 > 0).await;
    assert_eq!(read.total.unwrap().handled, 0);
    let (_, aggregate) = run.rig.when("/aggregate", |s| depth(s).0 == 0).await;
    assert!(aggregate.utilization.unwrap_or(0.0) < 0.5, "{aggregate:?}");
    let mut worst = top(&run.rig, 3).await;
    worst.sort();
    assert_eq!(worst, ["/parse-1", "/parse-2", "/read"]);
}

#[tokio::test]
async fn totals_are_right_though_every_stage_is_killed_in_the_middle() {
    let place = Place::with_logs(4, 4_000).await;
    let run = place.start(&["--fault", "slow-parser", "--parsers", "2"]).await;
    // In the middle of what it has in its hands.
    let radius = run.rig.preview("kill", "/parse-1").await.unwrap();
    assert_eq!(radius.queued, "kept", "{radius:?}");
    run.rig.when("/parse-1", |s| s.handling_now.is_some()).await;
    for path in ["/parse-1", "/read", "/aggregate", "/parse-2", "/write"] {
        run.kill_stage(path).await;
    }
    run.rig.when("/parse-1", |s| s.handling_now.is_some()).await;
    run.kill_stage("/parse-1").await;
    let (_, stats) = run.rig.when("/parse-1", |s| s.restarts == 2).await;
    assert_eq!(stats.budget.unwrap().used, 2);
    let output = run.ended().await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.starts_with("16000 lines"), "{output:?}");
    place.is_right();
}

#[tokio::test]
async fn the_next_run_goes_on_where_one_was_cut_off() {
    let place = Place::with_logs(4, 6_000).await;
    let mut run = place.start(&["--fault", "slow-parser", "--parsers", "2"]).await;
    // Something is on the disk, and not everything.
    run.rig.when("/write", |s| s.total.as_ref().is_some_and(|t| t.handled > 0)).await;
    run.process.kill().await.unwrap();
    let output = place.run(&[]).await;
    assert!(output.status.success(), "{output:?}");
    place.is_right();
    // And once more, with nothing to do.
    let before = fs::read(place.out()).unwrap();
    assert!(place.run(&[]).await.status.success());
    assert_eq!(fs::read(place.out()).unwrap(), before);
}

#[tokio::test]
async fn what_is_appended_is_counted_and_a_writer_that_fails_is_started_again() {
    let place = Place::with_logs(2, 1_000).await;
    let run = place.start(&["--follow", "--fault", "flaky-writer"]).await;
    let first = place.logs().join("access-1.log");
    let line = fs::read_to_string(&first).unwrap().lines().next().unwrap().to_owned();
    let (begin, end) = line.split_at(40);
    // A snapshot a second as long as there is news, and each third one fails.
    let mut log = File::options().append(true).open(&first).unwrap();
    let mut whole = true;
    let (_, stats) = loop {
        let half = if whole { begin } else { end };
        log.write_all(half.as_bytes()).unwrap();
        if !whole {
            log.write_all(b"\n").unwrap();
        }
        whole = !whole;
        let shown = run.rig.when("/write", |_| true).await;
        if shown.1.restarts >= 1 && whole {
            break shown;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    let budget = stats.budget.unwrap();
    assert!(budget.used >= 1 && budget.allowed == 10, "{budget:?}");
    let (_, _, detail) = run.rig.show("/write").await.unwrap();
    assert_eq!(detail.history[0].exit, "error");
    assert!(detail.history[0].reason().contains("can't write"), "{:?}", detail.history);
    run.terminate().await;
    let output = run.ended().await;
    assert!(output.status.success(), "{output:?}");
    place.is_right();
}

#[tokio::test]
async fn a_stage_that_is_stopped_ends_the_run_in_words_and_the_next_one_goes_on() {
    let place = Place::with_logs(2, 3_000).await;
    let run = place.start(&["--fault", "slow-parser", "--parsers", "1"]).await;
    run.rig.when("/aggregate", |s| s.total.as_ref().is_some_and(|t| t.handled > 0)).await;
    let answer = run.rig.act("stop", "/aggregate").await.unwrap();
    assert!(matches!(&*answer.outcome, "done" | "accepted"), "{answer:?}");
    let output = run.ended().await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("an operator stopped aggregate"), "{said}");
    assert!(place.run(&[]).await.status.success());
    place.is_right();
}

#[tokio::test]
async fn what_can_not_be_read_is_said() {
    let place = Place::with_logs(1, 10).await;
    fs::write(place.out().with_file_name("out.csv.checkpoint"), "{}").unwrap();
    let output = place.run(&[]).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("remove it"), "{said}");
    fs::remove_dir_all(place.logs()).unwrap();
    let output = place.run(&[]).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("logs"), "{said}");
}
