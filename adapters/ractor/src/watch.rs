//! What the hooks around an actor do, without knowing its type.

use crate::gate::{Next, Options};
use crate::handler::{self, Running};
use crate::hooks::Starting;
use crate::seen::Seen;
use crate::{FRAMEWORK, control, discovery, ends, supervise, table, watcher};
use actorscope_agent::adapter::{Registration, Registry, SlotHandle, current_place, current_slot};
use actorscope_agent::core::ExitReason;
use actorscope_agent::core::capability::{Capabilities, Capability};
use actorscope_agent::core::spec::SupervisorSpec;
use ractor::{ActorCell, ActorProcessingErr, ActorStatus, SupervisionEvent};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

type Done = Result<(), ActorProcessingErr>;

/// One run of one actor. Empty until it starts.
pub(crate) struct Watch {
    run: OnceLock<Run>,
    /// Whose code made it, if that is no ractor actor's: one that is spawned instantly, or on a thread
    /// of its own, starts where nobody knows any more who spawned it.
    made_by: Option<SlotHandle>,
}

impl Default for Watch {
    fn default() -> Self {
        Self { run: OnceLock::new(), made_by: foreign_place() }
    }
}

/// The slot below which ractor actors hang that are started now and that nobody supervises. ractor's
/// own tree has the last word among ractor actors; of those of other frameworks it knows nothing.
fn foreign_place() -> Option<SlotHandle> {
    current_place().filter(|place| place.framework() != FRAMEWORK)
}

struct Run {
    seen: Arc<Seen>,
    /// The task that spawned it, in which it starts. Later it has one of its own.
    spawner: Option<tokio::task::Id>,
}

impl Run {
    /// Whether ractor linked it and began to run it, and tells of its end.
    fn has_own_task(&self) -> bool {
        tokio::task::try_id() != self.spawner
    }
}

impl Watch {
    /// The actor begins to start: makes a slot for it, or finds the one it belongs into.
    pub(crate) fn starting<A>(
        &self,
        cell: &ActorCell,
        supervisor: Option<SupervisorSpec>,
        options: Capabilities,
    ) -> Begun<'_> {
        let run = self.run.get_or_init(|| {
            let actor_type = std::any::type_name::<A>();
            // Where it starts goes before where it was made; a ractor actor's code is not asked twice.
            let starter = match current_place() {
                Some(_) => foreign_place(),
                None => self.made_by.clone(),
            };
            let seen = register(cell, actor_type, supervisor, options, starter);
            Run { seen, spawner: tokio::task::try_id() }
        });
        Begun { seen: &run.seen, is_over: false }
    }

    #[inline]
    fn seen(&self) -> Option<&Arc<Seen>> {
        self.run.get().map(|run| &run.seen)
    }

    /// It runs, and ractor has linked it.
    pub(crate) fn started(&self, cell: &ActorCell) {
        let Some(seen) = self.seen() else { return };
        if let Some(supervisor) = cell.try_get_supervisor() {
            match table::get(supervisor.get_id()).filter(|parent| !parent.has_ended()) {
                Some(parent) => {
                    parent.set_has_children(true);
                    seen.hang_under(Some(parent.slot.id()));
                }
                None => discovery::want(),
            }
            seen.is_linked();
        }
        seen.start();
    }

    /// It stops in order. Why, ractor tells only to others, who have to be there by now; whoever ends
    /// otherwise is known to have failed, or was killed.
    pub(crate) fn stopping(&self) {
        if let Some(seen) = self.seen() {
            seen.slot.stopping();
            seen.watch_end();
        }
    }

    pub(crate) fn stopped_in_order(&self) {
        if let Some(seen) = self.seen() {
            seen.stopped_in_order();
        }
    }

    /// Its code failed. ractor ends it.
    #[cold]
    pub(crate) fn failed(&self, error: &ActorProcessingErr, exit: Option<ExitReason>) {
        if let Some(seen) = self.seen() {
            seen.end(exit.unwrap_or(ExitReason::Error), Some(error.to_string()));
        }
    }

    /// Whether an operator wants something.
    #[inline]
    pub(crate) fn is_asked(&self) -> bool {
        self.seen().is_some_and(|seen| seen.slot.is_asked())
    }

    /// Waits while it is held. Whether the message in its hands is to be handled; an error is to be
    /// failed with.
    #[cold]
    pub(crate) async fn may_handle<S>(
        &self,
        options: Options<S>,
        state: &mut S,
    ) -> Result<bool, ActorProcessingErr> {
        let Some(seen) = self.seen() else { return Ok(true) };
        match options.pass(seen, state).await {
            Ok(next) => Ok(next == Next::Handle),
            Err(error) => {
                self.failed(&error, None);
                Err(error)
            }
        }
    }

    /// Its handler begins.
    #[inline]
    pub(crate) fn handles<'a, F: Future<Output = Done>>(
        &'a self,
        message_type: &'static str,
        handler: Pin<&'a mut F>,
    ) -> Running<'a, F> {
        Running::begin(self.seen(), message_type, handler)
    }

    /// Runs code of the user's beside its hooks.
    #[inline]
    pub(crate) fn hear<T>(&self, work: impl FnOnce() -> T) -> T {
        handler::hear(self.seen(), work)
    }

    /// Runs another hook of its own.
    pub(crate) async fn run<T, F: Future<Output = T>>(&self, hook: F) -> T {
        match self.seen() {
            Some(seen) => handler::run(seen, hook).await,
            None => hook.await,
        }
    }

    /// An operator wants something between two messages.
    #[cold]
    pub(crate) fn prompted<S>(&self, options: Options<S>, state: &S) -> Done {
        let Some(seen) = self.seen() else { return Ok(()) };
        let result = options.prompted(seen, state);
        if let Err(error) = &result {
            self.failed(error, None);
        }
        result
    }

    /// ractor tells it of a child, before anybody acts on that. `None` if it is an operator's prompt.
    pub(crate) fn hears(&self, event: SupervisionEvent) -> Option<SupervisionEvent> {
        if control::is_prompt(&event) {
            return None;
        }
        ends::heard(&event);
        if let (SupervisionEvent::ActorStarted(_), Some(seen)) = (&event, self.seen()) {
            seen.set_has_children(true);
        }
        Some(event)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let Some(run) = self.run.get() else { return };
        let (seen, ran) = (&run.seen, run.has_own_task());
        let is_stopped = seen.cell.get_status() == ActorStatus::Stopped;
        if ran && is_stopped && seen.is_watched() {
            // The watcher was told, reason and all, a moment ago.
            return;
        }
        if ran {
            seen.end_by_traces();
        } else {
            let why = "it never ran: its supervisor was ending, or who spawned it stopped waiting";
            seen.end(ExitReason::Aborted, Some(why.to_owned()));
        }
        if is_stopped {
            table::remove(seen.id());
        }
    }
}

