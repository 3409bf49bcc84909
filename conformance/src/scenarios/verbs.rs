//! Kill, stop, restart and a look at the state, on actors that are idle, busy or behind a backlog.

use crate::order::Order;
use crate::row::Row;
use crate::stage::{Actor, Answer, Stage, incarnation, is, until};
use crate::subject::Subject;
use actorscope_agent::core::Verb;
use actorscope_agent::core::capability::Capability;
use actorscope_proto::v1;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

/// Messages that are put into a mailbox without a bound before it counts as full.
const FULL: usize = 1_000;

/// Messages behind a handler.
const BEHIND: usize = 20;

/// Messages behind a handler of one that is restarted.
const QUEUED: usize = 10;

/// It was refused in words, and nothing happened.
async fn refused<S: Subject>(stage: &Stage<S>, on: &Actor<S>, row: Row, why: &str) {
    assert!(why.contains(on.path()), "{why}");
    stage.is_unharmed(on).await;
    stage.record(row, "refused");
}

/// What the verb did is in the history, with who asked for it.
async fn ended_by<S: Subject>(stage: &Stage<S>, verb: Verb, on: &Actor<S>) -> v1::PastIncarnation {
    until("the end that was asked for", || on.probe.ends() == 1).await;
    let past = stage.end(on, 1).await;
    let events = stage.rig.events().await;
    let slot = stage.show(on).await.0.slot;
    let asked = events.iter().find(|e| e.slot == Some(slot) && e.kind == "verb").unwrap();
    assert!(asked.by.as_ref().is_some_and(|by| by.starts_with("uid ")), "{asked:?}");
    assert!(asked.reason.as_ref().is_some_and(|r| r.starts_with(verb.word())), "{asked:?}");
    past
}

/// Of one that waits for messages.
pub(crate) async fn kill_idle<S: Subject>(stage: &Stage<S>) {
    let actor = stage.actor("kill-idle").await;
    if let Answer::NotSupported(why) = stage.act(Verb::Kill, &actor).await {
        return refused(stage, &actor, Row::KillIdle, &why).await;
    }
    assert_eq!(ended_by(stage, Verb::Kill, &actor).await.exit, "killed");
    stage.is_over(&actor).await;
    stage.record(Row::KillIdle, "yes");
}

/// Of one whose handler is at an await point.
pub(crate) async fn kill_busy<S: Subject>(stage: &Stage<S>) {
    let actor = stage.actor("kill-busy").await;
    let hold = stage.busy(&actor, 0).await;
    let interrupts = stage.can(&actor, Capability::InterruptsHandler).await;
    if let Answer::NotSupported(why) = stage.act(Verb::Kill, &actor).await {
        hold.open();
        return refused(stage, &actor, Row::KillBusy, &why).await;
    }
    if !interrupts {
        assert_eq!(
            actor.probe.alive(),
            1,
            "the handler was cut off, which is not among the capabilities"
        );
        hold.open();
    }
    assert_eq!(ended_by(stage, Verb::Kill, &actor).await.exit, "killed");
    stage.is_over(&actor).await;
    assert_eq!((actor.probe.begun(), actor.probe.done()), (1, u64::from(!interrupts)));
    stage.record(
        Row::KillBusy,
        if interrupts { "yes, within the handler" } else { "after the handler" },
    );
}

/// Of one that could not take another message.
pub(crate) async fn kill_full<S: Subject>(stage: &Stage<S>) {
    let actor = stage.actor("kill-full").await;
    let hold = stage.busy(&actor, 0).await;
    for _ in 0..FULL {
        if !stage.try_send(&actor, Order::Count) {
            break;
        }
    }
    let interrupts = stage.can(&actor, Capability::InterruptsHandler).await;
    if let Answer::NotSupported(why) = stage.act(Verb::Kill, &actor).await {
        hold.open();
        let idle = stage.when(&actor, is("idle")).await.1;
        assert_eq!(crate::stage::handled(&idle), actor.probe.begun());
        return refused(stage, &actor, Row::KillFull, &why).await;
    }
    if !interrupts {
        hold.open();
    }
    assert_eq!(ended_by(stage, Verb::Kill, &actor).await.exit, "killed");
    stage.is_over(&actor).await;
    assert_eq!(actor.probe.begun(), 1, "a kill waits behind no backlog");
    stage.record(Row::KillFull, "yes, before what is queued");
}

/// Of one that waits for messages.
pub(crate) async fn stop_idle<S: Subject>(stage: &Stage<S>) {
    let actor = stage.actor("stop-idle").await;
    // Some can stop only from their first message on.
    stage.send(&actor, Order::Count);
    stage.when(&actor, |s| crate::stage::handled(s) == 1 && is("idle")(s)).await;
    if let Answer::NotSupported(why) = stage.act(Verb::Stop, &actor).await {
        return refused(stage, &actor, Row::StopIdle, &why).await;
    }
    let exit = ended_by(stage, Verb::Stop, &actor).await.exit;
    assert!(matches!(exit.as_str(), "normal" | "shutdown"), "{exit}");
    stage.is_over(&actor).await;
    stage.record(Row::StopIdle, "yes");
}

