//! Two hundred random small trees with random ends: what is shown equals what ractor-supervisor's own
//! inspection says and what a probe inside each actor saw.
//!
//! A model of the supervisor says what an end leads to; it is only there to know when to look, and it is
//! wrong about nothing else than a start that ractor refused, because the name of the predecessor was not
//! free in time. A tree in which that happened is compared as well, once it has come to rest.

mod common;

use actorscope_proto::v1;
use actorscope_ractor_supervisor::observe_supervisor;
use actorscope_testkit::{Rig, SOON, state};
use common::{End, Probe, child, live, options, supervisor, worker};
use ractor::{ActorRef, call_t, registry};
use ractor_supervisor::{
    ChildSpec, Restart, Supervisor, SupervisorArguments, SupervisorMsg, SupervisorState,
    SupervisorStrategy,
};
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;
use tokio::task::JoinSet;

const TREES: u64 = 200;
/// Trees that run at once.
const AT_ONCE: usize = 20;
/// Ends in one tree.
const ENDS: usize = 6;

/// splitmix64: the same trees in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

/// One place of a tree, and what the model says of it.
struct Node {
    name: String,
    restart: Restart,
    probe: Arc<Probe>,
    lives: bool,
    /// Of a supervisor.
    team: Option<Team>,
}

struct Team {
    strategy: SupervisorStrategy,
    max_restarts: usize,
    log: usize,
    children: Vec<Node>,
}

const RESTARTS: [Restart; 4] =
    [Restart::Permanent, Restart::Permanent, Restart::Transient, Restart::Temporary];
const STRATEGIES: [SupervisorStrategy; 3] =
    [SupervisorStrategy::OneForOne, SupervisorStrategy::OneForAll, SupervisorStrategy::RestForOne];

fn random_node(random: &mut Random, name: String, depth: u32) -> Node {
    let is_supervisor = depth == 0 || (depth < 2 && random.below(3) == 0);
    let restart = random.pick(&RESTARTS);
    let team = is_supervisor.then(|| {
        let count = 1 + random.below(3);
        Team {
            strategy: random.pick(&STRATEGIES),
            max_restarts: random.below(5) as usize,
            log: 0,
            children: (0..count)
                .map(|n| random_node(random, format!("{name}-{n}"), depth + 1))
                .collect(),
        }
    });
    Node { name, restart, probe: Arc::default(), lives: true, team }
}

impl Node {
    fn spec(&self) -> ChildSpec {
        let Some(team) = &self.team else { return worker(&self.name, self.restart, &self.probe) };
        let (options, specs) = (options(team.strategy, team.max_restarts), team.specs());
        let probe = self.probe.clone();
        child(&self.name, self.restart, move |upper, id| {
            let arguments =
                SupervisorArguments { child_specs: specs.clone(), options: options.clone() };
            let probe = probe.clone();
            async move {
                let lower = observe_supervisor(Supervisor);
                let spawned = Supervisor::spawn_linked(id, lower, arguments, upper).await;
                let counter = if spawned.is_ok() { &probe.starts } else { &probe.failed_spawns };
                counter.fetch_add(1, SeqCst);
                Ok(spawned?.0.get_cell())
            }
        })
    }

    /// This and all below, with the path of each.
    fn all<'a>(&'a self, under: &str, into: &mut Vec<(String, &'a Node)>) {
        let path = format!("{under}/{}", self.name);
        for child in self.team.iter().flat_map(|team| &team.children) {
            child.all(&path, into);
        }
        into.push((path, self));
    }

    // --- The model -----------------------------------------------------------------------------

    fn started(&mut self, starts: &mut Starts) {
        starts.add(&self.name);
        self.lives = true;
        if let Some(team) = &mut self.team {
            team.log = 0;
            team.children.iter_mut().for_each(|child| child.started(starts));
        }
    }

    fn died(&mut self) {
        self.lives = false;
        for child in self.team.iter_mut().flat_map(|team| &mut team.children) {
            child.died();
        }
    }

    /// The worker with this name ends. `None` if it is not below; else whether this supervisor fails.
    fn ends(&mut self, name: &str, abnormal: bool, starts: &mut Starts) -> Option<bool> {
        let team = self.team.as_mut()?;
        let mut found = None;
        for (n, child) in team.children.iter_mut().enumerate() {
            if child.name == name {
                child.lives = false;
                found = Some((n, abnormal));
            } else if let Some(fails) = child.ends(name, abnormal, starts) {
                if !fails {
                    return Some(false);
                }
                child.died();
                found = Some((n, true));
            }
        }
        let (n, abnormal) = found?;
        let restarts = match team.children[n].restart {
            Restart::Permanent => true,
            Restart::Transient => abnormal,
            Restart::Temporary => false,
        };
        if !restarts {
            return Some(false);
        }
        team.log += 1;
        if team.log > team.max_restarts {
            return Some(true);
        }
        let again = match team.strategy {
            SupervisorStrategy::OneForOne => n..n + 1,
            SupervisorStrategy::OneForAll => 0..team.children.len(),
            SupervisorStrategy::RestForOne => n..team.children.len(),
        };
        team.children[again].iter_mut().for_each(|child| child.started(starts));
        Some(false)
    }
}

