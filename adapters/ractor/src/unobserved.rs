//! Actors that nobody observes but that are linked with those somebody does, have a name, or were
//! started by an observed supervisor: shown with what ractor tells of anybody.

use crate::control;
use crate::seen::Seen;
use crate::supervise::Place;
use crate::{FRAMEWORK, table};
use actorscope_agent::adapter::{Registration, Registry};
use actorscope_agent::core::spec::ChildKind;
use ractor::{ActorCell, ActorStatus};
use std::sync::Arc;

/// A child that its supervisor started is not observed: it takes its place all the same.
pub(crate) fn take_place(cell: &ActorCell, place: &Arc<Place>) {
    if table::get(cell.get_id()).is_none() && cell.get_status() < ActorStatus::Stopping {
        register(cell, Registry::current, Some(place.clone()));
    }
}

/// An actor that a walk found. `None` if it is on its way up or down: whoever observes it may not have
/// come to say so yet.
pub(crate) fn found(cell: &ActorCell, registry: &Registry) -> Option<Arc<Seen>> {
    let status = cell.get_status();
    let runs = status >= ActorStatus::Running && status < ActorStatus::Stopping;
    runs.then(|| register(cell, || *registry, None))
}

fn register(
    cell: &ActorCell,
    registry: impl FnOnce() -> Registry,
    place: Option<Arc<Place>>,
) -> Arc<Seen> {
    let can = control::UNOBSERVED;
    let registration = || {
        let name = cell.get_name().unwrap_or_else(|| cell.get_id().to_string());
        // Of a task nobody expects a rate of messages: what is not measured must not show as 0.
        let registration =
            Registration::new(FRAMEWORK, name, "").kind(ChildKind::Task).capabilities(can);
        // As of those that are observed.
        match &place {
            Some(_) => registration.ordinal(cell.get_id().pid()),
            None => registration,
        }
    };
    let slot = match &place {
        Some(place) => place.slot(registration),
        None => registry().register(registration()),
    };
    let seen = Seen::new(cell.clone(), slot, place, false, can, None);
    table::insert(seen.clone());
    match &seen.place {
        Some(place) => place.taken_by(&seen),
        None => seen.start(),
    }
    // Last, so that an end which is heard finds everything in its place.
    seen.watch();
    seen
}
