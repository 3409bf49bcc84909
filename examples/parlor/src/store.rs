//! The actor in front of the disk: takes messages, hands them to the pipeline, never waits for it. It keeps the last
//! ones on a shelf and passes them on to the index.

use std::{collections::VecDeque, sync::Arc};

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorRef},
    error::Infallible,
    message::{Context, Message},
};

use crate::{
    pipeline::Intake,
    search::{Index, Kept, Shelf},
    spawn,
    wire::ChatMessage,
};

/// Waiting messages the store has space for.
pub const MAILBOX: usize = 4096;
/// Messages an index that starts is given.
const SHELF: usize = 2000;

/// See the module's text.
pub struct Store {
    args: StoreArgs,
    shelf: VecDeque<Arc<ChatMessage>>,
    index: Option<ActorRef<Index>>,
    appended: u64,
}

/// What each incarnation starts with.
#[derive(Clone)]
pub struct StoreArgs {
    pub intake: Intake,
    /// Wait for the disk after so many messages. Only with [`Fault::StuckStore`](crate::fault::Fault::StuckStore):
    /// whoever waits for a disk without a limit can wait for ever.
    pub flush_every: Option<u64>,
}

#[observed]
impl Actor for Store {
    type Args = StoreArgs;
    type Error = Infallible;

    async fn on_start(args: StoreArgs, _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(Self { args, shelf: VecDeque::with_capacity(SHELF), index: None, appended: 0 })
    }
}

/// Keep this message.
pub struct Append(pub Arc<ChatMessage>);

impl Message<Append> for Store {
    type Reply = ();

    async fn handle(&mut self, Append(message): Append, _: &mut Context<Self, ()>) {
        if self.shelf.len() == SHELF {
            self.shelf.pop_front();
        }
        self.shelf.push_back(message.clone());
        if let Some(index) = &self.index {
            // An index that can't keep up finds less; nothing is lost.
            let _ = spawn::tell(index, Kept(message.clone())).try_send();
        }
        self.args.intake.offer(message);
        self.appended += 1;
        if self.args.flush_every.is_some_and(|every| self.appended.is_multiple_of(every)) {
            self.args.intake.flushed().await;
        }
    }
}

/// An index starts: it is to be told what is on the shelf, and everything from now on.
pub struct Subscribe(pub ActorRef<Index>);

impl Message<Subscribe> for Store {
    type Reply = ();

    async fn handle(&mut self, Subscribe(index): Subscribe, _: &mut Context<Self, ()>) {
        let shelf = Shelf(self.shelf.iter().cloned().collect());
        // No space means that a thousand messages arrived while it started; it finds those.
        let _ = spawn::tell(&index, shelf).try_send();
        self.index = Some(index);
    }
}

/// Answered when everything sent before is in the pipeline.
pub struct Settle;

impl Message<Settle> for Store {
    type Reply = ();

    async fn handle(&mut self, _: Settle, _: &mut Context<Self, ()>) {}
}
