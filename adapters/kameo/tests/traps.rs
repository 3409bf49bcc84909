//! What goes wrong when a kameo actor is observed and controlled carelessly; each trap was found by
//! running into it.

use actorscope_kameo::{ChildSpec, SuperviseObserved, name_actor, observed};
use actorscope_proto::v1;
use actorscope_testkit::{Rig, SOON, depth, state};
use kameo::error::Infallible;
use kameo::mailbox;
use kameo::prelude::*;
use kameo::supervision::{RestartPolicy, SupervisionStrategy};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::time::Duration;
use tokio::sync::Notify;

/// A supervisor that outlives its children.
macro_rules! supervisor {
    ($name:ident, $strategy:expr) => {
        struct $name;

        #[observed]
        impl Actor for $name {
            type Args = &'static str;
            type Error = Infallible;
            fn supervision_strategy() -> SupervisionStrategy {
                $strategy
            }
            async fn on_start(name: &'static str, me: ActorRef<Self>) -> Result<Self, Infallible> {
                assert!(name_actor(&me, name));
                Ok(Self)
            }
            async fn on_link_died(
                &mut self,
                _: WeakActorRef<Self>,
                _: ActorId,
                _: ActorStopReason,
            ) -> Result<ControlFlow<ActorStopReason>, Infallible> {
                Ok(ControlFlow::Continue(()))
            }
        }
    };
}

supervisor!(OneForOne, SupervisionStrategy::OneForOne);
supervisor!(OneForAll, SupervisionStrategy::OneForAll);

/// What all incarnations of one worker share.
#[derive(Default)]
struct World {
    starts: AtomicU32,
    handled: AtomicU32,
    /// Handlers wait for this before they return, while `hold` is set.
    hold: AtomicBool,
    release: Notify,
    fail_start: AtomicBool,
}

struct Worker {
    world: Arc<World>,
}

struct Work;
struct Boom;

#[observed]
impl Actor for Worker {
    type Args = Arc<World>;
    type Error = String;
    async fn on_start(world: Arc<World>, _: ActorRef<Self>) -> Result<Self, String> {
        world.starts.fetch_add(1, SeqCst);
        if world.fail_start.load(SeqCst) {
            return Err("no database".to_owned());
        }
        Ok(Self { world })
    }
}

impl Message<Work> for Worker {
    type Reply = ();
    async fn handle(&mut self, _: Work, _: &mut Context<Self, ()>) {
        if self.world.hold.load(SeqCst) {
            self.world.release.notified().await;
        }
        self.world.handled.fetch_add(1, SeqCst);
    }
}

impl Message<Boom> for Worker {
    type Reply = ();
    async fn handle(&mut self, _: Boom, _: &mut Context<Self, ()>) {
        panic!("boom");
    }
}

async fn worker(
    sup: &ActorRef<OneForOne>,
    name: &str,
    policy: RestartPolicy,
    capacity: Option<usize>,
) -> (ActorRef<Worker>, Arc<World>) {
    let world = Arc::new(World::default());
    let spec =
        ChildSpec::new(name).restart_policy(policy).restart_limit(100, Duration::from_secs(60));
    let args = world.clone();
    let child = Worker::supervise_observed_with(sup, spec, move || args.clone());
    let mailbox = capacity.map_or_else(mailbox::unbounded, mailbox::bounded);
    (child.spawn_with_mailbox(mailbox).await, world)
}

