//! Which incarnation a hook belongs to.
//!
//! kameo hands a failed actor to its supervisor *before* it calls `on_stop`, so that on several
//! threads the successor's `on_start` may run before, or beside, the predecessor's `on_stop`. A start
//! therefore waits for the end before it to be reported; that is a moment away, because nothing in
//! between awaits.

use std::hash::{Hash, Hasher};
use std::sync::atomic::Ordering::{Acquire, Release, SeqCst};
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::time::Duration;
use tokio::sync::Notify;

/// Longest wait for an end; what is reported later is not believed any more.
const PATIENCE: Duration = Duration::from_secs(1);

/// The task (or, for actors with a thread of their own, the thread) that runs one incarnation: its
/// number, and whether it is a task's. A task may move between threads, a thread's own actor does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Runner(u64);

impl Runner {
    pub(crate) fn current() -> Self {
        let mut number = Number::default();
        match tokio::task::try_id() {
            Some(task) => {
                task.hash(&mut number);
                Self(number.0 << 1 | 1)
            }
            None => {
                std::thread::current().id().hash(&mut number);
                Self(number.0 << 1)
            }
        }
    }
}

/// The number in an id. Tasks and threads are counted, but tell their number to hashers only; were it
/// told in pieces, this would still be a hash of it.
#[derive(Default)]
struct Number(u64);

impl Hasher for Number {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number;
    }
}

/// Starts and ends of the actors with one id, in one word because there are many: who runs the present
/// incarnation, nobody being 0, above the number of starts.
#[derive(Default, Debug)]
pub(crate) struct Runs(AtomicU64);

/// The number of starts goes round: asked is only whether there was one in between, while it can't have
/// been many.
const STARTS: u64 = 0xff;

/// Rings when the end of any actor was reported. One for all, because hardly anybody ever listens.
static ENDED: Notify = Notify::const_new();

/// Who listens.
static LISTENERS: AtomicUsize = AtomicUsize::new(0);

/// As long as this is there, [`ENDED`] rings.
struct Listener;

impl Listener {
    fn new() -> Self {
        LISTENERS.fetch_add(1, SeqCst);
        Self
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        LISTENERS.fetch_sub(1, SeqCst);
    }
}

impl Runs {
    /// Waits until the end of the actor before was reported; false if it was not.
    pub(crate) async fn predecessor_ended(&self) -> bool {
        // Before the look at the ends, as `end` looks for listeners after it: one sees the other.
        let _listener = Listener::new();
        let reported = async {
            loop {
                let mut ended = std::pin::pin!(ENDED.notified());
                ended.as_mut().enable();
                if self.0.load(SeqCst) & !STARTS == 0 {
                    return;
                }
                ended.await;
            }
        };
        tokio::time::timeout(PATIENCE, reported).await.is_ok()
    }

    /// The calling task runs the next incarnation.
    pub(crate) fn start(&self) {
        let starts = u64::from(self.starts().wrapping_add(1));
        self.0.store(Self::by_me() | starts, Release);
    }

    /// How many have started, of 256.
    pub(crate) fn starts(&self) -> u8 {
        (self.0.load(Acquire) & STARTS) as u8
    }

    /// Whether the calling task runs the present incarnation, and has not reported its end yet.
    pub(crate) fn is_current(&self) -> bool {
        self.0.load(Acquire) & !STARTS == Self::by_me()
    }

    /// The calling task's incarnation has ended, and that was reported.
    pub(crate) fn end(&self) {
        let me = Self::by_me();
        // One that was not waited for any longer is not the present one by now.
        let _ = self
            .0
            .fetch_update(SeqCst, Acquire, |word| (word & !STARTS == me).then_some(word & STARTS));
        if LISTENERS.load(SeqCst) > 0 {
            ENDED.notify_waiters();
        }
    }

    fn by_me() -> u64 {
        Runner::current().0 << STARTS.count_ones()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_runner_is_one_task_or_one_thread() {
        let here = Runner::current();
        assert_eq!(here, Runner::current());
        let [a, b] = [(); 2].map(|()| tokio::spawn(async { Runner::current() }));
        let (a, b) = (a.await.unwrap(), b.await.unwrap());
        let [c, d] = [(); 2].map(|()| std::thread::spawn(Runner::current));
        let (c, d) = (c.join().unwrap(), d.join().unwrap());
        let mut all = [here, a, b, c, d, Runner(0)].map(|runner| runner.0);
        all.sort_unstable();
        assert!(all.windows(2).all(|two| two[0] != two[1]), "{all:?}");
    }

    #[tokio::test]
    async fn a_start_waits_for_the_end_before_it_however_late_that_comes() {
        let runs = std::sync::Arc::new(Runs::default());
        assert!(runs.predecessor_ended().await, "nobody was before");
        runs.start();
        let waiting = tokio::spawn({
            let runs = runs.clone();
            async move { runs.predecessor_ended().await }
        });
        while LISTENERS.load(SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        assert!(runs.is_current());
        runs.end();
        assert!(waiting.await.unwrap() && !runs.is_current());
    }

    #[tokio::test]
    async fn starts_are_counted_whoever_starts_and_an_end_that_comes_late_is_nobodys() {
        let runs = std::sync::Arc::new(Runs::default());
        for n in 1..=300_u32 {
            runs.start();
            assert_eq!((runs.starts(), runs.is_current()), (n as u8, true));
            runs.end();
            assert!(!runs.is_current());
        }
        runs.start();
        let other = runs.clone();
        tokio::spawn(async move {
            assert!(!other.is_current());
            other.end();
        })
        .await
        .unwrap();
        assert!(runs.is_current());
    }
}
