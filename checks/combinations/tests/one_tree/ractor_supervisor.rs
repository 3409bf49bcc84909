//! A supervisor of ractor-supervisor's, and its child, which does the work.

use super::ractor::Worker;
use super::{Framework, Work};
use actorscope_ractor_supervisor::{observe, observe_supervisor};
use ractor::Actor;
use ractor_supervisor::{
    ChildSpec, Restart, SpawnFn, Supervisor, SupervisorArguments, SupervisorOptions,
    SupervisorStrategy,
};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub const FRAMEWORK: Framework = Framework {
    word: "ractor",
    name: "ractor-supervisor",
    within: "/child-of-ractor-supervisor",
    start,
};

fn start(name: String, work: Work) -> Work {
    Box::pin(async move {
        let work = Arc::new(Mutex::new(Some(work)));
        let spawn_fn = SpawnFn::new(move |supervisor, id| {
            let work = work.lock().expect("nobody panics").take().expect("it starts once");
            async move {
                let child = Supervisor::spawn_linked(id, observe(Worker), work, supervisor).await?;
                Ok(child.0.get_cell())
            }
        });
        let child = ChildSpec {
            id: format!("child-of-{name}"),
            restart: Restart::Temporary,
            spawn_fn,
            backoff_fn: None,
            reset_after: None,
        };
        let options = SupervisorOptions {
            strategy: SupervisorStrategy::OneForOne,
            max_restarts: 1,
            max_window: Duration::from_secs(10),
            reset_after: None,
        };
        let arguments = SupervisorArguments { child_specs: vec![child], options };
        let supervisor = observe_supervisor(Supervisor);
        Actor::spawn(Some(name), supervisor, arguments).await.expect("it starts");
    })
}
