//! What of a slot changes with lifecycle events only.

use super::{Class, Reach, Slot, shared_name};
use crate::adapter::{BudgetRule, Registration};
use crate::registry::{DumpRequest, Registry};
use actorscope_core::slot::{Counters, PastIncarnation};
use actorscope_core::spec::{BudgetUse, ChildSpec};
use actorscope_core::{ExitReason, Incarnation, SlotId, Timestamp, Verb};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Past incarnations kept for the detail page.
const HISTORY: usize = 16;

/// Restart times kept for the budget; more are never allowed within one period here.
const RESTARTS_KEPT: usize = 256;

/// A verb that an operator asked for and that has not taken effect yet.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) verb: Verb,
    pub(crate) by: String,
    pub(crate) reason: String,
    pub(crate) at: Timestamp,
}

/// A restart to come: the how manieth of a row, and when if there is a pause.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Restart {
    pub(crate) attempt: u32,
    pub(crate) at: Option<Timestamp>,
}

/// What is known outside of the lock of the actor that fills the slot, or filled it last.
#[derive(Clone, Copy)]
pub(super) struct Last {
    pub(super) incarnation: Incarnation,
    /// Of all actors so far.
    pub(super) total: Counters,
    /// Why it ended, if it has.
    pub(super) exit: ExitReason,
}

/// What a supervised child goes by.
#[derive(Default)]
pub(crate) struct Key {
    /// Under its supervisor, as that was told.
    pub(crate) child_id: Option<Box<str>>,
    /// What it may be filled again under.
    pub(crate) refill: Option<Box<str>>,
    /// Where it stands among its siblings, where they are registered in another order.
    pub(crate) ordinal: Option<u64>,
    /// The parent's incarnation when this slot was filled.
    pub(crate) parent_incarnation: u32,
}

/// Whose slot is made, where and when.
pub(crate) struct Birth<'a> {
    pub(crate) registry: Registry,
    pub(crate) parent: Option<Arc<Slot>>,
    pub(crate) new: &'a Registration,
    /// Its name as its caller wrote it, if the registration has none.
    pub(crate) name: Option<&'a str>,
    pub(crate) now: Timestamp,
}

impl Birth<'_> {
    /// The name as slots have it.
    fn shared_name(&self, class: &Class) -> Arc<str> {
        match (&self.new.name, self.name) {
            (Some(name), _) => name.clone(),
            (None, Some(raw)) => shared_name(raw),
            (None, None) => class.texts().short_type.clone(),
        }
    }

    /// Whether it has the name already that it is to have. One that is as it was written is safe as it is.
    fn is_called(&self, name: &Arc<str>, class: &Class) -> bool {
        match (&self.new.name, self.name) {
            (Some(wanted), _) => Arc::ptr_eq(wanted, name),
            (None, Some(raw)) => **name == *raw,
            (None, None) => Arc::ptr_eq(&class.texts().short_type, name),
        }
    }

    fn extra(&self) -> Option<Box<Extra>> {
        let Registration { child_spec, refill_key, ordinal, .. } = self.new;
        let child_id = child_spec.as_ref().and_then(|spec| spec.child_id.as_deref());
        let has_key = child_id.is_some() || refill_key.is_some() || ordinal.is_some();
        has_key.then(|| {
            let key = Key {
                child_id: child_id.map(Into::into),
                refill: refill_key.as_deref().map(Into::into),
                ordinal: *ordinal,
                parent_incarnation: 0,
            };
            Box::new(Extra { key, rare: None })
        })
    }
}

/// See the module's documentation.
pub(crate) struct Cold {
    /// As registered; may have been forgotten since.
    pub(crate) parent: Option<Arc<Slot>>,
    pub(crate) class: Arc<Class>,
    /// As wanted; in the tree it may have a number behind it.
    pub(crate) name: Arc<str>,
    /// When the actor started that fills it, or filled it last; before the first, when the slot was
    /// made.
    pub(crate) started_at: Timestamp,
    /// When that actor ended; 0 = it has not.
    ended_at: Timestamp,
    pub(super) reach: Reach,
    extra: Option<Box<Extra>>,
}

