//! A supervisor's log of restarts, as wall-clock times.

use actorscope_ractor::agent::core::Timestamp;
use actorscope_ractor::supervise::Nursery;
use ractor::concurrency::{Duration, Instant};
use ractor_supervisor::{CoreSupervisorOptions, RestartLog};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn now() -> Timestamp {
    SystemTime::now().into()
}

pub(crate) fn from_now(delay: Duration) -> Timestamp {
    now().plus(nanos(delay))
}

/// Tells of the log when it has changed.
#[derive(Default)]
pub(crate) struct Told(Mutex<Option<(usize, Option<Instant>)>>);

impl Told {
    pub(crate) fn tell<S>(
        &self,
        nursery: &Nursery,
        log: &[RestartLog],
        options: &impl CoreSupervisorOptions<S>,
    ) {
        let last = log.last().map(|restart| restart.timestamp);
        {
            let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let news = Some((log.len(), last));
            if *told == news {
                return;
            }
            *told = news;
        }
        let (wall, instant) = (now(), Instant::now());
        let at = |at: Instant| Timestamp(wall.0.saturating_sub(nanos(instant.duration_since(at))));
        // After a quiet time all are forgotten together. For somebody who counts each for a whole window
        // they happened that much earlier.
        let quiet = last.zip(options.reset_after()).map(|(last, reset_after)| {
            let over = at(last).plus(nanos(reset_after));
            Timestamp(over.0.saturating_sub(nanos(options.max_window())))
        });
        let counted = |restart: &RestartLog| {
            let at = at(restart.timestamp);
            quiet.map_or(at, |quiet| at.min(quiet))
        };
        nursery.restarts(&log.iter().map(counted).collect::<Vec<_>>());
    }
}
