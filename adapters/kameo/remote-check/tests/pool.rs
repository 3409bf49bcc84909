//! `kameo_actors`' pool: the pool is not observed, its workers are.

use actorscope_kameo::{Actor, name_actor};
use actorscope_proto::v1;
use actorscope_testkit::{Rig, SOON, state};
use kameo::prelude::{Context, Message, Spawn};
use kameo_actors::pool::{ActorPool, Broadcast, Dispatch};
use std::time::Duration;

#[derive(Actor)]
struct Worker;

#[derive(Clone)]
struct Work;

impl Message<Work> for Worker {
    type Reply = ();
    async fn handle(&mut self, _: Work, _: &mut Context<Self, ()>) {}
}

fn handled(n: u64) -> impl Fn(&v1::Stats) -> bool {
    move |s| s.total.unwrap_or_default().handled == n
}

#[tokio::test]
async fn the_workers_of_a_pool_are_shown_by_the_name_that_its_factory_gives() {
    let rig = Rig::shared().await;
    let pool = ActorPool::spawn(ActorPool::new(3, || {
        let worker = Worker::spawn(Worker);
        name_actor(&worker, "pooled");
        worker
    }));
    let paths = ["/pooled", "/pooled~2", "/pooled~3"];
    for path in paths {
        rig.when(path, |s| state(s) == "idle").await;
    }
    pool.ask(Broadcast(Work)).await.unwrap();
    for path in paths {
        rig.when(path, handled(1)).await;
    }
    // One of them has one more.
    assert!(pool.ask(Dispatch(Work)).await.is_ok());
    let deadline = tokio::time::Instant::now() + SOON;
    loop {
        let mut all = Vec::new();
        for path in paths {
            all.push(rig.show(path).await.unwrap().1.total.unwrap().handled);
        }
        all.sort_unstable();
        if all == [1, 1, 2] {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "{all:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // The pool's own helpers stand between it and its workers, so that nobody replaces one.
    assert_eq!(rig.act("kill", "/pooled").await.unwrap().outcome, "done");
    rig.when("/pooled", |s| state(s) == "stopped").await;
}
