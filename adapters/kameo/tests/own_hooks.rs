//! Actors that choose their messages themselves, or handle them in a way of their own: what is
//! measured then is right, the rest is absent, and verbs work.

use actorscope_kameo::agent::core::capability::{Capabilities, Capability};
use actorscope_kameo::{Actor, ChildSpec, SuperviseObserved, name_actor, observed};
use actorscope_proto::v1;
use actorscope_testkit::{Rig, depth, state};
use kameo::error::{ActorStopReason, Infallible, PanicError};
use kameo::mailbox::Signal;
use kameo::prelude::{
    ActorRef, BoxMessage, Context, MailboxReceiver, Message, Spawn, WeakActorRef,
};
use kameo::reply::{BoxReplySender, ReplyError};
use kameo::supervision::RestartPolicy;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};

fn is(word: &'static str) -> impl Fn(&v1::Stats) -> bool {
    move |stats| state(stats) == word
}

/// Listens to a channel beside its mailbox.
struct Listener {
    world: Arc<World>,
    side: mpsc::Receiver<u32>,
}

/// What all incarnations of a listener share.
struct World {
    starts: AtomicU32,
    heard: AtomicU32,
    side: std::sync::Mutex<Option<mpsc::Sender<u32>>>,
    release: Notify,
}

impl World {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            starts: AtomicU32::new(0),
            heard: AtomicU32::new(0),
            side: std::sync::Mutex::default(),
            release: Notify::new(),
        })
    }

    async fn say(&self, what: u32) {
        let side = self.side.lock().unwrap().clone().unwrap();
        side.send(what).await.unwrap();
    }
}

#[observed]
impl Actor for Listener {
    type Args = Arc<World>;
    type Error = String;

    async fn on_start(world: Arc<World>, me: ActorRef<Self>) -> Result<Self, String> {
        if world.starts.fetch_add(1, SeqCst) == 0 {
            name_actor(&me, "listener");
        }
        let (sender, side) = mpsc::channel(8);
        *world.side.lock().unwrap() = Some(sender);
        Ok(Self { world, side })
    }

    async fn next(
        &mut self,
        _: WeakActorRef<Self>,
        mailbox: &mut MailboxReceiver<Self>,
    ) -> Result<Option<Signal<Self>>, String> {
        loop {
            tokio::select! {
                signal = mailbox.recv() => return Ok(signal),
                heard = self.side.recv() => {
                    let heard = heard.ok_or("the side closed")?;
                    self.world.heard.fetch_add(heard, SeqCst);
                }
            }
        }
    }
}

struct Hold;

impl Message<Hold> for Listener {
    type Reply = ();
    async fn handle(&mut self, _: Hold, _: &mut Context<Self, ()>) {
        self.world.release.notified().await;
    }
}

struct Noop;

impl Message<Noop> for Listener {
    type Reply = ();
    async fn handle(&mut self, _: Noop, _: &mut Context<Self, ()>) {}
}

/// Keeps going when a child dies.
#[derive(Default)]
struct Boss;

#[observed]
impl Actor for Boss {
    type Args = &'static str;
    type Error = Infallible;
    async fn on_start(name: &'static str, me: ActorRef<Self>) -> Result<Self, Infallible> {
        name_actor(&me, name);
        Ok(Self)
    }
    async fn on_panic(
        &mut self,
        _: WeakActorRef<Self>,
        error: PanicError,
    ) -> Result<ControlFlow<ActorStopReason>, Infallible> {
        Ok(ControlFlow::Break(ActorStopReason::Panicked(error)))
    }
}

/// A listener and its supervisor.
struct Family {
    _boss: ActorRef<Boss>,
    listener: ActorRef<Listener>,
    world: Arc<World>,
    path: String,
}

async fn family(rig: &Rig, name: &'static str) -> Family {
    let boss = Boss::spawn(name);
    let world = World::new();
    let args = world.clone();
    let spec = ChildSpec::new("child")
        .restart_policy(RestartPolicy::Transient)
        .restart_limit(9, Duration::from_secs(60));
    let listener = Listener::supervise_observed_with(&boss, spec, move || args.clone());
    let listener = listener.spawn().await;
    // The name that it gives itself goes before the one in the spec.
    let path = format!("/{name}/listener");
    rig.when(&path, is("idle")).await;
    Family { _boss: boss, listener, world, path }
}

