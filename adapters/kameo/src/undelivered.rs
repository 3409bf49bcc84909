//! Messages that were queued when an actor ended for good and that nobody took back.
//!
//! kameo hands them over right before `on_stop`, without saying whose they were: the task knows.

use crate::runs::Runner;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Ends that are being reported at one moment; a task that was dropped in between leaves its entry.
const MOST: usize = 1_024;

static COUNTS: Mutex<VecDeque<(Runner, u64)>> = Mutex::new(VecDeque::new());

/// Length of [`COUNTS`], so that an end costs no lock while there are none.
static WAITING: AtomicUsize = AtomicUsize::new(0);

fn counts() -> MutexGuard<'static, VecDeque<(Runner, u64)>> {
    COUNTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The calling task's actor ends with so many messages in its mailbox.
pub fn undelivered(messages: usize) {
    let mut counts = counts();
    counts.push_back((Runner::current(), messages as u64));
    if counts.len() > MOST {
        counts.pop_front();
    }
    WAITING.store(counts.len(), Relaxed);
}

/// How many the calling task's actor had, once.
pub(crate) fn take() -> u64 {
    if WAITING.load(Relaxed) == 0 {
        return 0;
    }
    let mut counts = counts();
    let me = Runner::current();
    let mut found = 0;
    counts.retain(|(whose, messages)| {
        let mine = *whose == me;
        if mine {
            found += messages;
        }
        !mine
    });
    WAITING.store(counts.len(), Relaxed);
    found
}
