//! Starts and ends.

use crate::cell::ActorCell;
use crate::control::{Bounded, Reach, capabilities};
use crate::parent::{self, Parent};
use crate::sends::early;
use crate::{ended, held, names, orphans, supervise, table, undelivered};
use actorscope_agent::adapter::{
    BudgetRule, Controls, Fate, Registration, Registry, current_slot, in_slot,
};
use actorscope_agent::core::capability::Capability;
use actorscope_agent::core::spec::{BudgetScope, SupervisorSpec};
use actorscope_agent::core::{ExitReason, SlotId, Strategy};
use kameo::Actor;
use kameo::actor::{ActorId, ActorRef, WeakActorRef};
use kameo::error::{ActorStopReason, PanicError};
use kameo::mailbox::WeakMailboxSender;
use kameo::supervision::SupervisionStrategy;
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// What unwinds out of an actor that an operator restarts.
#[derive(Clone, Copy, Debug)]
struct RestartRequested;

/// Fails the actor as a panic would, but without the host's panic hook. kameo catches it.
pub(crate) fn restart_now() -> ! {
    resume_unwind(Box::new(RestartRequested))
}

/// Whether an actor failed because an operator wanted it restarted.
pub fn is_restart_request(error: &PanicError) -> bool {
    // A payload that is no text is kept in the box it was thrown in.
    let is_ours = |payload: &Box<dyn Any + Send>| payload.is::<RestartRequested>();
    error.with_downcast_ref(is_ours).unwrap_or(false)
}

/// What `#[observed]` found in an `impl Actor`, and was told.
#[derive(Clone, Copy, Debug)]
pub struct Hooks {
    /// The user has a `next` of their own, so waits are not measured.
    pub own_next: bool,
    /// The actor prints its state when asked.
    pub prints_state: bool,
}

/// An actor that is about to run the user's `on_start`. Knows nothing of its type: the user's future
/// is `Send` for actors that borrow for ever only if no type of theirs is looked up inside it.
#[allow(missing_debug_implementations, reason = "nobody sees it")]
pub struct Starting {
    cell: Arc<ActorCell>,
    /// How it is reached, if it was restarted: its start is to be reported after the end before.
    again: Option<Arc<dyn Controls>>,
    /// Of a supervised actor.
    closed: Option<Closed>,
}

/// Registers the actor, or finds the slot it had before. Keeps no strong reference to it.
pub fn starting<A: Actor>(actor_ref: &ActorRef<A>, hooks: Hooks) -> Starting {
    let reach = Reach::new(actor_ref);
    let capacity = capacity(actor_ref);
    let controls: Arc<dyn Controls> = match capacity {
        Some(_) if !hooks.own_next => Arc::new(Bounded(reach)),
        _ => Arc::new(reach),
    };
    let (cell, again) = match table::get(actor_ref.id()) {
        Some(cell) => {
            if !hooks.own_next {
                cell.slot.set_mailbox(capacity, None);
            }
            (cell, Some(controls))
        }
        None => (register(actor_ref, hooks, capacity, controls), None),
    };
    let supervised = cell.supervised.load(Relaxed);
    let closed = supervised.then(|| closed(actor_ref.mailbox_sender().downgrade()));
    Starting { cell, again, closed }
}

fn capacity<A: Actor>(actor_ref: &ActorRef<A>) -> Option<u64> {
    actor_ref.mailbox_sender().max_capacity().map(|capacity| capacity as u64)
}

/// Runs the body of the user's `on_start` as part of the actor's slot.
pub async fn start<T, E, F>(starting: Starting, body: F) -> Result<T, E>
where
    E: fmt::Debug,
    F: Future<Output = Result<T, E>>,
{
    let Starting { cell, again, closed } = starting;
    if let Some(controls) = again {
        // In a box: it hardly ever takes place, and the actor's task would be longer for ever.
        if !Box::pin(cell.runs.predecessor_ended()).await {
            let unknown = Some("its end was not reported".to_owned());
            cell.slot.exited(ExitReason::Error, unknown, Fate::Restarts { at: None });
        }
        cell.runs.start();
        cell.slot.started(Some(controls));
    }
    cell.starts_inside(current_slot().is_some());
    let mut witness = StartWitness { cell: &cell, closed, outcome: None };
    let result = in_slot(cell.slot.clone(), body).await;
    witness.outcome = Some(result.as_ref().err().map(|error| format!("{error:?}")));
    drop(witness);
    if result.is_ok() {
        held::put(cell);
    }
    result
}

/// Reports an actor whose `on_start` failed: kameo does not call its `on_stop`.
struct StartWitness<'a> {
    cell: &'a Arc<ActorCell>,
    closed: Option<Closed>,
    /// The error's text, or `Some(None)` for a success; `None` for a panic.
    outcome: Option<Option<String>>,
}

