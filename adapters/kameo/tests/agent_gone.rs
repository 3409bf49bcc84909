//! What is left of an agent that goes away: nothing. In a process of its own, because there is one
//! agent for kameo's actors.

use actorscope_kameo::agent::Builder;
use actorscope_kameo::agent::adapter::Registry;
use actorscope_kameo::{Actor, name_actor};
use actorscope_testkit::{Rig, SOON, state};
use kameo::prelude::{Context, Message, Spawn};

#[derive(Actor)]
struct Worker;

struct Noop;

impl Message<Noop> for Worker {
    type Reply = ();
    async fn handle(&mut self, _: Noop, _: &mut Context<Self, ()>) {}
}

#[tokio::test]
async fn an_agent_that_goes_away_lets_everybody_go() {
    let rig = Rig::start_on(Registry::global(), Builder::allow_control).await;
    let worker = Worker::spawn(Worker);
    name_actor(&worker, "worker");
    rig.when("/worker", |s| state(s) == "idle").await;
    assert_eq!(rig.act("suspend", "/worker").await.unwrap().outcome, "done");
    rig.when("/worker", |s| state(s) == "suspended").await;
    let asked = worker.ask(Noop).enqueue().await.unwrap();
    drop(rig);
    tokio::time::timeout(SOON, asked).await.expect("nobody holds it any more").unwrap();
    // What it did is known to the next agent.
    let rig = Rig::start_on(Registry::global(), Builder::allow_control).await;
    let (_, stats) = rig.when("/worker", |s| state(s) == "idle").await;
    assert_eq!(stats.total.unwrap().handled, 1);
    assert!(rig.kinds("/worker").await.contains(&"resumed".to_owned()));
}
