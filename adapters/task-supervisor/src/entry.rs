//! What is kept of one supervised task over all its runs.

use crate::family::Family;
use crate::plan::Restarts;
use actorscope_agent::adapter::{BudgetRule, Registration, SlotHandle};
use actorscope_agent::core::ChildKind;
use actorscope_agent::core::capability::{Capabilities, Capability};
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// What somebody asked the supervisor to do with a task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Intent {
    None,
    /// To start it again.
    Restart,
    /// To stop it for good.
    Stop,
    /// The same, without giving it time.
    Kill,
}

impl Intent {
    const fn from_raw(raw: u8) -> Self {
        match raw {
            1 => Self::Restart,
            2 => Self::Stop,
            3 => Self::Kill,
            _ => Self::None,
        }
    }
}

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: Arc<str>,
    /// The Rust type of the task.
    actor_type: &'static str,
    /// Known once its supervisor runs.
    family: OnceLock<Arc<Family>>,
    place: Mutex<Place>,
    intent: AtomicU8,
    /// Rings when the run is to be dropped.
    pub(crate) killed: Notify,
    restarts: Mutex<Restarts>,
}

/// Where the task is shown.
#[derive(Debug, Default)]
struct Place {
    slot: Option<SlotHandle>,
    /// Since when nobody is expected in the slot.
    empty_since: Option<Instant>,
}

/// How long after an end that nobody follows the slot is certainly still there: the agent keeps such
/// slots for half a minute.
const KEPT: Duration = Duration::from_secs(20);

impl Entry {
    pub(crate) fn new(name: &str, actor_type: &'static str) -> Arc<Self> {
        Arc::new(Self {
            name: Arc::from(name),
            actor_type,
            family: OnceLock::new(),
            place: Mutex::default(),
            intent: AtomicU8::new(0),
            killed: Notify::new(),
            restarts: Mutex::default(),
        })
    }

    /// Its supervisor is there: shows the task below it.
    pub(crate) fn join(&self, family: &Arc<Family>) {
        let _ = self.family.set(family.clone());
        lock(&self.place).slot = Some(self.register(family));
    }

    fn register(&self, family: &Family) -> SlotHandle {
        let capabilities = Capabilities::of(&[
            Capability::Kill,
            Capability::Stop,
            Capability::Restart,
            Capability::InterruptsHandler,
        ]);
        family.slot.register_below(
            Registration::new(crate::FRAMEWORK, &self.name, self.actor_type)
                .kind(ChildKind::Task)
                .child_spec(family.plan.child_spec(&self.name))
                .budget_rule(BudgetRule::Sliding)
                .capabilities(capabilities),
        )
    }

    pub(crate) fn family(&self) -> Option<&Arc<Family>> {
        self.family.get()
    }

    /// The slot that a run fills which begins now.
    pub(crate) fn slot_of_run(&self) -> Option<SlotHandle> {
        let mut place = lock(&self.place);
        let is_old = place.empty_since.take().is_some_and(|since| since.elapsed() > KEPT);
        if is_old && let Some(family) = self.family() {
            if let Some(old) = place.slot.take() {
                old.forget();
            }
            place.slot = Some(self.register(family));
        }
        place.slot.clone()
    }

    /// Nobody is expected in the slot any more.
    pub(crate) fn is_over(&self) {
        lock(&self.place).empty_since = Some(Instant::now());
    }

    /// It was not accepted by its supervisor: it never was there.
    pub(crate) fn forget(&self) {
        if let Some(slot) = lock(&self.place).slot.take() {
            slot.forget();
        }
    }

    /// Somebody asks the supervisor for this.
    pub(crate) fn intend(&self, intent: Intent) {
        if intent == Intent::Restart {
            self.restarts().forget();
        }
        self.intent.store(intent as u8, Relaxed);
    }

    /// What was asked for since the run began.
    pub(crate) fn intent(&self) -> Intent {
        Intent::from_raw(self.intent.load(Relaxed))
    }

    pub(crate) fn restarts(&self) -> MutexGuard<'_, Restarts> {
        lock(&self.restarts)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
