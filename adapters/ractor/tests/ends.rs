//! How actors end, and what is said of it.

mod common;

use actorscope_proto::v1;
use actorscope_ractor::agent::adapter::scope;
use actorscope_ractor::observe;
use actorscope_testkit::Rig;
use common::{Do, Peer, Start, end, exit, is, name, run};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::sync::Arc;
use tokio::sync::Notify;

async fn peer(rig: &Rig, named: &str) -> ActorRef<Do> {
    let (peer, _) = Actor::spawn(name(named), observe(Peer), Start::Well).await.unwrap();
    rig.when(&format!("/{named}"), is("idle")).await;
    peer
}

#[tokio::test]
async fn an_error_of_the_handler_is_told_with_its_text() {
    let rig = Rig::shared().await;
    let peer = peer(&rig, "end-error").await;
    peer.cast(Do::Nothing).unwrap();
    peer.cast(Do::Fail("out of coins")).unwrap();
    let (_, stats) = rig.when("/end-error", is("failed")).await;
    let total = stats.total.unwrap();
    assert_eq!((total.handled, total.failed), (2, 1));
    assert_eq!(end(&rig, "/end-error").await, exit("error", "out of coins"));
    assert_eq!(rig.kinds("/end-error").await, ["started", "exited"]);
}

#[tokio::test]
async fn a_panic_is_told_with_its_text_and_is_ractors_to_catch() {
    let rig = Rig::shared().await;
    let (peer, ended) = Actor::spawn(name("end-panic"), observe(Peer), Start::Well).await.unwrap();
    peer.cast(Do::Panic("coins everywhere")).unwrap();
    let (_, stats) = rig.when("/end-panic", is("failed")).await;
    assert_eq!(stats.total.unwrap().failed, 1);
    assert_eq!(end(&rig, "/end-panic").await, exit("panic", "coins everywhere"));
    ended.await.expect("ractor caught it");
}

#[tokio::test]
async fn a_stop_is_in_order_and_its_reason_is_told() {
    let rig = Rig::shared().await;
    let quiet = peer(&rig, "end-stop").await;
    quiet.stop(None);
    rig.when("/end-stop", is("stopped")).await;
    assert_eq!(end(&rig, "/end-stop").await, exit("normal", ""));
    let told = peer(&rig, "end-reason").await;
    told.stop(Some("closing time".to_owned()));
    rig.when("/end-reason", is("stopped")).await;
    assert_eq!(end(&rig, "/end-reason").await, exit("normal", "closing time"));
    // A word of ractor's own in somebody else's mouth.
    let strange = peer(&rig, "end-word").await;
    strange.stop(Some("killed".to_owned()));
    rig.when("/end-word", is("stopped")).await;
    assert_eq!(end(&rig, "/end-word").await, exit("normal", "killed"));
}

#[tokio::test]
async fn a_drained_actor_handles_what_is_queued_and_says_so() {
    let rig = Rig::shared().await;
    let peer = peer(&rig, "end-drain").await;
    let go_on = Arc::new(Notify::new());
    peer.cast(Do::Wait(go_on.clone())).unwrap();
    for _ in 0..3 {
        peer.cast(Do::Nothing).unwrap();
    }
    peer.drain().unwrap();
    assert!(peer.cast(Do::Nothing).is_err());
    go_on.notify_one();
    let (_, stats) = rig.when("/end-drain", is("stopped")).await;
    assert_eq!(stats.total.unwrap().handled, 4);
    assert_eq!(end(&rig, "/end-drain").await, exit("normal", "drained"));
}

#[tokio::test]
async fn a_kill_is_one_whether_it_hits_a_handler_or_nobody() {
    let rig = Rig::shared().await;
    let idle = peer(&rig, "end-idle").await;
    idle.kill();
    rig.when("/end-idle", is("stopped")).await;
    assert_eq!(end(&rig, "/end-idle").await, exit("killed", ""));
    let busy = peer(&rig, "end-busy").await;
    busy.cast(Do::Wait(Arc::default())).unwrap();
    rig.when("/end-busy", is("handling")).await;
    busy.kill();
    let (_, stats) = rig.when("/end-busy", is("stopped")).await;
    // The handler was cancelled: it began, and it did not succeed.
    let total = stats.total.unwrap();
    assert_eq!((total.handled, total.failed), (1, 1));
    assert_eq!(end(&rig, "/end-busy").await, exit("killed", ""));
}