async fn until(what: &str, done: impl Fn() -> bool) {
    let deadline = tokio::time::Instant::now() + SOON;
    while !done() {
        assert!(tokio::time::Instant::now() < deadline, "{what} never came");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn incarnation(n: u32) -> impl Fn(&v1::Stats) -> bool {
    move |s| s.incarnation == n && matches!(state(s), "idle" | "handling")
}

#[tokio::test]
async fn the_tree_shows_names_policies_strategies_and_who_supervises_whom() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn("tree-sup");
    let (_named, _) = worker(&sup, "named", RestartPolicy::Transient, Some(16)).await;
    let world = Arc::new(World::default());
    let _plain = Worker::supervise(&sup, world.clone()).spawn().await;

    let (identity, _) = rig.when("/tree-sup/named", incarnation(1)).await;
    let spec = identity.child_spec.unwrap();
    assert_eq!((spec.restart.as_str(), spec.intensity), ("transient", Some(100)));
    assert_eq!(identity.mailbox_capacity, Some(16));
    assert_eq!(identity.framework, "kameo");
    let (sup, _) = rig.when("/tree-sup", incarnation(1)).await;
    assert_eq!(sup.kind, "supervisor");
    assert_eq!(sup.supervisor.unwrap().strategy, "one_for_one");
    // Spawned with kameo's own call: observed and in its place, but its policy is not known.
    let (plain, _) = rig.when("/tree-sup/Worker", incarnation(1)).await;
    assert_eq!(plain.child_spec.unwrap().restart, "");
}

#[tokio::test]
async fn three_kills_in_a_row_each_hit_the_actor_of_the_moment() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn("kill-sup");
    let (child, world) = worker(&sup, "child", RestartPolicy::Permanent, None).await;
    let (identity, _) = rig.when("/kill-sup/child", incarnation(1)).await;
    for n in 1..=3 {
        let answer = rig.act_on("kill", identity.slot, n).await.unwrap();
        assert_eq!(answer.outcome, "done", "{}", answer.message);
        rig.when("/kill-sup/child", incarnation(n + 1)).await;
    }
    assert_eq!(world.starts.load(SeqCst), 4);
    child.ask(Work).await.unwrap();
    let stale = rig.act_on("kill", identity.slot, 1).await.unwrap();
    assert_eq!(stale.outcome, "stale_incarnation");
    let (_, stats, detail) = rig.show("/kill-sup/child").await.unwrap();
    assert_eq!((stats.restarts, stats.budget.unwrap().used), (3, 3));
    assert!(detail.history.iter().all(|h| h.exit == "killed"));
}

/// On several threads a successor's start and its predecessor's end run side by side.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_kills_on_several_threads_are_a_hundred_incarnations() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn("storm-sup");
    let world = Arc::new(World::default());
    let args = world.clone();
    let spec = ChildSpec::new("child").restart_limit(1_000, Duration::from_secs(60));
    let child = Worker::supervise_observed_with(&sup, spec, move || args.clone()).spawn().await;
    let (identity, _) = rig.when("/storm-sup/child", incarnation(1)).await;
    for n in 1..=100 {
        let answer = rig.act_on("kill", identity.slot, n).await.unwrap();
        assert!(matches!(answer.outcome.as_str(), "done" | "accepted"), "{}", answer.message);
        until("the next incarnation", || world.starts.load(SeqCst) > n).await;
        rig.when("/storm-sup/child", |s| s.incarnation == n + 1).await;
    }
    child.ask(Work).await.unwrap();
    // By slot: its first event may be from before its supervisor was known.
    let events = rig.events().await;
    let of = |kind: &str| {
        events.iter().filter(|e| e.slot == Some(identity.slot) && e.kind == kind).count()
    };
    assert_eq!((of("exited"), of("restarted"), of("started")), (100, 100, 1));
    let (_, _, detail) = rig.show("/storm-sup/child").await.unwrap();
    assert!(detail.history.iter().all(|h| h.exit == "killed"), "{:?}", detail.history);
}

#[tokio::test]
async fn two_crashes_with_a_thousand_queued_lose_what_kameo_had_taken_and_say_so() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn("crash-sup");
    let (child, world) = worker(&sup, "child", RestartPolicy::Permanent, None).await;
    world.hold.store(true, SeqCst);
    child.tell(Work).await.unwrap();
    rig.when("/crash-sup/child", |s| state(s) == "handling").await;
    // Behind the held message: a crash, 500 messages, another crash, 500 more.
    for _ in 0..2 {
        child.tell(Boom).await.unwrap();
        for _ in 0..500 {
            child.tell(Work).await.unwrap();
        }
    }
    // Everything has waited for at least this long when it is let go.
    rig.when("/crash-sup/child", |s| {
        s.handling_now.as_ref().is_some_and(|h| h.for_ns > 300_000_000)
    })
    .await;
    world.hold.store(false, SeqCst);
    world.release.notify_one();
    rig.when("/crash-sup/child", incarnation(3)).await;
    // The first crash keeps the queue; the second happens while kameo works through the buffer into
    // which it took everything after the first restart, and loses the rest of that buffer.
    let (_, stats) = rig.when("/crash-sup/child", |s| state(s) == "idle" && depth(s).0 == 0).await;
    assert_eq!(world.handled.load(SeqCst), 501);
    assert_eq!(stats.total.unwrap().handled, 503, "two of them failed");
    assert_eq!(stats.total.unwrap().failed, 2);
    let (_, _, detail) = rig.show("/crash-sup/child").await.unwrap();
    assert_eq!(detail.history[0].lost_messages, Some(500));
    assert_eq!(detail.history[1].lost_messages, None);
    assert!(rig.kinds("/crash-sup/child").await.contains(&"messages_lost".to_owned()));
    // The waits of what was handled from the buffer were counted from their true arrival.
    let waited = stats.queue_wait.unwrap();
    assert!(waited.count > 400 && waited.p50.unwrap() > 200_000_000, "{waited:?}");
}

