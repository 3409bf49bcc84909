//! A conversation that outlives its connections.
//!
//! A session keeps one agent connected in the background, finds its target anew for every attempt,
//! waits longer after each failure, and reports everything that happens as [`Update`]s. Views are
//! wishes: set them at any time, connected or not; they are sent again to every new connection.

mod backoff;
mod events;
mod received;
mod run;
mod wanted;

pub use backoff::Backoff;

use crate::connection::{Act, Acted, Connection};
use crate::discovery::Search;
use crate::error::CallError;
use crate::state::Dumped;
use crate::target::Target;
use crate::update::{Frame, Update};
use actorscope_core::blast::BlastRadius;
use actorscope_core::view::ViewSpec;
use actorscope_core::{Incarnation, SlotId, Verb};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, watch};
use wanted::Wanted;

/// Views that one session may have at a time: what an agent carries on one stream.
pub const MAX_VIEWS: usize = 8;

/// How a session behaves. The default is what a person at a screen wants.
#[derive(Clone, PartialEq, Debug)]
pub struct SessionOptions {
    /// Where local targets are looked for; `None` = where agents of this user bind.
    pub search: Option<Search>,
    /// Follow lifecycle events, beginning with at most this many past ones; `None` = no events.
    pub events: Option<u32>,
    /// Updates that may wait for the receiver. When that many wait, the session stops reading, and
    /// the agent skips frames: nothing piles up anywhere.
    pub waiting_updates: usize,
    /// Pauses between attempts to connect.
    pub backoff: Backoff,
    /// A connection on which views are wanted but nothing was heard for this long, or for five
    /// intervals if that is longer, counts as lost.
    pub silence: Duration,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self {
            search: None,
            events: Some(500),
            waiting_updates: 16,
            backoff: Backoff::default(),
            silence: Duration::from_secs(10),
        }
    }
}

/// A handle to a session. The session ends when the last clone or the receiver of its updates is
/// dropped.
#[derive(Clone, Debug)]
pub struct Session {
    shared: Arc<Shared>,
    /// Says that `shared.wanted` changed. Only handles hold it: its end is the session's end.
    changed: Arc<watch::Sender<()>>,
}

/// What the handles and the background task have in common.
#[derive(Debug)]
struct Shared {
    wanted: Mutex<Wanted>,
    link: Mutex<Link>,
    retry: Notify,
}

/// The connection, as seen by calls.
#[derive(Debug)]
enum Link {
    Up(Box<Connection>),
    Down { reason: String },
}

impl Session {
    /// Begins to connect; needs a tokio runtime. The receiver tells how it goes.
    pub fn start(target: Target, options: SessionOptions) -> (Self, mpsc::Receiver<Update>) {
        let shared = Arc::new(Shared {
            wanted: Mutex::default(),
            link: Mutex::new(Link::Down { reason: "still connecting".to_owned() }),
            retry: Notify::new(),
        });
        let (changed, changes) = watch::channel(());
        let (updates, receiver) = mpsc::channel(options.waiting_updates.max(1));
        tokio::spawn(run::run(
            run::Context { target, options, shared: shared.clone(), changes },
            updates,
        ));
        let session = Self { shared, changed: Arc::new(changed) };
        (session, receiver)
    }

    /// Wants a view under a number of the caller's choice, in place of what had that number before,
    /// with a frame every `interval` or as often as the agent gives one. Never waits.
    ///
    /// Returns the revision that frames of this view carry; those of earlier revisions no longer
    /// come. The same view again keeps its revision. A ninth view is not set and has revision 0.
    pub fn set_view(&self, view_id: u32, view: ViewSpec, interval: Duration) -> u32 {
        let revision = lock(&self.shared.wanted).set(view_id, view, interval);
        self.changed.send_replace(());
        revision
    }

    /// No longer wants a view. Never waits.
    pub fn drop_view(&self, view_id: u32) {
        lock(&self.shared.wanted).unset(view_id);
        self.changed.send_replace(());
    }

    /// Ends the present pause between two attempts to connect, if there is one.
    pub fn retry_now(&self) {
        self.shared.retry.notify_waiters();
    }

    /// The detail view of the slot that `path` names: a path, the end of one, or a name.
    pub async fn find(&self, path: &str) -> Result<Frame, CallError> {
        let connection = self.connection()?;
        connection.query_path(path).await
    }

    /// What `verb` would do, without doing it.
    pub async fn preview(
        &self,
        verb: Verb,
        slot: SlotId,
        incarnation: Option<Incarnation>,
    ) -> Result<BlastRadius, CallError> {
        let connection = self.connection()?;
        connection.preview(verb, slot, incarnation).await
    }

    /// Does it, on the connection of this moment or not at all: slots of another life of the service
    /// are other actors. An error does not mean that it did not happen: look at the actor.
    pub async fn act(&self, act: Act) -> Result<Acted, CallError> {
        let connection = self.connection()?;
        connection.act(&act).await
    }

    /// Has an actor print its state, on the connection of this moment or not at all.
    pub async fn dump(
        &self,
        slot: SlotId,
        incarnation: Option<Incarnation>,
    ) -> Result<Dumped, CallError> {
        let connection = self.connection()?;
        connection.dump(slot, incarnation).await
    }

    fn connection(&self) -> Result<Connection, CallError> {
        match &*lock(&self.shared.link) {
            Link::Up(connection) => Ok(Connection::clone(connection)),
            Link::Down { reason } => Err(CallError::NotConnected { reason: reason.clone() }),
        }
    }
}

/// What a panic left behind is still whole: each lock covers one assignment.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
