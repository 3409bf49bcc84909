//! The blast radius of a verb: what it would stop and restart, said before it is done.

mod below;
mod group;
mod hands;
mod queue;

pub use hands::in_hands;

use crate::capability::Capability;
use crate::forest::Forest;
use crate::id::{Incarnation, SlotId};
use crate::slot::{Identity, Stats};
use crate::spec::{BudgetScope, BudgetUse, ChildKind, RestartType, Strategy, words};
use crate::state::SlotState;
use crate::text::grouped;
use crate::verb::Verb;
use crate::view::RowSource;

/// Most affected slots named one by one; the rest is counted.
pub const MAX_NAMED: usize = 100;

words! {
    /// What happens to one slot.
    Effect {
        /// Its actor ends and nobody replaces it.
        Ends = "ends",
        /// Its actor ends and its supervisor fills the slot again.
        Restarts = "restarts",
        /// Its actor ends; whether a successor appears depends on what its parent starts.
        EndsWithParent = "ends_with_parent",
        /// It is held.
        Held = "held",
        /// It goes on.
        Released = "released",
    }
}

words! {
    /// What becomes of the messages in the mailbox.
    QueueFate {
        /// The successor handles them.
        Kept = "kept",
        /// They are lost.
        Lost = "lost",
        /// The actor handles them before it ends.
        HandledFirst = "handled_first",
        /// They wait.
        Wait = "wait",
        /// The framework does not say.
        Unknown = "unknown",
    }
}

/// One slot touched by a verb.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Affected {
    /// Which.
    pub slot: SlotId,
    /// Where.
    pub path: String,
    /// How.
    pub effect: Effect,
}

/// What a verb would do here and now.
#[derive(Clone, PartialEq, Debug)]
pub struct BlastRadius {
    /// The verb.
    pub verb: Verb,
    /// Its target.
    pub slot: SlotId,
    /// The actor in it now.
    pub incarnation: Incarnation,
    /// The target's path.
    pub path: String,
    /// Why the verb is not possible on this slot; `None` if it is.
    pub impossible: Option<String>,
    /// Touched slots, the target first, at most [`MAX_NAMED`].
    pub affected: Vec<Affected>,
    /// How many are touched in all.
    pub affected_total: u64,
    /// What becomes of queued messages.
    pub queued: QueueFate,
    /// How many there are, where that is known exactly.
    pub queued_messages: Option<u64>,
    /// The budget that a restart would draw on.
    pub budget: Option<BudgetUse>,
    /// Whether this very verb would use it up.
    pub exceeds_budget: bool,
    /// The same in sentences, most important first.
    pub sentences: Vec<String>,
}

/// Says what `verb` would do to `slot`; `None` if there is no such slot.
pub fn preview(source: &impl RowSource, slot: SlotId, verb: Verb) -> Option<BlastRadius> {
    let identity = &source.identity(slot)?;
    let stats = source.stats(slot)?;
    let forest = source.forest();
    let mut radius = BlastRadius {
        verb,
        slot,
        incarnation: stats.incarnation,
        path: forest.path(slot),
        impossible: impossible(identity, stats.state, verb),
        affected: Vec::new(),
        affected_total: 0,
        queued: QueueFate::Unknown,
        queued_messages: stats.depth.value().filter(|_| !stats.depth.is_lower_bound()),
        budget: stats.budget.clone(),
        exceeds_budget: false,
        sentences: Vec::new(),
    };
    if radius.impossible.is_some() {
        return Some(radius);
    }
    match verb {
        _ if identity.kind == ChildKind::Group => group::cancelled(&mut radius, source),
        Verb::Suspend => {
            held(&mut radius, Effect::Held);
            radius.sentences.extend(in_hands(verb, identity, &stats));
        }
        Verb::Resume => held(&mut radius, Effect::Released),
        Verb::Kill | Verb::Stop | Verb::Restart => ended(&mut radius, source, identity, &stats),
    }
    Some(radius)
}

