//! Supervisors as they are shown: specs, places, budgets, verbs, meltdown.

mod common;

use actorscope_ractor_supervisor::agent::core::capability::{Capabilities, Capability};
use actorscope_ractor_supervisor::{TrackSends, observe, observe_supervisor};
use actorscope_testkit::{Rig, SOON, depth, state};
use common::{
    End, Probe, Worker, backoff, child, dynamic, end, incarnation, is, live, options, restarted_by,
    supervisor, used, worker,
};
use ractor::{Actor, call_t};
use ractor_supervisor::{
    DynamicSupervisor, Restart, Supervisor, SupervisorArguments, SupervisorMsg, SupervisorStrategy,
    TaskOptions, TaskSupervisor,
};
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

#[tokio::test]
async fn specs_are_shown_as_they_were_given() {
    let rig = Rig::shared().await;
    let probe = Arc::new(Probe::default());
    let children = vec![
        worker("spec-always", Restart::Permanent, &probe),
        worker("spec-failed", Restart::Transient, &probe),
        worker("spec-never", Restart::Temporary, &probe),
    ];
    let _sup = supervisor("spec", options(SupervisorStrategy::RestForOne, 7), children).await;
    let (identity, _) = rig.when("/spec", is("idle")).await;
    assert_eq!(identity.kind, "supervisor");
    assert!(identity.actor_type.ends_with("Supervisor"), "{}", identity.actor_type);
    let spec = identity.supervisor.unwrap();
    assert_eq!((spec.strategy.as_str(), spec.intensity), ("rest_for_one", Some(7)));
    assert_eq!((spec.period_ns, spec.scope.as_str()), (Some(60_000_000_000), "per_supervisor"));
    for (name, restart) in
        [("spec-always", "permanent"), ("spec-failed", "transient"), ("spec-never", "temporary")]
    {
        let (identity, _) = rig.when(&format!("/spec/{name}"), is("idle")).await;
        let spec = identity.child_spec.unwrap();
        assert_eq!((spec.restart.as_str(), spec.child_id.as_deref()), (restart, Some(name)));
        assert_eq!((spec.intensity, spec.period_ns), (Some(7), Some(60_000_000_000)));
        let can = Capabilities::from_bits(identity.capabilities);
        assert_eq!(can.has(Capability::Restart), restart != "temporary", "{name}");
    }
    // A supervisor that is held could not restart its children.
    let refused = rig.act("suspend", "/spec").await.unwrap();
    assert_eq!(refused.outcome, "not_supported", "{}", refused.message);
}

#[tokio::test]
async fn a_child_keeps_its_slot_over_restarts_with_its_history() {
    let rig = Rig::shared().await;
    let probe = Arc::new(Probe::default());
    let child = worker("place-child", Restart::Permanent, &probe);
    let _sup = supervisor("place", options(SupervisorStrategy::OneForOne, 10), vec![child]).await;
    let path = "/place/place-child";
    let (first, _) = rig.when(path, incarnation(1)).await;
    for (n, how) in [(2, End::Panic), (3, End::Error), (4, End::Stop), (5, End::Kill)] {
        end("place-child", how).await;
        let (identity, stats) = rig.when(path, incarnation(n)).await;
        assert_eq!((identity.slot, stats.restarts), (first.slot, u64::from(n) - 1));
    }
    assert_eq!(probe.counts(), (5, 4));
    let (_, stats, detail) = rig.show(path).await.unwrap();
    let ends: Vec<&str> = detail.history.iter().map(|past| past.exit.as_str()).collect();
    assert_eq!(ends, ["killed", "normal", "error", "panic"]);
    assert_eq!(stats.budget.unwrap().used, 4);
    assert_eq!(rig.kinds(path).await.iter().filter(|kind| *kind == "restarted").count(), 4);
}

