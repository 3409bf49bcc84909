//! Actors that are held before their next message, and how they get free.

use actorscope_kameo::{Actor, ChildSpec, SuperviseObserved, name_actor};
use actorscope_proto::v1;
use actorscope_proto::v1::control_client::ControlClient;
use actorscope_testkit::{Rig, depth, state};
use kameo::mailbox;
use kameo::prelude::{ActorRef, Context, Message, Spawn};
use std::time::Duration;

fn is(word: &'static str) -> impl Fn(&v1::Stats) -> bool {
    move |stats| state(stats) == word
}

#[derive(Actor, Clone)]
struct Worker;

struct Noop;

impl Message<Noop> for Worker {
    type Reply = ();
    async fn handle(&mut self, _: Noop, _: &mut Context<Self, ()>) {}
}

fn spawn(name: &str) -> ActorRef<Worker> {
    let worker = Worker::spawn_with_mailbox(Worker, mailbox::bounded(2));
    name_actor(&worker, name);
    worker
}

async fn suspend(rig: &Rig, path: &str, deadline: Duration) -> v1::ActResponse {
    let (identity, ..) = rig.show(path).await.unwrap();
    let instance = rig.instance.to_bytes().to_vec();
    let request = v1::ActRequest {
        verb: "suspend".to_owned(),
        target: Some(v1::Target { instance, slot: identity.slot, incarnation: 0 }),
        // One request for each slot in these tests.
        request_id: u128::from(identity.slot).to_be_bytes().to_vec(),
        reason: "a test".to_owned(),
        deadline_ns: deadline.as_nanos() as u64,
    };
    ControlClient::new(rig.channel.clone()).act(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn the_deadline_lets_it_go_and_the_senders_that_waited_with_it() {
    let rig = Rig::shared().await;
    let worker = spawn("deadline");
    rig.when("/deadline", is("idle")).await;
    let answer = suspend(&rig, "/deadline", Duration::from_millis(700)).await;
    assert_eq!(answer.outcome, "done");
    assert!(answer.message.contains("goes on by itself after 0.7 s"), "{}", answer.message);
    for _ in 0..2 {
        worker.tell(Noop).await.unwrap();
    }
    let soon = Duration::from_millis(1);
    assert!(worker.tell(Noop).mailbox_timeout(soon).await.is_err(), "the mailbox is full");
    rig.when("/deadline", |s| state(s) == "suspended" && depth(s).0 == 2).await;
    // This one waits for the deadline.
    worker.ask(Noop).await.unwrap();
    rig.when("/deadline", |s| state(s) == "idle" && s.total.unwrap().handled == 3).await;
    let kinds = rig.kinds("/deadline").await;
    assert_eq!(kinds, ["started", "verb", "suspended", "resumed"]);
}

#[tokio::test]
async fn a_successor_is_held_as_well() {
    let rig = Rig::shared().await;
    let sup = spawn("holding");
    let worker = Worker::supervise_observed(&sup, ChildSpec::new("child"), Worker).spawn().await;
    worker.ask(Noop).await.unwrap();
    rig.when("/holding/child", is("idle")).await;
    assert_eq!(rig.act("suspend", "/holding/child").await.unwrap().outcome, "done");
    worker.tell(Noop).await.unwrap();
    // It is killed and restarted although it is held; its successor takes its place in every way.
    assert_eq!(rig.act("kill", "/holding/child").await.unwrap().outcome, "done");
    rig.when("/holding/child", |s| s.incarnation == 2 && state(s) == "suspended").await;
    let (_, stats, _) = rig.show("/holding/child").await.unwrap();
    assert_eq!(stats.current.unwrap().handled, 0);
    assert_eq!(rig.act("resume", "/holding/child").await.unwrap().outcome, "done");
    let handled = |s: &v1::Stats| s.current.unwrap().handled == 1 && state(s) == "idle";
    rig.when("/holding/child", handled).await;
}

#[tokio::test]
async fn a_supervisor_is_not_held_and_why_is_said() {
    let rig = Rig::shared().await;
    let sup = spawn("boss");
    rig.when("/boss", is("idle")).await;
    let child = Worker::supervise_observed(&sup, ChildSpec::new("child"), Worker).spawn().await;
    rig.when("/boss/child", is("idle")).await;
    let refused = rig.act("suspend", "/boss").await.unwrap();
    assert_eq!(refused.outcome, "not_supported");
    let why = "a suspended supervisor could not restart its children";
    assert!(refused.message.contains(why), "{}", refused.message);
    sup.ask(Noop).await.unwrap();
    drop(child);
}