/// Why a verb cannot be done to a slot in this state; `None` if it can.
pub fn impossible(identity: &Identity, state: SlotState, verb: Verb) -> Option<String> {
    if !state.is_live() {
        return Some(format!("its actor has already ended ({state})"));
    }
    // Behind a running handler a suspension may be waiting to take effect.
    if verb == Verb::Resume && !matches!(state, SlotState::Suspended | SlotState::Handling) {
        return Some("it is not suspended".to_owned());
    }
    if identity.capabilities.has(verb.needs()) {
        return None;
    }
    if let (Verb::Kill, Some(why)) = (verb, &identity.no_kill) {
        return Some(why.to_string());
    }
    Some(match (verb, &*identity.framework, identity.kind) {
        (_, "tokio", ChildKind::Group) if identity.capabilities.has(Capability::Stop) => {
            "a token can only be cancelled, once and for all: `stop` does".to_owned()
        }
        (_, "tokio", ChildKind::Group) => {
            "nothing runs in it: it only gathers what hangs below it".to_owned()
        }
        (_, "tokio", ChildKind::Mailbox) => {
            "it is a mailbox of the task above it: do it to that".to_owned()
        }
        (Verb::Restart, "tokio", ChildKind::Blocking) => {
            "nobody knows how to start it again: its closure can be called once".to_owned()
        }
        (_, "tokio", ChildKind::Blocking) => {
            "a blocking closure asks nobody between its beginning and its end".to_owned()
        }
        (Verb::Restart, "tokio", _) => {
            "nobody knows how to start it again: run it under `supervise(name, || fut)`".to_owned()
        }
        (Verb::Stop, "tokio", ChildKind::Task) => {
            "it has no observed receiver, at which it would end in order: give it one with \
             `channel(name, n)`, or cancel the token that it listens to"
                .to_owned()
        }
        (Verb::Suspend | Verb::Resume, "tokio", ChildKind::Task) => {
            "it has no observed receiver, and elsewhere than between two messages it might hold a \
             lock that others wait for"
                .to_owned()
        }
        (Verb::Restart | Verb::Suspend | Verb::Resume, "ractor", ChildKind::Task) => {
            "nobody observes it: write `observe(…)` where it is spawned".to_owned()
        }
        (Verb::Suspend | Verb::Resume, "ractor", ChildKind::Worker) => {
            "it has children, to which it could not attend while it is held".to_owned()
        }
        (Verb::Restart, "ractor", _) if is_temporary(identity) => {
            "it is a temporary child, which is never started again".to_owned()
        }
        (Verb::Restart, _, _) if identity.child_spec.is_none() => {
            "it has no supervisor that would start it again".to_owned()
        }
        (Verb::Suspend | Verb::Resume, _, ChildKind::Supervisor) => {
            "a suspended supervisor could not restart its children".to_owned()
        }
        _ => format!("{} does not offer `{verb}` for this {}", identity.framework, identity.kind),
    })
}

fn is_temporary(identity: &Identity) -> bool {
    identity.child_spec.as_ref().and_then(|spec| spec.restart) == Some(RestartType::Temporary)
}

fn held(radius: &mut BlastRadius, effect: Effect) {
    radius.affected = vec![Affected { slot: radius.slot, path: radius.path.clone(), effect }];
    radius.affected_total = 1;
    radius.queued = QueueFate::Wait;
    radius.sentences.push(match effect {
        Effect::Held => {
            "No message is handled until it is resumed or the deadline passes; senders to a full \
             bounded mailbox wait with it."
                .to_owned()
        }
        _ => "It goes on with the messages that piled up.".to_owned(),
    });
}

/// Names the slots that are touched, as many as fit.
fn name(radius: &mut BlastRadius, forest: &Forest, touched: Vec<(SlotId, Effect)>) {
    radius.affected_total = touched.len() as u64;
    radius.affected = touched
        .into_iter()
        .take(MAX_NAMED)
        .map(|(slot, effect)| Affected { slot, path: forest.path(slot), effect })
        .collect();
}

/// Whether and why the slot is filled again after an exit through `verb`.
enum Successor {
    /// It is, by its supervisor.
    Yes,
    /// It is not, for this reason.
    No(String),
    /// Nobody told how it is supervised.
    Unknown,
}

