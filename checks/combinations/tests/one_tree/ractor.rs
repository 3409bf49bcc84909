//! An actor of ractor, with its feature `cluster` or without.
#![cfg_attr(
    not(any(feature = "ractor", feature = "ractor-cluster")),
    allow(dead_code, reason = "its actor is a supervisor's child there")
)]

use super::{Framework, Work};
use ractor::{Actor, ActorProcessingErr, ActorRef};

#[cfg(feature = "ractor")]
use actorscope_ractor::observe;
#[cfg(feature = "ractor-cluster")]
use actorscope_ractor_cluster::{ObservedMessage, observe};
#[cfg(not(any(feature = "ractor", feature = "ractor-cluster")))]
use actorscope_ractor_supervisor::observe;

pub const FRAMEWORK: Framework = Framework { word: "ractor", name: "ractor", within: "", start };

pub struct Worker;

#[cfg_attr(feature = "ractor-cluster", derive(ObservedMessage))]
pub enum Never {}

impl Actor for Worker {
    type Msg = Never;
    type State = ();
    type Arguments = Work;

    async fn pre_start(&self, _: ActorRef<Never>, work: Work) -> Result<(), ActorProcessingErr> {
        work.await;
        Ok(())
    }
}

fn start(name: String, work: Work) -> Work {
    Box::pin(async move {
        Actor::spawn(Some(name), observe(Worker), work).await.expect("it starts");
    })
}
