//! The adapter: what happens in the framework, told to actorscope's agent, and what operators want, told to
//! the framework. `docs/adapters.md` goes through it step by step.

use crate::framework::{Actor, Failure};
use crate::supervisor::Supervisor;
use actorscope_agent::adapter::{
    Arrival, Controls, Fate, Next, Reaction, Registration, Registry, SlotHandle, current_place,
    current_slot, in_slot, panic_text,
};
use actorscope_agent::core::spec::{BudgetScope, RestartType, Strategy};
use actorscope_agent::core::{
    Capabilities, Capability, ChildKind, ChildSpec, ExitReason, SupervisorSpec,
};
use std::any::type_name;
use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinError};

/// The framework's word in front of its actors.
const FRAMEWORK: &str = "homegrown";

/// What can be done to every actor of the framework.
const CAPABILITIES: Capabilities = Capabilities::of(&[
    Capability::Kill,
    Capability::Stop,
    Capability::Restart,
    Capability::Suspend,
    // A kill aborts the task, and a task ends at its next await point.
    Capability::InterruptsHandler,
    // The mailbox is the child's, not the actor's.
    Capability::KeepsMailbox,
]);

/// Why a supervisor can't be killed.
const NO_KILL: &str = "it is no task of its own: it ends with the code that runs it";

/// A supervisor's place in the tree, and those of its children.
#[derive(Debug)]
pub(crate) struct Place {
    slot: SlotHandle,
    seats: Vec<Seat>,
    /// Restarts, within nanoseconds.
    budget: (u32, u64),
    /// How it ends, if it ends now.
    end: ExitReason,
}

impl Place {
    /// A supervisor below whatever code makes it.
    pub(crate) fn new(name: &str, most: u32, within: Duration) -> Self {
        let period_ns = u64::try_from(within.as_nanos()).unwrap_or(u64::MAX);
        let spec = SupervisorSpec {
            intensity: Some(most),
            period_ns: Some(period_ns),
            scope: Some(BudgetScope::PerSupervisor),
            ..SupervisorSpec::new(Strategy::OneForOne)
        };
        let new = Registration::new(FRAMEWORK, name, type_name::<Supervisor>())
            .kind(ChildKind::Supervisor)
            .supervisor(spec)
            .no_kill(NO_KILL);
        let slot = match current_place() {
            Some(parent) => parent.register_below(new),
            None => Registry::current().register(new),
        };
        Self { slot, seats: Vec::new(), budget: (most, period_ns), end: ExitReason::Shutdown }
    }

    /// A child with this mailbox.
    pub(crate) fn seat<A: Actor>(
        &mut self,
        name: &str,
        mailbox: &mpsc::Sender<A::Message>,
    ) -> Seat {
        let (most, period_ns) = self.budget;
        let spec = ChildSpec {
            child_id: Some(name.to_owned()),
            // Whoever ends in order has done its work.
            restart: Some(RestartType::Transient),
            intensity: Some(most),
            period_ns: Some(period_ns),
            ..ChildSpec::default()
        };
        let new = Registration::new(FRAMEWORK, name, type_name::<A>())
            .child_spec(spec)
            .capabilities(CAPABILITIES);
        let slot = self.slot.register_below(new);
        let capacity = mailbox.max_capacity();
        // Weak: who looks at a mailbox must not keep it open.
        let mailbox = mailbox.downgrade();
        let depth = move || Some((capacity - mailbox.upgrade()?.capacity()) as u64);
        slot.set_mailbox(Some(capacity as u64), Some(Arc::new(depth)));
        let seat = Seat { slot };
        self.seats.push(seat.clone());
        seat
    }

    /// The supervisor runs.
    pub(crate) fn started(&self) {
        self.slot.started(None);
    }

    /// The restarts that are still counted, of all children together.
    pub(crate) fn restarts_so_far(&self, restarts: &VecDeque<SystemTime>) {
        for seat in &self.seats {
            seat.slot.set_restart_log(restarts.iter().map(|at| (*at).into()));
        }
    }

    /// All children have ended in order.
    pub(crate) fn done(&mut self) {
        self.end = ExitReason::Normal;
    }

    /// A child failed once too often. Who, and of what.
    pub(crate) fn gave_up(&mut self, seat: &Seat, failure: Failure) -> String {
        self.end = ExitReason::BudgetExhausted;
        seat.gave_up(failure)
    }
}

