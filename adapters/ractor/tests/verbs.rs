//! What operators do to ractor actors.

mod common;

use actorscope_ractor::agent::core::capability::Capability;
use actorscope_ractor::observe;
use actorscope_testkit::{Rig, state};
use common::{Do, Peer, Start, can, end, handled, is, name};
use ractor::{Actor, ActorRef, call_t};
use std::sync::Arc;
use tokio::sync::Notify;

async fn spawn(named: &str) -> ActorRef<Do> {
    Actor::spawn(name(named), observe(Peer), Start::Well).await.unwrap().0
}

async fn child(parent: &ActorRef<Do>, named: &str) -> ActorRef<Do> {
    let cell = parent.get_cell();
    Actor::spawn_linked(name(named), observe(Peer), Start::Well, cell).await.unwrap().0
}

/// Busy with the first of a thousand messages, until it is let go.
async fn backlog(rig: &Rig, peer: &ActorRef<Do>, path: &str) -> Arc<Notify> {
    let go_on = Arc::new(Notify::new());
    peer.cast(Do::Wait(go_on.clone())).unwrap();
    for _ in 0..1_000 {
        peer.cast(Do::Nothing).unwrap();
    }
    rig.when(path, is("handling")).await;
    go_on
}

#[tokio::test]
async fn kill_hits_idle_and_busy_actors_at_once() {
    let rig = Rig::shared().await;
    let idle = spawn("kill-idle").await;
    rig.when("/kill-idle", is("idle")).await;
    assert_eq!(rig.act("kill", "/kill-idle").await.unwrap().outcome, "done");
    assert_eq!(end(&rig, "/kill-idle").await.0, "killed");
    let busy = spawn("kill-busy").await;
    let _go_on = backlog(&rig, &busy, "/kill-busy").await;
    assert_eq!(rig.act("kill", "/kill-busy").await.unwrap().outcome, "done");
    let (_, stats) = rig.when("/kill-busy", is("stopped")).await;
    assert_eq!(stats.total.unwrap().handled, 1);
    drop(idle);
}

#[tokio::test]
async fn stop_overtakes_a_full_mailbox_but_not_the_running_handler() {
    let rig = Rig::shared().await;
    let idle = spawn("stop-idle").await;
    rig.when("/stop-idle", is("idle")).await;
    assert_eq!(rig.act("stop", "/stop-idle").await.unwrap().outcome, "done");
    assert_eq!(end(&rig, "/stop-idle").await.0, "normal");
    let busy = spawn("stop-busy").await;
    let go_on = backlog(&rig, &busy, "/stop-busy").await;
    assert_eq!(rig.act("stop", "/stop-busy").await.unwrap().outcome, "accepted");
    go_on.notify_one();
    let (_, stats) = rig.when("/stop-busy", is("stopped")).await;
    assert_eq!(stats.total.unwrap().handled, 1, "the handler was finished, nothing else begun");
    assert_eq!(end(&rig, "/stop-busy").await.0, "normal");
    drop(idle);
}

#[tokio::test]
async fn a_stop_that_drains_handles_what_is_queued_first() {
    let rig = Rig::shared().await;
    let drains = observe(Peer).drain_on_stop();
    let (peer, _) = Actor::spawn(name("drains"), drains, Start::Well).await.unwrap();
    let go_on = backlog(&rig, &peer, "/drains").await;
    let radius = rig.preview("stop", "/drains").await.unwrap();
    assert_eq!(radius.queued, "handled_first");
    assert_eq!(rig.act("stop", "/drains").await.unwrap().outcome, "accepted");
    go_on.notify_one();
    let (_, stats) = rig.when("/drains", is("stopped")).await;
    assert_eq!(stats.total.unwrap().handled, 1_001);
    assert!(peer.cast(Do::Nothing).is_err());
    let (idle, _) = Actor::spawn(name("drains-idle"), observe(Peer).drain_on_stop(), Start::Well)
        .await
        .unwrap();
    rig.when("/drains-idle", is("idle")).await;
    assert_eq!(rig.act("stop", "/drains-idle").await.unwrap().outcome, "done");
    rig.when("/drains-idle", is("stopped")).await;
    drop(idle);
}

