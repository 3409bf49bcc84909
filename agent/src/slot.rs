//! One slot as host and agent share it: hot counters, the gate, and a cold part behind a lock that
//! the message path never takes.

use crate::adapter::{BudgetRule, Controls, DepthProbe};
use crate::cell::{Links, Meter, Polls};
use crate::clock::ticks;
use crate::gate::Gate;
use crate::registry::{self, DumpRequest};
use crate::sync::lock;
use actorscope_core::slot::{Counters, PastIncarnation};
use actorscope_core::spec::{BudgetUse, SupervisorSpec};
use actorscope_core::{ExitReason, Identity, Incarnation, SlotId, SlotState, Timestamp, Verb};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, Weak};
use std::task::Wake;

/// Past incarnations kept for the detail page.
const HISTORY: usize = 16;

/// Restart times kept for the budget; more are never allowed within one period here.
const RESTARTS_KEPT: usize = 256;

/// Where a slot is in its life, apart from what the hot counters tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    Starting,
    Running,
    Restarting { attempt: u32, at: Option<Timestamp> },
    Stopping,
    Stopped,
    Failed,
}

impl Phase {
    pub(crate) const fn is_live(self) -> bool {
        !matches!(self, Self::Stopped | Self::Failed)
    }

    pub(crate) const fn has_actor(self) -> bool {
        matches!(self, Self::Starting | Self::Running | Self::Stopping)
    }
}

/// A verb that an operator asked for and that has not taken effect yet.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) verb: Verb,
    pub(crate) by: String,
    pub(crate) reason: String,
}

/// What changes with lifecycle events only.
pub(crate) struct Cold {
    pub(crate) identity: Identity,
    pub(crate) phase: Phase,
    pub(crate) started_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) restarts: u64,
    /// Totals when the current incarnation began.
    pub(crate) base: Counters,
    pub(crate) history: VecDeque<PastIncarnation>,
    pub(crate) controls: Option<Arc<dyn Controls>>,
    pub(crate) probe: Option<Arc<dyn DepthProbe>>,
    /// Whether the queue wait is measured at all.
    pub(crate) has_mailbox: bool,
    pub(crate) budget_rule: BudgetRule,
    /// When restarts that count happened, oldest first.
    pub(crate) restart_times: VecDeque<Timestamp>,
    pub(crate) asked: Option<Asked>,
    pub(crate) suspended_until: Option<Timestamp>,
    /// Asked while the slot waits for a successor that may never come.
    pub(crate) is_final: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
    /// Of the parent, when this slot was filled.
    pub(crate) parent_incarnation: u32,
    pub(crate) refill_key: Option<String>,
    /// What the slot supervises with as soon as it has a supervised child.
    pub(crate) latent_supervisor: Option<SupervisorSpec>,
    /// Somebody waits for the actor's state.
    pub(crate) dump: Option<DumpRequest>,
}

/// See the module's documentation.
pub(crate) struct Slot {
    pub(crate) id: SlotId,
    pub(crate) meter: Meter,
    pub(crate) gate: Gate,
    /// Weak, because the registry holds the slot.
    pub(crate) registry: Weak<registry::Inner>,
    incarnation: AtomicU32,
    /// Whom it sends to; most slots never say.
    links: OnceLock<Box<Links>>,
    /// How its task is polled; only tasks are measured so.
    polls: OnceLock<Box<Polls>>,
    cold: Mutex<Cold>,
}

impl Slot {
    pub(crate) fn new(
        registry: Weak<registry::Inner>,
        identity: Identity,
        budget_rule: BudgetRule,
        refill_key: Option<String>,
        latent_supervisor: Option<SupervisorSpec>,
    ) -> Self {
        Self {
            id: identity.id,
            meter: Meter::default(),
            gate: Gate::default(),
            registry,
            incarnation: AtomicU32::new(1),
            links: OnceLock::new(),
            polls: OnceLock::new(),
            cold: Mutex::new(Cold {
                started_at: identity.created_at,
                identity,
                phase: Phase::Starting,
                ended_at: None,
                restarts: 0,
                base: Counters::default(),
                history: VecDeque::new(),
                controls: None,
                probe: None,
                has_mailbox: false,
                budget_rule,
                restart_times: VecDeque::new(),
                asked: None,
                suspended_until: None,
                is_final: None,
                parent_incarnation: 0,
                refill_key,
                latent_supervisor,
                dump: None,
            }),
        }
    }

