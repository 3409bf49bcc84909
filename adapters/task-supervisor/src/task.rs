//! A supervised task as its supervisor gets it: itself, with a report of how each run began and ended.

use crate::entry::{Entry, Intent};
use crate::family::Alive;
use crate::plan::{Verdict, after};
use actorscope_agent::adapter::{Controls, Fate, Reaction, SlotHandle, in_slot, panic_text};
use actorscope_agent::core::ExitReason;
use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use task_supervisor::{CancellationToken, SupervisedTask, TaskResult};

/// By how much a restart may be late before it is taken for one that will not come.
const LATE: Duration = Duration::from_secs(2);

/// See the module's documentation.
#[derive(Clone, Debug)]
pub(crate) struct Observed<T> {
    pub(crate) task: T,
    pub(crate) entry: Arc<Entry>,
    /// Set when the supervisor runs.
    pub(crate) alive: Arc<OnceLock<Alive>>,
}

impl<T: SupervisedTask> Observed<T> {
    pub(crate) fn new(name: &str, task: T) -> Self {
        let entry = Entry::new(name, std::any::type_name::<T>());
        Self { task, entry, alive: Arc::default() }
    }
}

impl<T: SupervisedTask> SupervisedTask for Observed<T> {
    async fn run(self, cancel: CancellationToken) -> TaskResult {
        let Self { task, entry, alive: _alive } = self;
        let Some(slot) = entry.slot_of_run() else { return task.run(cancel).await };
        entry.intend(Intent::None);
        slot.started(Some(Arc::new(Reach { slot: slot.clone(), entry: entry.clone() })));
        let mut run = Run { entry: &entry, slot: &slot, cancel: cancel.clone(), over: false };
        let work = in_slot(slot.clone(), task.run(cancel));
        let killed = entry.killed.notified();
        let ended = Ended { work: pin!(work), killed: pin!(killed) }.await;
        match ended {
            End::Returned(result) => {
                let error = result.as_ref().err().map(ToString::to_string);
                let exit = if error.is_some() { ExitReason::Error } else { ExitReason::Normal };
                run.ended(exit, error);
                result
            }
            End::Panicked(panic) => {
                run.ended(ExitReason::Panic, panic_text(&*panic));
                resume_unwind(panic)
            }
            End::Killed => {
                run.ended(ExitReason::Killed, None);
                Ok(())
            }
        }
    }
}

/// How a run ended.
enum End {
    Returned(TaskResult),
    Panicked(Box<dyn Any + Send>),
    Killed,
}

/// Works until that is over or is to be dropped.
struct Ended<'a, W, K> {
    work: Pin<&'a mut W>,
    killed: Pin<&'a mut K>,
}

impl<W: Future<Output = TaskResult>, K: Future<Output = ()>> Future for Ended<'_, W, K> {
    type Output = End;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<End> {
        if self.killed.as_mut().poll(cx).is_ready() {
            return Poll::Ready(End::Killed);
        }
        match catch_unwind(AssertUnwindSafe(|| self.work.as_mut().poll(cx))) {
            Ok(poll) => poll.map(End::Returned),
            Err(panic) => Poll::Ready(End::Panicked(panic)),
        }
    }
}

/// A run, which reports its end: dropped before, that it was.
struct Run<'a> {
    entry: &'a Entry,
    slot: &'a SlotHandle,
    cancel: CancellationToken,
    over: bool,
}

impl Run<'_> {
    fn ended(&mut self, exit: ExitReason, reason: Option<String>) {
        self.over = true;
        let intent = self.entry.intent();
        let was_told = self.cancel.is_cancelled();
        // Between two messages a task may see what is wanted of it before its supervisor is told.
        let restarts = intent == Intent::Restart
            || (intent == Intent::None && !was_told && self.slot.take_restart_request());
        if restarts {
            return self.slot.exited(ExitReason::Shutdown, reason, Fate::Restarts { at: None });
        }
        // What its supervisor told to stop stays down, whatever it says at last.
        let exit = match (exit, intent) {
            (_, Intent::Kill) => ExitReason::Killed,
            (ExitReason::Normal | ExitReason::Error, _) if was_told => ExitReason::Shutdown,
            (exit, _) => exit,
        };
        let failed = !was_told && matches!(exit, ExitReason::Error | ExitReason::Panic);
        let fate = if failed { self.fate() } else { Fate::Final };
        if matches!(fate, Fate::Final | Fate::GaveUp) {
            self.entry.is_over();
        }
        self.slot.exited(exit, reason, fate);
    }

    /// What follows a failure.
    fn fate(&self) -> Fate {
        let Some(family) = self.entry.family() else { return Fate::Final };
        let pause = match self.entry.restarts().failed(&family.plan, Instant::now()) {
            Verdict::Never => return Fate::GaveUp,
            Verdict::Again(pause) => pause,
        };
        if family.plan.jitter <= 0.0 {
            return Fate::Restarts { at: Some(after(pause)) };
        }
        // When exactly is decided by a die that nobody shows us.
        let due = Instant::now().checked_add(pause.saturating_add(LATE));
        Fate::Undecided { is_final: Arc::new(move || due.is_some_and(|due| Instant::now() > due)) }
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let (exit, why) = if self.cancel.is_cancelled() {
            let grace = self.entry.family().map_or(Duration::ZERO, |family| family.plan.grace);
            (ExitReason::Killed, format!("it did not stop within {} s", grace.as_secs_f64()))
        } else {
            (ExitReason::Aborted, "its runtime was shut down".to_owned())
        };
        self.ended(exit, Some(why));
    }
}

/// How operators reach a run.
struct Reach {
    slot: SlotHandle,
    entry: Arc<Entry>,
}

impl Reach {
    /// Has the supervisor do it.
    fn ask(&self, intent: Intent) -> Reaction {
        let Some(family) = self.entry.family() else { return Reaction::Gone };
        let entry = self.entry.clone();
        family.ask(|supervisor| async move {
            entry.intend(intent);
            let name = &*entry.name;
            let _ = match intent {
                Intent::Restart => supervisor.restart_task(name).await,
                Intent::None | Intent::Stop => supervisor.kill_task(name).await,
                Intent::Kill => {
                    // First the word, so that it is not taken for an end of its own.
                    let told = supervisor.kill_task(name);
                    let mut told = pin!(told);
                    let first =
                        std::future::poll_fn(|cx| Poll::Ready(told.as_mut().poll(cx))).await;
                    entry.killed.notify_waiters();
                    match first {
                        Poll::Ready(done) => done,
                        Poll::Pending => told.await,
                    }
                }
            };
        })
    }
}

impl Controls for Reach {
    fn kill(&self) -> Reaction {
        self.ask(Intent::Kill)
    }

    /// The supervisor stops and restarts, whether or not the task asks its gate.
    fn nudge(&self) {
        let restart = self.slot.take_restart_request();
        self.ask(if restart { Intent::Restart } else { Intent::Stop });
    }
}
