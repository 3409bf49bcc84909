//! A ractor actor as ractor writes it without `async-trait`.

use actorscope_ractor::{TrackSends, observe};
use actorscope_testkit::{Rig, depth, state};
use ractor::{Actor, ActorProcessingErr, ActorRef};

struct Till;

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

#[tokio::test]
async fn it_is_observed() {
    let rig = Rig::shared().await;
    let till = observe(Till).with_state();
    let (till, _) = Actor::spawn(Some("till".to_owned()), till, ()).await.unwrap();
    till.tracked().cast(5).unwrap();
    rig.when("/till", |s| s.total.unwrap().handled == 1 && depth(s).1 == "exact").await;
    let answer = rig.dump("/till", 0, std::time::Duration::ZERO).await.unwrap();
    assert_eq!(answer.text, "5");
    till.cast(u32::MAX).unwrap();
    rig.when("/till", |s| state(s) == "failed").await;
}
