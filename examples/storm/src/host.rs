//! What a framework has to be able to do here.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Messages that fit into a mailbox.
pub const MAILBOX: usize = 64;

/// What the actors did, counted by themselves.
#[derive(Debug, Default)]
pub struct Done {
    /// Messages handled.
    pub handled: AtomicU64,
    /// Actors started.
    pub started: AtomicU64,
    /// Actors ended, in order or not.
    pub ended: AtomicU64,
    /// Crashes on purpose.
    pub crashed: AtomicU64,
}

impl Done {
    /// Actors that have started and not ended.
    pub fn alive(&self) -> u64 {
        // Read first: who starts and ends between the two readings counts as alive, and not as less than nobody.
        let ended = self.ended.load(Relaxed);
        self.started.load(Relaxed).saturating_sub(ended)
    }
}

/// Of the whole process.
pub static DONE: Done = Done {
    handled: AtomicU64::new(0),
    started: AtomicU64::new(0),
    ended: AtomicU64::new(0),
    crashed: AtomicU64::new(0),
};

/// One more.
pub fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}

/// What an actor is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Do {
    /// To count.
    Count,
    /// To fail.
    Crash,
}

/// A framework with actors in it. Everything it starts hangs below its own root.
pub trait Host: Sized + Send + Sync + 'static {
    /// A parent of a thousand.
    type Parent: Send + Sync + 'static;
    /// An actor, for as long as this is kept.
    type Actor: Send + Sync + 'static;

    /// Starts a parent.
    fn parent(name: String) -> impl Future<Output = Result<Self::Parent, String>> + Send;

    /// Starts an actor below one.
    fn actor(
        parent: &Self::Parent,
        name: String,
    ) -> impl Future<Output = Result<Self::Actor, String>> + Send;

    /// Starts one that is restarted whenever it fails.
    fn supervised(
        parent: &Self::Parent,
        name: String,
    ) -> impl Future<Output = Result<Self::Actor, String>> + Send;

    /// Sends without waiting; false if there is no room or nobody.
    fn send(actor: &Self::Actor, what: Do) -> bool;

    /// Ends it when it has handled what it has, without waiting for that.
    fn end(actor: Self::Actor) -> impl Future<Output = ()> + Send;
}
