//! An actor of kameo.

use super::{Framework, Work};
use actorscope_kameo::{Actor, SpawnObserved, observed};
use kameo::actor::ActorRef;
use kameo::error::Infallible;

pub const FRAMEWORK: Framework = Framework { word: "kameo", name: "kameo", within: "", start };

struct Worker;

#[observed]
impl Actor for Worker {
    type Args = Work;
    type Error = Infallible;

    async fn on_start(work: Work, _: ActorRef<Self>) -> Result<Self, Infallible> {
        work.await;
        Ok(Self)
    }
}

fn start(name: String, work: Work) -> Work {
    Box::pin(async move {
        // It lives as long as somebody has its reference.
        std::mem::forget(Worker::spawn_observed(&name, work));
    })
}
