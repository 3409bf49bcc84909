//! What is started again, after what, how often, and what is kept.

use crate::order::Order;
use crate::row::Row;
use crate::stage::{ABSENT, Actor, Answer, LACKING, Stage, handled, incarnation, is_final, until};
use crate::subject::Subject;
use actorscope_agent::core::spec::Strategy;
use actorscope_agent::core::{RestartType, Verb};
use actorscope_proto::v1;
use actorscope_testkit::state;

/// The slot, what was counted and how it ended outlive a restart.
pub(crate) async fn same_place<S: Subject>(stage: &Stage<S>) {
    let (_family, actor) = match stage.supervised("place").await {
        Ok(supervised) => supervised,
        Err(lacks) => return stage.lacks(&[Row::SamePlace], lacks),
    };
    let (before, ..) = stage.show(&actor).await;
    stage.send(&actor, Order::Count);
    stage.send(&actor, stage.subject.failure());
    let (after, stats) = stage.when(&actor, incarnation(2)).await;
    assert_eq!((before.slot, stats.restarts, handled(&stats)), (after.slot, 1, 2));
    assert_eq!(stats.current.unwrap().handled, 0);
    until("the restart", || actor.probe.starts() == 2 && actor.probe.ends() == 1).await;
    stage.send(&actor, Order::Count);
    let (_, stats) = stage.when(&actor, |s| handled(s) == 3).await;
    assert_eq!((stats.current.unwrap().handled, actor.probe.begun()), (1, 3));
    let past = stage.end(&actor, 1).await;
    assert_eq!((past.incarnation, past.counters.unwrap().handled), (1, 2));
    let events = stage.rig.events().await;
    let kinds: Vec<&str> = events
        .iter()
        .filter(|e| e.slot == Some(after.slot) && e.kind != "restart_scheduled")
        .map(|e| e.kind.as_str())
        .collect();
    assert_eq!(kinds, ["started", "exited", "restarted"]);
    stage.record(Row::SamePlace, "yes");
}

pub(crate) async fn permanent<S: Subject>(stage: &Stage<S>) {
    again_after(stage, RestartType::Permanent, Row::Permanent).await;
}

pub(crate) async fn transient<S: Subject>(stage: &Stage<S>) {
    again_after(stage, RestartType::Transient, Row::Transient).await;
}

pub(crate) async fn temporary<S: Subject>(stage: &Stage<S>) {
    again_after(stage, RestartType::Temporary, Row::Temporary).await;
}

/// Each kind of end on an actor of its own, and whether somebody fills its slot again.
async fn again_after<S: Subject>(stage: &Stage<S>, policy: RestartType, row: Row) {
    let mut again = Vec::new();
    let errors = stage.subject.rules().errors.is_ok();
    for end in ["panic", "error", "normal exit", "kill", "stop"] {
        if end == "error" && !errors {
            continue;
        }
        let name = format!("{policy}-{}", end.replace(' ', "-"));
        let family = stage.family(&name, Strategy::OneForOne, policy, 50, 1).await;
        let (_family, actor) = match family {
            Ok((family, mut actors)) => (family, actors.remove(0)),
            Err(lacks) => return stage.lacks(&[row], lacks),
        };
        let told =
            stage.show(&actor).await.0.child_spec.map_or_else(String::new, |spec| spec.restart);
        if !told.is_empty() && told != policy.word() {
            stage.note(format!("There are no {policy} actors: all are {told}."));
            return stage.record(row, LACKING);
        }
        let mut said = None;
        match end {
            "panic" => stage.send(&actor, Order::Panic(end.to_owned())),
            "error" => stage.send(&actor, Order::Fail(end.to_owned())),
            "normal exit" => stage.send(&actor, Order::End),
            word => {
                let verb = Verb::from_word(word).expect("a verb");
                let preview = stage.rig.preview(word, actor.path()).await.unwrap();
                if let Answer::NotSupported(_) = stage.act(verb, &actor).await {
                    stage.is_unharmed(&actor).await;
                    continue;
                }
                said = Some(preview.affected[0].effect == "restarts");
            }
        }
        until("the end that was asked for", || actor.probe.ends() == 1).await;
        let settled = |s: &v1::Stats| incarnation(2)(s) || is_final(s);
        let (_, stats) = stage.when(&actor, settled).await;
        let is_again = stats.incarnation == 2;
        if is_again {
            until("the successor", || actor.probe.starts() == 2).await;
            stage.send(&actor, Order::Count);
            until("its answer", || actor.probe.alive() == 1 && actor.probe.done() >= 1).await;
        } else {
            let past = stage.is_over(&actor).await;
            assert_eq!(actor.probe.starts(), 1, "{policy} after a {end}: {past:?}");
            // What ended badly shows as failed, but for whom an operator ended.
            let bad = matches!(past.exit.as_str(), "panic" | "error");
            assert_eq!(state(&stats), if bad { "failed" } else { "stopped" }, "{past:?}");
        }
        if let Some(said) = said {
            assert_eq!(said, is_again, "the preview of a {end} of a {policy} actor was wrong");
        }
        if is_again {
            again.push(end);
        }
    }
    stage.record(row, if again.is_empty() { "nothing".to_owned() } else { again.join(", ") });
}

/// One failure too many, and what is left of the budget before.
pub(crate) async fn limit<S: Subject>(stage: &Stage<S>) {
    const ALLOWED: u32 = 2;
    let family =
        stage.family("limit", Strategy::OneForOne, RestartType::Permanent, ALLOWED, 1).await;
    let (_family, actor) = match family {
        Ok((family, mut actors)) => (family, actors.remove(0)),
        Err(lacks) => return stage.lacks(&[Row::Budget, Row::Limit], lacks),
    };
    if let Err(lacks) = stage.subject.rules().limits {
        return stage.lacks(&[Row::Budget, Row::Limit], lacks);
    }
    for n in 1..=ALLOWED {
        stage.send(&actor, stage.subject.failure());
        stage.when(&actor, |s| incarnation(n + 1)(s) && used(s).is_none_or(|used| used == n)).await;
    }
    let (_, stats, _) = stage.show(&actor).await;
    match &stats.budget {
        None => stage.record(Row::Budget, ABSENT),
        Some(budget) => {
            assert_eq!((budget.used, budget.allowed), (ALLOWED, ALLOWED));
            stage.record(Row::Budget, "used of allowed");
        }
    }
    stage.send(&actor, stage.subject.failure());
    gave_up(stage, &actor).await;
    assert_eq!((actor.probe.starts(), actor.probe.alive()), (ALLOWED + 1, 0));
    stage.record(Row::Limit, "gave up");
}

fn used(stats: &v1::Stats) -> Option<u32> {
    stats.budget.as_ref().map(|budget| budget.used)
}

async fn gave_up<S: Subject>(stage: &Stage<S>, actor: &Actor<S>) {
    stage.when(actor, |s| state(s) == "failed").await;
    until("its last end", || actor.probe.alive() == 0).await;
    let slot = stage.show(actor).await.0.slot;
    let deadline = tokio::time::Instant::now() + actorscope_testkit::SOON;
    loop {
        let events = stage.rig.events().await;
        if events.iter().any(|e| e.slot == Some(slot) && e.kind == "gave_up") {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "nothing says that it was given up");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
