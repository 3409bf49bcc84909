//! What all parts of the exchange share: where to find each other, and how it was told to run.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock};

use kameo::actor::ActorRef;
use tokio::sync::{Mutex, mpsc, watch};

use crate::book::OrderBook;
use crate::fault::Fault;
use crate::positions::Positions;

/// Held by everything of a kind that is to be waited for; nothing is sent.
pub type Alive = mpsc::Sender<Infallible>;

/// See the module's text.
pub struct World {
    pub symbols: Vec<Arc<str>>,
    pub fault: Option<Fault>,
    pub journal: PathBuf,
    /// Who has it writes the journal: one at a time.
    pub pen: Arc<Mutex<()>>,
    pub next_order: AtomicU64,
    pub next_session: AtomicU64,
    pub stopping: watch::Sender<bool>,
    books: RwLock<BTreeMap<Arc<str>, ActorRef<OrderBook>>>,
    positions: RwLock<Option<ActorRef<Positions>>>,
}

impl World {
    pub fn new(symbols: Vec<Arc<str>>, fault: Option<Fault>, journal: PathBuf) -> Self {
        Self {
            symbols,
            fault,
            journal,
            pen: Arc::default(),
            next_order: AtomicU64::new(1),
            next_session: AtomicU64::new(1),
            stopping: watch::Sender::new(false),
            books: RwLock::default(),
            positions: RwLock::default(),
        }
    }

    /// kameo keeps this reference valid while the book is restarted.
    pub fn book(&self, symbol: &str) -> Option<ActorRef<OrderBook>> {
        self.books.read().unwrap_or_else(PoisonError::into_inner).get(symbol).cloned()
    }

    pub fn set_books(&self, books: BTreeMap<Arc<str>, ActorRef<OrderBook>>) {
        *self.books.write().unwrap_or_else(PoisonError::into_inner) = books;
    }

    /// Those that go with the present settlement.
    pub fn positions(&self) -> Option<ActorRef<Positions>> {
        self.positions.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set_positions(&self, positions: Option<ActorRef<Positions>>) {
        *self.positions.write().unwrap_or_else(PoisonError::into_inner) = positions;
    }
}
