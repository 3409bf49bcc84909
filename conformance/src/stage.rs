//! Where scenarios play: an agent with a client, a subject, and the column that they fill.

use crate::order::{Hold, Message, Order};
use crate::probe::Probe;
use crate::row::Row;
use crate::subject::{Family, FamilyPlan, Lacks, Plan, Started, Subject};
use crate::table::Column;
use actorscope_agent::core::capability::{Capabilities, Capability};
use actorscope_agent::core::spec::Strategy;
use actorscope_agent::core::{RestartType, Verb};
use actorscope_proto::v1;
use actorscope_testkit::{Rig, SOON, state};
use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

/// A cell that says that the framework, not its adapter, has no such thing.
pub(crate) const LACKING: &str = "–";

/// What a quantity is called that is not known.
pub(crate) const ABSENT: &str = "n/a";

pub(crate) struct Stage<S: Subject> {
    pub(crate) rig: Rig,
    pub(crate) subject: S,
    /// Before every name: some frameworks know a name once in a process.
    prefix: String,
    column: RefCell<Column>,
}

/// An actor on the stage.
pub(crate) struct Actor<S: Subject> {
    pub(crate) started: Started<S::Handle>,
    pub(crate) probe: Arc<Probe>,
}

/// What became of a verb.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Answer {
    /// It happened.
    Done,
    /// It will happen.
    Accepted,
    /// This actor can't, for this reason.
    NotSupported(String),
}

impl<S: Subject> Stage<S> {
    pub(crate) fn new(rig: Rig, subject: S) -> Self {
        let prefix = S::COLUMN
            .split(|c: char| !c.is_alphanumeric())
            .map(|word| word.chars().take(3).collect::<String>());
        let prefix = prefix.collect::<String>().to_lowercase();
        Self { rig, subject, prefix, column: RefCell::default() }
    }

    /// Fills a cell. To be called after everything was verified that it claims.
    pub(crate) fn record(&self, row: Row, shown: impl Into<String>) {
        let before = self.column.borrow_mut().cells.insert(row, shown.into());
        assert_eq!(before, None, "{row:?} is shown twice");
    }

    /// Fills a cell for what the framework has not.
    pub(crate) fn lacks(&self, rows: &[Row], Lacks(why): Lacks) {
        for row in rows {
            self.record(*row, LACKING);
        }
        self.note(why.to_owned());
    }

    pub(crate) fn note(&self, note: String) {
        let mut column = self.column.borrow_mut();
        if !column.notes.contains(&note) {
            column.notes.push(note);
        }
    }

    /// What was shown, with the subject's own notes first.
    pub(crate) fn into_column(self) -> Column {
        let mut column = self.column.into_inner();
        let mut notes = self.subject.notes();
        let known = notes.clone();
        notes.extend(column.notes.drain(..).filter(|note| !known.contains(note)));
        column.notes = notes;
        column
    }

    pub(crate) fn plan(&self, name: &str) -> Plan {
        Plan { name: format!("{}-{name}", self.prefix), probe: Arc::default() }
    }

    /// An actor that is idle.
    pub(crate) async fn actor(&self, name: &str) -> Actor<S> {
        self.below(None, name).await
    }

    /// An idle child, or one at the root.
    pub(crate) async fn below(&self, parent: Option<&Actor<S>>, name: &str) -> Actor<S> {
        let plan = self.plan(name);
        let probe = plan.probe.clone();
        let parent = parent.map(|parent| &parent.started);
        let started = self.subject.start(plan, parent).await.expect("an actor starts");
        let actor = Actor { started, probe };
        self.when(&actor, is("idle")).await;
        actor
    }

