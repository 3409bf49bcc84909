//! Tier 0: one cache line for every slot, always.

use super::activity::Activity;
use super::bump;
use super::max::{Longest, Max};
use crate::clock::{Ticks, nanos};
use crate::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// The counters of one slot over all its incarnations.
#[derive(Default, Debug)]
#[repr(align(64))]
pub(crate) struct Hot {
    handled: AtomicU64,
    failed: AtomicU64,
    busy_ns: AtomicU64,
    wait_sum_ns: AtomicU64,
    /// When the oldest message still queued arrived; 0 = none queued when last looked.
    head_arrival: AtomicU64,
    /// The handler. When the last one ended is forgotten with the next look at the queue.
    pub(crate) handling: Activity,
    wait_max: Max,
    handling_max: Max,
    /// Messages queued when last looked.
    depth: AtomicU32,
    /// The number of the current message type.
    message_type: AtomicU32,
}

/// A reading of [`Hot`], field by field.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(crate) struct HotSnapshot {
    pub(crate) handled: u64,
    pub(crate) failed: u64,
    pub(crate) busy_ns: u64,
    pub(crate) wait_sum_ns: u64,
    pub(crate) wait_max: Longest,
    pub(crate) handling_max: Longest,
    pub(crate) head_arrival: Ticks,
    pub(crate) handling_since: Ticks,
    pub(crate) depth: u32,
    pub(crate) message_type: u32,
}

/// In the place of a message's type: its handler began before anything was measured.
const UNMEASURED: u32 = u32::MAX;

impl HotSnapshot {
    /// If no handler is known to run: one that began before anything was measured, and runs since then
    /// as far as is known. 0 = none does.
    pub(crate) fn or_unmeasured_since(mut self, since: Ticks) -> Self {
        if self.handling_since == 0 && since != 0 {
            (self.handling_since, self.message_type) = (since, UNMEASURED);
        }
        self
    }

    /// Whether a handler runs that began before anything was measured.
    pub(crate) fn is_unmeasured(&self) -> bool {
        self.handling_since != 0 && self.message_type == UNMEASURED
    }

    /// Whether a handler runs whose begin was measured.
    pub(crate) fn is_measured(&self) -> bool {
        self.handling_since != 0 && self.message_type != UNMEASURED
    }

    /// Messages whose handlers began, the running one included.
    pub(crate) fn begun(&self) -> u64 {
        self.handled.saturating_add(self.is_measured().into())
    }

    /// Nanoseconds inside handlers, the running one included.
    pub(crate) fn busy_until(&self, now: Ticks) -> u64 {
        let running = if self.handling_since == 0 { 0 } else { nanos(self.handling_since, now) };
        self.busy_ns.saturating_add(running)
    }
}

impl Hot {
    /// A handler begins.
    #[inline]
    pub(crate) fn begin(&self, now: Ticks, wait_ns: Option<u64>, message_type: u32) {
        if let Some(wait) = wait_ns {
            bump(&self.wait_sum_ns, wait);
            self.wait_max.raise(wait);
        }
        self.message_type.store(message_type, Relaxed);
        self.handling.begin(now);
    }

    /// The running handler ends after so many nanoseconds.
    #[inline]
    pub(crate) fn end(&self, now: Ticks, took_ns: u64, ok: bool) {
        bump(&self.busy_ns, took_ns);
        bump(&self.handled, 1);
        if !ok {
            bump(&self.failed, 1);
        }
        self.handling_max.raise(took_ns);
        self.handling.end(now);
    }

    /// [`Hot::end`] of one that went well, and [`Hot::begin`] of the next, at the same instant.
    #[inline]
    pub(crate) fn turn(&self, now: Ticks, took_ns: u64, wait_ns: u64, message_type: u32) {
        bump(&self.busy_ns, took_ns);
        bump(&self.handled, 1);
        self.handling_max.raise(took_ns);
        self.begin(now, Some(wait_ns), message_type);
    }

    /// Notes what is queued.
    #[inline]
    pub(crate) fn queue(&self, depth: u32, head_arrival: Ticks) {
        self.depth.store(depth, Relaxed);
        self.head_arrival.store(head_arrival, Relaxed);
    }

    /// Messages queued when last looked.
    pub(crate) fn depth(&self) -> u32 {
        self.depth.load(Relaxed)
    }

    #[inline]
    pub(crate) fn handled(&self) -> u64 {
        self.handled.load(Relaxed)
    }

    #[inline]
    pub(crate) fn message_type(&self) -> u32 {
        self.message_type.load(Relaxed)
    }

    pub(crate) fn read(&self) -> HotSnapshot {
        HotSnapshot {
            handled: self.handled.load(Relaxed),
            failed: self.failed.load(Relaxed),
            busy_ns: self.busy_ns.load(Relaxed),
            wait_sum_ns: self.wait_sum_ns.load(Relaxed),
            wait_max: self.wait_max.read(),
            handling_max: self.handling_max.read(),
            head_arrival: self.head_arrival.load(Relaxed),
            handling_since: self.handling.since(),
            depth: self.depth.load(Relaxed),
            message_type: self.message_type.load(Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_cache_line() {
        assert_eq!((size_of::<Hot>(), align_of::<Hot>()), (64, 64));
    }

    #[test]
    fn the_running_handler_counts_as_busy_time() {
        let hot = Hot::default();
        let begin = crate::clock::ticks();
        hot.begin(begin, Some(5), 7);
        let seen = hot.read();
        assert!(seen.busy_until(begin + 1_000_000) > 0);
        assert_eq!((seen.busy_ns, seen.wait_sum_ns, seen.message_type), (0, 5, 7));
        hot.queue(3, 11);
        assert_eq!((hot.read().depth, hot.read().message_type), (3, 7));
        hot.end(begin + 2_000, 1_000, false);
        let seen = hot.read();
        assert_eq!((seen.handled, seen.failed, seen.handling_since), (1, 1, 0));
        assert_eq!(seen.busy_until(begin + 1_000_000), 1_000);
    }

    #[test]
    fn a_handler_that_nobody_saw_begin_runs_and_is_not_counted() {
        let hot = Hot::default();
        assert_eq!(hot.read().or_unmeasured_since(0), hot.read());
        let seen = hot.read().or_unmeasured_since(5);
        assert_eq!((seen.handling_since, seen.begun()), (5, 0));
        assert!(seen.is_unmeasured() && !seen.is_measured());
        assert_eq!(crate::cell::name_of(seen.message_type), None);
        // What is measured is known better.
        hot.begin(7, None, 0);
        let seen = hot.read().or_unmeasured_since(5);
        assert_eq!((seen.handling_since, seen.begun()), (7, 1));
    }
}