#[tokio::test]
async fn one_budget_is_used_by_all_children_and_shown_as_the_supervisor_counts_it() {
    let rig = Rig::shared().await;
    let probe = Arc::new(Probe::default());
    let children = ["bud-a", "bud-b"].map(|id| worker(id, Restart::Permanent, &probe)).into();
    let sup = supervisor("bud", options(SupervisorStrategy::OneForOne, 5), children).await;
    rig.when("/bud/bud-a", incarnation(1)).await;
    for n in 1..=2 {
        end("bud-a", End::Panic).await;
        rig.when("/bud/bud-a", incarnation(n + 1)).await;
    }
    end("bud-b", End::Panic).await;
    rig.when("/bud/bud-b", incarnation(2)).await;
    let inspected = call_t!(sup, SupervisorMsg::InspectState, 5_000).unwrap();
    assert_eq!(inspected.restart_log.len(), 3);
    for path in ["/bud/bud-a", "/bud/bud-b"] {
        let (_, stats) = rig.when(path, used(3)).await;
        assert_eq!(stats.budget.unwrap().allowed, 5);
    }
    let radius = rig.preview("restart", "/bud/bud-a").await.unwrap();
    let budget = radius.sentences.iter().find(|s| s.contains("of 5 restarts")).expect("the budget");
    assert!(budget.starts_with("3 of 5 restarts in 60 s are used"), "{budget}");
}

#[tokio::test]
async fn a_quiet_time_forgets_all_restarts_together() {
    let rig = Rig::shared().await;
    let probe = Arc::new(Probe::default());
    let child = worker("quiet-child", Restart::Permanent, &probe);
    let mut options = options(SupervisorStrategy::OneForOne, 5);
    options.reset_after = Some(Duration::from_millis(1_500));
    let _sup = supervisor("quiet", options, vec![child]).await;
    rig.when("/quiet/quiet-child", incarnation(1)).await;
    for n in 1..=2 {
        end("quiet-child", End::Panic).await;
        rig.when("/quiet/quiet-child", |s| incarnation(n + 1)(s) && used(n)(s)).await;
    }
    let (_, stats) = rig.when("/quiet/quiet-child", used(0)).await;
    assert_eq!(stats.restarts, 2);
    end("quiet-child", End::Panic).await;
    rig.when("/quiet/quiet-child", |s| incarnation(4)(s) && used(1)(s)).await;
}

#[tokio::test]
async fn strategies_are_previewed_as_they_are_carried_out() {
    let rig = Rig::shared().await;
    for (strategy, word, expected) in [
        (SupervisorStrategy::OneForOne, "one", [0, 1, 0]),
        (SupervisorStrategy::OneForAll, "all", [1, 1, 1]),
        (SupervisorStrategy::RestForOne, "rest", [0, 1, 1]),
    ] {
        let probe = Arc::new(Probe::default());
        let sup = format!("strat-{word}");
        let ids: Vec<String> = (0..3).map(|n| format!("{sup}-{n}")).collect();
        let children = ids.iter().map(|id| worker(id, Restart::Permanent, &probe)).collect();
        let _sup = supervisor(&sup, options(strategy, 5), children).await;
        let path = |n: usize| format!("/{sup}/{}", ids[n]);
        for n in 0..3 {
            rig.when(&path(n), incarnation(1)).await;
        }
        let previewed = restarted_by(&rig, "kill", &path(1)).await;
        let truly: Vec<String> = (0..3).filter(|n| expected[*n] == 1).map(path).collect();
        assert_eq!(previewed, truly, "{word}");
        let answer = rig.act("kill", &path(1)).await.unwrap();
        assert_eq!(answer.outcome, "done", "{}", answer.message);
        for (n, restarts) in expected.into_iter().enumerate() {
            rig.when(&path(n), incarnation(1 + restarts)).await;
        }
        // Those that were replaced along with it say so, and do not count as failures.
        for n in [0, 2].into_iter().filter(|n| expected[*n] == 1) {
            let (_, stats, detail) = rig.show(&path(n)).await.unwrap();
            let past = &detail.history[0];
            assert_eq!(past.exit, "shutdown");
            assert_eq!(past.reason.as_deref(), Some("replaced along with a sibling"));
            assert_eq!(stats.budget.unwrap().used, 1, "one restart, whomever it took along");
        }
    }
}

