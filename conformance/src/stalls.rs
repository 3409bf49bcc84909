//! What a machine takes for itself and for others.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often it asks to be woken.
const STEP: Duration = Duration::from_millis(5);

/// By how much later than it asked for a bare thread is woken, summed up from [`Stalls::begin`] to [`Stalls::end`]:
/// what nobody can be blamed for who waited as long in the same process.
pub(crate) struct Stalls {
    /// The thread goes on as long as this is there.
    held: Arc<()>,
    thread: JoinHandle<Duration>,
}

impl Stalls {
    pub(crate) fn begin() -> Self {
        let held = Arc::new(());
        let seen = held.clone();
        let thread = std::thread::spawn(move || {
            let mut late = Duration::ZERO;
            while Arc::strong_count(&seen) > 1 {
                let asked = Instant::now();
                std::thread::sleep(STEP);
                late += asked.elapsed().saturating_sub(STEP);
            }
            late
        });
        Self { held, thread }
    }

    pub(crate) fn end(self) -> Duration {
        drop(self.held);
        self.thread.join().expect("it only sleeps")
    }
}