fn successor(radius: &BlastRadius, identity: &Identity) -> Successor {
    let verb = radius.verb;
    let Some(spec) = &identity.child_spec else {
        return Successor::No("Nobody restarts it: it is not supervised.".to_owned());
    };
    if radius.exceeds_budget {
        return Successor::No("It stays down: its restart budget is used up.".to_owned());
    }
    match spec.restart {
        None => Successor::Unknown,
        Some(RestartType::Temporary) => {
            Successor::No("It stays down: a temporary child is never restarted.".to_owned())
        }
        Some(RestartType::Transient) if verb == Verb::Stop => Successor::No(
            "It stays down: a transient child is not restarted after a normal exit.".to_owned(),
        ),
        Some(RestartType::Transient) if verb == Verb::Kill && spec.kill_is_normal_exit => {
            Successor::No(
                "It stays down: its supervisor takes a kill for a normal exit and it is transient."
                    .to_owned(),
            )
        }
        Some(RestartType::Permanent | RestartType::Transient) => Successor::Yes,
    }
}

fn ended(radius: &mut BlastRadius, source: &impl RowSource, identity: &Identity, stats: &Stats) {
    let forest = source.forest();
    let restartable = identity.child_spec.as_ref().is_some_and(|spec| {
        matches!(spec.restart, Some(RestartType::Permanent | RestartType::Transient))
    });
    radius.exceeds_budget = restartable && radius.budget.as_ref().is_some_and(BudgetUse::exhausted);
    let successor = successor(radius, identity);
    let restarts = matches!(successor, Successor::Yes);

    let target = if restarts { Effect::Restarts } else { Effect::Ends };
    let mut all = vec![(radius.slot, target)];
    if restarts {
        let is_live = |s: &SlotId| source.stats(*s).is_some_and(|s| s.state.is_live());
        let siblings = siblings_restarted(source, forest, radius.slot).into_iter().filter(is_live);
        all.extend(siblings.map(|sibling| (sibling, Effect::Restarts)));
    }
    let mut touched = Touched { siblings: all.len() - 1, ..Touched::default() };
    let all = all.into_iter().flat_map(|(slot, effect)| {
        let below = below::below(source, slot);
        touched.below += below.go.len();
        touched.tasks += below.tasks;
        touched.actors += below.actors;
        let go = below.go.into_iter().map(|below| (below, Effect::EndsWithParent));
        std::iter::once((slot, effect)).chain(go)
    });
    let all = all.collect();
    name(radius, forest, all);

    let keeps = identity.capabilities.has(Capability::KeepsMailbox);
    let drains = radius.verb == Verb::Stop && identity.capabilities.has(Capability::DrainsOnStop);
    radius.queued = match successor {
        _ if takes_no_messages(identity, stats) => QueueFate::Unknown,
        _ if drains => QueueFate::HandledFirst,
        Successor::Yes if keeps => QueueFate::Kept,
        Successor::Unknown if keeps => QueueFate::Unknown,
        Successor::Yes | Successor::No(_) | Successor::Unknown => QueueFate::Lost,
    };
    // Whose restarts are counted together is the parent's to say.
    let parent = forest.parent(radius.slot).and_then(|p| source.identity(p));
    let scope = parent.and_then(|p| p.supervisor).and_then(|s| s.scope);
    let scope = scope.unwrap_or(BudgetScope::PerChild);
    sentences(radius, identity, stats, successor, forest, scope, &touched);
}

/// Whether a slot is a task without a mailbox: the depth of those that have one is known.
fn takes_no_messages(identity: &Identity, stats: &Stats) -> bool {
    matches!(identity.kind, ChildKind::Task | ChildKind::Blocking) && stats.depth.value().is_none()
}

/// How many slots go with the target.
#[derive(Default)]
struct Touched {
    /// Restarted along with it.
    siblings: usize,
    /// Ended with their parents.
    below: usize,
    /// Tasks that are not ended, though they are below.
    tasks: usize,
    /// Actors that are not ended, though they are below.
    actors: usize,
}

