//! The contract with programs.

use super::{DryRun, EventLine, Problem, Rows, Show, Tree, Verb};
use crate::cli::Exit;
use crate::output::Failure;
use crate::output::fixture::{folded, slot, snapshot};
use actorscope_client::{Acted, Dumped, Partial};
use actorscope_core::blast::{Affected, BlastRadius, Effect, QueueFate};
use actorscope_core::node::{ProcessFigures, RuntimeFigures, Summary};
use actorscope_core::{Event, EventKind, ExitReason, Incarnation, Outcome, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

fn value(of: impl Serialize) -> Value {
    serde_json::to_value(of).unwrap()
}

/// The members of an object, in alphabetical order.
fn members(value: &Value) -> Vec<&str> {
    let mut all: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    all.sort_unstable();
    all
}

/// Members may only be added: each of these has been promised.
#[track_caller]
fn has(value: &Value, promised: &[&str]) {
    let there = members(value);
    for member in promised {
        assert!(there.contains(member), "{member} is missing among {there:?}");
    }
}

#[test]
fn rows_have_all_that_was_promised() {
    let rows = value(Rows::from(&snapshot()));
    has(&rows, &["schema", "node", "sampled_at", "total", "partial", "slots"]);
    assert_eq!(rows["schema"], "actorscope/1");
    assert_eq!(rows["partial"], Value::Null);
    assert_eq!(rows["sampled_at"], "2026-11-21T03:05:35.678Z");
    let node = &rows["node"];
    has(node, &["name", "instance", "pid", "host", "started_at", "uptime_ns", "agent"]);
    assert_eq!(node["instance"], "0000000000000000000000000000abcd");
    assert_eq!(node["uptime_ns"], 90_000_000_000_u64);
    has(
        &rows["slots"][0],
        &[
            "id",
            "parent_id",
            "path",
            "name",
            "actor_type",
            "framework",
            "kind",
            "state",
            "incarnation",
            "restarts",
            "mailbox_depth",
            "mailbox_capacity",
            "handled",
            "failed",
            "rate_per_s",
            "utilization",
            "oldest_wait_ns",
            "queue_wait_ns",
            "handling_ns",
            "supervisor",
            "child_spec",
            "capabilities",
            "quality",
            "current",
            "polling",
            "waiting_for",
            "no_kill",
        ],
    );
}

#[test]
fn a_tree_is_one_object_however_many_pages_it_has() {
    let (mut first, mut second) = (snapshot(), snapshot());
    let whole = value(Rows::from(&first));
    second.view.rows.remove(0);
    first.view.rows.truncate(1);
    folded(&mut second);
    second.view.partial.push(Partial {
        reason: "deadline".into(),
        message: "too slow".into(),
        next_offset: None,
    });
    let mut tree = Tree::default();
    let text = [tree.page(&first), tree.page(&second), tree.end()].map(Result::unwrap).concat();
    let read: Value = serde_json::from_str(&text).unwrap();
    has(&read, &["schema", "node", "sampled_at", "total", "matched", "partial", "slots", "folds"]);
    assert_eq!(read["slots"], whole["slots"]);
    assert_eq!(read["partial"][0]["reason"], "deadline");
    let fold = &read["folds"][0];
    has(fold, &["parent_id", "name", "stem", "tree_depth", "count", "states", "worst"]);
    assert_eq!((&fold["parent_id"], &fold["count"]), (&json!(1), &json!(10_000)));
    assert_eq!(fold["states"], json!({"idle": 9_998, "handling": 1, "failed": 1}));
    assert_eq!(fold["max_handling_p99_ns"], Value::Null);
    assert_eq!(text.lines().count(), 1);
}

#[test]
fn a_node_is_told_at_a_glance_as_far_as_it_is_known() {
    let mut snapshot = snapshot();
    let node = value(Rows::from(&snapshot))["node"].clone();
    assert_eq!(node["os"], "Linux");
    for member in ["totals", "process", "runtime"] {
        assert_eq!(node[member], Value::Null, "{member}");
    }
    snapshot.summary = Some(Summary {
        live: 7,
        deadlocks: vec![vec!["/a".into(), "/b".into()]],
        process: ProcessFigures { cpu_cores: Some(0.5), ..ProcessFigures::default() },
        runtime: Some(RuntimeFigures {
            workers: 2,
            worker_busy: vec![0.25, 0.75],
            ..RuntimeFigures::default()
        }),
        ..Summary::default()
    });
    let node = value(Rows::from(&snapshot))["node"].clone();
    assert_eq!((&node["totals"]["live"], &node["process"]["cpu_cores"]), (&json!(7), &json!(0.5)));
    assert_eq!(node["totals"]["deadlocks"], json!([["/a", "/b"]]));
    assert_eq!(node["process"]["threads"], Value::Null);
    assert_eq!(node["runtime"]["worker_busy"], json!([0.25, 0.75]));
    assert_eq!(node["runtime"]["busy_ratio"], Value::Null);
}

#[test]
fn what_is_known_is_a_number_and_what_is_not_is_null() {
    let rows = value(Rows::from(&snapshot()));
    let (shop, worker) = (&rows["slots"][0], &rows["slots"][1]);
    assert_eq!(shop["parent_id"], Value::Null);
    assert_eq!(shop["mailbox_depth"], Value::Null);
    assert_eq!(shop["quality"]["mailbox_depth"], "absent");
    assert_eq!(shop["queue_wait_ns"], Value::Null);
    assert_eq!(shop["supervisor"]["scope"], "per_child");
    assert_eq!(worker["id"], 2);
    assert_eq!(worker["mailbox_depth"], 12);
    assert_eq!(worker["quality"]["mailbox_depth"], "stale");
    assert_eq!(worker["quality"]["mailbox_depth_age_ns"], 1_000_000_000);
    assert_eq!((&worker["handled"], &worker["current"]["handled"]), (&json!(5_000), &json!(40)));
    assert_eq!(worker["capabilities"], json!(["can_kill", "can_restart"]));
    has(
        &worker["queue_wait_ns"],
        &["count", "p50", "p95", "p99", "max", "window_ns", "resolution"],
    );
    assert_eq!(worker["queue_wait_ns"]["resolution"], "log2");
}

#[test]
fn less_than_asked_for_says_why() {
    let mut snapshot = snapshot();
    snapshot.view.partial.push(Partial {
        reason: "deadline".into(),
        message: "the pass took too long".into(),
        next_offset: None,
    });
    let rows = value(Rows::from(&snapshot));
    assert_eq!(rows["partial"][0]["reason"], "deadline");
}

#[test]
fn one_slot_in_full_is_its_row_and_more() {
    let snapshot = snapshot();
    let row = snapshot.view.rows().nth(1).unwrap();
    let show = value(Show::new(&snapshot, row, None));
    has(&show, &["schema", "node", "slot", "state"]);
    assert_eq!(show["state"], Value::Null, "it was not asked for");
    let slot = &show["slot"];
    let more = ["handlers", "restart_history", "handling_now", "pending", "histograms", "links"];
    has(slot, &more);
    let rows = value(Rows::from(&snapshot));
    has(slot, &members(&rows["slots"][1]));
    assert_eq!(slot["handling_now"], json!({"message_type": "Charge", "for_ns": 500_000_000}));
    let (verb, by) = (&slot["pending"]["verb"], &slot["pending"]["by"]);
    assert_eq!((verb, by), (&json!("restart"), &json!("uid 1000")));
    assert_eq!(slot["restart_history"][0]["exit"], "panic");
    let wait = &slot["histograms"]["queue_wait"];
    assert_eq!((&wait["count"], &slot["histograms"]["handling"]), (&json!(40), &Value::Null));
    assert_eq!(wait["buckets"][0], json!({"from_ns": 524_288, "to_ns": 1_048_576, "count": 30}));
}

#[test]
fn links_polls_and_waits_are_told_where_they_are_known() {
    let snapshot = snapshot();
    let rows: Vec<_> = snapshot.view.rows().collect();
    let worker = value(Show::new(&snapshot, rows[1], None))["slot"].clone();
    assert_eq!(
        worker["waiting_for"],
        json!({"slot": 1, "path": "/shop", "for_ns": 3_200_000_000_u64})
    );
    assert_eq!(worker["no_kill"], "it was started outside of its supervisor");
    assert_eq!(
        (&worker["polling"]["polls"], &worker["polling"]["busy_ns"]),
        (&json!(7_000), &json!(3_000_000_000_u64))
    );
    assert_eq!(worker["polling"]["poll_ns"]["p99"], 4_500_000);
    assert_eq!(worker["polling"]["delay_ns"]["p50"], Value::Null);
    assert_eq!(worker["histograms"]["poll"], Value::Null);
    assert_eq!(worker["histograms"]["delay"]["count"], 5);
    let links = &worker["links"];
    assert_eq!(
        links["cycle"],
        json!([{"slot": 2, "path": "/shop/worker"}, {"slot": 1, "path": "/shop"}])
    );
    let to_shop = &links["outgoing"][0];
    has(to_shop, &["peer", "path", "tells", "asks", "failed", "ask_ns", "waiting", "waiting_ns"]);
    assert_eq!((&to_shop["peer"], &to_shop["ask_ns"]["max"]), (&json!(1), &json!(92_000_000)));
    let gathered = &links["incoming"][0];
    assert_eq!(
        (&gathered["peer"], &gathered["ask_ns"], &gathered["waiting_ns"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );

    let mut snapshot = snapshot.clone();
    snapshot.view.detail = None;
    let shop = snapshot.view.rows().next().unwrap();
    let shop = value(Show::new(&snapshot, shop, None))["slot"].clone();
    for member in ["links", "polling", "waiting_for", "no_kill"] {
        assert_eq!(shop[member], Value::Null, "{member}");
    }
}

#[test]
fn a_state_that_was_asked_for_stands_beside_the_slot() {
    let snapshot = snapshot();
    let row = snapshot.view.rows().nth(1).unwrap();
    let dumped = Dumped {
        outcome: Outcome::Done,
        message: "it printed its state".into(),
        slot: slot(2),
        incarnation: Incarnation(3),
        text: "Worker {\n    open: 12,\n}".into(),
        truncated: true,
        taken_at: Timestamp(0),
        took: std::time::Duration::from_micros(41),
    };
    assert_eq!(
        value(Show::new(&snapshot, row, Some(&dumped)))["state"],
        json!({
            "text": "Worker {\n    open: 12,\n}", "truncated": true, "incarnation": 3,
            "taken_at": "1970-01-01T00:00:00.000Z", "took_ns": 41_000,
        })
    );
}

#[test]
fn an_event_stands_on_one_line() {
    let event = Event {
        seq: 7,
        at: Timestamp(0),
        kind: EventKind::Exited,
        slot: Some(slot(2)),
        incarnation: Some(Incarnation(2)),
        path: "/shop/worker".into(),
        exit: Some(ExitReason::Panic),
        reason: Some("card\ndeclined".into()),
        by: None,
    };
    let line = serde_json::to_string(&EventLine::from(&event)).unwrap();
    assert!(!line.contains('\n'));
    assert_eq!(
        value(EventLine::from(&event)),
        json!({
            "schema": "actorscope/1", "seq": 7, "at": "1970-01-01T00:00:00.000Z", "kind": "exited",
            "slot": 2, "incarnation": 2, "path": "/shop/worker", "exit": "panic",
            "reason": "card\ndeclined", "by": null,
        })
    );
}

#[test]
fn verbs_answer_with_an_outcome_and_errors_with_both() {
    let acted = |outcome| Acted {
        outcome,
        message: "so it is".into(),
        slot: slot(2),
        incarnation: Incarnation(3),
    };
    assert_eq!(
        value(Verb::acted(&acted(Outcome::Accepted), None)),
        json!({
            "schema": "actorscope/1", "outcome": "accepted", "slot": 2, "incarnation": 3,
            "message": "so it is",
        })
    );
    let failure = Failure::new(Exit::Error, "gone", "gone: so it is");
    let gone = value(Verb::acted(&acted(Outcome::Gone), Some(&failure)));
    assert_eq!((&gone["outcome"], &gone["error"]["code"]), (&json!("gone"), &json!("gone")));
}

#[test]
fn a_dry_run_names_everybody_affected() {
    let radius = BlastRadius {
        verb: actorscope_core::Verb::Kill,
        slot: slot(2),
        incarnation: Incarnation(3),
        path: "/shop/worker".into(),
        impossible: None,
        affected: vec![Affected {
            slot: slot(2),
            path: "/shop/worker".into(),
            effect: Effect::Restarts,
        }],
        affected_total: 1,
        queued: QueueFate::Kept,
        queued_messages: Some(12),
        budget: None,
        exceeds_budget: false,
        sentences: vec!["its supervisor starts it again".into()],
    };
    let dry_run = value(DryRun::from(&radius));
    assert_eq!(dry_run["dry_run"], true);
    assert_eq!(
        dry_run["affected"],
        json!([{"slot": 2, "path": "/shop/worker", "effect": "restarts"}])
    );
}

#[test]
fn errors_have_code_message_and_hint() {
    let failure = Failure::new(Exit::Error, "not_found", "there is no actor x");
    assert_eq!(
        value(Problem::from(&failure)),
        json!({
            "schema": "actorscope/1",
            "error": {"code": "not_found", "message": "there is no actor x", "hint": null},
        })
    );
}
