//! One destination's worker: delivers, one job after another, and says what became of each.

use std::sync::{Arc, atomic::Ordering};

use actorscope_ractor_supervisor::{ObservedRef, TrackSends};
use ractor::{Actor, ActorProcessingErr, ActorRef};

use crate::{
    delivery::{Outcome, judge, seconds},
    dispatcher::DispatcherMsg,
    fault::Fault,
    job::Job,
    post::{Answer, Link, post},
    tree::World,
};

/// A job to be tried once.
pub struct Deliver(pub Arc<Job>);

/// See the module's text.
pub struct Worker;

/// What it is told when it starts.
#[derive(Clone)]
pub struct WorkerArgs {
    pub lane: Arc<str>,
    pub dispatcher: ActorRef<DispatcherMsg>,
    pub world: Arc<World>,
}

/// What it holds.
pub struct WorkerState {
    lane: Arc<str>,
    dispatcher: ObservedRef<DispatcherMsg>,
    world: Arc<World>,
    link: Option<Link>,
}

impl Actor for Worker {
    type Msg = Deliver;
    type State = WorkerState;
    type Arguments = WorkerArgs;

    async fn pre_start(
        &self,
        _: ActorRef<Deliver>,
        WorkerArgs { lane, dispatcher, world }: WorkerArgs,
    ) -> Result<WorkerState, ActorProcessingErr> {
        Ok(WorkerState { lane, dispatcher: dispatcher.tracked(), world, link: None })
    }

    async fn post_start(
        &self,
        worker: ActorRef<Deliver>,
        state: &mut WorkerState,
    ) -> Result<(), ActorProcessingErr> {
        // Not before it is named and counted; the jobs come in answer to this.
        let lane = state.lane.clone();
        Ok(state.dispatcher.cast(DispatcherMsg::WorkerUp { lane, worker })?)
    }

    async fn handle(
        &self,
        _: ActorRef<Deliver>,
        Deliver(job): Deliver,
        state: &mut WorkerState,
    ) -> Result<(), ActorProcessingErr> {
        if state.world.stopping.load(Ordering::Relaxed) {
            // It is in the journal, for the next start.
            return Ok(());
        }
        let (lane, id) = (state.lane.clone(), job.id().clone());
        state.dispatcher.cast(DispatcherMsg::Begun { lane: lane.clone(), id: id.clone() })?;
        let answer = post(&mut state.link, &job, state.world.options.timeout).await;
        let outcome = match answer {
            Ok(answer) => state.judge(answer),
            Err(why) => Outcome::Retry { why, after: None },
        };
        Ok(state.dispatcher.cast(DispatcherMsg::Ended { lane, id, outcome })?)
    }
}

impl WorkerState {
    fn judge(&self, answer: Answer) -> Outcome {
        let retry_after = answer.retry_after.as_deref();
        if self.world.options.fault == Some(Fault::CrashyWorker) {
            // The defect: nobody thought of a date.
            let after = retry_after.map(|text| text.parse().expect("Retry-After is in seconds"));
            return judge(answer.status, after.map(std::time::Duration::from_secs));
        }
        judge(answer.status, retry_after.and_then(seconds))
    }
}