#[tokio::test]
async fn a_transient_child_that_is_killed_stays_dead_and_the_preview_says_so() {
    let rig = Rig::shared().await;
    let probe = Arc::new(Probe::default());
    let child = worker("tra-child", Restart::Transient, &probe);
    let _sup = supervisor("tra", options(SupervisorStrategy::OneForOne, 5), vec![child]).await;
    rig.when("/tra/tra-child", incarnation(1)).await;
    end("tra-child", End::Error).await;
    rig.when("/tra/tra-child", incarnation(2)).await;
    let radius = rig.preview("kill", "/tra/tra-child").await.unwrap();
    assert!(
        radius.sentences[0].contains("takes a kill for a normal exit"),
        "{:?}",
        radius.sentences
    );
    let radius = rig.preview("restart", "/tra/tra-child").await.unwrap();
    assert!(radius.sentences[0].contains("restarts it"), "{:?}", radius.sentences);
    assert_eq!(rig.act("restart", "/tra/tra-child").await.unwrap().outcome, "done");
    rig.when("/tra/tra-child", incarnation(3)).await;
    let answer = rig.act("kill", "/tra/tra-child").await.unwrap();
    assert_eq!(answer.outcome, "done");
    assert!(answer.message.contains("nobody restarts it"), "{}", answer.message);
    rig.when("/tra/tra-child", is("stopped")).await;
    assert_eq!(probe.counts(), (3, 3));
}

#[tokio::test]
async fn restart_works_on_an_idle_child_and_overtakes_a_backlog() {
    let rig = Rig::shared().await;
    let probe = Arc::new(Probe::default());
    let children = vec![
        worker("verb-child", Restart::Permanent, &probe),
        worker("verb-once", Restart::Temporary, &Arc::default()),
    ];
    let _sup = supervisor("verb", options(SupervisorStrategy::OneForOne, 50), children).await;
    let path = "/verb/verb-child";
    rig.when(path, incarnation(1)).await;
    for (n, verb) in [(2, "restart"), (3, "stop"), (4, "kill"), (5, "restart")] {
        let answer = rig.act(verb, path).await.unwrap();
        assert_eq!(answer.outcome, "done", "{}", answer.message);
        rig.when(path, incarnation(n)).await;
    }
    // Held with a backlog: the restart is before all of it.
    assert_eq!(rig.act("suspend", path).await.unwrap().outcome, "done");
    let child = live("verb-child").unwrap().tracked();
    for _ in 0..500 {
        child.cast(End::Never).unwrap();
    }
    rig.when(path, |s| state(s) == "suspended" && depth(s).0 == 500).await;
    assert_eq!(rig.act("restart", path).await.unwrap().outcome, "done");
    let (_, stats) = rig.when(path, |s| s.incarnation == 6).await;
    assert_eq!(stats.total.unwrap().handled, 0);
    let (.., detail) = rig.show(path).await.unwrap();
    assert_eq!(detail.history[0].lost_messages, Some(500));
    let refused = rig.act("restart", "/verb/verb-once").await.unwrap();
    assert_eq!(refused.outcome, "not_supported", "{}", refused.message);
    assert!(refused.message.contains("never started again"), "{}", refused.message);
}