#[tokio::test]
async fn depth_counts_what_waits_in_kameos_own_buffer_after_a_restart() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn("buffer-sup");
    let (child, world) = worker(&sup, "child", RestartPolicy::Permanent, Some(2_000)).await;
    // What arrives before the first start is complete goes through the same buffer.
    child.wait_for_startup().await;
    world.hold.store(true, SeqCst);
    for _ in 0..1_001 {
        child.tell(Work).await.unwrap();
    }
    let thousand = |s: &v1::Stats| state(s) == "handling" && depth(s) == (1_000, "exact".into());
    rig.when("/buffer-sup/child", thousand).await;
    // The handler is cancelled, the thousand are kept, taken into the buffer, and the first of them
    // is held: 999 wait.
    assert_eq!(rig.act("kill", "/buffer-sup/child").await.unwrap().outcome, "done");
    let rest = |s: &v1::Stats| {
        s.incarnation == 2 && state(s) == "handling" && depth(s) == (999, "exact".into())
    };
    let (_, stats) = rig.when("/buffer-sup/child", rest).await;
    assert!(stats.oldest_wait_ns.is_some_and(|w| w > 1_000_000));
    // A second failure loses them; the preview says so, and so does the event.
    assert_eq!(rig.act("kill", "/buffer-sup/child").await.unwrap().outcome, "done");
    rig.when("/buffer-sup/child", |s| s.incarnation == 3 && depth(s).0 == 0).await;
    let (_, _, detail) = rig.show("/buffer-sup/child").await.unwrap();
    assert_eq!(detail.history[0].lost_messages, Some(999));
}

#[tokio::test]
async fn an_unbounded_mailbox_tells_a_lower_bound_and_exactly_once_suspended() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn("unbounded-sup");
    let (child, world) = worker(&sup, "child", RestartPolicy::Permanent, None).await;
    world.hold.store(true, SeqCst);
    child.tell(Work).await.unwrap();
    rig.when("/unbounded-sup/child", |s| state(s) == "handling").await;
    for _ in 0..1_000 {
        child.tell(Work).await.unwrap();
    }
    rig.when("/unbounded-sup/child", |s| depth(s) == (0, "stale".into())).await;
    assert_eq!(rig.act("suspend", "/unbounded-sup/child").await.unwrap().outcome, "accepted");
    world.release.notify_one();
    let held = |s: &v1::Stats| state(s) == "suspended" && depth(s) == (1_000, "exact".into());
    rig.when("/unbounded-sup/child", held).await;
    world.hold.store(false, SeqCst);
    assert_eq!(rig.act("resume", "/unbounded-sup/child").await.unwrap().outcome, "done");
    rig.when("/unbounded-sup/child", |s| s.total.unwrap_or_default().handled == 1_001).await;
    let refused = rig.act("suspend", "/unbounded-sup").await.unwrap();
    assert_eq!(refused.outcome, "not_supported");
    assert!(refused.message.contains("supervisor"), "{}", refused.message);
}

#[tokio::test]
async fn verbs_reach_a_busy_actor_behind_a_full_bounded_mailbox() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn("full-sup");
    let (child, world) = worker(&sup, "child", RestartPolicy::Permanent, Some(8)).await;
    world.hold.store(true, SeqCst);
    for _ in 0..9 {
        child.tell(Work).await.unwrap();
    }
    rig.when("/full-sup/child", |s| depth(s) == (8, "exact".into())).await;
    // Restart goes before the backlog, after the message in hand.
    let answer = rig.act("restart", "/full-sup/child").await.unwrap();
    assert_eq!(answer.outcome, "accepted", "{}", answer.message);
    assert_eq!(world.starts.load(SeqCst), 1);
    world.release.notify_one();
    rig.when("/full-sup/child", incarnation(2)).await;
    assert_eq!(world.handled.load(SeqCst), 1, "the eight are still queued");
    // Kill does not wait for the handler.
    rig.when("/full-sup/child", |s| state(s) == "handling").await;
    assert_eq!(rig.act("kill", "/full-sup/child").await.unwrap().outcome, "done");
    rig.when("/full-sup/child", incarnation(3)).await;
}