#[tokio::test]
async fn with_a_next_of_its_own_handling_is_measured_and_waits_are_absent() {
    let rig = Rig::shared().await;
    let Family { listener, world, path, .. } = &family(&rig, "measured").await;
    for _ in 0..3 {
        listener.tell(Hold).await.unwrap();
    }
    let (_, stats) = rig.when(path, is("handling")).await;
    let now = stats.handling_now.clone().unwrap();
    assert!(now.message_type.unwrap().ends_with("Hold"));
    assert_eq!(depth(&stats), (0, String::new()), "two wait, which is not known");
    assert_eq!((stats.queue_wait, stats.oldest_wait_ns), (None, None));
    for n in 1..=3 {
        world.release.notify_one();
        rig.when(path, |s| s.total.unwrap_or_default().handled == n).await;
    }
    // Types are told apart once there is something to tell.
    for _ in 0..40 {
        listener.ask(Noop).await.unwrap();
    }
    let (identity, stats) = rig.when(path, |s| s.total.unwrap_or_default().handled == 43).await;
    assert!(stats.handling.unwrap().p50.is_some_and(|p50| p50 > 0));
    let (.., detail) = rig.show(path).await.unwrap();
    assert_eq!(detail.queue_wait, None);
    assert!(detail.handlers.iter().any(|h| h.message_type.ends_with("Noop") && h.handled > 20));
    let can = Capabilities::from_bits(identity.capabilities);
    assert!(can.has(Capability::Suspend) && !can.has(Capability::DumpState));
}

#[tokio::test]
async fn with_a_next_of_its_own_it_is_held_and_let_go() {
    let rig = Rig::shared().await;
    let Family { listener, world, path, .. } = &family(&rig, "held").await;
    world.say(1).await;
    rig.when(path, |_| world.heard.load(SeqCst) == 1).await;
    assert_eq!(rig.act("suspend", path).await.unwrap().outcome, "done");
    rig.when(path, is("suspended")).await;
    world.say(2).await;
    listener.tell(Hold).await.unwrap();
    // Whoever is not held has heard it by the time that a whole other actor was shown.
    rig.when("/held", is("idle")).await;
    assert_eq!(world.heard.load(SeqCst), 1);
    rig.when(path, is("suspended")).await;
    assert_eq!(rig.act("resume", path).await.unwrap().outcome, "done");
    rig.when(path, is("handling")).await;
    world.release.notify_one();
    rig.when(path, |_| world.heard.load(SeqCst) == 3).await;
}

#[tokio::test]
async fn with_a_next_of_its_own_it_is_restarted_killed_and_stopped() {
    let rig = Rig::shared().await;
    let Family { world, path, .. } = &family(&rig, "verbs").await;
    assert_eq!(rig.act("restart", path).await.unwrap().outcome, "done");
    rig.when(path, |s| s.incarnation == 2 && state(s) == "idle").await;
    world.say(5).await;
    rig.when(path, |_| world.heard.load(SeqCst) == 5).await;
    assert_eq!(rig.act("kill", path).await.unwrap().outcome, "done");
    rig.when(path, |s| s.incarnation == 3 && state(s) == "idle").await;
    // A transient child that ends in order stays down.
    assert_eq!(rig.act("stop", path).await.unwrap().outcome, "done");
    rig.when(path, is("stopped")).await;
    assert_eq!(world.starts.load(SeqCst), 3);
    let (.., detail) = rig.show(path).await.unwrap();
    let exits: Vec<_> = detail.history.iter().map(|h| h.exit.as_str()).collect();
    assert_eq!(exits, ["normal", "killed", "panic"]);
}

/// Puts messages aside until it has three, then handles them together.
#[derive(Default)]
struct Batcher {
    aside: Vec<BoxMessage<Self>>,
}

#[observed]
impl Actor for Batcher {
    type Args = ();
    type Error = Infallible;

    async fn on_start(_: (), me: ActorRef<Self>) -> Result<Self, Infallible> {
        name_actor(&me, "batcher");
        Ok(Self::default())
    }

    async fn on_message(
        &mut self,
        message: BoxMessage<Self>,
        actor_ref: ActorRef<Self>,
        _: Option<BoxReplySender>,
        stop: &mut bool,
    ) -> Result<(), Box<dyn ReplyError>> {
        self.aside.push(message);
        if self.aside.len() == 3 {
            for message in std::mem::take(&mut self.aside) {
                message.handle_dyn(self, actor_ref.clone(), None, stop).await?;
            }
        }
        Ok(())
    }
}

struct Item(Arc<AtomicU32>);

impl Message<Item> for Batcher {
    type Reply = ();
    async fn handle(&mut self, Item(done): Item, _: &mut Context<Self, ()>) {
        done.fetch_add(1, SeqCst);
    }
}

#[tokio::test]
async fn with_an_on_message_of_its_own_what_it_takes_is_the_handling() {
    let rig = Rig::shared().await;
    let batcher = Batcher::spawn(());
    let done = Arc::new(AtomicU32::new(0));
    for n in 1..=2 {
        batcher.tell(Item(done.clone())).await.unwrap();
        rig.when("/batcher", |s| s.total.unwrap_or_default().handled == n).await;
    }
    assert_eq!(done.load(SeqCst), 0);
    batcher.tell(Item(done.clone())).await.unwrap();
    let (_, stats) = rig.when("/batcher", |s| s.total.unwrap_or_default().handled == 3).await;
    assert_eq!(done.load(SeqCst), 3);
    assert_eq!((stats.queue_wait.unwrap().count, stats.handling.unwrap().count), (3, 3));
}
