//! Children whose start and backoff are noted.

use crate::log::from_now;
use crate::specs::Budget;
use actorscope_ractor::supervise::Nursery;
use ractor_supervisor::{ChildBackoffFn, ChildSpec, SpawnFn};

/// The same child, started in its place.
pub(crate) fn noted(nursery: &Nursery, budget: Budget, mut spec: ChildSpec) -> ChildSpec {
    let told = budget.child(&spec);
    let (starts, spawn) = (nursery.clone(), spec.spawn_fn);
    spec.spawn_fn = SpawnFn::new(move |supervisor, id| {
        starts.start(&id.clone(), told.clone(), spawn.call(supervisor, id))
    });
    spec.backoff_fn = spec.backoff_fn.map(|backoff| {
        let nursery = nursery.clone();
        ChildBackoffFn::new(move |id, restarts, last, reset_after| {
            let delay = backoff.call(id, restarts, last, reset_after);
            if let Some(delay) = delay {
                nursery.restart_due(id, from_now(delay));
            }
            delay
        })
    });
    spec
}
