//! What becomes of queued messages, as it is previewed and as it happens.

use actorscope_kameo::{Actor, ChildSpec, SuperviseObserved, name_actor, observed};
use actorscope_proto::v1;
use actorscope_testkit::{Rig, depth, state};
use kameo::error::{ActorStopReason, Infallible};
use kameo::mailbox;
use kameo::prelude::{ActorId, ActorRef, BoxMessage, Context, Message, Spawn, WeakActorRef};
use kameo::supervision::{RestartPolicy, SupervisionStrategy};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;
use tokio::sync::Notify;

fn is(word: &'static str) -> impl Fn(&v1::Stats) -> bool {
    move |stats| state(stats) == word
}

/// Outlives its children.
macro_rules! supervisor {
    ($($name:ident)*) => {$(
        struct $name;

        #[observed]
        impl Actor for $name {
            type Args = String;
            type Error = Infallible;
            fn supervision_strategy() -> SupervisionStrategy {
                SupervisionStrategy::$name
            }
            async fn on_start(name: String, me: ActorRef<Self>) -> Result<Self, Infallible> {
                name_actor(&me, &name);
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
    )*};
}

supervisor!(OneForOne OneForAll);

/// What all incarnations of a worker share.
#[derive(Default)]
struct World {
    counted: AtomicU32,
    release: Notify,
}

#[derive(Actor, Clone)]
struct Worker(Arc<World>);

struct Hold;
struct Count;

impl Message<Hold> for Worker {
    type Reply = ();
    async fn handle(&mut self, _: Hold, _: &mut Context<Self, ()>) {
        self.0.release.notified().await;
    }
}

impl Message<Count> for Worker {
    type Reply = u32;
    async fn handle(&mut self, _: Count, _: &mut Context<Self, u32>) -> u32 {
        self.0.counted.fetch_add(1, SeqCst) + 1
    }
}

async fn preview(rig: &Rig, verb: &str, path: &str) -> v1::BlastRadius {
    let (identity, ..) = rig.show(path).await.unwrap();
    let instance = rig.instance.to_bytes().to_vec();
    let target = Some(v1::Target { instance, slot: identity.slot, incarnation: 0 });
    let request = v1::PreviewRequest { verb: verb.to_owned(), target };
    rig.observe().preview(request).await.unwrap().into_inner()
}

/// Messages that its last actor lost, once that was told.
async fn lost(rig: &Rig, path: &str) -> Option<u64> {
    rig.until_kinds(path, |kinds| kinds.iter().any(|k| k == "messages_lost")).await;
    let (.., detail) = rig.show(path).await.unwrap();
    detail.history[0].lost_messages
}

/// Does `verb` to a busy worker behind which three tells and an ask wait, and holds what happens
/// against what was said before.
async fn check(policy: Option<RestartPolicy>, verb: &str, bounded: bool, kept: bool) {
    let rig = Rig::shared().await;
    let what = format!("{policy:?}-{verb}-{bounded}").replace(['(', ')'], "-");
    let mailbox = || if bounded { mailbox::bounded(16) } else { mailbox::unbounded() };
    let worker = Worker(Arc::default());
    let world = worker.0.clone();
    let (sup, worker, path) = match policy {
        None => {
            let worker = Worker::spawn_with_mailbox(worker, mailbox());
            name_actor(&worker, &what);
            (None, worker, format!("/{what}"))
        }
        Some(policy) => {
            let sup = OneForOne::spawn(what.clone());
            let spec = ChildSpec::new("child").restart_policy(policy);
            let worker = Worker::supervise_observed(&sup, spec, worker);
            let worker = worker.spawn_with_mailbox(mailbox()).await;
            (Some(sup), worker, format!("/{what}/child"))
        }
    };
    // Through kameo's start-up, so that its buffer plays no part.
    assert_eq!(worker.ask(Count).await.unwrap(), 1, "{what}");
    worker.tell(Hold).await.unwrap();
    rig.when(&path, is("handling")).await;
    for _ in 0..3 {
        worker.tell(Count).await.unwrap();
    }
    let asked = worker.ask(Count).enqueue().await.unwrap();

    let known = if bounded { (4, "exact".to_owned()) } else { (0, "stale".to_owned()) };
    rig.when(&path, |s| state(s) == "handling" && depth(s) == known).await;
    let said = preview(&rig, verb, &path).await;
    let text = said.sentences.join(" ");
    assert_eq!(said.queued, if kept { "kept" } else { "lost" }, "{what}: {text}");
    assert_eq!(said.queued_messages, bounded.then_some(4), "{what}: {text}");
    let many = if bounded { "4 queued messages" } else { "Queued messages" };
    let fate = if kept { "are kept" } else { "are lost: what was told goes to `on_undelivered`" };
    assert!(text.contains(&format!("{many} {fate}")), "{what}: {text}");
    assert_eq!(text.contains("How many is not known"), !bounded, "{what}: {text}");

    let outcome = rig.act(verb, &path).await.unwrap().outcome;
    assert_eq!(outcome, if verb == "kill" { "done" } else { "accepted" }, "{what}");
    world.release.notify_one();
    if kept {
        rig.when(&path, |_| world.counted.load(SeqCst) == 5).await;
        rig.when(&path, |s| s.incarnation == 2 && state(s) == "idle").await;
        assert_eq!(asked.await.unwrap(), 5, "{what}");
    } else {
        rig.when(&path, |s| matches!(state(s), "stopped" | "failed")).await;
        assert!(asked.await.is_err(), "{what}");
        assert_eq!(world.counted.load(SeqCst), 1, "{what}");
        assert_eq!(lost(&rig, &path).await, Some(3), "{what}: the asker knows of the ask");
    }
    drop(sup);
}

#[tokio::test]
async fn who_is_not_supervised_loses_its_queue() {
    for bounded in [true, false] {
        check(None, "stop", bounded, false).await;
        check(None, "kill", bounded, false).await;
    }
}

#[tokio::test]
async fn a_permanent_child_keeps_its_queue() {
    for bounded in [true, false] {
        for verb in ["stop", "kill", "restart"] {
            check(Some(RestartPolicy::Permanent), verb, bounded, true).await;
        }
    }
}

#[tokio::test]
async fn a_transient_child_keeps_its_queue_unless_it_is_stopped() {
    for bounded in [true, false] {
        check(Some(RestartPolicy::Transient), "stop", bounded, false).await;
        check(Some(RestartPolicy::Transient), "kill", bounded, true).await;
        check(Some(RestartPolicy::Transient), "restart", bounded, true).await;
    }
}

#[tokio::test]
async fn a_child_that_is_never_restarted_loses_its_queue() {
    for bounded in [true, false] {
        for verb in ["stop", "kill", "restart"] {
            check(Some(RestartPolicy::Never), verb, bounded, false).await;
        }
    }
}

#[tokio::test]
async fn a_suspended_actor_knows_how_many_wait_without_a_bound_too() {
    let rig = Rig::shared().await;
    let worker = Worker::spawn_with_mailbox(Worker(Arc::default()), mailbox::unbounded());
    name_actor(&worker, "held");
    worker.ask(Count).await.unwrap();
    rig.when("/held", is("idle")).await;
    assert_eq!(rig.act("suspend", "/held").await.unwrap().outcome, "done");
    for _ in 0..5 {
        worker.tell(Count).await.unwrap();
    }
    rig.when("/held", |s| depth(s) == (5, "exact".to_owned())).await;
    let said = preview(&rig, "stop", "/held").await;
    assert_eq!((said.queued.as_str(), said.queued_messages), ("lost", Some(5)));
    // A stop does not wait for the end of the suspension.
    assert_eq!(rig.act("stop", "/held").await.unwrap().outcome, "done");
    rig.when("/held", is("stopped")).await;
    assert_eq!(lost(&rig, "/held").await, Some(5));
}

#[tokio::test]
async fn whether_a_child_of_kameos_own_call_comes_back_is_not_known_and_neither_is_its_queue() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn("plain".to_owned());
    let worker = Worker(Arc::default());
    let world = worker.0.clone();
    let worker = Worker::supervise(&sup, worker).spawn().await;
    worker.ask(Count).await.unwrap();
    worker.tell(Hold).await.unwrap();
    rig.when("/plain/Worker", is("handling")).await;
    worker.tell(Count).await.unwrap();
    rig.when("/plain/Worker", |s| depth(s).0 == 1).await;
    let said = preview(&rig, "kill", "/plain/Worker").await;
    let text = said.sentences.join(" ");
    assert_eq!((said.queued.as_str(), said.queued_messages), ("unknown", Some(1)), "{text}");
    assert!(text.contains("Whether it is restarted is not known"), "{text}");
    assert!(text.contains("1 queued message is kept if it is, and lost if not"), "{text}");
    assert_eq!(rig.act("kill", "/plain/Worker").await.unwrap().outcome, "done");
    rig.when("/plain/Worker", |_| world.counted.load(SeqCst) == 2).await;
}

#[tokio::test]
async fn a_second_failure_loses_what_was_taken_at_the_start_as_is_said() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn("again".to_owned());
    let worker = Worker(Arc::default());
    let world = worker.0.clone();
    let spec = ChildSpec::new("child").restart_limit(9, Duration::from_secs(60));
    let worker = Worker::supervise_observed(&sup, spec, worker).spawn().await;
    worker.ask(Count).await.unwrap();
    for _ in 0..2 {
        worker.tell(Hold).await.unwrap();
    }
    for _ in 0..3 {
        worker.tell(Count).await.unwrap();
    }
    rig.when("/again/child", |s| state(s) == "handling" && depth(s).0 == 4).await;
    let first = preview(&rig, "kill", "/again/child").await.sentences.join(" ");
    let kept = "4 queued messages are kept. A successor takes all and loses the rest if it fails";
    assert!(first.contains(kept), "{first}");
    rig.act("kill", "/again/child").await.unwrap();
    // The second hold came from kameo's buffer, where three more wait.
    let second = |s: &v1::Stats| s.incarnation == 2 && state(s) == "handling" && depth(s).0 == 3;
    rig.when("/again/child", second).await;
    let second = preview(&rig, "kill", "/again/child").await.sentences.join(" ");
    let except = "3 queued messages are kept, except those taken at its start";
    assert!(second.contains(except), "{second}");
    worker.tell(Count).await.unwrap();
    rig.act("kill", "/again/child").await.unwrap();
    // Only the one that came later was not taken.
    rig.when("/again/child", |_| world.counted.load(SeqCst) == 2).await;
    rig.when("/again/child", |s| s.incarnation == 3 && state(s) == "idle").await;
    assert_eq!(lost(&rig, "/again/child").await, Some(3));
}