impl Drop for StartWitness<'_> {
    fn drop(&mut self) {
        let (exit, reason) = match self.outcome.take() {
            Some(None) => return,
            Some(Some(error)) => (ExitReason::Error, error),
            None => (ExitReason::Panic, "a panic".to_owned()),
        };
        let closed = self.closed.take();
        report_end(self.cell, || closed, exit, Some(format!("on_start: {reason}")));
    }
}

/// Whether an actor's mailbox is gone.
type Closed = Arc<dyn Fn() -> bool + Send + Sync>;

fn closed<A: Actor>(mailbox: WeakMailboxSender<A>) -> Closed {
    Arc::new(move || mailbox.upgrade().is_none_or(|mailbox| mailbox.is_closed()))
}

/// Makes a slot for an actor that starts for the first time, and reports its start.
fn register<A: Actor>(
    actor_ref: &ActorRef<A>,
    hooks: Hooks,
    capacity: Option<u64>,
    controls: Arc<dyn Controls>,
) -> Arc<ActorCell> {
    held::tell_whose_code_runs();
    let known = supervise::claim(actor_ref);
    let (given, starter) = match names::claim(actor_ref.id()) {
        Some(given) => (Some(given.name), given.starter),
        None => (None, None),
    };
    let parent = match (&known, &starter) {
        (Some(known), _) => Parent::Is(known.parent),
        (None, Some(_)) => Parent::None,
        (None, None) => parent::of(actor_ref),
    };
    let supervised = parent != Parent::None;
    let (slot_of_parent, registry) = match (parent, &starter) {
        (Parent::Is(id), _) => parents_slot(id),
        (Parent::None, Some(starter)) => (Some(starter.id()), Some(starter.registry())),
        (Parent::None | Parent::Locked, _) => (None, None),
    };
    let registry = registry
        .or_else(|| current_slot().map(|slot| slot.registry()))
        .unwrap_or_else(Registry::current);
    let type_name = std::any::type_name::<A>();
    let given = given.or_else(|| known.as_ref()?.name.clone());
    let registration = match &given {
        Some(name) => Registration::new("kameo", name, type_name),
        None if A::name() == type_name => Registration::unnamed("kameo", type_name),
        None => Registration::new("kameo", short(A::name()), type_name),
    };
    let mut registration = registration
        .parent(slot_of_parent)
        .capabilities(capabilities(supervised, hooks.prints_state))
        .mailbox_capacity(capacity)
        .may_supervise(strategy::<A>())
        .budget_rule(BudgetRule::ForgottenAfterQuiet);
    if supervised {
        registration = registration
            // kameo restarts the younger ones by their ids.
            .ordinal(actor_ref.id().sequence_id())
            .refill_key(format!("{type_name} {}", given.unwrap_or_default()));
    }
    if let Some(known) = &known {
        registration = registration.child_spec(known.spec.clone());
    } else if supervised {
        // Supervised in a way that kameo keeps to itself.
        registration = registration.child_spec(Default::default());
    }
    let slot = registry.register_started(registration, !hooks.own_next, None, Some(controls));
    let cell = Arc::new(ActorCell::new(actor_ref.id(), slot));
    cell.runs.start();
    if parent == Parent::Locked {
        ANY_PARENT_UNKNOWN.store(true, Relaxed);
    } else {
        cell.parent_known.store(true, Relaxed);
    }
    cell.supervised.store(supervised, Relaxed);
    table::insert(cell.clone());
    early::started(cell.id, cell.slot.id());
    // A name that was given between the look above and the entry.
    if let Some(given) = names::claim(cell.id) {
        cell.slot.rename(&given.name);
    }
    if let (Parent::Is(supervisor), None) = (parent, slot_of_parent) {
        orphans::wait_for(supervisor, &cell.slot);
    }
    orphans::adopt(actor_ref.id().sequence_id(), &cell.slot);
    cell
}

fn short(type_name: &str) -> String {
    actorscope_agent::core::text::short_type(type_name)
}

fn strategy<A: Actor>() -> SupervisorSpec {
    let strategy = match A::supervision_strategy() {
        SupervisionStrategy::OneForOne => Strategy::OneForOne,
        SupervisionStrategy::OneForAll => Strategy::OneForAll,
        SupervisionStrategy::RestForOne => Strategy::RestForOne,
    };
    SupervisorSpec { scope: Some(BudgetScope::PerChild), ..SupervisorSpec::new(strategy) }
}

/// The slot of a parent, if that is observed, and the registry it is in.
fn parents_slot(id: u64) -> (Option<SlotId>, Option<Registry>) {
    let cell = table::get(ActorId::new(id));
    (cell.as_ref().map(|c| c.slot.id()), cell.map(|c| c.slot.registry()))
}

