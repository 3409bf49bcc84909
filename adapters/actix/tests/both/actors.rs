use actix::{
    Actor, ActorContext, ActorFutureExt, Addr, Arbiter, AsyncContext, AtomicResponse, Handler,
    Message, Running, Supervised, WrapFuture,
};
use actorscope_actix::{StartObserved, SuperviseObserved};
use actorscope_proto::v1;
use actorscope_testkit::{Rig, SOON, depth, state};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::oneshot;

fn is(word: &'static str) -> impl Fn(&v1::Stats) -> bool {
    move |stats| state(stats) == word
}

fn handled(count: u64) -> impl Fn(&v1::Stats) -> bool {
    move |stats| stats.total.as_ref().is_some_and(|total| total.handled == count)
}

/// Whether nobody claims to know how much is queued: no word stands for that.
fn depth_is_unknown(stats: &v1::Stats) -> bool {
    depth(stats).1.is_empty()
}

/// The name of an actor of this kind of context, and its path.
fn named(name: &str) -> (String, String) {
    (format!("{KIND}-{name}"), format!("/{KIND}-{name}"))
}

/// How the last actor in a slot ended: the word, and the reason.
async fn end(rig: &Rig, path: &str) -> (String, Option<String>) {
    let (.., detail) = rig.show(path).await.unwrap();
    (detail.history[0].exit.clone(), detail.history[0].reason.clone())
}

#[derive(Default)]
struct Worker {
    /// Keeps count of what it was told, over restarts.
    count: u32,
    /// Refuses to stop.
    stubborn: bool,
    child: Option<Addr<Worker>>,
}

impl Actor for Worker {
    type Context = Context<Self>;

    fn stopping(&mut self, _: &mut Context<Self>) -> Running {
        if self.stubborn { Running::Continue } else { Running::Stop }
    }
}

impl Supervised for Worker {}

/// One more.
#[derive(Message)]
#[rtype(result = "u32")]
struct Count;

impl Handler<Count> for Worker {
    type Result = u32;
    fn handle(&mut self, _: Count, _: &mut Context<Self>) -> u32 {
        self.count += 1;
        self.count
    }
}

/// Starts an actor under this one.
#[derive(Message)]
#[rtype(result = "()")]
struct Adopt(&'static str);

impl Handler<Adopt> for Worker {
    type Result = ();
    fn handle(&mut self, Adopt(name): Adopt, _: &mut Context<Self>) {
        self.child = Some(Worker::default().start_observed(name));
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct Panic;

impl Handler<Panic> for Worker {
    type Result = ();
    fn handle(&mut self, _: Panic, _: &mut Context<Self>) {
        std::panic::resume_unwind(Box::new("on purpose".to_owned()));
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct Stop;

impl Handler<Stop> for Worker {
    type Result = ();
    fn handle(&mut self, _: Stop, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

/// Again and again, so that the mailbox is never empty, for as long as that is wanted.
#[derive(Message)]
#[rtype(result = "()")]
struct Again(std::sync::Weak<()>);

impl Handler<Again> for Worker {
    type Result = ();
    fn handle(&mut self, Again(wanted): Again, ctx: &mut Context<Self>) {
        self.count += 1;
        if wanted.strong_count() > 0 {
            ctx.address().do_send(Again(wanted));
        }
    }
}

/// Blocks the thread until told.
#[derive(Message)]
#[rtype(result = "()")]
struct Block(std::sync::mpsc::Receiver<()>);

impl Handler<Block> for Worker {
    type Result = ();
    fn handle(&mut self, Block(until): Block, _: &mut Context<Self>) {
        until.recv().unwrap();
    }
}

/// Handles nothing else until told.
#[derive(Message)]
#[rtype(result = "()")]
struct Await(oneshot::Receiver<()>);

impl Handler<Await> for Worker {
    type Result = AtomicResponse<Self, ()>;
    fn handle(&mut self, Await(until): Await, _: &mut Context<Self>) -> Self::Result {
        AtomicResponse::new(Box::pin(async { until.await.unwrap() }.into_actor(self)))
    }
}

fn start(name: &str) -> Addr<Worker> {
    Worker::default().start_observed(name)
}