#[tokio::test]
async fn a_backoff_is_shown_while_it_lasts() {
    let rig = Rig::shared().await;
    let probe = Arc::new(Probe::default());
    let mut child = worker("back-child", Restart::Permanent, &probe);
    child.backoff_fn = backoff(Duration::from_secs(2));
    let _sup = supervisor("back", options(SupervisorStrategy::OneForOne, 5), vec![child]).await;
    rig.when("/back/back-child", incarnation(1)).await;
    end("back-child", End::Panic).await;
    let waits = |s: &actorscope_proto::v1::Stats| {
        let in_ns = s.state.as_ref().and_then(|state| state.in_ns);
        state(s) == "restarting" && in_ns.is_some_and(|ns| ns > 0 && ns <= 2_000_000_000)
    };
    rig.when("/back/back-child", waits).await;
    rig.when("/back/back-child", incarnation(2)).await;
    let kinds = rig.kinds("/back/back-child").await;
    assert_eq!(kinds, ["started", "exited", "restart_scheduled", "restarted"]);
}

#[tokio::test]
async fn a_start_that_fails_counts_as_the_supervisor_counts_it() {
    let rig = Rig::shared().await;
    let probe = Arc::new(Probe::default());
    probe.fail_starts.store(2, SeqCst);
    let child = worker("slow-start", Restart::Permanent, &probe);
    let sup = supervisor("starts", options(SupervisorStrategy::OneForOne, 5), vec![child]).await;
    let (_, stats) = rig.when("/starts/slow-start", |s| incarnation(3)(s) && used(2)(s)).await;
    assert_eq!((stats.restarts, probe.counts()), (2, (3, 2)));
    let inspected = call_t!(sup, SupervisorMsg::InspectState, 5_000).unwrap();
    assert_eq!(inspected.restart_log.len(), 2);
    let (.., detail) = rig.show("/starts/slow-start").await.unwrap();
    assert!(detail.history.iter().all(|past| past.reason.as_deref() == Some("not yet")));
}

#[tokio::test]
async fn a_meltdown_is_shown_as_given_up() {
    let rig = Rig::shared().await;
    let probe = Arc::new(Probe::default());
    let children = ["melt-a", "melt-b"].map(|id| worker(id, Restart::Permanent, &probe)).into();
    let _sup = supervisor("melt", options(SupervisorStrategy::OneForOne, 2), children).await;
    rig.when("/melt/melt-a", incarnation(1)).await;
    for n in 2..=3 {
        end("melt-a", End::Panic).await;
        rig.when("/melt/melt-a", incarnation(n)).await;
    }
    let radius = rig.preview("restart", "/melt/melt-a").await.unwrap();
    assert!(radius.exceeds_budget, "{:?}", radius.sentences);
    end("melt-a", End::Panic).await;
    rig.when("/melt", is("failed")).await;
    rig.until_kinds("/melt", |kinds| kinds.iter().any(|kind| kind == "gave_up")).await;
    let (.., detail) = rig.show("/melt").await.unwrap();
    assert_eq!(detail.history[0].exit, "budget_exhausted");
    assert!(detail.history[0].reason.as_ref().unwrap().contains("max_restarts exceeded"));
    // The child whose restart was one too many gave up, its sibling went with the supervisor.
    rig.when("/melt/melt-a", is("failed")).await;
    rig.until_kinds("/melt/melt-a", |kinds| kinds.iter().any(|kind| kind == "gave_up")).await;
    rig.when("/melt/melt-b", is("stopped")).await;
    let (.., detail) = rig.show("/melt/melt-b").await.unwrap();
    assert_eq!(detail.history[0].reason.as_deref(), Some("its supervisor ended"));
    assert!(!rig.kinds("/melt/melt-b").await.contains(&"gave_up".to_owned()));
}

