//! The index: learns from the store what was said, and finds it again.

use std::{sync::Arc, time::Duration};

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorRef},
    error::Infallible,
    message::{Context, Message},
};

use super::words::{Cut, Words};
use crate::{
    spawn,
    store::{Store, Subscribe},
    wire::{ChatMessage, Hit},
};

/// How long the store may take to have space for the subscription.
const PATIENCE: Duration = Duration::from_secs(5);

/// What each incarnation starts with.
#[derive(Clone)]
pub struct IndexArgs {
    pub store: ActorRef<Store>,
    /// How messages are shortened.
    pub cut: Cut,
}

/// See the module's text. It knows what the store it subscribed to has on its shelf, and nothing else: after a restart
/// it subscribes again.
pub struct Index {
    cut: Cut,
    words: Words,
}

/// Without a subscription there would be nothing to find, and nobody would notice.
#[derive(Debug, thiserror::Error)]
#[error("the store takes no subscription")]
pub struct NotSubscribed;

#[observed]
impl Actor for Index {
    type Args = IndexArgs;
    type Error = NotSubscribed;

    async fn on_start(args: IndexArgs, me: ActorRef<Self>) -> Result<Self, NotSubscribed> {
        let subscribing = spawn::tell(&args.store, Subscribe(me)).mailbox_timeout(PATIENCE);
        subscribing.send().await.map_err(|_| NotSubscribed)?;
        Ok(Self { cut: args.cut, words: Words::new(args.cut) })
    }
}

/// Everything the store has on its shelf, oldest first. The first message after a subscription.
pub struct Shelf(pub Vec<Arc<ChatMessage>>);

impl Message<Shelf> for Index {
    type Reply = ();

    async fn handle(&mut self, Shelf(messages): Shelf, _: &mut Context<Self, ()>) {
        // What came before was meant for an earlier incarnation, and is on the shelf if it is to be found at all.
        self.words = Words::new(self.cut);
        for message in &messages {
            self.words.add(message);
        }
    }
}

/// The store has kept one more message.
pub struct Kept(pub Arc<ChatMessage>);

impl Message<Kept> for Index {
    type Reply = ();

    async fn handle(&mut self, Kept(message): Kept, _: &mut Context<Self, ()>) {
        self.words.add(&message);
    }
}

/// Answered with what was said in a room that has all words of a text, newest first.
pub struct Find {
    pub room: String,
    pub text: String,
}

impl Message<Find> for Index {
    type Reply = Result<Vec<Hit>, Infallible>;

    async fn handle(&mut self, find: Find, _: &mut Context<Self, Self::Reply>) -> Self::Reply {
        Ok(self.words.find(&find.room, &find.text))
    }
}