#[tokio::test]
async fn a_task_that_is_aborted_is_not_taken_for_killed() {
    let rig = Rig::shared().await;
    let (_peer, task) = Actor::spawn(name("end-abort"), observe(Peer), Start::Well).await.unwrap();
    rig.when("/end-abort", is("idle")).await;
    task.abort();
    rig.when("/end-abort", is("stopped")).await;
    assert_eq!(end(&rig, "/end-abort").await, exit("aborted", "its task was dropped"));
}

#[tokio::test]
async fn who_fails_to_start_is_told_with_the_reason() {
    let rig = Rig::shared().await;
    for (named, start, how, why) in [
        ("start-error", Start::WithError, "error", "no database"),
        ("start-panic", Start::WithPanic, "panic", "no disk"),
    ] {
        assert!(Actor::spawn(name(named), observe(Peer), start).await.is_err());
        let path = format!("/{named}");
        rig.when(&path, is("failed")).await;
        assert_eq!(end(&rig, &path).await, exit(how, why));
        assert_eq!(rig.kinds(&path).await, ["started", "exited"]);
    }
    let (never, _) =
        ractor::ActorRuntime::spawn_instant(name("start-never"), observe(Peer), Start::Never)
            .unwrap();
    rig.when("/start-never", is("starting")).await;
    assert_eq!(rig.act("kill", "/start-never").await.unwrap().outcome, "done");
    rig.when("/start-never", is("stopped")).await;
    let (how, _) = end(&rig, "/start-never").await;
    assert_eq!(how, "killed");
    drop(never);
}

#[tokio::test]
async fn who_is_not_let_in_by_its_supervisor_ends_before_it_ran() {
    let rig = Rig::shared().await;
    let sup = peer(&rig, "closing").await;
    sup.stop(None);
    rig.when("/closing", is("stopped")).await;
    let late = Actor::spawn_linked(name("late"), observe(Peer), Start::Well, sup.get_cell()).await;
    assert!(late.is_err());
    rig.when("/late", is("stopped")).await;
    let (how, why) = end(&rig, "/late").await;
    assert_eq!(how, "aborted");
    assert!(why.unwrap().contains("never ran"));
}

