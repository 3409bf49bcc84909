//! Whether queue wait and handling time of kameo actors are right. In release builds only: what a
//! debug build takes between two instants is not what is measured.
#![cfg(all(unix, not(debug_assertions)))]

use actorscope_kameo::{name_actor, observed};
use actorscope_testkit::accuracy::{Job, check, check_oldest_wait};
use actorscope_testkit::{Rig, state};
use kameo::mailbox;
use kameo::prelude::*;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::Notify;

struct Worker;

#[observed]
impl Actor for Worker {
    type Args = String;
    type Error = std::convert::Infallible;

    async fn on_start(name: String, me: ActorRef<Self>) -> Result<Self, Self::Error> {
        assert!(name_actor(&me, &name));
        Ok(Self)
    }
}

struct Do(Job);

impl Message<Do> for Worker {
    type Reply = ();

    async fn handle(&mut self, Do(job): Do, _: &mut Context<Self, ()>) {
        job.run();
    }
}

/// The actor has a thread of its own, the sender another, the test a third that mostly sleeps.
fn run(test: impl Future<Output = ()> + Send + 'static) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(test);
}

#[test]
fn bounded_mailboxes() {
    run(async {
        let rig = Rig::shared().await;
        check(&rig, "bounded", async |name| {
            let worker = Worker::spawn_with_mailbox(name.to_owned(), mailbox::bounded(16_384));
            worker.wait_for_startup().await;
            move |job| worker.tell(Do(job)).blocking_send().unwrap()
        })
        .await;
    });
}

#[test]
fn unbounded_mailboxes() {
    run(async {
        let rig = Rig::shared().await;
        check(&rig, "unbounded", async |name| {
            let worker = Worker::spawn_with_mailbox(name.to_owned(), mailbox::unbounded());
            worker.wait_for_startup().await;
            move |job| worker.tell(Do(job)).blocking_send().unwrap()
        })
        .await;
    });
}

struct Wait(Arc<Notify>);

impl Message<Wait> for Worker {
    type Reply = ();

    async fn handle(&mut self, Wait(until): Wait, _: &mut Context<Self, ()>) {
        until.notified().await;
    }
}

struct Hang;

impl Message<Hang> for Worker {
    type Reply = ();

    async fn handle(&mut self, _: Hang, _: &mut Context<Self, ()>) {
        std::future::pending::<()>().await;
    }
}

#[test]
fn the_oldest_wait_behind_a_stuck_handler() {
    run(async {
        let rig = Rig::shared().await;
        let handling = |stats: &actorscope_proto::v1::Stats| state(stats) == "handling";

        // What was queued before the handler began is known to the moment, whatever the mailbox.
        for (name, mailbox) in
            [("bounded-before", mailbox::bounded(16)), ("unbounded-before", mailbox::unbounded())]
        {
            let worker = Worker::spawn_with_mailbox(name.to_owned(), mailbox);
            worker.wait_for_startup().await;
            // Busy while they are sent, so that all are there when it turns to its mailbox.
            let go_on = Arc::new(Notify::new());
            worker.tell(Wait(go_on.clone())).await.unwrap();
            let sent = SystemTime::now();
            for _ in 0..3 {
                worker.tell(Hang).await.unwrap();
            }
            go_on.notify_one();
            let path = format!("/{name}");
            rig.when(&path, |s| handling(s) && s.total.as_ref().is_some_and(|t| t.handled == 1))
                .await;
            check_oldest_wait(&rig, &path, sent, Duration::from_secs(2), Duration::ZERO).await;
            worker.kill();
        }

        // What came while it ran is noticed at the next tick, if the mailbox has a bound.
        let worker = Worker::spawn_with_mailbox("bounded-behind".to_owned(), mailbox::bounded(16));
        worker.wait_for_startup().await;
        worker.tell(Hang).await.unwrap();
        rig.when("/bounded-behind", handling).await;
        let sent = SystemTime::now();
        worker.tell(Hang).await.unwrap();
        let tick = Duration::from_millis(1_250);
        check_oldest_wait(&rig, "/bounded-behind", sent, Duration::from_secs(3), tick).await;
        worker.kill();
    });
}