impl Team {
    fn specs(&self) -> Vec<ChildSpec> {
        self.children.iter().map(Node::spec).collect()
    }
}

/// How often each place is filled, as the model says.
#[derive(Default)]
struct Starts(std::collections::HashMap<String, u32>);

impl Starts {
    fn add(&mut self, name: &str) {
        *self.0.entry(name.to_owned()).or_default() += 1;
    }
}

fn all(root: &Node) -> Vec<(String, &Node)> {
    let mut all = Vec::new();
    root.all("", &mut all);
    all
}

fn failed_spawns(root: &Node) -> u32 {
    all(root).iter().map(|(_, node)| node.probe.failed_spawns.load(SeqCst)).sum()
}

async fn inspect(name: &str) -> Option<SupervisorState> {
    let supervisor: ActorRef<SupervisorMsg> = registry::where_is(name)?.into();
    call_t!(supervisor, SupervisorMsg::InspectState, 2_000).ok()
}

/// What the probes and the registry of names say, in one line to compare.
fn seen(root: &Node) -> Vec<(u32, bool)> {
    let of = |node: &Node| (node.probe.starts.load(SeqCst), live(&node.name).is_some());
    all(root).iter().map(|(_, node)| of(node)).collect()
}

/// Waits until everybody was started as often as the model says and whoever is to live does; without a
/// model, until a name was refused.
async fn settle(root: &Node, starts: &Starts) {
    let deadline = tokio::time::Instant::now() + SOON;
    loop {
        let as_told = all(root).iter().all(|(_, node)| {
            node.probe.starts.load(SeqCst) == starts.0[&node.name]
                && live(&node.name).is_some() == node.lives
        });
        if as_told || failed_spawns(root) > 0 {
            return;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "{}: {:?}, the model says {:?}",
            root.name,
            seen(root),
            all(root).iter().map(|(_, n)| (starts.0[&n.name], n.lives)).collect::<Vec<_>>()
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Everything that differs between what is shown and what is true; empty if nothing does.
async fn differences(rig: &Rig, root: &Node) -> Vec<String> {
    let mut wrong = Vec::new();
    let root_lives = registry::where_is(&root.name).is_some();
    for (path, node) in all(root) {
        let Ok((identity, stats, _)) = rig.show(&path).await else {
            wrong.push(format!("{path} is not shown"));
            continue;
        };
        let mut expect = |what: &str, shown: String, truly: String| {
            if shown != truly {
                wrong.push(format!("{path}: {what} is {shown}, truly {truly}"));
            }
        };
        let starts = node.probe.starts.load(SeqCst);
        expect("incarnation", stats.incarnation.to_string(), starts.to_string());
        expect("restarts", stats.restarts.to_string(), (starts - 1).to_string());
        let lives = live(&node.name).is_some();
        let shown = state(&stats) == "idle";
        expect(
            "life",
            format!("{} ({shown})", state(&stats)),
            format!("{} ({lives})", state(&stats)),
        );
        if !lives {
            let rests = matches!(state(&stats), "stopped" | "failed");
            expect(
                "rest",
                format!("{rests} ({})", state(&stats)),
                format!("true ({})", state(&stats)),
            );
        }
        let Some(team) = &node.team else { continue };
        assert_eq!(identity.kind, "supervisor");
        if let Some(inspected) = inspect(&node.name).await {
            for child in &team.children {
                let path = format!("{path}/{}", child.name);
                let followed = failed_spawns(root) == 0;
                children(rig, &path, stats.started_at, followed, &inspected, &mut wrong).await;
            }
        } else if lives {
            wrong.push(format!("{path} does not answer"));
        }
    }
    let gave_up = rig.kinds(&format!("/{}", root.name)).await.contains(&"gave_up".to_owned());
    if gave_up == root_lives {
        wrong.push(format!("{}: gave up is {gave_up}, and it lives: {root_lives}", root.name));
    }
    wrong
}

/// A child, beside what its supervisor's inspection says of it.
async fn children(
    rig: &Rig,
    path: &str,
    supervisor_started: u64,
    followed: bool,
    inspected: &SupervisorState,
    wrong: &mut Vec<String>,
) {
    let Ok((identity, stats, detail)) = rig.show(path).await else { return };
    let shown = stats.budget.map(|budget| (budget.used as usize, budget.allowed as usize));
    let truly = (inspected.restart_log.len(), inspected.options.max_restarts);
    if shown != Some(truly) {
        wrong.push(format!("{path}: budget is {shown:?}, truly {truly:?}"));
    }
    let told = identity.child_spec.unwrap_or_default();
    let spec = inspected.child_specs.iter().find(|spec| Some(&spec.id) == told.child_id.as_ref());
    let Some(spec) = spec else {
        return wrong.push(format!("{path} is not in its supervisor's specs"));
    };
    if told.restart != format!("{:?}", spec.restart).to_lowercase() {
        wrong.push(format!("{path} is {}, truly {:?}", told.restart, spec.restart));
    }
    // Ends of its own for which this supervisor started it again: its failure count.
    let leads_to_restart = |past: &&v1::PastIncarnation| {
        let abnormal = matches!(past.exit.as_str(), "error" | "panic" | "budget_exhausted");
        past.ended_at >= supervisor_started
            && past.exit != "shutdown"
            && past.reason.as_deref() != Some("its supervisor ended")
            && match spec.restart {
                Restart::Permanent => true,
                Restart::Transient => abnormal,
                Restart::Temporary => false,
            }
    };
    let shown = detail.history.iter().filter(leads_to_restart).count();
    let failures = inspected.child_failure_state.get(&spec.id);
    let truly = failures.map_or(0, |failures| failures.restart_count);
    if followed && shown != truly {
        let history: Vec<_> =
            detail.history.iter().map(|p| (p.ended_at, p.exit.as_str(), &p.reason)).collect();
        wrong.push(format!(
            "{path}: {shown} restarts of its own, truly {truly}: {history:?} of a supervisor \
             started at {supervisor_started}"
        ));
    }
}

/// One tree, from its start to its comparison. Whether ractor refused a name in it.
async fn one(rig: &Rig, seed: u64) -> bool {
    let mut random = Random(seed);
    let mut root = random_node(&mut random, format!("tree{seed}"), 0);
    let team = root.team.as_ref().expect("the root is a supervisor");
    let sup = supervisor(&root.name, options(team.strategy, team.max_restarts), team.specs()).await;
    root.probe.starts.store(1, SeqCst);
    let mut starts = Starts::default();
    root.started(&mut starts);
    settle(&root, &starts).await;
    for _ in 0..ENDS {
        let workers: Vec<(String, Arc<Probe>)> = all(&root)
            .into_iter()
            .filter(|(_, node)| node.lives && node.team.is_none())
            .map(|(_, node)| (node.name.clone(), node.probe.clone()))
            .collect();
        if workers.is_empty() || failed_spawns(&root) > 0 {
            break;
        }
        let (name, probe) = &workers[random.below(workers.len() as u64) as usize];
        let how = random.pick(&[End::Error, End::Panic, End::Panic, End::Stop, End::Kill]);
        let ended = probe.ends.load(SeqCst);
        live(name).expect("it lives").cast(how).expect("it is there");
        let deadline = tokio::time::Instant::now() + SOON;
        while probe.ends.load(SeqCst) == ended {
            assert!(tokio::time::Instant::now() < deadline, "{name} did not end");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let abnormal = matches!(how, End::Error | End::Panic);
        if root.ends(name, abnormal, &mut starts) == Some(true) {
            root.died();
        }
        settle(&root, &starts).await;
    }
    let deadline = tokio::time::Instant::now() + SOON;
    loop {
        let wrong = differences(rig, &root).await;
        if wrong.is_empty() {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "seed {seed}: {wrong:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    sup.stop(None);
    failed_spawns(&root) > 0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_random_trees_are_shown_as_they_are() {
    std::panic::set_hook(Box::new(|panic| {
        let text = panic.payload().downcast_ref::<&str>();
        if text != Some(&"on purpose") {
            eprintln!("{panic}");
        }
    }));
    let rig = Arc::new(Rig::shared().await);
    let mut running = JoinSet::new();
    // Others than usual, for whoever looks for one that fails.
    let first = std::env::var("ACTORSCOPE_FIRST_TREE").ok().and_then(|n| n.parse().ok());
    let first: u64 = first.unwrap_or(0);
    let (mut next, mut refused) = (first, 0);
    loop {
        while next < first + TREES && running.len() < AT_ONCE {
            let rig = rig.clone();
            running.spawn(async move { one(&rig, next).await });
            next += 1;
        }
        let Some(done) = running.join_next().await else { break };
        refused += u32::from(done.expect("a tree is shown as it is"));
    }
    eprintln!("{TREES} trees; in {refused} of them ractor refused a name");
    assert!(u64::from(refused) * 10 <= TREES, "{refused} trees were not followed to their end");
}