impl Drop for Place {
    /// The supervisor is gone, and all its children with it.
    fn drop(&mut self) {
        for seat in &self.seats {
            // Ignored for those whose end was told already.
            let why = Some("its supervisor ended".to_owned());
            seat.slot.exited(ExitReason::Shutdown, why, Fate::Final);
        }
        self.slot.exited(self.end, None, Fate::Final);
        // Who never ran does not end: it was never there.
        for slot in self.seats.iter().map(|seat| &seat.slot).chain([&self.slot]) {
            if slot.is_live() {
                slot.forget();
            }
        }
    }
}

/// A child's place in the tree, whoever sits there.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    slot: SlotHandle,
}

impl Seat {
    /// An actor takes the seat and is about to be spawned. What it starts hangs below it.
    pub(crate) fn start<F: Future>(&self, run: F) -> impl Future<Output = F::Output> + use<F> {
        // Before it is spawned: it may handle its first message before this thread goes on.
        self.slot.started(None);
        in_slot(self.slot.clone(), run)
    }

    /// The actor was spawned.
    pub(crate) fn runs_in(&self, task: &AbortHandle) {
        self.slot.set_controls(Arc::new(Reach(task.clone())));
    }

    /// The next message and when it arrived; `None` if there will be none, or if the actor is to stop.
    pub(crate) async fn next<M>(
        &self,
        mailbox: &mut mpsc::Receiver<M>,
    ) -> Result<Option<(M, Arrival)>, Failure> {
        match self.slot.receive(mailbox).await {
            Next::Message(message, arrival) => Ok(Some((message, arrival))),
            Next::Closed => Ok(None),
            Next::Stop => {
                // From here on senders are refused, so the number is the last word.
                mailbox.close();
                if !mailbox.is_empty() {
                    self.slot.messages_lost(mailbox.len() as u64);
                }
                Ok(None)
            }
            Next::Restart => Err("a restart was asked for".into()),
        }
    }

    /// Handles a message of `A` that arrived then.
    pub(crate) async fn handle<A: Actor>(
        &self,
        arrival: Arrival,
        handler: impl Future<Output = Result<(), Failure>>,
    ) -> Result<(), Failure> {
        let message_type = self.slot.message_type(type_name::<A::Message>());
        // A handler that panics or is killed never comes back here: then this counts it as failed.
        let handling = self.slot.handle(Some(arrival), Some(message_type));
        let result = handler.await;
        handling.ok(result.is_ok());
        result
    }

    /// Waits for an answer of whoever sits here: seen as from the actor whose code asks, if one does.
    pub(crate) async fn asked<R, E>(
        &self,
        answer: impl Future<Output = Result<R, E>>,
    ) -> Result<R, E> {
        let asking = current_slot().map(|me| me.asks(&self.slot));
        let result = answer.await;
        if let Some(asking) = asking {
            asking.answered(result.is_ok());
        }
        result
    }

    /// The actor ended in order; nobody follows.
    pub(crate) fn ended(&self) {
        self.slot.exited(ExitReason::Normal, None, Fate::Final);
    }

    /// The actor failed and is replaced at once.
    pub(crate) fn restarts(&self, failure: Failure) {
        let (exit, why) = how(failure);
        self.slot.exited(exit, why, Fate::Restarts { at: None });
    }

    /// The actor failed once too often. Who it was.
    fn gave_up(&self, failure: Failure) -> String {
        let (exit, why) = how(failure);
        let name = self.slot.name();
        let last = format!("{name}: {}", why.as_deref().unwrap_or(exit.word()));
        self.slot.exited(exit, why, Fate::GaveUp);
        last
    }
}

/// How a failure is called, and what it says.
fn how(failure: Failure) -> (ExitReason, Option<String>) {
    match failure.downcast::<JoinError>().map(|crash| crash.try_into_panic()) {
        Ok(Ok(panic)) => (ExitReason::Panic, panic_text(&*panic)),
        Ok(Err(_)) => (ExitReason::Aborted, None),
        Err(error) => (ExitReason::Error, Some(error.to_string())),
    }
}

/// How operators reach the actor that sits in a seat. Everything but a kill goes through the slot's gate,
/// which [`Seat::next`] asks.
struct Reach(AbortHandle);

impl Controls for Reach {
    fn kill(&self) -> Reaction {
        if self.0.is_finished() {
            return Reaction::Gone;
        }
        self.0.abort();
        Reaction::Accepted
    }
}
