//! An actor that does what it is told, for all tests.
#![allow(dead_code, reason = "each test uses some of it")]

use actorscope_proto::v1;
use actorscope_ractor::agent::core::capability::{Capabilities, Capability};
use actorscope_testkit::{Rig, SOON, state};
use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort, SupervisionEvent};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

pub type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What it is told.
pub enum Do {
    Nothing,
    /// To count, and say how many came before.
    Count(RpcReplyPort<u32>),
    Wait(Arc<Notify>),
    Fail(&'static str),
    Panic(&'static str),
    /// To do this as part of its handler.
    Run(Box<dyn FnOnce(ActorRef<Do>) -> Work + Send>),
}

/// Survives its children.
#[derive(Default)]
pub struct Peer;

/// How it starts.
#[derive(Default, Clone, Copy)]
pub enum Start {
    #[default]
    Well,
    WithError,
    WithPanic,
    Never,
}

impl Actor for Peer {
    type Msg = Do;
    type State = u32;
    type Arguments = Start;

    async fn pre_start(&self, _: ActorRef<Do>, start: Start) -> Result<u32, ActorProcessingErr> {
        match start {
            Start::Well => Ok(0),
            Start::WithError => Err("no database".into()),
            Start::WithPanic => panic!("no disk"),
            Start::Never => std::future::pending().await,
        }
    }

    async fn handle(
        &self,
        myself: ActorRef<Do>,
        message: Do,
        count: &mut u32,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Do::Nothing => {}
            Do::Count(reply) => {
                let _ = reply.send(*count);
            }
            Do::Wait(until) => until.notified().await,
            Do::Fail(why) => return Err(why.into()),
            Do::Panic(why) => panic!("{why}"),
            Do::Run(work) => work(myself).await,
        }
        *count += 1;
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<Do>,
        _: SupervisionEvent,
        _: &mut u32,
    ) -> Result<(), ActorProcessingErr> {
        Ok(())
    }
}

/// To be run in a handler.
pub fn run<F: Future<Output = ()> + Send + 'static>(
    work: impl FnOnce(ActorRef<Do>) -> F + Send + 'static,
) -> Do {
    Do::Run(Box::new(move |myself| Box::pin(work(myself))))
}

pub fn name(name: &str) -> Option<String> {
    Some(name.to_owned())
}

pub fn is(word: &'static str) -> impl Fn(&v1::Stats) -> bool {
    move |stats| state(stats) == word
}

pub fn handled(n: u64) -> impl Fn(&v1::Stats) -> bool {
    move |stats| stats.total.is_some_and(|total| total.handled == n)
}

pub fn can(identity: &v1::Identity, capability: Capability) -> bool {
    Capabilities::from_bits(identity.capabilities).has(capability)
}

/// How the last actor in a slot ended, once one has.
pub async fn end(rig: &Rig, path: &str) -> (String, Option<String>) {
    let deadline = tokio::time::Instant::now() + SOON;
    loop {
        if let Ok((.., detail)) = rig.show(path).await
            && let Some(past) = detail.history.first()
        {
            return (past.exit.clone(), past.reason.clone());
        }
        assert!(tokio::time::Instant::now() < deadline, "{path} did not end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The path under which the slot is found whose path ends like this, once there is one.
pub async fn path_of(rig: &Rig, name: &str, ready: impl Fn(&str) -> bool) -> String {
    let deadline = tokio::time::Instant::now() + SOON;
    loop {
        if let Some(event) = rig.events().await.into_iter().rev().find(|e| e.path.ends_with(name))
            && ready(&event.path)
        {
            return event.path;
        }
        assert!(tokio::time::Instant::now() < deadline, "{name} is nowhere");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub async fn until(what: &str, done: impl Fn() -> bool) {
    let deadline = tokio::time::Instant::now() + SOON;
    while !done() {
        assert!(tokio::time::Instant::now() < deadline, "{what} never came");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub fn exit(exit: &str, reason: &str) -> (String, Option<String>) {
    (exit.to_owned(), (!reason.is_empty()).then(|| reason.to_owned()))
}