/// A supervisor under another, whose meltdown the upper one makes good.
#[tokio::test]
async fn supervisors_of_supervisors_keep_all_places() {
    let rig = Rig::shared().await;
    let probe = Arc::new(Probe::default());
    let of_child = probe.clone();
    let lower = child("low", Restart::Permanent, move |upper, id| {
        let children = vec![worker("low-child", Restart::Permanent, &of_child)];
        let options = options(SupervisorStrategy::OneForOne, 1);
        let arguments = SupervisorArguments { child_specs: children, options };
        async move {
            let lower = observe_supervisor(Supervisor);
            let (lower, _) = Supervisor::spawn_linked(id, lower, arguments, upper).await?;
            Ok(lower.get_cell())
        }
    });
    let _upper = supervisor("up", options(SupervisorStrategy::OneForOne, 5), vec![lower]).await;
    let (first, _) = rig.when("/up/low/low-child", incarnation(1)).await;
    let (lower, _) = rig.when("/up/low", incarnation(1)).await;
    end("low-child", End::Panic).await;
    rig.when("/up/low/low-child", |s| incarnation(2)(s) && used(1)(s)).await;
    // The second failure is one too many for the lower one, which is started again by the upper.
    end("low-child", End::Panic).await;
    let (again, _) = rig.when("/up/low", |s| s.incarnation == 2 && used(1)(s)).await;
    let (child, stats) = rig.when("/up/low/low-child", |s| incarnation(3)(s) && used(0)(s)).await;
    assert_eq!((again.slot, child.slot), (lower.slot, first.slot));
    assert_eq!((stats.restarts, probe.counts()), (2, (3, 2)));
    let (.., detail) = rig.show("/up/low").await.unwrap();
    assert_eq!(detail.history[0].exit, "budget_exhausted");
    // A kill of the lower one takes its child along, and brings it back.
    assert_eq!(rig.act("kill", "/up/low").await.unwrap().outcome, "done");
    let (child, _) = rig.when("/up/low/low-child", incarnation(4)).await;
    assert_eq!(child.slot, first.slot);
}

#[tokio::test]
async fn children_nobody_observes_have_their_places_too() {
    let rig = Rig::shared().await;
    let probe = Arc::new(Probe::default());
    let of_child = probe.clone();
    let dark = child("dark-child", Restart::Permanent, move |supervisor, id| {
        let probe = of_child.clone();
        async move {
            let (child, _) = Supervisor::spawn_linked(id, Worker, probe, supervisor).await?;
            Ok(child.get_cell())
        }
    });
    let _sup = supervisor("dark", options(SupervisorStrategy::OneForOne, 9), vec![dark]).await;
    let path = "/dark/dark-child";
    let (first, stats) = rig.when(path, incarnation(1)).await;
    assert_eq!((first.actor_type.as_str(), depth(&stats).1.as_str()), ("", ""));
    assert_eq!(first.child_spec.unwrap().restart, "permanent");
    for (n, how) in [(2, End::Error), (3, End::Kill), (4, End::Stop)] {
        end("dark-child", how).await;
        let (identity, _) = rig.when(path, incarnation(n)).await;
        assert_eq!(identity.slot, first.slot);
    }
    let (.., detail) = rig.show(path).await.unwrap();
    let ends: Vec<&str> = detail.history.iter().map(|past| past.exit.as_str()).collect();
    assert_eq!(ends, ["normal", "killed", "error"]);
    assert_eq!(rig.act("kill", path).await.unwrap().outcome, "done");
    rig.when(path, incarnation(5)).await;
}

