//! Where actors show, and under which names.

use crate::order::Order;
use crate::row::Row;
use crate::stage::{Stage, is, until};
use crate::subject::Subject;
use actorscope_agent::core::text::segment;
use actorscope_proto::v1;
use actorscope_testkit::state;

/// It shows as what it is, with its first event.
pub(crate) async fn start<S: Subject>(stage: &Stage<S>) {
    let actor = stage.actor("start").await;
    assert_eq!((actor.probe.starts(), actor.probe.ends()), (1, 0));
    let (identity, stats, detail) = stage.show(&actor).await;
    assert_eq!(identity.path, actor.path());
    assert_eq!(identity.framework, S::FRAMEWORK);
    assert!(matches!(identity.kind.as_str(), "worker" | "task"), "{}", identity.kind);
    assert!(!identity.actor_type.is_empty());
    assert_eq!((stats.incarnation, stats.restarts), (1, 0));
    assert!(stats.started_at >= identity.created_at && identity.created_at > 0);
    assert_eq!((detail.history.len(), detail.children), (0, 0));
    // By slot: a path may have been another when the event happened.
    let events = stage.rig.events().await;
    let mine = events.iter().filter(|e| e.slot == Some(identity.slot));
    assert_eq!(mine.map(|e| e.kind.as_str()).collect::<Vec<_>>(), ["started"]);
    stage.record(Row::Start, "yes");
}

/// A child of a child, in the tree as in the paths.
pub(crate) async fn nested<S: Subject>(stage: &Stage<S>) {
    let top = stage.actor("top").await;
    let middle = stage.below(Some(&top), "middle").await;
    let bottom = stage.below(Some(&middle), "bottom").await;
    let mut upper = stage.show(&top).await.0;
    for lower in [&middle, &bottom] {
        let (lower, ..) = stage.show(lower).await;
        assert!(lower.path.starts_with(&format!("{}/", upper.path)), "{}", lower.path);
        assert!(ancestors(stage, &lower).await.contains(&upper.slot), "{}", lower.path);
        upper = lower;
    }
    let root = stage.show(&top).await.0.slot;
    let view = v1::TreeView {
        root: Some(root),
        to_depth: Some(16),
        limit: 100,
        ..v1::TreeView::default()
    };
    let frame = stage.rig.query(v1::view::Kind::Tree(view)).await.unwrap();
    let places = frame.order.unwrap();
    let depth =
        |slot: u64| places.iter().find(|p| p.slot == slot).expect("it is in the tree").depth;
    let (middle_slot, bottom_slot) = (stage.show(&middle).await.0.slot, upper.slot);
    assert!(depth(root) < depth(middle_slot) && depth(middle_slot) < depth(bottom_slot));
    stage.record(Row::Nested, "yes");
}

async fn ancestors<S: Subject>(stage: &Stage<S>, of: &v1::Identity) -> Vec<u64> {
    let mut all = Vec::new();
    let mut path = of.path.as_str();
    let mut parent = of.parent;
    while let Some(slot) = parent {
        all.push(slot);
        path = path.rsplit_once('/').expect("a path").0;
        let (upper, ..) = stage.rig.show(path).await.unwrap();
        assert_eq!(upper.slot, slot, "{path} is not the parent that is told");
        parent = upper.parent;
    }
    all
}

/// The name that was given, a number behind equal ones, and only what is fit for a path.
pub(crate) async fn names<S: Subject>(stage: &Stage<S>) {
    let actor = stage.actor("named").await;
    let (identity, ..) = stage.show(&actor).await;
    let given = stage.plan("named").name;
    assert_eq!(identity.name, given);
    stage.record(Row::Name, "yes");

    let plan = stage.plan("named");
    let probe = plan.probe.clone();
    match stage.subject.start(plan, None).await {
        Err(lacks) => stage.lacks(&[Row::EqualNames], lacks),
        Ok(second) => {
            until("the second of a name", || probe.alive() == 1).await;
            // The one that has the number is the actor, or what its framework puts above it.
            let above = second.path.rsplit_once('/').expect("a path").0;
            let path = if !above.is_empty() && stage.rig.show(&format!("{above}~2")).await.is_ok() {
                format!("{above}~2/{given}")
            } else {
                format!("{}~2", second.path)
            };
            let (again, stats) = stage.rig.when(&path, is("idle")).await;
            assert_ne!(again.slot, identity.slot);
            assert_eq!(handled_of(stage, &second.handle, &path).await, 1, "{}", state(&stats));
            assert_eq!(probe.begun(), 1, "{path} is another actor's row");
            stage.record(Row::EqualNames, "`~2`");
        }
    }

    let mut plan = stage.plan("a/b");
    plan.name.push_str("\u{7}c");
    let (name, probe) = (plan.name.clone(), plan.probe.clone());
    let odd = stage.subject.start(plan, None).await.expect("an actor with an odd name starts");
    until("an oddly named actor", || probe.alive() == 1).await;
    let (identity, _) = stage.rig.when(&odd.path, is("idle")).await;
    assert!(odd.path.ends_with(&segment(&name)), "{}", odd.path);
    assert!(!identity.name.contains(['/', '\u{7}']), "{:?}", identity.name);
    let unknown = stage.rig.show("/nobody/has/this").await.unwrap_err();
    assert_eq!(unknown.code(), tonic::Code::NotFound);
    stage.record(Row::Paths, "yes");
}

/// Messages that the row counts after one more was sent.
async fn handled_of<S: Subject>(stage: &Stage<S>, to: &S::Handle, path: &str) -> u64 {
    assert!(stage.subject.send(to, crate::order::Message::new(Order::Count)));
    let (_, stats) = stage.rig.when(path, |s| crate::stage::handled(s) > 0).await;
    crate::stage::handled(&stats)
}
