//! Whether queue wait and handling time of actors with our context are right. In release builds only:
//! what a debug build takes between two instants is not what is measured.
#![cfg(all(unix, not(debug_assertions)))]

use actix::{Actor, Arbiter, Handler, Message, System};
use actorscope_actix::{Context, StartObserved};
use actorscope_testkit::accuracy::{Job, check, check_oldest_wait};
use actorscope_testkit::{Rig, state};
use std::time::{Duration, SystemTime};

struct Worker;

impl Actor for Worker {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype(result = "()")]
struct Do(Job);

impl Handler<Do> for Worker {
    type Result = ();

    fn handle(&mut self, Do(job): Do, _: &mut Context<Self>) {
        job.run();
    }
}

/// Blocks the thread until told, and says when it does.
#[derive(Message)]
#[rtype(result = "()")]
struct Block(std::sync::mpsc::Receiver<()>);

impl Handler<Block> for Worker {
    type Result = ();

    fn handle(&mut self, Block(until): Block, _: &mut Context<Self>) {
        let _ = until.recv();
    }
}

/// The actor has a thread of its own, the sender another, the test a third that mostly sleeps.
#[test]
fn waits_and_handling_times() {
    System::new().block_on(async {
        let rig = Rig::shared().await;
        let arbiter = Arbiter::new();
        check(&rig, "ours", async |name| {
            let worker = Worker::start_in_arbiter_observed(&arbiter.handle(), name, |_| Worker);
            move |job| worker.do_send(Do(job))
        })
        .await;
        arbiter.stop();
    });
}

#[test]
fn the_oldest_wait_behind_a_stuck_handler() {
    System::new().block_on(async {
        let rig = Rig::shared().await;
        let arbiter = Arbiter::new();
        let worker = Worker::start_in_arbiter_observed(&arbiter.handle(), "stuck", |_| Worker);
        let (go_on, until) = std::sync::mpsc::channel();
        worker.do_send(Block(until));
        rig.when("/stuck", |stats| state(stats) == "handling").await;
        // Behind a handler they are not seen; the next one finds them.
        let sent = SystemTime::now();
        let (_never, until) = std::sync::mpsc::channel();
        worker.do_send(Block(until));
        for _ in 0..3 {
            worker.do_send(Block(std::sync::mpsc::channel().1));
        }
        go_on.send(()).unwrap();
        rig.when("/stuck", |s| {
            state(s) == "handling" && s.total.as_ref().is_some_and(|t| t.handled == 1)
        })
        .await;
        let slack = Duration::from_millis(500);
        check_oldest_wait(&rig, "/stuck", sent, Duration::from_secs(2), slack).await;
        arbiter.stop();
    });
}
