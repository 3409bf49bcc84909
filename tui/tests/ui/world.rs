//! A small chat service with one bad actor, and an agent for it without sockets: views are answered
//! by the same code that a real agent runs.

use crate::night::{polled_detail, stuck_detail};
use actorscope_client::{Frame, Node, Rights};
use actorscope_core::capability::{Capabilities, Capability};
use actorscope_core::forest::Forest;
use actorscope_core::histogram::Buckets;
use actorscope_core::node::{AgentCost, ProcessFigures, RuntimeFigures, Summary};
use actorscope_core::slot::{Counters, HandlingNow, Identity, LatencySummary, SlotDetail, Stats};
use actorscope_core::spec::{
    Backoff, BudgetScope, BudgetUse, ChildKind, ChildSpec, RestartType, Shutdown, Strategy,
    SupervisorSpec,
};
use actorscope_core::view::{Placed, RowSource, ViewSpec, evaluate};
use actorscope_core::{Incarnation, InstanceId, Quality, Reading, SlotId, SlotState, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub const MS: u64 = 1_000_000;
pub const S: u64 = 1_000 * MS;
/// 2026-11-21T03:04:05Z: the time at which one wants a tool to be clear.
pub const NOW: Timestamp = Timestamp(1_795_230_245 * S);

pub const INSTANCE: InstanceId = InstanceId(0x5eed_0000_0000_0000_0000_0000_0000_beef);

pub struct World {
    forest: Forest,
    identities: BTreeMap<SlotId, Identity>,
    pub stats: BTreeMap<SlotId, Stats>,
    details: BTreeMap<SlotId, SlotDetail>,
    next: u64,
    pub figures: Figures,
    /// What observing costs.
    pub agent: AgentCost,
    /// How rarely the agent answers any view but that of the node at a glance, when it finds that dear.
    pub slowed_to: Option<Duration>,
    /// When the agent looks: the time of what it answers.
    pub now: Timestamp,
}

/// What the process and its runtime use, and who waits for whom.
pub struct Figures {
    pub process: ProcessFigures,
    pub runtime: Option<RuntimeFigures>,
    pub deadlocks: Vec<Vec<String>>,
}

impl Figures {
    /// Of a system that tells nothing, in a process without a runtime.
    pub fn unknown() -> Self {
        let process = ProcessFigures::default();
        Self { process, runtime: None, deadlocks: Vec::new() }
    }
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            process: ProcessFigures {
                cpu_cores: Some(0.42),
                memory_bytes: Some(89_200_000),
                host_cpu: Some(0.11),
                host_cores: Some(8),
                host_memory_used: Some(3_000_000_000),
                host_memory_total: Some(16_000_000_000),
                threads: Some(7),
                open_files: Some(231),
            },
            runtime: Some(RuntimeFigures {
                workers: 4,
                alive_tasks: 213,
                global_queue_depth: 2,
                busy_ratio: Some(0.61),
                worker_busy: vec![0.97, 0.55, 0.48, 0.44],
            }),
            deadlocks: Vec::new(),
        }
    }
}

fn sup<'a>(parent: Option<SlotId>, name: &'a str, actor_type: &'a str) -> New<'a> {
    New { parent, name, actor_type, kind: ChildKind::Supervisor }
}

fn worker<'a>(parent: SlotId, name: &'a str, actor_type: &'a str) -> New<'a> {
    New { parent: Some(parent), name, actor_type, kind: ChildKind::Worker }
}

/// Who is added where.
struct New<'a> {
    parent: Option<SlotId>,
    name: &'a str,
    actor_type: &'a str,
    kind: ChildKind,
}

impl World {
    pub fn empty() -> Self {
        Self {
            forest: Forest::new(),
            identities: BTreeMap::new(),
            stats: BTreeMap::new(),
            details: BTreeMap::new(),
            next: 1,
            figures: Figures::default(),
            agent: AgentCost {
                pass_ns: 41_000,
                tick_ns: S,
                cpu_cores: Some(0.001),
                watchers: 1,
                ..AgentCost::default()
            },
            slowed_to: None,
            now: NOW,
        }
    }

