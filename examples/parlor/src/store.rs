//! The actor in front of the disk: takes messages, hands them to the pipeline, never waits for it.

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorRef},
    error::Infallible,
    message::{Context, Message},
};

use crate::{pipeline::Intake, wire::ChatMessage};

/// Waiting messages the store has space for.
pub const MAILBOX: usize = 4096;

/// See the module's text.
pub struct Store {
    intake: Intake,
}

#[observed]
impl Actor for Store {
    type Args = Intake;
    type Error = Infallible;

    async fn on_start(intake: Intake, _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(Self { intake })
    }
}

/// Keep this message.
pub struct Append(pub ChatMessage);

impl Message<Append> for Store {
    type Reply = ();

    async fn handle(&mut self, Append(message): Append, _: &mut Context<Self, ()>) {
        self.intake.offer(message);
    }
}

/// Answered when everything sent before is in the pipeline.
pub struct Settle;

impl Message<Settle> for Store {
    type Reply = ();

    async fn handle(&mut self, _: Settle, _: &mut Context<Self, ()>) {}
}