#[tokio::test]
async fn stop_overtakes_the_queue_and_leaves_no_zombie() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn("stop-sup");
    let (permanent, _) = worker(&sup, "permanent", RestartPolicy::Permanent, None).await;
    let (_transient, _) = worker(&sup, "transient", RestartPolicy::Transient, None).await;
    rig.when("/stop-sup/permanent", incarnation(1)).await;
    assert_eq!(rig.act("stop", "/stop-sup/permanent").await.unwrap().outcome, "done");
    rig.when("/stop-sup/permanent", incarnation(2)).await;
    permanent.ask(Work).await.expect("a restarted actor accepts messages");
    rig.when("/stop-sup/transient", incarnation(1)).await;
    assert_eq!(rig.act("stop", "/stop-sup/transient").await.unwrap().outcome, "done");
    rig.when("/stop-sup/transient", |s| state(s) == "stopped").await;
}

#[tokio::test]
async fn a_restart_does_not_run_the_hosts_panic_hook() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn("hook-sup");
    let (_child, world) = worker(&sup, "child", RestartPolicy::Permanent, None).await;
    rig.when("/hook-sup/child", incarnation(1)).await;
    static PANICS: AtomicU32 = AtomicU32::new(0);
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        // Other tests of this process panic on purpose.
        if info.payload_as_str() != Some("boom") {
            PANICS.fetch_add(1, SeqCst);
        }
        before(info);
    }));
    let answer = rig.act("restart", "/hook-sup/child").await.unwrap();
    assert_eq!(answer.outcome, "done", "{}", answer.message);
    rig.when("/hook-sup/child", incarnation(2)).await;
    assert_eq!((world.starts.load(SeqCst), PANICS.load(SeqCst)), (2, 0));
    let (_, _, detail) = rig.show("/hook-sup/child").await.unwrap();
    assert!(detail.history[0].reason.as_ref().unwrap().contains("restarted by uid"));
}

#[tokio::test]
async fn being_observed_keeps_no_actor_alive() {
    let rig = Rig::shared().await;
    let world = Arc::new(World::default());
    let lonely = Worker::spawn(world);
    name_actor_when_started(&lonely, "lonely").await;
    lonely.ask(Work).await.unwrap();
    rig.when("/lonely", incarnation(1)).await;
    let weak = lonely.downgrade();
    drop(lonely);
    until("the end of an actor that nobody refers to", || !weak.is_alive()).await;
    let (_, stats) = rig.when("/lonely", |s| state(s) == "stopped").await;
    assert_eq!(depth(&stats).0, 0);
}

async fn name_actor_when_started(actor: &ActorRef<Worker>, name: &str) {
    actor.wait_for_startup().await;
    assert!(name_actor(actor, name));
}

#[tokio::test]
async fn a_used_up_budget_is_told_and_the_slot_stays_empty() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn("budget-sup");
    let world = Arc::new(World::default());
    let args = world.clone();
    let spec = ChildSpec::new("child").restart_limit(2, Duration::from_secs(60));
    let child = Worker::supervise_observed_with(&sup, spec, move || args.clone()).spawn().await;
    for n in 1..=3 {
        rig.when("/budget-sup/child", incarnation(n)).await;
        child.tell(Boom).await.unwrap();
    }
    let (_, stats) = rig.when("/budget-sup/child", |s| state(s) == "failed").await;
    assert_eq!((stats.restarts, world.starts.load(SeqCst)), (2, 3));
    assert_eq!(rig.kinds("/budget-sup/child").await.last().unwrap(), "gave_up");
}

#[tokio::test]
async fn a_failing_start_is_told_with_its_reason() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn("start-sup");
    let world = Arc::new(World::default());
    world.fail_start.store(true, SeqCst);
    let args = world.clone();
    let spec = ChildSpec::new("child").restart_policy(RestartPolicy::Never);
    let _child = Worker::supervise_observed_with(&sup, spec, move || args.clone()).spawn().await;
    rig.when("/start-sup/child", |s| state(s) == "failed").await;
    let (_, _, detail) = rig.show("/start-sup/child").await.unwrap();
    assert_eq!(detail.history[0].exit, "error");
    assert!(detail.history[0].reason.as_ref().unwrap().contains("no database"));
}

#[tokio::test]
async fn siblings_restarted_along_keep_their_slots() {
    let rig = Rig::shared().await;
    let sup = OneForAll::spawn("all-sup");
    let worlds: Vec<_> = (0..2).map(|_| Arc::new(World::default())).collect();
    let mut children = Vec::new();
    for (name, world) in ["a", "b"].into_iter().zip(&worlds) {
        let args = world.clone();
        let spec = ChildSpec::new(name).restart_limit(9, Duration::from_secs(60));
        children
            .push(Worker::supervise_observed_with(&sup, spec, move || args.clone()).spawn().await);
    }
    rig.when("/all-sup/b", incarnation(1)).await;
    children[0].tell(Boom).await.unwrap();
    let (_, a) = rig.when("/all-sup/a", incarnation(2)).await;
    let (_, b) = rig.when("/all-sup/b", incarnation(2)).await;
    assert_eq!((a.restarts, b.restarts), (1, 1));
    let (_, _, detail) = rig.show("/all-sup/b").await.unwrap();
    assert_eq!(detail.history[0].exit, "shutdown");
}