    fn add(&mut self, new: New<'_>) -> SlotId {
        let id = SlotId::new(self.next).unwrap();
        self.next += 1;
        self.forest.insert(id, new.parent, new.name);
        let is_kameo = new.kind != ChildKind::Task;
        let supervisor = new.kind == ChildKind::Supervisor;
        let mut capabilities = Capabilities::NONE;
        if is_kameo {
            capabilities = Capabilities::of(&[
                Capability::Kill,
                Capability::Stop,
                Capability::Restart,
                Capability::InterruptsHandler,
                Capability::KeepsMailbox,
            ]);
            if !supervisor {
                capabilities = capabilities.with(Capability::Suspend);
            }
        }
        let identity = Identity {
            id,
            parent: new.parent,
            name: self.forest.name(id).unwrap(),
            actor_type: new.actor_type.into(),
            framework: if is_kameo { "kameo" } else { "tokio" }.into(),
            kind: new.kind,
            supervisor: supervisor.then_some(SupervisorSpec {
                strategy: Strategy::OneForOne,
                intensity: Some(5),
                period_ns: Some(10 * S),
                scope: Some(BudgetScope::PerChild),
                auto_shutdown: false,
            }),
            child_spec: (is_kameo && new.parent.is_some()).then(|| ChildSpec {
                child_id: Some(new.name.to_owned()),
                restart: Some(RestartType::Permanent),
                intensity: Some(5),
                period_ns: Some(10 * S),
                shutdown: Some(Shutdown::TimeoutNs(5 * S)),
                significant: false,
                backoff: Some(Backoff { first_ns: 100 * MS, max_ns: 10 * S }),
                kill_is_normal_exit: false,
            }),
            capabilities,
            mailbox_capacity: is_kameo.then_some(1_024),
            created_at: Timestamp(NOW.0 - 3 * 3_600 * S),
            version: 1,
            no_kill: None,
            ordinal: id.get(),
        };
        self.identities.insert(id, identity);
        let mut stats = Stats::new(SlotState::Idle, Timestamp(NOW.0 - 3 * 3_600 * S));
        if is_kameo {
            stats.total = Some(Counters::default());
            stats.current = stats.total;
            stats.depth = Reading::exact(0);
            stats.rate_per_s = Some(0.0);
            stats.utilization = Some(0.0);
            stats.queue_wait = Some(LatencySummary::default());
            stats.queue_wait_quality = Quality::Measured;
            stats.handling = Some(LatencySummary::default());
        }
        self.stats.insert(id, stats);
        id
    }

    /// The service as it is on a bad night: one signaling worker is stuck behind a slow relay.
    pub fn parlor() -> Self {
        let mut world = Self::empty();
        let parlor = world.add(sup(None, "parlor", "parlor::Parlor"));
        let store = world.add(worker(parlor, "store", "parlor::store::Store"));
        let presence = world.add(worker(parlor, "presence", "parlor::presence::Presence"));
        let signaling =
            world.add(sup(Some(parlor), "signaling-supervisor", "parlor::signaling::Signaling"));
        world.busy(store, 412.0, 900_000, 40_000);
        world.busy(presence, 1_310.0, 14_000, 2_100);
        for n in 1..=4 {
            let name = format!("signaling-{n}");
            let slot = world.add(worker(signaling, &name, "parlor::signaling::SignalingWorker"));
            world.busy(slot, 31.0, 8 * MS, 2 * MS);
            if n == 1 {
                world.stuck(slot);
            }
        }
        let rooms = world.add(sup(Some(parlor), "rooms", "parlor::rooms::Rooms"));
        for n in 1..=30 {
            let name = format!("room-{n:02}");
            let slot = world.add(worker(rooms, &name, "parlor::room::Room"));
            world.busy(slot, 4.2 * f64::from(n % 7), 210_000, 30_000 * u64::from(n as u32));
            match n {
                3 => world.stat(slot).state = SlotState::Failed,
                5 => {
                    world.stat(slot).state =
                        SlotState::Restarting { attempt: 2, in_ns: Some(800 * MS) };
                }
                8 => world.stat(slot).state = SlotState::Suspended,
                _ => {}
            }
        }
        let connections =
            world.add(sup(Some(parlor), "connections", "parlor::connections::Connections"));
        for n in 1..=64 {
            let name = format!("connection-{n}");
            let slot = world.add(worker(connections, &name, "parlor::connection::Connection"));
            world.busy(slot, 2.0, 95_000, 12_000);
        }
        let accept = world.add(New {
            parent: None,
            name: "accept-loop",
            actor_type: "parlor::server::accept",
            kind: ChildKind::Task,
        });
        world.polled(accept);
        world
    }