#[tokio::test]
async fn restart_fails_idle_and_backlogged_actors_on_purpose() {
    let rig = Rig::shared().await;
    let sup = spawn("fails").await;
    let idle = child(&sup, "idle").await;
    rig.when("/fails/idle", is("idle")).await;
    let answer = rig.act("restart", "/fails/idle").await.unwrap();
    assert_eq!(answer.outcome, "done", "{}", answer.message);
    let (how, why) = end(&rig, "/fails/idle").await;
    assert_eq!(how, "error");
    assert!(why.unwrap().starts_with("restarted by"));
    let busy = child(&sup, "busy").await;
    let go_on = backlog(&rig, &busy, "/fails/busy").await;
    assert_eq!(rig.act("restart", "/fails/busy").await.unwrap().outcome, "accepted");
    go_on.notify_one();
    let (_, stats) = rig.when("/fails/busy", is("failed")).await;
    assert_eq!(stats.total.unwrap().handled, 1);
    // Its supervisor's own code decides what follows, and is told of a failure.
    let (identity, ..) = rig.show("/fails/busy").await.unwrap();
    assert_eq!(identity.child_spec.unwrap().restart, "");
    drop(idle);
}

#[tokio::test]
async fn who_has_no_supervisor_is_not_restarted_and_why_is_said() {
    let rig = Rig::shared().await;
    let lonely = spawn("lonely").await;
    let (identity, _) = rig.when("/lonely", is("idle")).await;
    assert!(!can(&identity, Capability::Restart));
    let refused = rig.act("restart", "/lonely").await.unwrap();
    assert_eq!(refused.outcome, "not_supported");
    assert!(refused.message.contains("no supervisor"), "{}", refused.message);
    assert!(call_t!(lonely, Do::Count, 5_000).is_ok(), "it is unharmed");
}

#[tokio::test]
async fn a_held_actor_handles_nothing_until_it_is_let_go() {
    let rig = Rig::shared().await;
    let peer = spawn("held").await;
    rig.when("/held", is("idle")).await;
    assert_eq!(rig.act("suspend", "/held").await.unwrap().outcome, "done");
    for _ in 0..3 {
        peer.cast(Do::Nothing).unwrap();
    }
    rig.when("/held", is("suspended")).await;
    assert!(call_t!(peer, Do::Count, 50).is_err(), "nobody answers");
    let (_, stats, _) = rig.show("/held").await.unwrap();
    assert_eq!(stats.total.unwrap().handled, 0);
    assert_eq!(rig.act("resume", "/held").await.unwrap().outcome, "done");
    rig.when("/held", |s| handled(4)(s) && state(s) == "idle").await;
}

#[tokio::test]
async fn a_held_actor_can_be_stopped_restarted_and_killed() {
    let rig = Rig::shared().await;
    let sup = spawn("holder").await;
    for (verb, word) in [("stop", "stopped"), ("restart", "failed"), ("kill", "stopped")] {
        let named = format!("held-{verb}");
        let peer = child(&sup, &named).await;
        let path = format!("/holder/{named}");
        rig.when(&path, is("idle")).await;
        assert_eq!(rig.act("suspend", &path).await.unwrap().outcome, "done");
        peer.cast(Do::Nothing).unwrap();
        rig.when(&path, is("suspended")).await;
        let answer = rig.act(verb, &path).await.unwrap();
        assert_eq!(answer.outcome, "done", "{verb}: {}", answer.message);
        let (_, stats) = rig.when(&path, is(word)).await;
        assert_eq!(stats.total.unwrap().handled, 0, "{verb}");
    }
}