/// Of one with messages behind its handler.
pub(crate) async fn stop_busy<S: Subject>(stage: &Stage<S>) {
    let actor = stage.actor("stop-busy").await;
    let hold = stage.busy(&actor, BEHIND).await;
    let drains = stage.can(&actor, Capability::DrainsOnStop).await;
    match stage.act(Verb::Stop, &actor).await {
        Answer::NotSupported(why) => {
            hold.open();
            stage.when(&actor, is("idle")).await;
            return refused(stage, &actor, Row::StopBusy, &why).await;
        }
        Answer::Done => panic!("a stop does not cut handlers off"),
        Answer::Accepted => {}
    }
    assert_eq!((actor.probe.alive(), actor.probe.done()), (1, 0));
    hold.open();
    let exit = ended_by(stage, Verb::Stop, &actor).await.exit;
    assert!(matches!(exit.as_str(), "normal" | "shutdown"), "{exit}");
    stage.is_over(&actor).await;
    let all = 1 + BEHIND as u64;
    let done = actor.probe.done();
    assert_eq!(done, if drains { all } else { 1 });
    let queue = if drains { "after the handler and the queue" } else { "after the handler" };
    stage.record(Row::StopBusy, queue);
}

/// Someone who can be restarted, if anybody can: a supervised actor, else a child.
async fn restartable<S: Subject>(
    stage: &Stage<S>,
    name: &str,
) -> (Box<dyn std::any::Any>, Actor<S>) {
    match stage.supervised(name).await {
        Ok((family, actor)) => (family.keep, actor),
        Err(lacks) => {
            stage.note(lacks.0.to_owned());
            let parent = stage.actor(&format!("above-{name}")).await;
            let child = stage.below(Some(&parent), name).await;
            (Box::new(parent.started.handle), child)
        }
    }
}

/// What came of a restart, by what the successor does or that there is none.
async fn restarted<S: Subject>(stage: &Stage<S>, on: &Actor<S>, slot: u64) -> bool {
    until("the end that was asked for", || on.probe.ends() == 1).await;
    let settled = |s: &v1::Stats| incarnation(2)(s) || crate::stage::is_final(s);
    let (identity, stats) = stage.when(on, settled).await;
    assert_eq!(identity.slot, slot);
    if stats.incarnation == 1 {
        assert_eq!((on.probe.starts(), on.probe.alive()), (1, 0));
        return false;
    }
    assert_eq!((on.probe.starts(), on.probe.alive(), stats.restarts), (2, 1, 1));
    true
}

const ENDS_ONLY: &str = "fails on purpose; nobody starts it again";

/// Of one that waits for messages.
pub(crate) async fn restart_idle<S: Subject>(stage: &Stage<S>) {
    // Who is not supervised can't be.
    let lonely = stage.actor("lonely").await;
    if let Answer::NotSupported(why) = stage.act(Verb::Restart, &lonely).await {
        assert!(why.contains(lonely.path()), "{why}");
        stage.is_unharmed(&lonely).await;
    }
    let (_keep, actor) = restartable(stage, "restart-idle").await;
    let slot = stage.show(&actor).await.0.slot;
    if let Answer::NotSupported(why) = stage.act(Verb::Restart, &actor).await {
        return refused(stage, &actor, Row::RestartIdle, &why).await;
    }
    let again = restarted(stage, &actor, slot).await;
    let past = stage.end(&actor, 1).await;
    if again {
        stage.send(&actor, Order::Count);
        until("the successor's answer", || actor.probe.done() == 1).await;
    } else {
        assert!(past.reason.is_some_and(|why| why.contains("restarted by")));
    }
    stage.record(Row::RestartIdle, if again { "yes" } else { ENDS_ONLY });
}

/// Of one within a handler.
pub(crate) async fn restart_busy<S: Subject>(stage: &Stage<S>) {
    let (_keep, actor) = restartable(stage, "restart-busy").await;
    let slot = stage.show(&actor).await.0.slot;
    let hold = stage.busy(&actor, 0).await;
    match stage.act(Verb::Restart, &actor).await {
        Answer::NotSupported(why) => {
            hold.open();
            refused(stage, &actor, Row::RestartBusy, &why).await;
        }
        Answer::Accepted => {
            assert_eq!((actor.probe.alive(), actor.probe.starts()), (1, 1));
            hold.open();
            let again = restarted(stage, &actor, slot).await;
            assert_eq!(actor.probe.done(), 1, "the handler came to its end");
            stage
                .record(Row::RestartBusy, if again { "yes, after the handler" } else { ENDS_ONLY });
        }
        Answer::Done => {
            let again = restarted(stage, &actor, slot).await;
            assert_eq!(actor.probe.done(), 0);
            assert!(stage.can(&actor, Capability::InterruptsHandler).await);
            stage.record(
                Row::RestartBusy,
                if again { "yes, within the handler" } else { ENDS_ONLY },
            );
        }
    }
}