/// Ends in each of its hooks.
struct Hooked(&'static str);

impl Actor for Hooked {
    type Msg = ();
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<()>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn post_start(&self, _: ActorRef<()>, _: &mut ()) -> Result<(), ActorProcessingErr> {
        if self.0 == "post_start" { Err("bad start".into()) } else { Ok(()) }
    }

    async fn post_stop(&self, _: ActorRef<()>, _: &mut ()) -> Result<(), ActorProcessingErr> {
        if self.0 == "post_stop" { panic!("bad end") } else { Ok(()) }
    }
}

#[tokio::test]
async fn other_hooks_fail_too() {
    let rig = Rig::shared().await;
    let (_, task) =
        Actor::spawn(name("hook-start"), observe(Hooked("post_start")), ()).await.unwrap();
    task.await.unwrap();
    rig.when("/hook-start", is("failed")).await;
    assert_eq!(end(&rig, "/hook-start").await, exit("error", "bad start"));
    let (stops, _) =
        Actor::spawn(name("hook-stop"), observe(Hooked("post_stop")), ()).await.unwrap();
    stops.stop(None);
    rig.when("/hook-stop", is("failed")).await;
    assert_eq!(end(&rig, "/hook-stop").await, exit("panic", "bad end"));
}

#[tokio::test]
async fn children_of_who_ends_are_killed_by_ractor_and_shown_so() {
    let rig = Rig::shared().await;
    let sup = peer(&rig, "end-parent").await;
    let cell = sup.get_cell();
    sup.cast(run(move |_| async move {
        Actor::spawn_linked(name("end-child"), observe(Peer), Start::Well, cell).await.unwrap();
    }))
    .unwrap();
    rig.when("/end-parent/end-child", is("idle")).await;
    sup.stop(None);
    rig.when("/end-parent/end-child", is("stopped")).await;
    assert_eq!(end(&rig, "/end-parent/end-child").await, exit("killed", ""));
}

#[tokio::test]
async fn a_panic_of_the_code_that_names_messages_is_one() {
    let rig = Rig::shared().await;
    let observed = observe(Peer).messages(|_| panic!("no name"));
    let (peer, _) = Actor::spawn(name("end-unnamed"), observed, Start::Well).await.unwrap();
    peer.cast(Do::Nothing).unwrap();
    rig.when("/end-unnamed", is("failed")).await;
    assert_eq!(end(&rig, "/end-unnamed").await, exit("panic", "no name"));
}

/// More than the watcher hears of before it rests.
#[tokio::test]
async fn of_many_that_stop_at_once_each_reason_is_told() {
    const ASKED: [u32; 6] = [0, 1, 2, 100, 298, 299];
    let rig = Rig::shared().await;
    let mut peers = Vec::new();
    for n in 0..300 {
        let named = name(&format!("end-many-{n}"));
        peers.push(Actor::spawn(named, observe(Peer), Start::Well).await.unwrap());
    }
    // Those that were shown while they lived are kept for longer when they have ended. One pass may come by while they
    // are started, and find the last but not all before it.
    for n in ASKED {
        rig.when(&format!("/end-many-{n}"), is("idle")).await;
    }
    for (n, (peer, _)) in peers.iter().enumerate() {
        peer.stop(Some(format!("reason {n}")));
    }
    for (_, task) in peers {
        task.await.unwrap();
    }
    for n in ASKED {
        let told = end(&rig, &format!("/end-many-{n}")).await;
        assert_eq!(told, exit("normal", &format!("reason {n}")));
    }
}

/// More than may be on their way to the watcher: what it does not hear of is told without a reason.
/// With an agent of their own, so that the ends of other tests are not forgotten for them.
#[tokio::test]
async fn of_too_many_that_stop_at_once_the_end_is_told_and_no_wrong_reason() {
    let rig = Rig::start().await;
    let flood = async {
        let mut peers = Vec::new();
        for n in 0..3_000 {
            let named = name(&format!("end-flood-{n}"));
            peers.push(Actor::spawn(named, observe(Peer), Start::Well).await.unwrap());
        }
        // Each of them, as above: a pass may have found the last but not all before it.
        for n in 2_980..3_000 {
            rig.when(&format!("/end-flood-{n}"), is("idle")).await;
        }
        for (n, (peer, _)) in peers.iter().enumerate() {
            peer.stop(Some(format!("reason {n}")));
        }
        for (_, task) in peers {
            task.await.unwrap();
        }
    };
    scope(rig.registry, flood).await;
    for n in 2_980..3_000 {
        let (how, why) = end(&rig, &format!("/end-flood-{n}")).await;
        assert_eq!(how, "normal");
        let told = [format!("reason {n}"), "its reason was not heard".to_owned()];
        assert!(told.contains(&why.unwrap()), "{n}");
    }
}

/// Handling times of 20 messages of each of two kinds.
#[tokio::test]
async fn messages_are_told_apart_by_the_name_that_is_given() {
    let rig = Rig::shared().await;
    let observed = observe(Peer).messages(|message| match message {
        Do::Nothing => "Nothing",
        _ => "Something",
    });
    let (peer, _) = Actor::spawn(name("kinds"), observed, Start::Well).await.unwrap();
    for _ in 0..20 {
        peer.cast(Do::Nothing).unwrap();
        peer.cast(run(|_| async {})).unwrap();
    }
    rig.when("/kinds", common::handled(40)).await;
    let (_, stats, detail) = rig.show("/kinds").await.unwrap();
    let mut names: Vec<String> = detail.handlers.iter().map(|h| h.message_type.clone()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Nothing", "Something"]);
    assert_absent(&stats);
}

/// What nobody told is not shown as 0.
fn assert_absent(stats: &v1::Stats) {
    assert_eq!(actorscope_testkit::depth(stats).1, "", "no reading at all");
    assert!(stats.queue_wait.is_none() && stats.oldest_wait_ns.is_none());
}