    /// Supervised actors, all idle.
    pub(crate) async fn family(
        &self,
        name: &str,
        strategy: Strategy,
        restart: RestartType,
        restarts: u32,
        members: usize,
    ) -> Result<(Family<()>, Vec<Actor<S>>), Lacks> {
        let plans: Vec<Plan> = (1..=members).map(|n| self.plan(&format!("{name}-{n}"))).collect();
        let plan = FamilyPlan {
            name: format!("{}-{name}", self.prefix),
            strategy,
            restart,
            restarts,
            members: plans.clone(),
        };
        let Family { supervisor, members, keep } = self.subject.family(plan).await?;
        let actors: Vec<Actor<S>> = (plans.into_iter().zip(members))
            .map(|(plan, started)| Actor { started, probe: plan.probe })
            .collect();
        for actor in &actors {
            self.when(actor, is("idle")).await;
        }
        Ok((Family { supervisor, members: Vec::new(), keep }, actors))
    }

    /// One permanent actor with restarts to spare.
    pub(crate) async fn supervised(&self, name: &str) -> Result<(Family<()>, Actor<S>), Lacks> {
        let (family, mut actors) =
            self.family(name, Strategy::OneForOne, RestartType::Permanent, 50, 1).await?;
        Ok((family, actors.remove(0)))
    }

    pub(crate) fn send(&self, to: &Actor<S>, order: Order) {
        assert!(self.try_send(to, order), "{} takes no message", to.path());
    }

    pub(crate) fn try_send(&self, to: &Actor<S>, order: Order) -> bool {
        self.subject.send(&to.started.handle, Message::new(order))
    }

    /// Has it wait in a handler, and so many messages behind it.
    pub(crate) async fn busy(&self, actor: &Actor<S>, behind: usize) -> Hold {
        let hold = Hold::default();
        let before = actor.probe.begun();
        self.send(actor, Order::Wait(hold.clone()));
        until("a handler that waits", || actor.probe.begun() > before).await;
        self.when(actor, is("handling")).await;
        for _ in 0..behind {
            self.send(actor, Order::Count);
        }
        hold
    }

    pub(crate) async fn when(
        &self,
        actor: &Actor<S>,
        ready: impl FnMut(&v1::Stats) -> bool,
    ) -> (v1::Identity, v1::Stats) {
        self.rig.when(actor.path(), ready).await
    }

    pub(crate) async fn show(&self, actor: &Actor<S>) -> (v1::Identity, v1::Stats, v1::Detail) {
        self.rig.show(actor.path()).await.unwrap()
    }

    /// Whether the slot claims this capability.
    pub(crate) async fn can(&self, actor: &Actor<S>, capability: Capability) -> bool {
        Capabilities::from_bits(self.show(actor).await.0.capabilities).has(capability)
    }

    /// Does something. What was claimed before (the capability, the preview) and what came out must
    /// agree.
    pub(crate) async fn act(&self, verb: Verb, on: &Actor<S>) -> Answer {
        self.act_within(verb, on, Duration::ZERO).await
    }

    pub(crate) async fn act_within(&self, verb: Verb, on: &Actor<S>, deadline: Duration) -> Answer {
        let path = on.path();
        let (identity, stats, detail) = self.show(on).await;
        let can = Capabilities::from_bits(identity.capabilities).has(verb.needs());
        let preview = self.rig.preview(verb.word(), path).await.unwrap();
        let said = self.rig.act_within(verb.word(), identity.slot, stats.incarnation, deadline);
        let said = said.await.unwrap();
        assert!(!said.message.is_empty(), "{verb} of {path}: nothing is said");
        assert_eq!(said.slot, identity.slot);
        let refused = said.outcome == "not_supported";
        assert_eq!(
            refused,
            preview.impossible.is_some(),
            "{verb} of {path}: the preview said {:?}, the agent {:?}",
            preview.impossible,
            said.message
        );
        assert!(
            can || refused,
            "{verb} of {path} is not among its capabilities, and was {:?}",
            said.outcome
        );
        // Whether an actor has children changes too often to be a capability.
        assert!(
            !(can && refused) || verb == Verb::Suspend && detail.children > 0,
            "{verb} of {path} is among its capabilities, and refused: {}",
            said.message
        );
        match said.outcome.as_str() {
            "done" => Answer::Done,
            "accepted" => Answer::Accepted,
            "not_supported" => Answer::NotSupported(said.message),
            other => panic!("{verb} of {path}: {other}: {}", said.message),
        }
    }

