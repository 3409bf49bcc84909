//! The handle of a running supervisor.

use crate::entry::{Entry, Intent};
use crate::family::{Alive, Family};
use crate::task::Observed;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use task_supervisor::{SupervisedTask, SupervisorError, SupervisorHandleError, TaskStatus};

/// [`task_supervisor::SupervisorHandle`] of an observed supervisor. Cheap to clone; dropping the last
/// one shuts the supervisor down.
#[derive(Clone)]
pub struct SupervisorHandle {
    supervisor: Arc<task_supervisor::SupervisorHandle>,
    shared: Arc<Shared>,
}

struct Shared {
    family: Arc<Family>,
    /// While the supervisor has no task: else its tasks have it.
    alive: Mutex<Option<Alive>>,
    entries: Mutex<BTreeMap<String, Arc<Entry>>>,
}

impl SupervisorHandle {
    pub(crate) fn new(
        supervisor: Arc<task_supervisor::SupervisorHandle>,
        family: Arc<Family>,
        alive: Alive,
        entries: BTreeMap<String, Arc<Entry>>,
    ) -> Self {
        let alive = Mutex::new(entries.is_empty().then_some(alive));
        let shared = Shared { family, alive, entries: Mutex::new(entries) };
        Self { supervisor, shared: Arc::new(shared) }
    }

    /// Registers and starts a task. Returns once it runs.
    ///
    /// # Errors
    /// If there is a task of this name, or the supervisor has ended.
    pub async fn add_task(
        &self,
        name: &str,
        task: impl SupervisedTask,
    ) -> Result<(), SupervisorHandleError> {
        let observed = Observed::new(name, task);
        let entry = observed.entry.clone();
        let alive = Alive::of(&self.shared.family);
        let _ = observed.alive.set(alive);
        // Before it runs.
        entry.join(&self.shared.family);
        let added = self.supervisor.add_task(name, observed).await;
        if added.is_ok() {
            self.entries(|entries| entries.insert(name.to_owned(), entry));
            self.shared.alive.lock().unwrap_or_else(PoisonError::into_inner).take();
        } else {
            entry.forget();
        }
        added
    }

    /// Restarts a task with an empty restart history, and returns once it runs again.
    ///
    /// # Errors
    /// If there is no such task, or the supervisor has ended.
    pub async fn restart_task(&self, name: &str) -> Result<(), SupervisorHandleError> {
        self.intend(name, Intent::Restart);
        self.supervisor.restart_task(name).await
    }

    /// Stops a task for good, and returns once it is dead.
    ///
    /// # Errors
    /// If there is no such task, or the supervisor has ended.
    pub async fn kill_task(&self, name: &str) -> Result<(), SupervisorHandleError> {
        self.intend(name, Intent::Stop);
        self.supervisor.kill_task(name).await
    }

    /// What a task does.
    ///
    /// # Errors
    /// If there is no such task, or the supervisor has ended.
    pub async fn task_status(&self, name: &str) -> Result<TaskStatus, SupervisorHandleError> {
        self.supervisor.task_status(name).await
    }

    /// What every task does, by name.
    ///
    /// # Errors
    /// If the supervisor has ended.
    pub async fn task_statuses(
        &self,
    ) -> Result<HashMap<Arc<str>, TaskStatus>, SupervisorHandleError> {
        self.supervisor.task_statuses().await
    }

    /// Stops all tasks and ends the supervisor.
    ///
    /// # Errors
    /// If it did not end in order.
    pub async fn shutdown(&self) -> Result<(), SupervisorError> {
        let outcome = self.supervisor.shutdown().await;
        self.is_over();
        outcome
    }

    /// Waits until the supervisor has ended.
    ///
    /// # Errors
    /// If it did not end in order.
    pub async fn wait(&self) -> Result<(), SupervisorError> {
        let outcome = self.supervisor.wait().await;
        self.is_over();
        outcome
    }

    fn is_over(&self) {
        self.shared.alive.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn intend(&self, name: &str, intent: Intent) {
        if let Some(entry) = self.entries(|entries| entries.get(name).cloned()) {
            entry.intend(intent);
        }
    }

    fn entries<R>(&self, with: impl FnOnce(&mut BTreeMap<String, Arc<Entry>>) -> R) -> R {
        with(&mut self.shared.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for SupervisorHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.supervisor.fmt(f)
    }
}
