//! The place of one child under a supervisor that starts it again.

use super::Family;
use crate::seen::Seen;
use actorscope_agent::adapter::{Fate, Registration, Registry, SlotHandle};
use actorscope_agent::core::spec::{ChildSpec, RestartType};
use actorscope_agent::core::{ExitReason, SlotId, Timestamp};
use ractor::{ActorCell, ActorStatus};
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

tokio::task_local! {
    /// Where the actor belongs that is being started by this task.
    static STARTING: Arc<Place>;
}

/// What outlives the actors that fill it, one after another.
pub(crate) struct Place {
    id: String,
    parent: SlotId,
    registry: Registry,
    family: Weak<Family>,
    /// The family of the child, if it is a supervisor itself.
    own_family: OnceLock<Arc<Family>>,
    /// Its supervisor took it out on purpose.
    is_released: AtomicBool,
    filled: Mutex<Filled>,
}

#[derive(Default)]
struct Filled {
    spec: ChildSpec,
    slot: Option<SlotHandle>,
    actor: Weak<Seen>,
    /// Why that actor would be killed, if it is.
    doom: Option<Doom>,
    /// The one before it, and why it was, in case that is told late.
    before: Option<(Weak<Seen>, Doom)>,
    restarts: Vec<Timestamp>,
}

/// Why a supervisor kills a child.
#[derive(Clone, Copy, Debug)]
pub(super) enum Doom {
    /// It ends itself.
    SupervisorEnded,
    /// A sibling failed.
    Replaced,
    /// Somebody asked for it.
    Terminated,
}

impl Doom {
    const fn told(self) -> (ExitReason, &'static str) {
        match self {
            Self::SupervisorEnded => (ExitReason::Killed, "its supervisor ended"),
            Self::Replaced => (ExitReason::Shutdown, "replaced along with a sibling"),
            Self::Terminated => (ExitReason::Shutdown, "terminated by its supervisor"),
        }
    }
}

/// The place in which the actor with this name is being started, if its supervisor said so.
pub(crate) fn claim(cell: &ActorCell) -> Option<Arc<Place>> {
    let place = STARTING.try_with(Arc::clone).ok()?;
    // Its own children may be started by the same task.
    (cell.get_name().as_deref() == Some(&place.id)).then_some(place)
}

impl Place {
    pub(super) fn new(id: &str, family: &Arc<Family>) -> Self {
        Self {
            id: id.to_owned(),
            parent: family.supervisor().id(),
            registry: family.registry(),
            family: Arc::downgrade(family),
            own_family: OnceLock::new(),
            is_released: AtomicBool::new(false),
            filled: Mutex::default(),
        }
    }

    /// Nobody who holds this calls a slot or the registry: they ask for a place's future while they
    /// hold locks of their own.
    fn filled(&self) -> MutexGuard<'_, Filled> {
        self.filled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn parent(&self) -> Option<SlotId> {
        Some(self.parent)
    }

    /// Whether the child's end leads to another, as far as its restart type goes.
    pub(crate) fn may_restart(&self) -> bool {
        let restart = self.filled().spec.restart;
        matches!(restart, Some(RestartType::Permanent | RestartType::Transient))
    }

    /// Whether an actor is in it or may come.
    pub(super) fn may_be_filled(&self) -> bool {
        let slot = self.filled().slot.clone();
        slot.is_none_or(|slot| slot.is_live())
    }

    /// Whether anybody would miss it.
    pub(super) fn is_needed(&self) -> bool {
        let slot = self.filled().slot.clone();
        slot.is_none_or(|slot| slot.is_live() || slot.is_registered())
    }

    /// Runs what starts the child.
    pub(super) async fn start<F>(self: Arc<Self>, spec: ChildSpec, start: F) -> F::Output
    where
        F: Future,
    {
        self.is_released.store(false, SeqCst);
        let slot = {
            let mut filled = self.filled();
            filled.spec = spec.clone();
            filled.slot.clone()
        };
        if let Some(slot) = slot {
            slot.set_child_spec(spec);
        }
        STARTING.scope(self, start).await
    }

    /// The slot for the actor that takes this place, and whether it is new.
    pub(crate) fn slot(&self, registration: impl FnOnce() -> Registration) -> SlotHandle {
        let (before, known, spec) = {
            let filled = self.filled();
            (filled.actor.upgrade(), filled.slot.clone(), filled.spec.clone())
        };
        // Its end may be on its way to us still.
        if let Some(before) = before {
            before.end_by_traces();
        }
        let slot = known.filter(SlotHandle::is_registered).unwrap_or_else(|| {
            let registration = registration().parent(Some(self.parent)).child_spec(spec);
            self.registry.register(registration)
        });
        self.filled().slot = Some(slot.clone());
        slot
    }