#[tokio::test]
async fn siblings_that_are_restarted_along_work_off_their_queues_first() {
    let rig = Rig::shared().await;
    let sup = OneForAll::spawn("siblings".to_owned());
    let mut workers = Vec::new();
    for name in ["left", "right"] {
        let worker = Worker(Arc::default());
        let world = worker.0.clone();
        let worker = Worker::supervise_observed(&sup, ChildSpec::new(name), worker).spawn().await;
        worker.ask(Count).await.unwrap();
        workers.push((worker, world));
    }
    let (right, world) = &workers[1];
    right.tell(Hold).await.unwrap();
    rig.when("/siblings/right", is("handling")).await;
    for _ in 0..2 {
        right.tell(Count).await.unwrap();
    }
    let said = preview(&rig, "kill", "/siblings/left").await.sentences.join(" ");
    assert!(said.contains("restarts 1 sibling along with it, after the messages"), "{said}");
    rig.act("kill", "/siblings/left").await.unwrap();
    // Nobody is restarted before the busy sibling has worked off its queue.
    rig.when("/siblings/left", is("restarting")).await;
    assert_eq!(world.counted.load(SeqCst), 1);
    world.release.notify_one();
    rig.when("/siblings/right", |s| s.incarnation == 2 && state(s) == "idle").await;
    rig.when("/siblings/left", |s| s.incarnation == 2).await;
    assert_eq!(world.counted.load(SeqCst), 3);
    let (_, stats, detail) = rig.show("/siblings/right").await.unwrap();
    assert_eq!((stats.total.unwrap().handled, detail.history[0].lost_messages), (4, None));
}