/// Siblings that the parent's strategy restarts along.
fn siblings_restarted(source: &impl RowSource, forest: &Forest, slot: SlotId) -> Vec<SlotId> {
    let parent = forest.parent(slot);
    let strategy = parent
        .and_then(|p| source.identity(p))
        .and_then(|p| p.supervisor)
        .map(|supervisor| supervisor.strategy);
    let supervised = |s: &SlotId| source.identity(*s).is_some_and(|i| i.child_spec.is_some());
    let siblings = parent.into_iter().flat_map(|p| forest.children(p)).filter(|s| *s != slot);
    match strategy {
        Some(Strategy::OneForAll) => siblings.filter(supervised).collect(),
        Some(Strategy::RestForOne) => {
            let ordinal = |s: SlotId| source.identity(s).map(|i| i.ordinal);
            siblings.filter(|s| ordinal(*s) > ordinal(slot)).filter(supervised).collect()
        }
        _ => Vec::new(),
    }
}

fn sentences(
    radius: &mut BlastRadius,
    identity: &Identity,
    stats: &Stats,
    successor: Successor,
    forest: &Forest,
    scope: BudgetScope,
    touched: &Touched,
) {
    let mut say = Vec::new();
    let is_kameo = &*identity.framework == "kameo";
    let parent = forest.parent(radius.slot).map(|p| forest.path(p));
    match successor {
        Successor::Yes => say.push(format!(
            "{} restarts it as incarnation {}.",
            parent.as_deref().unwrap_or("Its supervisor"),
            radius.incarnation.next(),
        )),
        Successor::No(why) => say.push(why),
        Successor::Unknown => say.push("Whether it is restarted is not known.".to_owned()),
    }
    say.extend(in_hands(radius.verb, identity, stats));
    let queue = (!takes_no_messages(identity, stats))
        .then(|| queue::sentence(radius.queued, identity, stats))
        .flatten();
    let asks_are_refused = is_kameo && queue.is_some() && radius.queued == QueueFate::Kept;
    say.extend(queue);
    if touched.siblings > 0 {
        let siblings = plural(touched.siblings, "sibling");
        let when = if is_kameo { ", after the messages queued before" } else { "" };
        say.push(format!("Its supervisor's strategy restarts {siblings} along with it{when}."));
    }
    if touched.below > 0 {
        let verb =
            if touched.below == 1 { "ends with its parent" } else { "end with their parents" };
        say.push(format!("{} below {verb}.", plural(touched.below, "actor")));
        if asks_are_refused {
            say.push("Queued asks are refused while the actors below it end.".to_owned());
        }
    }
    if touched.actors > 0 {
        let run = if touched.actors == 1 { "runs on: it was" } else { "run on: they were" };
        say.push(format!("{} below {run} only started there.", plural(touched.actors, "actor")));
    }
    if touched.tasks > 0 {
        let (run, owned) = if touched.tasks == 1 {
            ("runs on, unless it is", "is")
        } else {
            ("run on, except those that are", "are")
        };
        say.push(format!(
            "{} below {run} awaited in it or {owned} in a `JoinSet` that it owns.",
            plural(touched.tasks, "task"),
        ));
    }
    if let Some(budget) = &radius.budget {
        say.push(budget_sentence(budget, radius.exceeds_budget, scope, radius.verb));
    }
    radius.sentences = say;
}

fn plural(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{} {what}s", grouped(n as u64)) }
}

fn budget_sentence(budget: &BudgetUse, exceeds: bool, scope: BudgetScope, verb: Verb) -> String {
    let BudgetUse { used, allowed, period_ns, expires_in_ns } = budget;
    let seconds = *period_ns as f64 / 1e9;
    let oldest = expires_in_ns
        .first()
        .map(|ns| format!("; the oldest is forgotten in {}", hands::seconds(*ns)))
        .unwrap_or_default();
    let consequence = if exceeds {
        match scope {
            BudgetScope::PerChild => {
                format!("; this {verb} is one too many and it is not restarted")
            }
            BudgetScope::PerSupervisor => {
                format!("; this {verb} is one too many and ends its supervisor too")
            }
        }
    } else {
        String::new()
    };
    let (used, allowed) = (grouped(u64::from(*used)), grouped(u64::from(*allowed)));
    format!("{used} of {allowed} restarts in {seconds} s are used{oldest}{consequence}.")
}