    /// This actor has taken it, and is started in it.
    pub(crate) fn taken_by(&self, actor: &Arc<Seen>) {
        {
            let mut filled = self.filled();
            let before = std::mem::replace(&mut filled.actor, Arc::downgrade(actor));
            filled.before = filled.doom.take().map(|doom| (before, doom));
        }
        actor.start();
        // A start is not what is counted here: the supervisor keeps the log.
        let restarts = self.filled().restarts.clone();
        actor.slot.set_restart_log(restarts);
    }

    /// The family of the child, the same for all actors that take this place.
    pub(super) fn own_family(self: &Arc<Self>, slot: &SlotHandle) -> Arc<Family> {
        self.own_family.get_or_init(|| Family::new(slot.clone(), Some(self))).clone()
    }

    /// Its supervisor takes the child out, for good.
    pub(super) fn release(&self) {
        self.doom(Doom::Terminated);
        self.is_released.store(true, SeqCst);
    }

    /// From now on a kill of the actor in it is for this reason, and takes along whom it supervises.
    pub(super) fn doom(&self, doom: Doom) {
        self.filled().doom = Some(doom);
        if let Some(family) = self.own_family.get() {
            family.doom();
        }
    }

    /// The actor in it was not killed after all.
    pub(super) fn spare(&self) {
        {
            let mut filled = self.filled();
            let lives = |actor: Arc<Seen>| actor.cell.get_status() < ActorStatus::Stopping;
            if !filled.actor.upgrade().is_some_and(lives) {
                return;
            }
            filled.doom = None;
        }
        if let Some(family) = self.own_family.get() {
            family.spare();
        }
    }

    /// The next actor comes at this moment.
    pub(super) fn restart_due(&self, at: Timestamp) {
        let slot = self.filled().slot.clone();
        if let Some(slot) = slot {
            slot.restart_due(at);
        }
    }

    pub(super) fn set_restarts(&self, log: &[Timestamp]) {
        let slot = {
            let mut filled = self.filled();
            filled.restarts = log.to_vec();
            filled.slot.clone()
        };
        if let Some(slot) = slot {
            slot.set_restart_log(log.iter().copied());
        }
    }

    pub(super) fn forget_restarts_if_filled(&self) {
        let slot = self.filled().slot.clone();
        if slot.is_some_and(|slot| slot.has_actor()) {
            self.set_restarts(&[]);
        }
    }

    /// What follows when the child ends like this.
    pub(crate) fn fate(&self, exit: ExitReason) -> Fate {
        let Some(family) = self.family.upgrade() else { return Fate::Final };
        let gone = if exit == ExitReason::BudgetExhausted { Fate::GaveUp } else { Fate::Final };
        if self.is_released.load(SeqCst) || family.is_over() {
            return gone;
        }
        // A supervisor that is replaced starts all its children, whatever their restart type.
        let comes_back = !family.is_open()
            || match self.filled().spec.restart {
                Some(RestartType::Permanent) => true,
                Some(RestartType::Transient) => is_abnormal(exit) || exit == ExitReason::Shutdown,
                Some(RestartType::Temporary) | None => exit == ExitReason::Shutdown,
            };
        if !comes_back {
            return gone;
        }
        let family = Arc::downgrade(&family);
        let is_final = Arc::new(move || family.upgrade().is_none_or(|family| family.is_over()));
        Fate::Undecided { is_final }
    }

    /// Why this actor was killed, if its supervisor did it.
    pub(crate) fn why_killed(&self, actor: &Arc<Seen>) -> Option<(ExitReason, &'static str)> {
        let filled = self.filled();
        let is_it = |other: &Weak<Seen>| std::ptr::eq(other.as_ptr(), Arc::as_ptr(actor));
        let doom = if is_it(&filled.actor) {
            filled.doom
        } else {
            filled.before.as_ref().filter(|(before, _)| is_it(before)).map(|(_, doom)| *doom)
        };
        doom.map(Doom::told)
    }
}

/// Whether ractor reports such an end as a failure. A kill is none.
const fn is_abnormal(exit: ExitReason) -> bool {
    matches!(exit, ExitReason::Error | ExitReason::Panic | ExitReason::BudgetExhausted)
}
