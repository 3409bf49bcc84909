//! Supervised tasks: started again when they end, within a budget.

use super::observed::Observed;
use super::outcome::TaskOutcome;
use super::slots::register;
use super::witness::Witness;
use crate::adapter::{BudgetRule, Controls, Fate, Reaction, Registration, SlotHandle, panic_text};
use crate::clock::{ticks, wall};
use actorscope_core::capability::{Capabilities, Capability};
use actorscope_core::spec::{Backoff, RestartType};
use actorscope_core::{ChildKind, ChildSpec, ExitReason};
use std::collections::VecDeque;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::Instant;

/// A task that is started again when it ends: `supervise("writer", || write(queue.clone())).spawn()`.
///
/// Without further calls it is permanent and allowed 3 restarts in 5 s, without a pause.
pub fn supervise<M, F>(name: &str, make: M) -> Supervise<M>
where
    M: FnMut() -> F + Send + 'static,
    F: Future + Send + 'static,
    F::Output: TaskOutcome + Send + 'static,
{
    Supervise {
        name: name.to_owned(),
        make,
        restart: RestartType::Permanent,
        intensity: 3,
        period: Duration::from_secs(5),
        backoff: None,
        keeps_mailbox: false,
    }
}

/// A supervised task that is about to be spawned.
#[derive(Debug)]
#[must_use = "nothing runs until `spawn`"]
pub struct Supervise<M> {
    name: String,
    make: M,
    restart: RestartType,
    intensity: u32,
    period: Duration,
    backoff: Option<(Duration, Duration)>,
    keeps_mailbox: bool,
}

impl<M, F> Supervise<M>
where
    M: FnMut() -> F + Send + 'static,
    F: Future + Send + 'static,
    F::Output: TaskOutcome + Send + 'static,
{
    /// When it is started again.
    pub fn restart(mut self, restart: RestartType) -> Self {
        self.restart = restart;
        self
    }

    /// At most `restarts` within `period`; one more gives up.
    pub fn intensity(mut self, restarts: u32, period: Duration) -> Self {
        (self.intensity, self.period) = (restarts, period);
        self
    }

    /// Pauses before restarts: `first`, doubled each time up to `longest`, and `first` again after a
    /// quiet period.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.backoff = Some((first, longest.max(first)));
        self
    }

    /// The receiver outlives the task, because it is lent to each run and not owned by one: what is
    /// queued when one ends is for the next. Nobody can see that from outside, and previews say
    /// otherwise that it is lost.
    pub fn keeps_mailbox(mut self) -> Self {
        self.keeps_mailbox = true;
        self
    }

    /// Starts it under the task that calls this.
    ///
    /// # Panics
    /// Outside of a tokio runtime, as [`tokio::spawn`] does.
    pub fn spawn(self) -> Supervised {
        let nanos = |d: Duration| u64::try_from(d.as_nanos()).unwrap_or(u64::MAX);
        let spec = ChildSpec {
            child_id: Some(self.name.clone()),
            restart: Some(self.restart),
            intensity: Some(self.intensity),
            period_ns: Some(nanos(self.period)),
            backoff: self
                .backoff
                .map(|(first, longest)| Backoff { first_ns: nanos(first), max_ns: nanos(longest) }),
            ..ChildSpec::default()
        };
        let can = Capabilities::of(&[
            Capability::Kill,
            Capability::Restart,
            Capability::InterruptsHandler,
        ]);
        let can = if self.keeps_mailbox { can.with(Capability::KeepsMailbox) } else { can };
        let slot = register(
            Registration::new("tokio", self.name.as_str(), std::any::type_name::<F>())
                .kind(ChildKind::Task)
                .child_spec(spec)
                .budget_rule(BudgetRule::Sliding)
                .capabilities(can),
        );
        let supervisor = tokio::spawn(run(slot, self));
        Supervised { supervisor }
    }
}

/// A running supervised task. Dropping this lets it run on.
#[derive(Debug)]
pub struct Supervised {
    supervisor: JoinHandle<ExitReason>,
}

impl Supervised {
    /// Ends the task and its supervision, without waiting.
    pub fn abort(&self) {
        self.supervisor.abort();
    }
}