    pub(crate) fn cold(&self) -> MutexGuard<'_, Cold> {
        lock(&self.cold)
    }

    pub(crate) fn incarnation(&self) -> Incarnation {
        Incarnation(self.incarnation.load(Relaxed))
    }

    /// Whom it sends to.
    pub(crate) fn links(&self) -> &Links {
        self.links.get_or_init(Box::default)
    }

    /// Whom it sends to, if it ever said so.
    pub(crate) fn read_links(&self) -> Option<&Links> {
        self.links.get().map(Box::as_ref)
    }

    /// How its task is polled.
    #[inline]
    pub(crate) fn polls(&self) -> &Polls {
        self.polls.get_or_init(Box::default)
    }

    /// How its task is polled, if it is one and was.
    pub(crate) fn read_polls(&self) -> Option<&Polls> {
        self.polls.get().map(Box::as_ref)
    }

    /// The totals so far.
    pub(crate) fn counters(&self) -> Counters {
        let hot = self.meter.hot.read();
        Counters { handled: hot.handled, failed: hot.failed, busy_ns: hot.busy_ns }
    }

    /// A new actor fills the slot. Returns whether it is the first.
    pub(crate) fn fill(&self, cold: &mut Cold, counted: bool, now: Timestamp) -> bool {
        let first = cold.phase == Phase::Starting && cold.ended_at.is_none();
        if !first {
            let next = self.incarnation().next();
            self.incarnation.store(next.0, Relaxed);
            cold.restarts = cold.restarts.saturating_add(1);
            if counted {
                cold.restart_times.push_back(now);
                while cold.restart_times.len() > RESTARTS_KEPT {
                    cold.restart_times.pop_front();
                }
            }
            cold.base = self.counters();
            self.gate.next_incarnation();
        }
        cold.phase = Phase::Running;
        cold.is_final = None;
        cold.started_at = now;
        cold.ended_at = None;
        first
    }

    /// The actor ended.
    pub(crate) fn vacate(
        &self,
        cold: &mut Cold,
        exit: ExitReason,
        reason: Option<String>,
        next: Phase,
        now: Timestamp,
    ) {
        self.meter.incarnation_ended();
        let total = self.counters();
        cold.history.push_front(PastIncarnation {
            incarnation: self.incarnation(),
            started_at: cold.started_at,
            ended_at: now,
            exit,
            reason,
            counters: Counters {
                handled: total.handled.saturating_sub(cold.base.handled),
                failed: total.failed.saturating_sub(cold.base.failed),
                busy_ns: total.busy_ns.saturating_sub(cold.base.busy_ns),
            },
            lost_messages: None,
        });
        cold.history.truncate(HISTORY);
        cold.phase = next;
        cold.ended_at = Some(now);
        cold.controls = None;
        cold.dump = None;
        if !next.is_live() {
            cold.probe = None;
            cold.suspended_until = None;
            self.gate.resume();
            self.meter.set_depth(0, 0);
        }
    }

    /// Forwards a sender's wake and notes when it came.
    pub(crate) fn nudge_if_suspended(&self) {
        if self.gate.is_suspended() {
            self.gate.nudge();
        }
    }
}

impl Cold {
    /// The budget in use, where the child spec knows one.
    pub(crate) fn budget(&self, now: Timestamp) -> Option<BudgetUse> {
        let spec = self.identity.child_spec.as_ref()?;
        let (allowed, period_ns) = (spec.intensity?, spec.period_ns?);
        let mut expires: Vec<u64> = match self.budget_rule {
            BudgetRule::Sliding => self
                .restart_times
                .iter()
                .filter(|at| now.since(**at) < period_ns)
                .map(|at| period_ns - now.since(*at))
                .collect(),
            // All are forgotten together, one period after the last.
            BudgetRule::ForgottenAfterQuiet => {
                let mut streak: Vec<Timestamp> = Vec::new();
                for at in &self.restart_times {
                    if streak.last().is_some_and(|last| at.since(*last) > period_ns) {
                        streak.clear();
                    }
                    streak.push(*at);
                }
                match streak.last() {
                    Some(last) if now.since(*last) <= period_ns => {
                        vec![period_ns.saturating_sub(now.since(*last)); streak.len()]
                    }
                    _ => Vec::new(),
                }
            }
        };
        expires.sort_unstable();
        let used = u32::try_from(expires.len()).unwrap_or(u32::MAX).min(allowed);
        Some(BudgetUse { used, allowed, period_ns, expires_in_ns: expires })
    }

    /// What the slot is doing, given whether a handler runs and whether it is held.
    pub(crate) fn state(&self, handling: bool, suspended: bool, now: Timestamp) -> SlotState {
        match self.phase {
            Phase::Starting => SlotState::Starting,
            Phase::Running if handling => SlotState::Handling,
            Phase::Running if suspended => SlotState::Suspended,
            Phase::Running => SlotState::Idle,
            Phase::Restarting { attempt, at } => {
                SlotState::Restarting { attempt, in_ns: at.map(|at| at.since(now)) }
            }
            Phase::Stopping => SlotState::Stopping,
            Phase::Stopped => SlotState::Stopped,
            Phase::Failed => SlotState::Failed,
        }
    }
}

/// The waker that a sleeping actor leaves with its channel: runs inside the sender's `send`.
impl Wake for Slot {
    fn wake(self: Arc<Self>) {
        self.gate.wake_at(ticks);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.gate.wake_at(ticks);
    }
}