/// Of one with messages behind its handler, which the successor gets or not.
pub(crate) async fn restart_under_load<S: Subject>(stage: &Stage<S>) {
    let (_keep, actor) = restartable(stage, "restart-load").await;
    let slot = stage.show(&actor).await.0.slot;
    let keeps = stage.can(&actor, Capability::KeepsMailbox).await;
    let hold = stage.busy(&actor, QUEUED).await;
    let queued = stage.rig.preview("restart", actor.path()).await.unwrap().queued;
    if let Answer::NotSupported(why) = stage.act(Verb::Restart, &actor).await {
        hold.open();
        stage.when(&actor, is("idle")).await;
        return refused(stage, &actor, Row::RestartLoad, &why).await;
    }
    hold.open();
    if !restarted(stage, &actor, slot).await {
        assert!(actor.probe.begun() == 1 && !keeps && queued != "kept");
        return stage.record(Row::RestartLoad, ENDS_ONLY);
    }
    // Behind everything that is still queued.
    let last = Arc::new(AtomicBool::new(false));
    let tell = last.clone();
    stage.send(&actor, Order::Run(Box::new(move || tell.store(true, SeqCst))));
    until("the successor's last message", || last.load(SeqCst)).await;
    let kept = match actor.probe.begun() {
        2 => false,
        all if all == 2 + QUEUED as u64 => true,
        some => panic!("{some} handlers began: neither all that was queued was kept nor lost"),
    };
    assert_eq!((kept, queued == "kept"), (keeps, keeps), "the preview said {queued:?}");
    stage.when(&actor, |s| crate::stage::handled(s) == actor.probe.begun() && is("idle")(s)).await;
    let shown = if kept { "yes, the queue is kept" } else { "yes, the queue is lost" };
    stage.record(Row::RestartLoad, shown);
}

/// Each hits the actor of the moment, and no other.
pub(crate) async fn repeated_kill<S: Subject>(stage: &Stage<S>) {
    let (_family, actor) = match stage.supervised("repeated").await {
        Ok(supervised) => supervised,
        Err(lacks) => return stage.lacks(&[Row::RepeatedKill], lacks),
    };
    let (identity, ..) = stage.show(&actor).await;
    for n in 1..=5 {
        let preview = stage.rig.preview("kill", actor.path()).await.unwrap();
        if let Answer::NotSupported(why) = stage.act(Verb::Kill, &actor).await {
            assert_eq!(n, 1);
            return refused(stage, &actor, Row::RepeatedKill, &why).await;
        }
        let settled = |s: &v1::Stats| incarnation(n + 1)(s) || crate::stage::is_final(s);
        let (_, stats) = stage.when(&actor, settled).await;
        let again = stats.incarnation == n + 1;
        let effect = preview.affected[0].effect.as_str();
        assert_eq!(effect == "restarts", again, "the preview said {effect}");
        if !again {
            assert_eq!(n, 1);
            assert_eq!(stage.is_over(&actor).await.exit, "killed");
            return stage.record(Row::RepeatedKill, "the first is the last: it stays down");
        }
        // The slot is filled before the actor's own code runs.
        until("its start", || actor.probe.starts() == n + 1).await;
    }
    // Whoever looks at an old screen does nothing to the successor.
    let stale = stage.rig.act_within("kill", identity.slot, 1, Duration::ZERO).await.unwrap();
    assert_eq!(stale.outcome, "stale_incarnation", "{}", stale.message);
    stage.send(&actor, Order::Count);
    until("the last one's answer", || actor.probe.done() == 1).await;
    assert_eq!((actor.probe.starts(), actor.probe.ends()), (6, 5));
    let (.., detail) = stage.show(&actor).await;
    assert_eq!(detail.history.len(), 5);
    assert!(detail.history.iter().all(|past| past.exit == "killed"), "{:?}", detail.history);
    stage.record(Row::RepeatedKill, "five times started again");
}

/// A print of what the actor holds, or the word that it has none to give.
pub(crate) async fn dump<S: Subject>(stage: &Stage<S>) {
    let actor = stage.actor("dump").await;
    let can = stage.can(&actor, Capability::DumpState).await;
    let answer = stage.rig.dump(actor.path(), 0, Duration::ZERO).await.unwrap();
    assert_eq!(answer.outcome, if can { "done" } else { "not_supported" }, "{}", answer.message);
    if !can {
        assert!(answer.text.is_empty() && !answer.message.is_empty());
        return refused(stage, &actor, Row::Dump, &answer.message).await;
    }
    assert!(answer.text.contains("Life"), "{}", answer.text);
    stage.is_unharmed(&actor).await;
    stage.record(Row::Dump, "yes");
}