    /// The same service on a good day, with little to do.
    pub fn calm() -> Self {
        let mut world = Self::parlor();
        let started = Timestamp(NOW.0 - 3 * 3_600 * S);
        for (slot, stats) in &mut world.stats {
            let kept = (stats.queue_wait, stats.handling, stats.queue_wait_quality);
            let none = stats.total.map(|_| Counters::default());
            *stats = Stats { total: none, current: none, ..Stats::new(SlotState::Idle, started) };
            (stats.queue_wait, stats.handling, stats.queue_wait_quality) = kept;
            stats.depth = Reading::exact(0);
            stats.rate_per_s = Some(0.0);
            stats.utilization = Some(if slot.get() % 40 == 2 { 0.02 } else { 0.0 });
            if let Some(wait) = stats.queue_wait.as_mut().filter(|_| slot.get() % 40 != 2) {
                *wait = LatencySummary::default();
            }
            if stats.queue_wait.is_none_or(|wait| wait.p99 > Some(50 * MS)) {
                stats.queue_wait = None;
            }
        }
        world
    }

    fn stat(&mut self, slot: SlotId) -> &mut Stats {
        self.stats.get_mut(&slot).unwrap()
    }

    fn busy(&mut self, slot: SlotId, rate: f64, handling: u64, wait: u64) {
        let summary = |p50: u64| LatencySummary {
            count: 12_340,
            mean: Some(p50 + p50 / 8),
            p50: Some(p50),
            p95: Some(p50 * 3),
            p99: Some(p50 * 5),
            max: Some(p50 * 9),
            window_ns: Some(10 * S),
            resolution: Some(actorscope_core::Resolution::Fine),
        };
        let stats = self.stat(slot);
        stats.state = if rate > 100.0 { SlotState::Handling } else { SlotState::Idle };
        stats.rate_per_s = Some(rate);
        stats.utilization = Some((rate * handling as f64 / 1e9).min(1.0));
        stats.queue_wait = Some(summary(wait));
        stats.handling = Some(summary(handling));
        let handled = (rate * 9_000.0) as u64;
        stats.total = Some(Counters { handled, ..Counters::default() });
        stats.current = stats.total;
    }

    /// A task that takes no messages.
    fn polled(&mut self, slot: SlotId) {
        let (polling, detail) = polled_detail();
        self.stat(slot).polling = Some(polling);
        self.details.insert(slot, detail);
        let identity = self.identities.get_mut(&slot).unwrap();
        identity.no_kill = Some("it was only named: `spawn(name, …)` makes it killable".into());
    }

    fn stuck(&mut self, slot: SlotId) {
        let stats = self.stat(slot);
        stats.state = SlotState::Handling;
        stats.incarnation = Incarnation(3);
        stats.started_at = Timestamp(NOW.0 - 242 * S);
        stats.restarts = 2;
        stats.depth = Reading::exact(981);
        stats.oldest_wait_ns = Some(12_300 * MS);
        stats.utilization = Some(0.99);
        stats.total = Some(Counters { handled: 281_123, failed: 3, busy_ns: 9_000 * S });
        stats.current = Some(Counters { handled: 7_502, failed: 1, busy_ns: 239 * S });
        let detail = stuck_detail();
        stats.queue_wait = detail.queue_wait.as_ref().map(Buckets::summary);
        stats.handling = detail.handling.as_ref().map(Buckets::summary);
        stats.handling_now = Some(HandlingNow {
            message_type: Some("parlor::signaling::SetUpCall".into()),
            for_ns: 340 * MS,
        });
        stats.budget = Some(BudgetUse {
            used: 2,
            allowed: 5,
            period_ns: 10 * S,
            expires_in_ns: vec![3_100 * MS, 7_900 * MS],
        });
        self.details.insert(slot, stuck_detail());
    }

    pub fn node(&self, instance: InstanceId, rights: Rights) -> Arc<Node> {
        Arc::new(Node {
            protocol: 1,
            instance,
            name: "parlor".to_owned(),
            pid: 4_242,
            host: "web-7".to_owned(),
            os: "Debian 13".to_owned(),
            started_at: Timestamp(NOW.0 - 11_045 * S),
            now: NOW,
            agent: "actorscope-agent 0.1.0".to_owned(),
            frameworks: vec!["kameo".to_owned(), "tokio".to_owned()],
            rights,
            max_rows: 1_000,
        })
    }