#[tokio::test]
async fn who_has_children_is_not_held_because_it_could_not_attend_to_them() {
    let rig = Rig::shared().await;
    let sup = spawn("parent").await;
    let (identity, _) = rig.when("/parent", is("idle")).await;
    assert!(can(&identity, Capability::Suspend));
    let child = child(&sup, "only").await;
    rig.when("/parent/only", is("idle")).await;
    let refused = rig.act("suspend", "/parent").await.unwrap();
    assert_eq!(refused.outcome, "not_supported", "{}", refused.message);
    assert!(refused.message.contains("it has children"), "{}", refused.message);
    child.stop(None);
    rig.when("/parent/only", is("stopped")).await;
    // Noticed with the next walk.
    let deadline = tokio::time::Instant::now() + actorscope_testkit::SOON;
    while rig.act("suspend", "/parent").await.unwrap().outcome != "done" {
        assert!(tokio::time::Instant::now() < deadline);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn the_actors_own_supervision_events_are_not_disturbed_by_prompts() {
    use ractor::{ActorProcessingErr, SupervisionEvent};
    use std::sync::Mutex;

    /// Notes what its children do.
    struct Parent(Arc<Mutex<Vec<String>>>);

    impl Actor for Parent {
        type Msg = Do;
        type State = ();
        type Arguments = ();
        async fn pre_start(&self, _: ActorRef<Do>, (): ()) -> Result<(), ActorProcessingErr> {
            Ok(())
        }
        async fn handle_supervisor_evt(
            &self,
            _: ActorRef<Do>,
            event: SupervisionEvent,
            (): &mut (),
        ) -> Result<(), ActorProcessingErr> {
            let mut event = event;
            if let SupervisionEvent::ActorTerminated(_, Some(state), _) = &mut event {
                // The state is the child's own, as its supervisor knows it.
                assert_eq!(state.take::<u32>().unwrap(), 1);
            }
            let name = event.actor_cell().and_then(ractor::ActorCell::get_name);
            let what = match event {
                SupervisionEvent::ActorStarted(_) => "started",
                SupervisionEvent::ActorTerminated(..) => "terminated",
                _ => "else",
            };
            self.0.lock().unwrap().push(format!("{what} {}", name.unwrap_or_default()));
            Ok(())
        }
    }

    let rig = Rig::shared().await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (parent, _) =
        Actor::spawn(name("prompted"), observe(Parent(seen.clone())), ()).await.unwrap();
    rig.when("/prompted", is("idle")).await;
    for verb in ["suspend", "resume", "suspend", "resume"] {
        assert_eq!(rig.act(verb, "/prompted").await.unwrap().outcome, "done");
    }
    let cell = parent.get_cell();
    let (child, _) =
        Actor::spawn_linked(name("son"), observe(Peer), Start::Well, cell).await.unwrap();
    child.cast(Do::Nothing).unwrap();
    rig.when("/prompted/son", handled(1)).await;
    for verb in ["suspend", "resume", "stop"] {
        assert_eq!(rig.act(verb, "/prompted/son").await.unwrap().outcome, "done");
    }
    common::until("its end", || seen.lock().unwrap().len() >= 2).await;
    assert_eq!(*seen.lock().unwrap(), ["started son", "terminated son"]);
    assert!(parent.get_children().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_verbs_at_once_reach_whom_they_are_meant_for() {
    let rig = Arc::new(Rig::shared().await);
    let mut peers = Vec::new();
    for n in 0..50 {
        peers.push(spawn(&format!("many-{n}")).await);
    }
    let mut acts = tokio::task::JoinSet::new();
    for n in 0..50 {
        let rig = rig.clone();
        acts.spawn(async move {
            let path = format!("/many-{n}");
            rig.when(&path, is("idle")).await;
            rig.act(if n % 2 == 0 { "stop" } else { "kill" }, &path).await.unwrap();
        });
    }
    while let Some(act) = acts.join_next().await {
        act.unwrap();
    }
    for n in 0..50 {
        let path = format!("/many-{n}");
        rig.when(&path, is("stopped")).await;
        let expected = if n % 2 == 0 { "normal" } else { "killed" };
        assert_eq!(end(&rig, &path).await.0, expected, "{path}");
    }
}
