//! Which ports are promised to calls, and until when.

use std::{
    collections::{HashSet, VecDeque},
    time::Duration,
};

use tokio::time::Instant;

/// How long a port is kept for a call's first packet. From then on the relay knows by itself that it is in use.
const LIFETIME: Duration = Duration::from_secs(20);
/// Ports promised at a time. A port found at random must be a free one more often than not.
const MOST: usize = 12_000;

/// See the module's text.
#[derive(Default)]
pub struct Leases {
    /// Oldest first.
    held: VecDeque<Held>,
    taken: HashSet<u16>,
}

struct Held {
    port: u16,
    since: Instant,
    refreshed: Instant,
}

impl Leases {
    /// Forgets what is over.
    pub fn expire(&mut self, now: Instant) {
        while let Some(oldest) = self.held.front()
            && now - oldest.since >= LIFETIME
        {
            self.taken.remove(&oldest.port);
            self.held.pop_front();
        }
    }

    /// Whether no more can be promised.
    pub fn is_full(&self) -> bool {
        self.held.len() >= MOST
    }

    /// Promises a port; `false` if it is promised already.
    pub fn add(&mut self, port: u16, now: Instant) -> bool {
        let new = self.taken.insert(port);
        if new {
            self.held.push_back(Held { port, since: now, refreshed: now });
        }
        new
    }

    /// Ports that were not refreshed for this long. They count as refreshed from now on.
    pub fn due(&mut self, after: Duration, now: Instant) -> Vec<u16> {
        let due = self.held.iter_mut().filter(|held| now - held.refreshed >= after);
        due.map(|held| {
            held.refreshed = now;
            held.port
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_promised_once_until_its_time_is_over() {
        let mut leases = Leases::default();
        let start = Instant::now();
        assert!(leases.add(4000, start));
        assert!(!leases.add(4000, start));
        leases.expire(start + LIFETIME - Duration::from_nanos(1));
        assert!(!leases.add(4000, start));
        leases.expire(start + LIFETIME);
        assert!(leases.add(4000, start + LIFETIME));
    }

    #[test]
    fn a_port_is_due_once_a_period() {
        let mut leases = Leases::default();
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        leases.add(1, start);
        leases.add(2, start + second);
        let period = 10 * second;
        assert_eq!(leases.due(period, start + 9 * second), [0; 0]);
        assert_eq!(leases.due(period, start + 10 * second), [1]);
        assert_eq!(leases.due(period, start + 11 * second), [2]);
        assert_eq!(leases.due(period, start + 19 * second), [0; 0]);
        assert_eq!(leases.due(Duration::ZERO, start + 19 * second), [1, 2]);
    }
}