    /// What an agent would answer.
    pub fn answer(&self, view_id: u32, revision: u32, spec: &ViewSpec) -> Frame {
        let selection = evaluate(spec, self);
        let slots: Vec<SlotId> = selection.rows.iter().filter_map(Placed::slot).collect();
        Frame {
            view_id,
            revision,
            tick: 7,
            sampled_at: self.now,
            summary: matches!(spec, ViewSpec::Summary).then(|| self.summary()),
            order: Some(selection.rows),
            identities: slots
                .iter()
                .map(|s| (self.identities[s].clone(), self.forest.path(*s)))
                .collect(),
            stats: slots.iter().map(|s| (*s, self.stats[s].clone())).collect(),
            unknown: Vec::new(),
            folds: selection.folds,
            total: selection.total,
            matched: selection.matched,
            partial: Vec::new(),
            detail: match spec {
                ViewSpec::Detail { slot } => RowSource::detail(self, *slot),
                _ => None,
            },
            skipped: 0,
            slowed_to: self.slowed_to.filter(|_| !matches!(spec, ViewSpec::Summary)),
        }
    }

    /// What the page of a slot adds, to change it.
    pub fn detail_mut(&mut self, slot: SlotId) -> &mut SlotDetail {
        self.details.entry(slot).or_default()
    }

    pub fn named(&self, name: &str) -> SlotId {
        let is = |i: &&Identity| &*i.name == name;
        self.identities.values().find(is).unwrap().id
    }

    pub fn names(&self) -> Vec<String> {
        self.identities.values().map(|i| i.name.to_string()).collect()
    }

    pub fn paths(&self) -> Vec<(SlotId, String)> {
        self.identities.keys().map(|slot| (*slot, self.forest.path(*slot))).collect()
    }

    pub fn rename(&mut self, slot: SlotId, name: &str) {
        let _ = self.forest.rename(slot, name);
        self.identities.get_mut(&slot).unwrap().name = name.into();
    }

    pub fn remove(&mut self, name: &str) {
        let slot = self.named(name);
        self.forest.remove(slot);
        self.identities.remove(&slot);
        self.stats.remove(&slot);
    }
}

impl RowSource for World {
    fn forest(&self) -> &Forest {
        &self.forest
    }

    fn identity(&self, id: SlotId) -> Option<Identity> {
        self.identities.get(&id).cloned()
    }

    fn stats(&self, id: SlotId) -> Option<Stats> {
        self.stats.get(&id).cloned()
    }

    fn detail(&self, id: SlotId) -> Option<SlotDetail> {
        let children = self.forest.child_count(id) as u64;
        let detail = self.details.get(&id).cloned().unwrap_or_default();
        self.identities.contains_key(&id).then_some(SlotDetail { children, ..detail })
    }

    fn summary(&self) -> Summary {
        let states = |state: &str| {
            let is = |s: &&Stats| s.state.word() == state;
            self.stats.values().filter(is).count() as u64
        };
        let total = |of: &dyn Fn(&Stats) -> u64| {
            self.stats.values().fold(0u64, |sum, s| sum.saturating_add(of(s)))
        };
        Summary {
            slots: self.stats.len() as u64,
            live: self.stats.values().filter(|s| s.state.is_live()).count() as u64,
            handling: states("handling"),
            suspended: states("suspended"),
            restarting: states("restarting"),
            failed: states("failed"),
            supervisors: 4,
            queued: total(&|s| s.depth.value().unwrap_or(0)),
            rate_per_s: self.stats.values().filter_map(|s| s.rate_per_s).sum(),
            restarts: total(&|s| s.restarts),
            handled: 1_234_567,
            messages_failed: 3,
            deadlocks: self.figures.deadlocks.clone(),
            last_event: 6,
            process: self.figures.process,
            runtime: self.figures.runtime.clone(),
            agent: self.agent,
            sampled_at: self.now,
        }
    }

    fn slots(&self) -> Box<dyn Iterator<Item = SlotId> + '_> {
        Box::new(self.identities.keys().copied())
    }
}