/// Whether the link data of any actor was ever locked when it started.
static ANY_PARENT_UNKNOWN: AtomicBool = AtomicBool::new(false);

/// Whether there may be something for [`learn_parent`] to do.
#[inline]
pub(crate) fn any_parent_unknown() -> bool {
    ANY_PARENT_UNKNOWN.load(Relaxed)
}

/// If the link data was locked when the actor started, asks again.
#[cold]
pub(crate) fn learn_parent<A: Actor>(actor_ref: &WeakActorRef<A>) {
    let Some(cell) = table::get(actor_ref.id()) else { return };
    if cell.parent_known.load(Relaxed) {
        return;
    }
    let Some(actor_ref) = actor_ref.upgrade() else {
        return;
    };
    match parent::of(&actor_ref) {
        Parent::Locked => return,
        Parent::None => {
            cell.slot.set_capabilities(|now| capabilities(false, now.has(Capability::DumpState)));
            cell.slot.clear_child_spec();
            cell.supervised.store(false, Relaxed);
        }
        Parent::Is(id) => match parents_slot(id).0 {
            Some(parent) => cell.slot.set_parent(Some(parent)),
            None => orphans::wait_for(id, &cell.slot),
        },
    }
    cell.parent_known.store(true, Relaxed);
}

/// The body of `on_stop`, before the user's.
pub fn stopped<A: Actor>(actor_ref: &WeakActorRef<A>, reason: &ActorStopReason) {
    let Some(cell) = held::take(actor_ref.id().sequence_id()) else {
        return;
    };
    let (exit, text) = match exit_of(reason) {
        // kameo reports a stop by the supervisor as a normal one.
        (ExitReason::Normal, _) if cell.take_supervisors_stop() => {
            (ExitReason::Shutdown, Some("stopped by its supervisor".to_owned()))
        }
        other => other,
    };
    report_end(&cell, || Some(closed(actor_ref.mailbox_sender().clone())), exit, text);
}

fn exit_of(reason: &ActorStopReason) -> (ExitReason, Option<String>) {
    match reason {
        ActorStopReason::Normal => (ExitReason::Normal, None),
        ActorStopReason::SupervisorRestart => {
            (ExitReason::Shutdown, Some("restarted along with a sibling".to_owned()))
        }
        ActorStopReason::Killed => (ExitReason::Killed, None),
        ActorStopReason::Panicked(error) if error.is_panic() || is_restart_request(error) => {
            (ExitReason::Panic, error.with_str(ToOwned::to_owned))
        }
        ActorStopReason::Panicked(error) => (ExitReason::Error, Some(error.to_string())),
        ActorStopReason::LinkDied { id, reason } => {
            let who = match ended::slot_of(*id) {
                Some(slot) => slot.to_string(),
                None => format!("{id} of kameo"),
            };
            (ExitReason::Error, Some(format!("linked actor {who} died: {reason}")))
        }
        // Exists only with kameo's feature `remote`, which somebody else may switch on.
        #[allow(unreachable_patterns)]
        _ => (ExitReason::Error, Some(format!("{reason:?}"))),
    }
}

fn report_end(
    cell: &Arc<ActorCell>,
    closed: impl FnOnce() -> Option<Closed>,
    exit: ExitReason,
    reason: Option<String>,
) {
    if !cell.runs.is_current() {
        return;
    }
    let lost = cell.lose_taken() + undelivered::take();
    let fate = fate(cell, closed);
    if matches!(fate, Fate::Final) {
        ended::forget(cell);
    }
    cell.slot.exited(exit, reason, fate);
    if lost > 0 {
        cell.slot.messages_lost(lost);
    }
    cell.runs.end();
}

/// What follows. kameo decides it in the supervisor, later; until then the mailbox's receiver is on
/// its way to the supervisor, and when that drops it, nobody will come.
fn fate(cell: &Arc<ActorCell>, closed: impl FnOnce() -> Option<Closed>) -> Fate {
    if !cell.supervised.load(Relaxed) {
        return Fate::Final;
    }
    let Some(closed) = closed() else { return Fate::Final };
    let forget = ForgetUnlessRestarted { starts: cell.runs.starts(), cell: cell.clone() };
    Fate::Undecided {
        is_final: Arc::new(move || {
            let _ = &forget;
            closed()
        }),
    }
}

/// Dropped when it is decided whether this actor comes back; if it does not, nothing is kept of it.
struct ForgetUnlessRestarted {
    cell: Arc<ActorCell>,
    starts: u8,
}

impl Drop for ForgetUnlessRestarted {
    fn drop(&mut self) {
        if self.cell.runs.starts() == self.starts {
            ended::forget(&self.cell);
        }
    }
}