impl IntoFuture for Supervised {
    type Output = ExitReason;
    type IntoFuture = Pin<Box<dyn Future<Output = ExitReason> + Send>>;

    /// Waits until it has ended for good; the reason is that of its last end, or
    /// [`ExitReason::BudgetExhausted`].
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.supervisor.await.unwrap_or(ExitReason::Aborted) })
    }
}

/// How operators reach the running child.
struct Reach {
    slot: SlotHandle,
    abort: tokio::task::AbortHandle,
}

impl Controls for Reach {
    fn kill(&self) -> Reaction {
        if self.abort.is_finished() {
            return Reaction::Gone;
        }
        self.abort.abort();
        Reaction::Accepted
    }

    /// A child with an observed receiver ends when it looks for its next message; any other one
    /// never asks and is aborted.
    fn nudge(&self) {
        if !self.slot.has_mailbox() {
            self.abort.abort();
        }
    }
}

/// The running child: aborted and reported when its supervisor is dropped.
struct Child {
    slot: SlotHandle,
    abort: tokio::task::AbortHandle,
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.abort.is_finished() {
            self.abort.abort();
            let why = Some("its supervision was ended".to_owned());
            self.slot.exited(ExitReason::Shutdown, why, Fate::Final);
        }
    }
}

async fn run<M, F>(slot: SlotHandle, mut plan: Supervise<M>) -> ExitReason
where
    M: FnMut() -> F + Send + 'static,
    F: Future + Send + 'static,
    F::Output: TaskOutcome + Send + 'static,
{
    let mut budget = Budget { times: VecDeque::new(), most: plan.intensity, period: plan.period };
    let mut pause = None;
    loop {
        slot.started(None);
        let witness = Witness::of_supervised(slot.clone());
        let task = tokio::spawn(Observed::spawned(witness, ticks(), (plan.make)()));
        let abort = task.abort_handle();
        slot.set_controls(Arc::new(Reach { slot: slot.clone(), abort }));
        let child = Child { slot: slot.clone(), abort: task.abort_handle() };
        let (exit, reason) = ended(task.await);
        drop(child);
        // An operator's restart works whatever the policy says and costs no budget.
        let wanted = slot.take_restart_request();
        let exit = if wanted { ExitReason::Shutdown } else { exit };
        let restarts = wanted
            || match plan.restart {
                RestartType::Permanent => true,
                RestartType::Transient => !exit.is_normal(),
                RestartType::Temporary => false,
            };
        if !restarts {
            slot.exited(exit, reason, Fate::Final);
            return exit;
        }
        let quiet = budget.is_quiet();
        if !wanted && !budget.allows() {
            slot.exited(exit, reason, Fate::GaveUp);
            return ExitReason::BudgetExhausted;
        }
        pause = plan.backoff.map(|(first, longest)| match pause {
            Some(last) if !quiet => longest.min(last * 2),
            _ => first,
        });
        let at = pause.map(|p| wall().plus(u64::try_from(p.as_nanos()).unwrap_or(u64::MAX)));
        slot.exited(exit, reason, Fate::Restarts { at });
        if let Some(pause) = pause {
            tokio::time::sleep(pause).await;
        }
    }
}

fn ended<O: TaskOutcome>(result: Result<O, JoinError>) -> (ExitReason, Option<String>) {
    match result {
        Ok(output) => match output.error() {
            Some(error) => (ExitReason::Error, Some(error)),
            None => (ExitReason::Normal, None),
        },
        Err(error) => match error.try_into_panic() {
            Ok(payload) => (ExitReason::Panic, panic_text(&*payload)),
            Err(_) => (ExitReason::Aborted, None),
        },
    }
}

/// OTP's budget: one restart more than `most` within `period` is one too many.
struct Budget {
    times: VecDeque<Instant>,
    most: u32,
    period: Duration,
}

impl Budget {
    fn is_quiet(&self) -> bool {
        self.times.back().is_none_or(|last| last.elapsed() > self.period)
    }

    fn allows(&mut self) -> bool {
        while self.times.front().is_some_and(|t| t.elapsed() > self.period) {
            self.times.pop_front();
        }
        if self.times.len() >= self.most as usize {
            return false;
        }
        self.times.push_back(Instant::now());
        true
    }
}
