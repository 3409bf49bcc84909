//! What a machine takes for itself and for others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often it asks to be woken.
const STEP: Duration = Duration::from_millis(5);

/// By how much later than it asked for a bare thread is woken, summed up from [`Stalls::begin`] to [`Stalls::end`]:
/// what nobody can be blamed for who waited as long in the same process.
pub(crate) struct Stalls {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Duration>,
}

impl Stalls {
    pub(crate) fn begin() -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let seen = is_over.clone();
        let thread = std::thread::spawn(move || {
            let mut late = Duration::ZERO;
            while !seen.load(Relaxed) {
                let asked = Instant::now();
                std::thread::sleep(STEP);
                late += asked.elapsed().saturating_sub(STEP);
            }
            late
        });
        Self { is_over, thread }
    }

    pub(crate) fn end(self) -> Duration {
        self.is_over.store(true, Relaxed);
        self.thread.join().expect("it only sleeps")
    }
}