/// What some slots have.
#[derive(Default)]
struct Extra {
    key: Key,
    rare: Option<Box<Rare>>,
}

/// What few slots have.
#[derive(Default)]
struct Rare {
    created_at: Timestamp,
    /// Totals when the current incarnation began.
    base: Counters,
    history: VecDeque<PastIncarnation>,
    /// When restarts that count happened, oldest first.
    restart_times: VecDeque<Timestamp>,
    restart: Restart,
    /// Of the last end, in words.
    reason: Option<String>,
    lost: Option<u64>,
    asked: Option<Asked>,
    suspended_until: Option<Timestamp>,
    /// Asked while the slot waits for a successor that may never come.
    is_final: Option<IsFinal>,
    /// Somebody waits for the actor's state.
    dump: Option<DumpRequest>,
    /// Empty slots below, by the key under which they may be filled again.
    vacant: BTreeMap<Box<str>, BTreeSet<SlotId>>,
}

/// Whether it is certain that nobody will fill the slot.
pub(crate) type IsFinal = Arc<dyn Fn() -> bool + Send + Sync>;

impl Cold {
    pub(super) fn new(birth: Birth<'_>) -> Self {
        let class = Class::of(birth.registry, birth.new);
        Self {
            name: birth.shared_name(&class),
            class,
            started_at: birth.now,
            ended_at: Timestamp(0),
            reach: Reach::NONE,
            extra: birth.extra(),
            parent: birth.parent,
        }
    }

    /// Of a slot that nobody knows any more.
    pub(super) fn clear(&mut self) {
        (self.parent, self.extra, self.reach) = (None, None, Reach::NONE);
    }

    /// Cleared before, it becomes another slot's: mostly one of the same class and name, whose counts are not
    /// touched then.
    pub(super) fn begin_anew(&mut self, birth: Birth<'_>) {
        if !self.class.is_of(birth.registry, birth.new) {
            self.class = Class::of(birth.registry, birth.new);
        }
        if !birth.is_called(&self.name, &self.class) {
            self.name = birth.shared_name(&self.class);
        }
        (self.started_at, self.ended_at) = (birth.now, Timestamp(0));
        self.extra = birth.extra();
        self.parent = birth.parent;
    }

    fn extra(&mut self) -> &mut Extra {
        self.extra.get_or_insert_default()
    }

    fn rare(&mut self) -> &mut Rare {
        self.extra().rare.get_or_insert_default()
    }

    fn rare_there(&self) -> Option<&Rare> {
        self.extra.as_ref()?.rare.as_deref()
    }

    fn rare_there_mut(&mut self) -> Option<&mut Rare> {
        self.extra.as_mut()?.rare.as_deref_mut()
    }

    // --- Who it is -----------------------------------------------------------------------------

    /// When the slot came to be.
    pub(crate) fn created_at(&self) -> Timestamp {
        let noted = self.rare_there().map(|rare| rare.created_at);
        noted.filter(|at| *at != Timestamp(0)).unwrap_or(self.started_at)
    }

    /// What its supervisor was told about it.
    pub(crate) fn child_spec(&self) -> Option<ChildSpec> {
        let spec = self.class.child_spec.clone()?;
        let child_id = self.key().and_then(|key| key.child_id.as_deref());
        Some(ChildSpec { child_id: child_id.map(ToOwned::to_owned), ..spec })
    }

    pub(crate) fn key(&self) -> Option<&Key> {
        self.extra.as_ref().map(|extra| &extra.key)
    }

    pub(crate) fn key_mut(&mut self) -> Option<&mut Key> {
        self.extra.as_mut().map(|extra| &mut extra.key)
    }

    /// What its supervisor calls it.
    pub(crate) fn set_child_id(&mut self, child_id: Option<String>) {
        if child_id.is_some() || self.key().is_some_and(|key| key.child_id.is_some()) {
            self.extra().key.child_id = child_id.map(String::into_boxed_str);
        }
    }