/// A supervisor that starts its own children, as a service does.
struct Family;

#[observed]
impl Actor for Family {
    type Args = ();
    type Error = Infallible;
    async fn on_start(_: (), me: ActorRef<Self>) -> Result<Self, Infallible> {
        for name in ["first", "second"] {
            let world = Arc::new(World::default());
            Worker::supervise_observed_with(&me, ChildSpec::new(name), move || world.clone())
                .spawn()
                .await;
        }
        Ok(Self)
    }
}

#[tokio::test]
async fn children_of_a_restarted_supervisor_come_back_into_their_slots() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn("family-sup");
    let spec = ChildSpec::new("family").restart_limit(9, Duration::from_secs(60));
    let _family = Family::supervise_observed(&sup, spec, ()).spawn().await;
    let (first, _) = rig.when("/family-sup/family/first", incarnation(1)).await;
    let (second, _) = rig.when("/family-sup/family/second", incarnation(1)).await;
    assert_eq!(rig.act("kill", "/family-sup/family").await.unwrap().outcome, "done");
    let (again, stats) = rig.when("/family-sup/family/first", incarnation(2)).await;
    assert_eq!((again.slot, stats.restarts), (first.slot, 1));
    let (again, _) = rig.when("/family-sup/family/second", incarnation(2)).await;
    assert_eq!(again.slot, second.slot);
}

/// Has every hook of its own.
struct Busybody {
    stopped: Arc<AtomicBool>,
    panics: Arc<AtomicU32>,
}

#[observed]
impl Actor for Busybody {
    type Args = (Arc<AtomicBool>, Arc<AtomicU32>);
    type Error = Infallible;
    async fn on_start(
        (stopped, panics): Self::Args,
        actor_ref: ActorRef<Self>,
    ) -> Result<Self, Infallible> {
        name_actor(&actor_ref, "busybody");
        Ok(Self { stopped, panics })
    }
    async fn on_message(
        &mut self,
        msg: BoxMessage<Self>,
        actor_ref: ActorRef<Self>,
        tx: Option<kameo::reply::BoxReplySender>,
        stop: &mut bool,
    ) -> Result<(), Box<dyn ReplyError>> {
        kameo::message::DynMessage::handle_dyn(msg, self, actor_ref, tx, stop).await
    }
    async fn on_panic(
        &mut self,
        _: WeakActorRef<Self>,
        _: PanicError,
    ) -> Result<ControlFlow<ActorStopReason>, Infallible> {
        self.panics.fetch_add(1, SeqCst);
        Ok(ControlFlow::Continue(()))
    }
    async fn on_stop(
        &mut self,
        _: WeakActorRef<Self>,
        _: ActorStopReason,
    ) -> Result<(), Infallible> {
        self.stopped.store(true, SeqCst);
        Ok(())
    }
}

impl Message<Boom> for Busybody {
    type Reply = ();
    async fn handle(&mut self, _: Boom, _: &mut Context<Self, ()>) {
        panic!("boom");
    }
}

#[tokio::test]
async fn hooks_of_the_users_own_still_run() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn("hooks-sup");
    let (stopped, panics) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let args = (stopped.clone(), panics.clone());
    let spec = ChildSpec::new("busybody").restart_limit(9, Duration::from_secs(60));
    let busybody = Busybody::supervise_observed(&sup, spec, args).spawn().await;
    rig.when("/hooks-sup/busybody", incarnation(1)).await;
    // This actor survives its panics …
    busybody.tell(Boom).await.unwrap();
    rig.when("/hooks-sup/busybody", |s| s.total.unwrap_or_default().failed == 1).await;
    assert_eq!((panics.load(SeqCst), stopped.load(SeqCst)), (1, false));
    // … but an operator's restart is no panic of its own to survive.
    assert_eq!(rig.act("restart", "/hooks-sup/busybody").await.unwrap().outcome, "done");
    rig.when("/hooks-sup/busybody", incarnation(2)).await;
    assert_eq!((panics.load(SeqCst), stopped.load(SeqCst)), (1, true));
}