#[tokio::test]
async fn children_are_added_to_a_dynamic_supervisor_and_taken_out() {
    let rig = Rig::shared().await;
    let sup = dynamic("dyn", 9).await;
    let (identity, _) = rig.when("/dyn", is("idle")).await;
    assert_eq!(identity.supervisor.unwrap().strategy, "dynamic");
    let probe = Arc::new(Probe::default());
    let spec = worker("dyn-child", Restart::Permanent, &probe);
    DynamicSupervisor::spawn_child(sup.clone(), spec).await.unwrap();
    let (first, _) = rig.when("/dyn/dyn-child", incarnation(1)).await;
    for n in 2..=4 {
        end("dyn-child", End::Panic).await;
        let (again, _) = rig.when("/dyn/dyn-child", |s| incarnation(n)(s) && used(n - 1)(s)).await;
        assert_eq!(again.slot, first.slot);
    }
    DynamicSupervisor::terminate_child(sup.clone(), "dyn-child".to_owned()).await.unwrap();
    rig.when("/dyn/dyn-child", is("stopped")).await;
    let (.., detail) = rig.show("/dyn/dyn-child").await.unwrap();
    let past = &detail.history[0];
    assert_eq!(
        (past.exit.as_str(), past.reason.as_deref()),
        ("shutdown", Some("terminated by its supervisor"))
    );
    // The same id is the same place.
    let spec = worker("dyn-child", Restart::Permanent, &probe);
    DynamicSupervisor::spawn_child(sup, spec).await.unwrap();
    let (again, _) = rig.when("/dyn/dyn-child", incarnation(5)).await;
    assert_eq!(again.slot, first.slot);
    assert_eq!(probe.counts(), (5, 4));
}

#[tokio::test]
async fn tasks_of_a_task_supervisor_are_shown() {
    let rig = Rig::shared().await;
    let sup = dynamic("tasks", 9).await;
    let go_on = Arc::new(tokio::sync::Notify::new());
    let of_task = go_on.clone();
    let task = move || {
        let go_on = of_task.clone();
        async move {
            go_on.notified().await;
            Err("no luck".into())
        }
    };
    let options = TaskOptions::new().name("try".to_owned()).restart_policy(Restart::Transient);
    TaskSupervisor::spawn_task(sup, task, options).await.unwrap();
    rig.when("/tasks/try", |s| s.incarnation == 1).await;
    go_on.notify_one();
    rig.when("/tasks/try", |s| s.incarnation == 2).await;
    let (.., detail) = rig.show("/tasks/try").await.unwrap();
    assert_eq!(detail.history[0].reason.as_deref(), Some("no luck"));
}

/// Nobody's wait for a name or a place keeps ids for ever.
#[tokio::test]
async fn thousands_of_ids_of_a_dynamic_supervisor_come_and_go() {
    let rig = Rig::shared().await;
    let sup = dynamic("churn", 9).await;
    for n in 0..2_000 {
        let id = format!("churn-{n}");
        let spec = worker(&id, Restart::Temporary, &Arc::default());
        DynamicSupervisor::spawn_child(sup.clone(), spec).await.unwrap();
        live(&id).expect("it runs").stop(None);
    }
    let spec = worker("churn-last", Restart::Temporary, &Arc::default());
    DynamicSupervisor::spawn_child(sup, spec).await.unwrap();
    rig.when("/churn/churn-last", is("idle")).await;
    let deadline = tokio::time::Instant::now() + SOON;
    loop {
        let mut live = 0;
        for n in [0, 999, 1_999] {
            let shown = rig.show(&format!("/churn/churn-{n}")).await;
            live += u32::from(shown.is_ok_and(|(_, stats, _)| state(&stats) != "stopped"));
        }
        if live == 0 {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_is_observed_works_as_what_is_not() {
    // `spawn_fn` gets the supervisor's own cell and the id, and inspection answers.
    let probe = Arc::new(Probe::default());
    let of_child = probe.clone();
    let spec = child("plain-child", Restart::Permanent, move |supervisor, id| {
        let probe = of_child.clone();
        async move {
            assert_eq!(
                (supervisor.get_name().as_deref(), id.as_str()),
                (Some("plain"), "plain-child")
            );
            let (child, _) =
                Actor::spawn_linked(Some(id), observe(Worker), probe, supervisor).await?;
            Ok(child.get_cell())
        }
    });
    let sup = supervisor("plain", options(SupervisorStrategy::OneForOne, 3), vec![spec]).await;
    let inspected = call_t!(sup, SupervisorMsg::InspectState, 5_000).unwrap();
    assert_eq!(inspected.child_specs.len(), 1);
    assert!(inspected.restart_log.is_empty());
    assert_eq!(sup.get_children().len(), 1);
}
