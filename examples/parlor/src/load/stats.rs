//! What all sessions together have seen.

use std::{
    fmt,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::time::{Instant, sleep};

use super::{
    histogram::{Histogram, Percentiles},
    report::LoadReport,
};

/// How long pacers wait for stragglers among the sessions.
const START_LIMIT: Duration = Duration::from_secs(10);

/// Counted since the start.
#[derive(Default)]
pub struct Stats {
    joined: Vec<AtomicBool>,
    joined_count: AtomicUsize,
    pub messages_sent: AtomicU64,
    pub messages_received: AtomicU64,
    pub calls_started: AtomicU64,
    pub calls_answered: AtomicU64,
    pub calls_failed: AtomicU64,
    pub errors: AtomicU64,
    pub reconnects: AtomicU64,
    unsent: AtomicU64,
    setups: Mutex<Setups>,
    last_failure: Mutex<Option<String>>,
}

struct Setups {
    window: Histogram,
    total: Histogram,
    /// Counters when the window began: sent, received, started, answered.
    before: [u64; 4],
}

impl Default for Setups {
    fn default() -> Self {
        Self { window: Histogram::new(), total: Histogram::new(), before: [0; 4] }
    }
}

impl Stats {
    pub fn new(sessions: usize) -> Self {
        Self { joined: (0..sessions).map(|_| AtomicBool::new(false)).collect(), ..Self::default() }
    }

    /// A session has entered its room, or lost its connection.
    pub fn set_joined(&self, index: usize, joined: bool) {
        if self.joined[index].swap(joined, Relaxed) == joined {
            return;
        }
        if joined {
            self.joined_count.fetch_add(1, Relaxed);
        } else {
            self.joined_count.fetch_sub(1, Relaxed);
        }
    }

    /// Whether a session is in its room.
    pub fn is_joined(&self, index: usize) -> bool {
        self.joined[index].load(Relaxed)
    }

    /// The first session from `first` on, going round, that can take orders.
    pub fn joined_from(&self, first: usize) -> Option<usize> {
        let (before, after) = self.joined.split_at(first);
        let find = |flags: &[AtomicBool]| flags.iter().position(|flag| flag.load(Relaxed));
        find(after).map(|index| first + index).or_else(|| find(before))
    }

    /// Returns when every session is in its room, or has had long enough.
    pub async fn all_joined(&self) {
        let started = Instant::now();
        while self.joined_count.load(Relaxed) < self.joined.len() && started.elapsed() < START_LIMIT
        {
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Something was due and no session could take it.
    pub fn count_unsent(&self) {
        self.unsent.fetch_add(1, Relaxed);
    }

    /// A call was answered, this long after it was due.
    pub fn record_setup(&self, took: Duration) {
        self.calls_answered.fetch_add(1, Relaxed);
        self.setups().window.record(took);
    }

    /// Something went wrong, and why. Only the last reason is kept.
    pub fn note_failure(&self, reason: impl Into<String>) {
        let mut last = self.last_failure.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(reason.into());
    }

    fn setups(&self) -> MutexGuard<'_, Setups> {
        self.setups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn counters(&self) -> [u64; 4] {
        [&self.messages_sent, &self.messages_received, &self.calls_started, &self.calls_answered]
            .map(|counter| counter.load(Relaxed))
    }

    fn all_errors(&self) -> u64 {
        self.errors.load(Relaxed) + self.calls_failed.load(Relaxed) + self.unsent.load(Relaxed)
    }

    /// Ends the present window, which took `elapsed`, and begins the next.
    pub fn window(&self, elapsed: Duration) -> Window {
        let now = self.counters();
        let mut setups = self.setups();
        let seconds = elapsed.as_secs_f64().max(1e-3);
        let mut rates = [0.0; 4];
        for (rate, (now, before)) in rates.iter_mut().zip(now.iter().zip(&setups.before)) {
            *rate = (now - before) as f64 / seconds;
        }
        setups.before = now;
        let percentiles = setups.window.percentiles();
        let Setups { window, total, .. } = &mut *setups;
        window.drain_into(total);
        Window {
            joined: self.joined_count.load(Relaxed),
            sessions: self.joined.len(),
            rates,
            setup: percentiles,
            waiting: self.waiting(),
            errors: self.all_errors(),
            reconnects: self.reconnects.load(Relaxed),
        }
    }

    fn waiting(&self) -> u64 {
        let settled = self.calls_answered.load(Relaxed) + self.calls_failed.load(Relaxed);
        self.calls_started.load(Relaxed).saturating_sub(settled)
    }

    /// Everything since the start.
    pub fn report(&self, elapsed: Duration) -> LoadReport {
        let mut setups = self.setups();
        let Setups { window, total, .. } = &mut *setups;
        window.drain_into(total);
        LoadReport {
            elapsed,
            sessions: self.joined.len(),
            connected: self.joined_count.load(Relaxed),
            messages_sent: self.messages_sent.load(Relaxed),
            messages_received: self.messages_received.load(Relaxed),
            calls_started: self.calls_started.load(Relaxed),
            calls_answered: self.calls_answered.load(Relaxed),
            calls_failed: self.calls_failed.load(Relaxed),
            calls_waiting: self.waiting(),
            setup: total.percentiles(),
            errors: self.errors.load(Relaxed),
            unsent: self.unsent.load(Relaxed),
            reconnects: self.reconnects.load(Relaxed),
            last_failure: self.last_failure.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

/// One line of the report.
pub struct Window {
    joined: usize,
    sessions: usize,
    rates: [f64; 4],
    setup: Percentiles,
    waiting: u64,
    errors: u64,
    reconnects: u64,
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [sent, received, started, answered] = self.rates;
        write!(
            f,
            "connected {}/{}  chat {sent:.0}/s out {received:.0}/s in  calls {started:.0}/s, {answered:.0}/s set up, {} waiting  \
             setup {}  errors {}  reconnects {}",
            self.joined, self.sessions, self.waiting, self.setup, self.errors, self.reconnects,
        )
    }
}