/// A supervisor that is itself a child and has work to do.
struct Middle {
    _child: ActorRef<Worker>,
}

#[observed]
impl Actor for Middle {
    type Args = Arc<World>;
    type Error = Infallible;
    async fn on_start(world: Arc<World>, me: ActorRef<Self>) -> Result<Self, Infallible> {
        let spec = ChildSpec::new("below");
        let _child = Worker::supervise_observed(&me, spec, Worker(world)).spawn().await;
        Ok(Self { _child })
    }
}

impl Message<Hold> for Middle {
    type Reply = ();
    async fn handle(&mut self, _: Hold, _: &mut Context<Self, ()>) {
        std::future::pending::<()>().await;
    }
}

impl Message<Count> for Middle {
    type Reply = u32;
    async fn handle(&mut self, _: Count, _: &mut Context<Self, u32>) -> u32 {
        7
    }
}

#[tokio::test]
async fn a_supervisor_refuses_queued_asks_while_those_below_it_end() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn("upper".to_owned());
    let world = Arc::new(World::default());
    let spec = ChildSpec::new("middle");
    let middle = Middle::supervise_observed(&sup, spec, world.clone()).spawn().await;
    middle.ask(Count).await.unwrap();
    rig.when("/upper/middle/below", is("idle")).await;
    middle.tell(Hold).await.unwrap();
    rig.when("/upper/middle", is("handling")).await;
    middle.tell(Count).await.unwrap();
    let asked = middle.ask(Count).enqueue().await.unwrap();
    rig.when("/upper/middle", |s| depth(s).0 == 2).await;
    let said = preview(&rig, "kill", "/upper/middle").await.sentences.join(" ");
    assert!(said.contains("2 queued messages are kept"), "{said}");
    assert!(said.contains("Queued asks are refused while the actors below it end"), "{said}");
    rig.act("kill", "/upper/middle").await.unwrap();
    assert!(asked.await.is_err());
    // The tell is handled by the successor.
    let handled = |s: &v1::Stats| s.incarnation == 2 && s.current.unwrap().handled == 1;
    rig.when("/upper/middle", handled).await;
}

