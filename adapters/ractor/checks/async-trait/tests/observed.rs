//! A ractor actor as ractor writes it with `async-trait`, under a supervisor.

use actorscope_ractor_supervisor::{TrackSends, observe, observe_supervisor};
use actorscope_testkit::{Rig, depth, state};
use ractor::{Actor, ActorCell, ActorProcessingErr, ActorRef, SpawnErr};
use ractor_supervisor::{
    ChildSpec, Restart, SpawnFn, Supervisor, SupervisorArguments, SupervisorOptions,
    SupervisorStrategy,
};
use std::time::Duration;

struct Till;

#[ractor::async_trait]
impl Actor for Till {
    type Msg = u32;
    type State = u32;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<u32>, (): ()) -> Result<u32, ActorProcessingErr> {
        Ok(0)
    }

    async fn handle(
        &self,
        _: ActorRef<u32>,
        coin: u32,
        sum: &mut u32,
    ) -> Result<(), ActorProcessingErr> {
        *sum = sum.checked_add(coin).ok_or("too rich")?;
        Ok(())
    }
}

async fn open(supervisor: ActorCell, id: String) -> Result<ActorCell, SpawnErr> {
    let till = observe(Till).with_state();
    Ok(Supervisor::spawn_linked(id, till, (), supervisor).await?.0.get_cell())
}

#[tokio::test]
async fn it_is_observed_and_started_again() {
    let rig = Rig::shared().await;
    let spec = ChildSpec {
        id: "till".to_owned(),
        restart: Restart::Permanent,
        spawn_fn: SpawnFn::new(open),
        backoff_fn: None,
        reset_after: None,
    };
    let options = SupervisorOptions {
        strategy: SupervisorStrategy::OneForOne,
        max_restarts: 5,
        max_window: Duration::from_secs(60),
        reset_after: None,
    };
    let arguments = SupervisorArguments { child_specs: vec![spec], options };
    let shop = Some("shop".to_owned());
    let supervisor = observe_supervisor(Supervisor);
    let (_shop, _) = Actor::spawn(shop, supervisor, arguments).await.unwrap();
    rig.when("/shop/till", |s| state(s) == "idle").await;
    let till: ActorRef<u32> = ractor::registry::where_is("till").unwrap().into();
    till.tracked().cast(5).unwrap();
    rig.when("/shop/till", |s| s.total.unwrap().handled == 1 && depth(s).1 == "exact").await;
    let answer = rig.dump("/shop/till", 0, Duration::ZERO).await.unwrap();
    assert_eq!(answer.text, "5");
    till.cast(u32::MAX).unwrap();
    rig.when("/shop/till", |s| s.incarnation == 2 && state(s) == "idle").await;
    assert_eq!(rig.act("restart", "/shop/till").await.unwrap().outcome, "done");
    let (_, stats) = rig.when("/shop/till", |s| s.incarnation == 3 && state(s) == "idle").await;
    assert_eq!(stats.budget.unwrap().used, 2);
}
