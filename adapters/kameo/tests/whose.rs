//! Whose code runs: what a handler starts hangs below its actor, wherever that runs and whatever runs
//! between its polls.

use actorscope_kameo::{Actor, SpawnObserved, agent, name_actor, observed};
use actorscope_testkit::Rig;
use kameo::actor::{ActorRef, PreparedActor, WeakActorRef};
use kameo::error::Infallible;
use kameo::mailbox::{MailboxReceiver, Signal};
use kameo::prelude::{Context, Message, Spawn, mailbox};
use std::future::pending;
use std::sync::Arc;
use tokio::sync::Barrier;

#[derive(Actor)]
struct Starter;

/// Starts two tasks, and waits for everybody else in between.
struct Start {
    names: [String; 2],
    between: Arc<Barrier>,
}

fn start(name: &str) {
    // One that ends is soon forgotten.
    drop(agent::tokio::spawn(name, pending::<()>()));
}

impl Start {
    fn new(by: &str, between: &Arc<Barrier>) -> Self {
        let names = ["before", "after"].map(|when| format!("{by}-{when}"));
        Self { names, between: between.clone() }
    }

    async fn run(self) {
        let [before, after] = self.names;
        start(&before);
        self.between.wait().await;
        start(&after);
    }
}

impl Message<Start> for Starter {
    type Reply = ();
    async fn handle(&mut self, start: Start, _: &mut Context<Self, ()>) {
        start.run().await;
    }
}

// On one thread, but for the actor that has its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_a_handler_starts_hangs_below_its_actor() {
    let rig = Rig::shared().await;
    let [a, b] = ["a", "b"].map(|name| Starter::spawn_observed(name, Starter));
    let thread = Starter::spawn_in_thread(Starter);
    name_actor(&thread, "thread");
    // Inside of a task that is observed itself and starts something, too.
    let prepared = PreparedActor::<Starter>::new(mailbox::bounded(8));
    let inside = prepared.actor_ref().clone();
    name_actor(&inside, "inside");
    let between = Arc::new(Barrier::new(6));
    let own = Start::new("task", &between);
    let _task = agent::tokio::spawn("task", async {
        let (actor, ()) = tokio::join!(prepared.run(Starter), own.run());
        drop(actor);
    });
    for (actor, name) in [(&a, "a"), (&b, "b"), (&thread, "thread"), (&inside, "inside")] {
        actor.wait_for_startup().await;
        actor.tell(Start::new(name, &between)).await.unwrap();
    }
    // Nobody's code, on the thread of most of them and between their polls.
    tokio::spawn(Start::new("nobody", &between).run()).await.unwrap();
    for path in ["/a/a", "/b/b", "/thread/thread", "/inside/inside", "/task/task", "/nobody"] {
        for when in ["before", "after"] {
            rig.when(&format!("{path}-{when}"), |_| true).await;
        }
    }
}

struct Chooser;

#[observed]
impl Actor for Chooser {
    type Args = Self;
    type Error = Infallible;

    async fn on_start(chooser: Self, _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(chooser)
    }

    async fn next(
        &mut self,
        _: WeakActorRef<Self>,
        mailbox: &mut MailboxReceiver<Self>,
    ) -> Result<Option<Signal<Self>>, Infallible> {
        Ok(mailbox.recv().await)
    }
}

impl Message<Start> for Chooser {
    type Reply = ();
    async fn handle(&mut self, start: Start, _: &mut Context<Self, ()>) {
        start.run().await;
    }
}

#[tokio::test]
async fn what_others_start_where_an_actor_waits_in_a_hook_of_its_own_is_not_its() {
    let rig = Rig::shared().await;
    let chooser = Chooser::spawn_observed("chooser", Chooser);
    chooser.ask(Start::new("chooser", &Arc::new(Barrier::new(1)))).await.unwrap();
    tokio::spawn(async { start("stranger") }).await.unwrap();
    rig.when("/chooser/chooser-after", |_| true).await;
    rig.when("/stranger", |_| true).await;
}