    /// Nothing happened to it: it is the same and handles messages.
    pub(crate) async fn is_unharmed(&self, actor: &Actor<S>) {
        let (starts, begun) = (actor.probe.starts(), actor.probe.begun());
        self.send(actor, Order::Count);
        until("an unharmed actor's answer", || actor.probe.begun() == begun + 1).await;
        assert_eq!((actor.probe.starts(), actor.probe.alive()), (starts, 1));
        let (.., detail) = self.show(actor).await;
        assert_eq!(detail.history.len(), starts as usize - 1, "{:?}", detail.history);
    }

    /// How the last actor in the slot ended, once so many have.
    pub(crate) async fn end(&self, actor: &Actor<S>, ends: usize) -> v1::PastIncarnation {
        let deadline = tokio::time::Instant::now() + SOON;
        loop {
            let (.., detail) = self.show(actor).await;
            if detail.history.len() >= ends {
                assert_eq!(detail.history.len(), ends, "{}: {:?}", actor.path(), detail.history);
                return detail.history[0].clone();
            }
            assert!(tokio::time::Instant::now() < deadline, "{} did not end", actor.path());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The only actor of the slot has ended for good: row and probe say so.
    pub(crate) async fn is_over(&self, actor: &Actor<S>) -> v1::PastIncarnation {
        self.when(actor, is_final).await;
        until("its end", || actor.probe.alive() == 0).await;
        self.end(actor, actor.probe.starts() as usize).await
    }
}

impl<S: Subject> Actor<S> {
    pub(crate) fn path(&self) -> &str {
        &self.started.path
    }
}

pub(crate) fn is(word: &'static str) -> impl Fn(&v1::Stats) -> bool {
    move |stats| state(stats) == word
}

/// Whether nobody will fill the slot again.
pub(crate) fn is_final(stats: &v1::Stats) -> bool {
    matches!(state(stats), "stopped" | "failed")
}

/// Whether the n-th actor of the slot is at work.
pub(crate) fn incarnation(n: u32) -> impl Fn(&v1::Stats) -> bool {
    move |stats| stats.incarnation == n && matches!(state(stats), "idle" | "handling")
}

pub(crate) fn handled(stats: &v1::Stats) -> u64 {
    stats.total.unwrap_or_default().handled
}

/// The node as of now, with what its actors have handled apart from what their nursery has.
pub(crate) async fn totals<S: Subject>(rig: &Rig, subject: &S) -> (v1::Summary, u64) {
    let nursery = subject.nursery();
    let of_nursery = async || match nursery {
        None => 0,
        Some(path) => rig.show(path).await.map_or(0, |(_, stats, _)| handled(&stats)),
    };
    loop {
        let before = of_nursery().await;
        let summary = next_pass(rig).await;
        // Both from one moment.
        if of_nursery().await == before {
            let handled = summary.handled - before;
            return (summary, handled);
        }
    }
}

/// The node as of a pass that is still to begin: what is at hand may be from before the last event.
pub(crate) async fn next_pass(rig: &Rig) -> v1::Summary {
    let deadline = tokio::time::Instant::now() + SOON;
    let summary = || v1::view::Kind::Summary(v1::SummaryView {});
    let last = rig.query(summary()).await.unwrap().tick;
    loop {
        let frame = rig.query(summary()).await.unwrap();
        if frame.tick > last {
            return frame.summary.unwrap_or_default();
        }
        assert!(tokio::time::Instant::now() < deadline, "the agent looks no more");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits for something that no row tells.
pub(crate) async fn until(what: &str, done: impl Fn() -> bool) {
    let deadline = tokio::time::Instant::now() + SOON;
    while !done() {
        assert!(tokio::time::Instant::now() < deadline, "{what} never came");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
