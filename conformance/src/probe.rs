//! What really happened inside the actors: the truth that rows are compared with.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Sits in all actors that fill one place, one after another.
#[derive(Default, Debug)]
pub struct Probe {
    starts: AtomicU32,
    ends: AtomicU32,
    begun: AtomicU64,
    done: AtomicU64,
    times: Mutex<Times>,
}

/// Of each handled message, in order. Kept for the first few only.
#[derive(Clone, Default, Debug)]
pub struct Times {
    /// Sent until its handler began.
    pub waited: Vec<Duration>,
    /// In its handler, of those that came to their end.
    pub took: Vec<Duration>,
}

/// Messages whose times are kept.
const MOST_TIMES: usize = 4_096;

impl Probe {
    /// An actor lives from here on until what this returns is dropped. To be called where the
    /// framework calls the actor's own start, and kept in the actor.
    #[must_use = "the actor counts as ended when this is dropped"]
    pub fn live(self: &Arc<Self>) -> Life {
        self.starts.fetch_add(1, SeqCst);
        Life { probe: self.clone() }
    }

    /// Actors that started.
    pub fn starts(&self) -> u32 {
        self.starts.load(SeqCst)
    }

    /// Actors that are not there any more.
    pub fn ends(&self) -> u32 {
        self.ends.load(SeqCst)
    }

    /// Actors that are there.
    pub fn alive(&self) -> u32 {
        // Ends first: an actor that starts in between must not be counted as an end too many.
        let ends = self.ends();
        self.starts().saturating_sub(ends)
    }

    /// Messages whose handlers began.
    pub fn begun(&self) -> u64 {
        self.begun.load(SeqCst)
    }

    /// Messages whose handlers came to their end, other than by a panic or by being cut off.
    pub fn done(&self) -> u64 {
        self.done.load(SeqCst)
    }

    /// How long messages truly waited and took.
    pub fn times(&self) -> Times {
        self.times.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn begins(&self, waited: Duration) {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        if times.waited.len() < MOST_TIMES {
            times.waited.push(waited);
        }
        drop(times);
        self.begun.fetch_add(1, SeqCst);
    }

    pub(crate) fn ends_handling(&self, took: Duration) {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        if times.took.len() < MOST_TIMES {
            times.took.push(took);
        }
        drop(times);
        self.done.fetch_add(1, SeqCst);
    }
}

/// Lives as long as one actor does.
#[derive(Debug)]
pub struct Life {
    probe: Arc<Probe>,
}

impl Life {
    pub(crate) const fn probe(&self) -> &Arc<Probe> {
        &self.probe
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        self.probe.ends.fetch_add(1, SeqCst);
    }
}