fn register(
    cell: &ActorCell,
    actor_type: &'static str,
    supervisor: Option<SupervisorSpec>,
    options: Capabilities,
    starter: Option<SlotHandle>,
) -> Arc<Seen> {
    let place = supervise::claim(cell);
    let mut can = options.iter().fold(control::OBSERVED, Capabilities::with);
    if supervisor.is_some() {
        // It could not restart its children.
        can = can.without(Capability::Suspend);
    }
    if place.as_ref().is_some_and(|place| place.may_restart()) {
        can = can.with(Capability::Restart);
    }
    let registration = || {
        let registration = match cell.get_name() {
            Some(name) => Registration::new(FRAMEWORK, name, actor_type),
            None => Registration::unnamed(FRAMEWORK, actor_type),
        };
        let registration = registration.capabilities(can);
        // Asked for among those alone that a supervisor starts again; it is 64 bytes in the slot.
        let registration = match &place {
            Some(_) => registration.ordinal(cell.get_id().pid()),
            None => registration,
        };
        match supervisor {
            Some(spec) => registration.supervisor(spec),
            None => registration,
        }
    };
    let registry = || {
        let current: Option<SlotHandle> = current_slot();
        current.map_or_else(Registry::current, |slot| slot.registry())
    };
    let slot = match (&place, &starter) {
        (Some(place), _) => place.slot(registration),
        (None, Some(starter)) => starter.register_below(registration()),
        (None, None) => registry().register(registration()),
    };
    let is_tracked = slot.has_mailbox();
    let seen = Seen::new(cell.clone(), slot, place, true, can, starter);
    if is_tracked {
        // Whoever tracked its predecessor does so again.
        seen.tracked();
    }
    seen.slot.register(&control::prompt(&seen));
    // Who else is there is looked at from now on.
    watcher::run();
    table::insert(seen.clone());
    if let Some(place) = &seen.place {
        // Where it hangs is known, unlike that of others, which ractor links later.
        place.taken_by(&seen);
    } else {
        seen.slot.set_controls(control::reach(&seen));
    }
    seen
}

/// An actor that is starting. Dropped before its end, it was killed.
pub(crate) struct Begun<'a> {
    seen: &'a Arc<Seen>,
    is_over: bool,
}

impl Begun<'_> {
    pub(crate) fn actor(&self) -> Starting<'_> {
        Starting { seen: self.seen }
    }

    /// Runs its own code for the start.
    pub(crate) async fn run<T, F>(mut self, start: F) -> Result<T, ActorProcessingErr>
    where
        F: Future<Output = Result<T, ActorProcessingErr>>,
    {
        let result = handler::run(self.seen, start).await;
        self.is_over = true;
        result
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        // A panic was reported before.
        if !self.is_over {
            self.seen.end(ExitReason::Killed, Some("while it started".to_owned()));
        }
    }
}