/// Takes back what it could not handle.
struct Careful {
    back: Arc<AtomicU32>,
    release: Arc<Notify>,
}

#[observed]
impl Actor for Careful {
    type Args = Self;
    type Error = Infallible;
    async fn on_start(this: Self, me: ActorRef<Self>) -> Result<Self, Infallible> {
        name_actor(&me, "careful");
        Ok(this)
    }
    async fn on_undelivered(
        &mut self,
        _: ActorStopReason,
        undelivered: Vec<BoxMessage<Self>>,
    ) -> Result<(), Infallible> {
        self.back.fetch_add(undelivered.len() as u32, SeqCst);
        Ok(())
    }
}

impl Message<Hold> for Careful {
    type Reply = ();
    async fn handle(&mut self, _: Hold, _: &mut Context<Self, ()>) {
        self.release.notified().await;
    }
}

#[tokio::test]
async fn what_an_actor_takes_back_is_not_counted_as_lost() {
    let rig = Rig::shared().await;
    let careful = Careful { back: Arc::default(), release: Arc::default() };
    let back = careful.back.clone();
    let careful = Careful::spawn(careful);
    careful.wait_for_startup().await;
    for _ in 0..4 {
        careful.tell(Hold).await.unwrap();
    }
    rig.when("/careful", is("handling")).await;
    assert_eq!(rig.act("kill", "/careful").await.unwrap().outcome, "done");
    rig.when("/careful", is("stopped")).await;
    assert_eq!(back.load(SeqCst), 3);
    let (.., detail) = rig.show("/careful").await.unwrap();
    assert_eq!(detail.history[0].lost_messages, None);
}
