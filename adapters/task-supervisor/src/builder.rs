//! Configuring and starting a supervisor: what users call first.

use crate::entry::Entry;
use crate::family::{Alive, Family};
use crate::handle::SupervisorHandle;
use crate::plan::Plan;
use crate::task::Observed;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use task_supervisor::SupervisedTask;
use tokio::runtime::Handle;

/// [`task_supervisor::SupervisorBuilder`] with a name: its supervisor and tasks are observed.
///
/// All settings are those of that one, with the same defaults.
#[must_use = "nothing runs until `spawn`"]
pub struct SupervisorBuilder {
    name: String,
    inner: task_supervisor::SupervisorBuilder,
    plan: Plan,
    tasks: BTreeMap<String, Waiting>,
}

/// A task whose supervisor does not run yet.
struct Waiting {
    entry: Arc<Entry>,
    alive: Arc<OnceLock<Alive>>,
}

impl SupervisorBuilder {
    /// A supervisor that is shown under this name, with the defaults of task-supervisor and no tasks.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            inner: task_supervisor::SupervisorBuilder::new(),
            plan: Plan::default(),
            tasks: BTreeMap::new(),
        }
    }

    /// Registers a task to start with the supervisor. A later one of the same name takes its place.
    pub fn with_task(mut self, name: &str, task: impl SupervisedTask) -> Self {
        let observed = Observed::new(name, task);
        let waiting = Waiting { entry: observed.entry.clone(), alive: observed.alive.clone() };
        self.tasks.insert(name.to_owned(), waiting);
        self.inner = self.inner.with_task(name, observed);
        self
    }

    /// At most so many restarts of a task within any window; one more is its end.
    pub fn with_restart_limit(mut self, max_restarts: u32, window: Duration) -> Self {
        (self.plan.restarts, self.plan.window) = (Some(max_restarts), window);
        self.inner = self.inner.with_restart_limit(max_restarts, window);
        self
    }

    /// Restarts failing tasks for ever.
    pub fn with_unlimited_restarts(mut self) -> Self {
        self.plan.restarts = None;
        self.inner = self.inner.with_unlimited_restarts();
        self
    }

    /// The pause before the first restart in a window; each further one is twice as long.
    pub fn with_base_restart_delay(mut self, delay: Duration) -> Self {
        self.plan.first_pause = delay;
        self.inner = self.inner.with_base_restart_delay(delay);
        self
    }

    /// The longest pause before a restart.
    pub fn with_max_restart_delay(mut self, delay: Duration) -> Self {
        self.plan.longest_pause = delay;
        self.inner = self.inner.with_max_restart_delay(delay);
        self
    }

    /// Shortens pauses at random by up to this share of them. With any, nobody knows when exactly a
    /// task is restarted.
    pub fn with_restart_jitter(mut self, fraction: f64) -> Self {
        self.plan.jitter = fraction;
        self.inner = self.inner.with_restart_jitter(fraction);
        self
    }

    /// Ends the supervisor when this share of its tasks is dead.
    pub fn with_dead_tasks_threshold(mut self, fraction: f64) -> Self {
        self.inner = self.inner.with_dead_tasks_threshold(fraction);
        self
    }

    /// How long a run that is told to stop may take before it is dropped.
    pub fn with_stop_timeout(mut self, timeout: Duration) -> Self {
        self.plan.grace = timeout;
        self.inner = self.inner.with_stop_timeout(timeout);
        self
    }

    /// Starts the supervisor and its tasks, below whatever code calls this.
    ///
    /// # Panics
    /// Outside of a tokio runtime, as task-supervisor's does.
    pub fn spawn(self) -> SupervisorHandle {
        let family = Family::new(&self.name, self.plan, Handle::current());
        family.slot.started(None);
        let alive = Alive::of(&family);
        // Before they run.
        for waiting in self.tasks.values() {
            waiting.entry.join(&family);
            let _ = waiting.alive.set(alive.clone());
        }
        let supervisor = Arc::new(self.inner.spawn());
        family.runs(&supervisor);
        let entries = self.tasks.into_iter().map(|(name, task)| (name, task.entry)).collect();
        SupervisorHandle::new(supervisor, family, alive, entries)
    }
}

impl fmt::Debug for SupervisorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, plan, tasks, .. } = self;
        let tasks: Vec<&String> = tasks.keys().collect();
        f.debug_struct("SupervisorBuilder")
            .field("name", name)
            .field("plan", plan)
            .field("tasks", &tasks)
            .finish()
    }
}