    /// How the actor and its mailbox are reached.
    pub(crate) const fn reach(&self) -> &Reach {
        &self.reach
    }

    // --- Incarnations --------------------------------------------------------------------------

    /// When the last actor ended; `None` while one fills the slot, and before the first.
    pub(crate) fn ended_at(&self) -> Option<Timestamp> {
        self.has_ended().then_some(self.ended_at)
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended_at != Timestamp(0)
    }

    /// Whether an actor of it has ended.
    pub(crate) fn has_history(&self) -> bool {
        self.has_ended() || self.rare_there().is_some_and(|rare| !rare.history.is_empty())
    }

    /// Why the last of its retired actors ended.
    pub(super) fn retired_exit(&self) -> Option<ExitReason> {
        self.rare_there()?.history.front().map(|past| past.exit)
    }

    /// Totals when the current incarnation began.
    pub(crate) fn base(&self) -> Counters {
        self.rare_there().map(|rare| rare.base).unwrap_or_default()
    }

    /// Past actors, newest first.
    pub(super) fn history(&self, last: Last) -> Vec<PastIncarnation> {
        let ended = self.has_ended().then(|| self.past(last));
        let before = self.rare_there().into_iter().flat_map(|rare| rare.history.iter().cloned());
        ended.into_iter().chain(before).take(HISTORY).collect()
    }

    fn past(&self, last: Last) -> PastIncarnation {
        let Last { incarnation, total, exit } = last;
        let base = self.base();
        PastIncarnation {
            incarnation,
            started_at: self.started_at,
            ended_at: self.ended_at,
            exit,
            reason: self.rare_there().and_then(|rare| rare.reason.clone()),
            counters: Some(Counters {
                handled: total.handled.saturating_sub(base.handled),
                failed: total.failed.saturating_sub(base.failed),
                busy_ns: total.busy_ns.saturating_sub(base.busy_ns),
            }),
            lost_messages: self.rare_there().and_then(|rare| rare.lost),
        }
    }

    /// The actor that filled the slot is history: another one follows. `counted` is when, if this
    /// restart counts.
    pub(super) fn retire(&mut self, last: Last, counted: Option<Timestamp>) {
        let ended = self.has_ended().then(|| self.past(last));
        let created_at = self.created_at();
        let rare = self.rare();
        rare.created_at = created_at;
        rare.base = last.total;
        if let Some(past) = ended {
            rare.history.push_front(past);
            rare.history.truncate(HISTORY);
        }
        if let Some(now) = counted {
            rare.restart_times.push_back(now);
            while rare.restart_times.len() > RESTARTS_KEPT {
                rare.restart_times.pop_front();
            }
        }
    }

    /// An actor begins.
    pub(super) fn begin(&mut self, now: Timestamp) {
        self.started_at = now;
        self.ended_at = Timestamp(0);
        if let Some(rare) = self.rare_there_mut() {
            (rare.reason, rare.lost, rare.is_final) = (None, None, None);
        }
    }

    /// It ended.
    pub(super) fn end(&mut self, reason: Option<String>, now: Timestamp) {
        // 1970 stands for none.
        self.ended_at = Timestamp(now.0.max(1));
        if let Some(rare) = self.rare_there_mut() {
            (rare.reason, rare.lost, rare.dump) = (None, None, None);
        }
        if reason.is_some() {
            self.rare().reason = reason;
        }
    }

    /// So many messages were lost with it.
    pub(crate) fn lose(&mut self, count: u64) {
        let ended = self.has_ended();
        let rare = self.rare();
        let lost = match rare.history.front_mut() {
            Some(past) if !ended => &mut past.lost_messages,
            _ => &mut rare.lost,
        };
        *lost = Some(lost.unwrap_or(0).saturating_add(count));
    }

    // --- What comes next -----------------------------------------------------------------------

    pub(crate) fn restart(&self) -> Restart {
        self.rare_there().map(|rare| rare.restart).unwrap_or_default()
    }

