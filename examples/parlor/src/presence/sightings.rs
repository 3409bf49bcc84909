//! The defect of [`Fault::LeakyPresence`](crate::fault::Fault::LeakyPresence): a record that only grows.

use std::{collections::HashSet, sync::Arc, time::Duration};

use tokio::time::Instant;

/// Sightings of one client by another that are this close together count as one.
const ONCE: Duration = Duration::from_millis(100);

/// Who saw whom do something, by nick, meant for complaints ("they were there and did not answer"). Nobody wrote the
/// part that removes what is old, or of clients that are gone; and whether a sighting is new is found out by looking at
/// all there ever were.
#[derive(Default)]
pub struct Sightings(Vec<Sighting>);

struct Sighting {
    seen: Arc<str>,
    by: Arc<str>,
    at: Instant,
}

impl Sightings {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Everybody in `by` saw `seen`.
    pub fn record(&mut self, seen: &Arc<str>, by: impl Iterator<Item = Arc<str>>, at: Instant) {
        let known = self.0.iter().filter(|old| old.seen == *seen && at - old.at < ONCE);
        let known: HashSet<Arc<str>> = known.map(|old| old.by.clone()).collect();
        let new = by.filter(|by| !known.contains(by));
        self.0.extend(new.map(|by| Sighting { seen: seen.clone(), by, at }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_ever_forgotten() {
        let mut sightings = Sightings::default();
        let nick = |number: u32| Arc::from(format!("guest-{number}"));
        let start = Instant::now();
        for hour in 0..24 {
            let at = start + Duration::from_secs(3600) * hour;
            sightings.record(&nick(1), (2..=26).map(nick), at);
            sightings.record(&nick(1), (2..=26).map(nick), at + ONCE / 2);
        }
        assert_eq!(sightings.0.len(), 24 * 25);
    }
}
