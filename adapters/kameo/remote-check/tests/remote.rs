//! The adapter with kameo's feature `remote`: ids carry a peer, and change when the process joins a
//! swarm.

use actorscope_kameo::{Actor, AskObserved, ChildSpec, SuperviseObserved, name_actor};
use actorscope_proto::v1;
use actorscope_testkit::{Rig, state};
use kameo::prelude::{ActorRef, Context, Message, Spawn};
use kameo::remote;
use std::time::Duration;

#[derive(Actor)]
#[actor(name = "sup", state)]
#[derive(Debug)]
struct Sup;

#[derive(Actor, Clone)]
struct Worker;

struct Work;

impl Message<Work> for Worker {
    type Reply = u32;
    async fn handle(&mut self, _: Work, _: &mut Context<Self, u32>) -> u32 {
        7
    }
}

struct Ask(ActorRef<Worker>);

impl Message<Ask> for Sup {
    type Reply = u32;
    async fn handle(&mut self, Ask(worker): Ask, _: &mut Context<Self, u32>) -> u32 {
        worker.ask_observed(Work).await.unwrap()
    }
}

async fn child(sup: &ActorRef<Sup>, name: &str) -> ActorRef<Worker> {
    let spec = ChildSpec::new(name).restart_limit(9, Duration::from_secs(60));
    Worker::supervise_observed(sup, spec, Worker).spawn().await
}

fn incarnation(n: u32) -> impl Fn(&v1::Stats) -> bool {
    move |s| s.incarnation == n && state(s) == "idle"
}

#[tokio::test]
async fn actors_are_known_before_and_after_the_process_joins_a_swarm() {
    let rig = Rig::shared().await;
    let sup = Sup::spawn(Sup);
    let early = child(&sup, "early").await;
    // kameo's own call: the parent comes from the ids it prints.
    let plain = Worker::supervise(&sup, Worker).spawn().await;
    assert_eq!(sup.ask(Ask(early.clone())).await.unwrap(), 7);
    rig.when("/sup/early", incarnation(1)).await;
    rig.when("/sup/Worker", incarnation(1)).await;

    remote::bootstrap_on("/ip4/127.0.0.1/tcp/0").unwrap();

    // Who was there before is where it was. (kameo itself forgets such children: its maps have whole
    // ids for keys, which hash differently now. It does not restart them any more.)
    assert_eq!(sup.ask(Ask(early.clone())).await.unwrap(), 7);
    rig.when("/sup/early", |s| s.total.unwrap().handled == 2).await;
    plain.ask(Work).await.unwrap();
    rig.when("/sup/Worker", |s| s.total.unwrap().handled == 1).await;
    assert_eq!(rig.act("suspend", "/sup/early").await.unwrap().outcome, "done");
    rig.when("/sup/early", |s| state(s) == "suspended").await;
    // On a thread that has not met it yet.
    let named = std::thread::scope(|s| s.spawn(|| name_actor(&early, "earliest")).join());
    assert!(named.unwrap());
    rig.when("/sup/earliest", |s| state(s) == "suspended").await;
    // Whoever comes now finds its place and is restarted in it.
    let late = child(&sup, "late").await;
    name_actor(&late, "latest");
    assert_eq!(sup.ask(Ask(late.clone())).await.unwrap(), 7);
    rig.when("/sup/latest", incarnation(1)).await;
    let _plain = Worker::supervise(&sup, Worker).spawn().await;
    rig.when("/sup/Worker~2", incarnation(1)).await;
    for (n, verb) in [(2, "kill"), (3, "restart"), (4, "stop")] {
        assert_eq!(rig.act(verb, "/sup/latest").await.unwrap().outcome, "done");
        rig.when("/sup/latest", incarnation(n)).await;
    }
    late.ask(Work).await.unwrap();
    rig.when("/sup/latest", |s| s.total.unwrap().handled == 2).await;
    let (.., detail) = rig.show("/sup").await.unwrap();
    let links = detail.links.unwrap().outgoing;
    let asks = |path: &str| links.iter().find(|l| l.path == path).map(|l| l.asks);
    assert_eq!((asks("/sup/earliest"), asks("/sup/latest")), (Some(2), Some(1)));
    let answer = rig.dump("/sup", 0, Duration::ZERO).await.unwrap();
    assert_eq!(answer.text, "Sup");
}
