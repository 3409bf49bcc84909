//! What is counted, by path and minute.

use crate::line::Hit;
use crate::time::Minute;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Paths told apart; what comes after them is counted as [`OTHER`]. A scanner invents paths without end.
const PATHS: usize = 20_000;

/// In the place of the paths for which there is no room.
pub const OTHER: &str = "(other)";

/// What happened to one path in one minute.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Row {
    pub requests: u64,
    pub bytes: u64,
    /// By the first digit of the status, 1 to 5.
    pub classes: [u64; 5],
    /// Requests of which the log tells how long they took, and what they took together and at most.
    pub timed: u64,
    pub latency_us: u64,
    pub latency_max_us: u64,
}

impl Row {
    fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.bytes = self.bytes.saturating_add(other.bytes);
        for (class, more) in self.classes.iter_mut().zip(other.classes) {
            *class += more;
        }
        self.timed += other.timed;
        self.latency_us = self.latency_us.saturating_add(other.latency_us);
        self.latency_max_us = self.latency_max_us.max(other.latency_max_us);
    }
}

/// Rows by path, then by minute.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Totals(BTreeMap<String, BTreeMap<Minute, Row>>);

impl Totals {
    /// Counts a request.
    pub fn count(&mut self, hit: &Hit<'_>) {
        let mut row = Row { requests: 1, bytes: hit.bytes, ..Row::default() };
        if let Some(class) = row.classes.get_mut(usize::from(hit.status / 100).wrapping_sub(1)) {
            *class = 1;
        }
        if let Some(us) = hit.latency_us {
            (row.timed, row.latency_us, row.latency_max_us) = (1, us, us);
        }
        self.rows_of(&hit.path).entry(hit.minute).or_default().add(&row);
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Self) {
        for (path, rows) in &other.0 {
            let ours = self.rows_of(path);
            for (minute, row) in rows {
                ours.entry(*minute).or_default().add(row);
            }
        }
    }

    fn rows_of(&mut self, path: &str) -> &mut BTreeMap<Minute, Row> {
        let known = self.0.contains_key(path) || self.0.len() < PATHS;
        let path = if known { path } else { OTHER };
        if !self.0.contains_key(path) {
            self.0.insert(path.to_owned(), BTreeMap::new());
        }
        self.0.entry(path.to_owned()).or_default()
    }

    /// Each row with its path and minute, in the order of paths.
    pub fn rows(&self) -> impl Iterator<Item = (&str, Minute, &Row)> {
        self.0.iter().flat_map(|(path, rows)| {
            rows.iter().map(move |(minute, row)| (path.as_str(), *minute, row))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(path: &str, minute: Minute, status: u16) -> Hit<'_> {
        Hit { minute, path: path.into(), status, bytes: 10, latency_us: Some(status.into()) }
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let hits = [hit("/a", 1, 200), hit("/b", 1, 503), hit("/a", 1, 404), hit("/a", 2, 200)];
        let (mut whole, mut first, mut second) =
            (Totals::default(), Totals::default(), Totals::default());
        hits.iter().for_each(|hit| whole.count(hit));
        hits[..2].iter().for_each(|hit| first.count(hit));
        hits[2..].iter().for_each(|hit| second.count(hit));
        first.add(&second);
        assert_eq!(first, whole);
        let (path, minute, row) = whole.rows().next().unwrap();
        assert_eq!((path, minute, row.requests, row.bytes), ("/a", 1, 2, 20));
        assert_eq!((row.classes, row.timed), ([0, 1, 0, 1, 0], 2));
        assert_eq!((row.latency_us, row.latency_max_us), (604, 404));
    }

    #[test]
    fn paths_without_end_are_counted_together() {
        let mut totals = Totals::default();
        for n in 0..PATHS + 50 {
            totals.count(&hit(&format!("/{n}"), 1, 404));
        }
        let other = totals.rows().find(|(path, ..)| *path == OTHER).unwrap();
        assert_eq!(other.2.requests, 50);
        assert!(totals.rows().count() <= PATHS + 1);
        assert_eq!(totals.rows().map(|(.., row)| row.requests).sum::<u64>(), PATHS as u64 + 50);
    }
}
