//! Who is restarted along with one that failed: as the strategy says, as the preview says, and in
//! truth.

use crate::order::Order;
use crate::row::Row;
use crate::stage::{Actor, Stage, incarnation, until};
use crate::subject::Subject;
use actorscope_agent::core::RestartType;
use actorscope_agent::core::spec::Strategy;

pub(crate) async fn one_for_one<S: Subject>(stage: &Stage<S>) {
    play(stage, Strategy::OneForOne, [false, true, false], Row::OneForOne).await;
}

pub(crate) async fn one_for_all<S: Subject>(stage: &Stage<S>) {
    play(stage, Strategy::OneForAll, [true, true, true], Row::OneForAll).await;
}

pub(crate) async fn rest_for_one<S: Subject>(stage: &Stage<S>) {
    play(stage, Strategy::RestForOne, [false, true, true], Row::RestForOne).await;
}

/// The second of three fails.
async fn play<S: Subject>(stage: &Stage<S>, strategy: Strategy, again: [bool; 3], row: Row) {
    let name = strategy.word().replace('_', "-");
    let family = stage.family(&name, strategy, RestartType::Permanent, 50, 3).await;
    let (family, members) = match family {
        Ok(family) => family,
        Err(lacks) => return stage.lacks(&[row], lacks),
    };
    if let Some(supervisor) = &family.supervisor {
        let (identity, ..) = stage.rig.show(supervisor).await.unwrap();
        assert_eq!(identity.kind, "supervisor");
        assert_eq!(identity.supervisor.unwrap().strategy, strategy.word());
    }
    let preview = stage.rig.preview("restart", members[1].path()).await.unwrap();
    assert_eq!(preview.impossible, None);
    let said = |member: &Actor<S>| {
        preview.affected.iter().any(|a| a.path == member.path() && a.effect == "restarts")
    };
    assert_eq!([said(&members[0]), said(&members[1]), said(&members[2])], again, "{preview:?}");
    stage.send(&members[1], stage.subject.failure());
    for (member, again) in members.iter().zip(again) {
        let lives = 1 + u32::from(again);
        stage.when(member, incarnation(lives)).await;
        until("the restarts", || member.probe.starts() >= lives).await;
    }
    // All of them answer, and those that were to be left alone are the same as before.
    for (member, again) in members.iter().zip(again) {
        let begun = member.probe.begun();
        stage.send(member, Order::Count);
        until("an answer", || member.probe.begun() > begun).await;
        let lives = 1 + u32::from(again);
        assert_eq!((member.probe.starts(), member.probe.alive()), (lives, 1), "{}", member.path());
        let (_, stats, detail) = stage.show(member).await;
        assert_eq!((stats.incarnation, detail.history.len()), (lives, lives as usize - 1));
    }
    let shown = if family.supervisor.is_some() { "yes" } else { "each by itself" };
    stage.record(row, shown);
}