    pub(crate) fn set_restart(&mut self, restart: Restart, is_final: Option<IsFinal>) {
        let rare = self.rare();
        (rare.restart, rare.is_final) = (restart, is_final);
    }

    /// The restart to come has a moment by now.
    pub(crate) fn set_restart_due(&mut self, at: Timestamp) {
        self.rare().restart.at = Some(at);
    }

    /// When restarts that count happened, oldest first, as a supervisor's own books have it.
    pub(crate) fn set_restart_times(&mut self, times: VecDeque<Timestamp>) {
        self.rare().restart_times = times;
    }

    pub(crate) fn is_final(&self) -> Option<IsFinal> {
        self.rare_there()?.is_final.clone()
    }

    pub(super) fn nobody_comes(&mut self) {
        if let Some(rare) = self.rare_there_mut() {
            (rare.is_final, rare.asked) = (None, None);
        }
    }

    pub(crate) fn asked(&self) -> Option<&Asked> {
        self.rare_there()?.asked.as_ref()
    }

    pub(crate) fn set_asked(&mut self, asked: Asked) {
        self.rare().asked = Some(asked);
    }

    pub(crate) fn take_asked(&mut self) -> Option<Asked> {
        self.rare_there_mut()?.asked.take()
    }

    pub(crate) fn suspended_until(&self) -> Option<Timestamp> {
        self.rare_there()?.suspended_until
    }

    pub(crate) fn set_suspended_until(&mut self, until: Option<Timestamp>) {
        if until.is_some() || self.suspended_until().is_some() {
            self.rare().suspended_until = until;
        }
    }

    pub(crate) fn dump(&self) -> Option<&DumpRequest> {
        self.rare_there()?.dump.as_ref()
    }

    pub(crate) fn set_dump(&mut self, request: DumpRequest) {
        self.rare().dump = Some(request);
    }

    pub(crate) fn take_dump(&mut self) -> Option<DumpRequest> {
        self.rare_there_mut()?.dump.take()
    }

    // --- Empty slots below ---------------------------------------------------------------------

    /// The oldest empty slot below that may be filled under this key.
    pub(crate) fn vacant(&self, key: &str) -> Option<SlotId> {
        self.rare_there()?.vacant.get(key)?.first().copied()
    }

    /// All of them.
    pub(crate) fn all_vacant(&self, key: &str) -> Vec<SlotId> {
        let ids = self.rare_there().and_then(|rare| rare.vacant.get(key));
        ids.map_or_else(Vec::new, |ids| ids.iter().copied().collect())
    }

    /// A slot below is empty.
    pub(crate) fn set_vacant(&mut self, key: &str, id: SlotId) {
        self.rare().vacant.entry(key.into()).or_default().insert(id);
    }

    /// It is not any more. Whether it was.
    pub(crate) fn no_longer_vacant(&mut self, key: &str, id: SlotId) -> bool {
        let Some(rare) = self.rare_there_mut() else { return false };
        let Some(ids) = rare.vacant.get_mut(key) else { return false };
        let was = ids.remove(&id);
        if ids.is_empty() {
            rare.vacant.remove(key);
        }
        was
    }

    // --- The restart budget --------------------------------------------------------------------

    /// The budget in use, where the child spec knows one.
    pub(crate) fn budget(&self, now: Timestamp) -> Option<BudgetUse> {
        let spec = self.class.child_spec.as_ref()?;
        let (allowed, period_ns) = (spec.intensity?, spec.period_ns?);
        let none = VecDeque::new();
        let restarts = self.rare_there().map_or(&none, |rare| &rare.restart_times);
        let mut expires: Vec<u64> = match self.class.budget_rule {
            BudgetRule::Sliding => restarts
                .iter()
                .filter(|at| now.since(**at) < period_ns)
                .map(|at| period_ns - now.since(*at))
                .collect(),
            // All are forgotten together, one period after the last.
            BudgetRule::ForgottenAfterQuiet => {
                let mut streak: Vec<Timestamp> = Vec::new();
                for at in restarts {
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
}
