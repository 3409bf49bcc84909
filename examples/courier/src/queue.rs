//! The open jobs of one destination: which are waiting, which is being tried, when one is given up.

use std::{collections::HashMap, sync::Arc, time::Duration};

use crate::{
    delivery::{Backoff, Outcome},
    job::Job,
};

/// How often and how soon a job is tried again.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Attempts after which a job is dead.
    pub attempts: u32,
    /// Time between two of them.
    pub backoff: Backoff,
}

/// What is to be done after an attempt.
#[derive(Debug, PartialEq)]
pub enum Verdict {
    /// Nothing: it is delivered.
    Delivered(Arc<Job>),
    /// It is tried again after this time.
    Again(Duration),
    /// It goes to the dead letters.
    Dead {
        /// Which one.
        job: Arc<Job>,
        /// So often it was tried.
        attempts: u32,
        /// What went wrong the last time.
        why: String,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// For its turn.
    Waits,
    /// In a worker's hands.
    Tried,
    /// For its next attempt.
    Rests,
}

struct Entry {
    job: Arc<Job>,
    place: u64,
    attempts: u32,
    phase: Phase,
}

/// See the module's text.
#[derive(Default)]
pub struct Queue {
    entries: HashMap<Arc<str>, Entry>,
    next: u64,
}

impl Queue {
    /// Takes a job; `false` if it has it already.
    pub fn add(&mut self, job: Arc<Job>) -> bool {
        if self.entries.contains_key(job.id()) {
            return false;
        }
        let entry = Entry { job: job.clone(), place: self.next, attempts: 0, phase: Phase::Waits };
        self.entries.insert(job.id().clone(), entry);
        self.next += 1;
        true
    }

    /// Whether nothing is open.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether a worker has something in its hands.
    pub fn is_busy(&self) -> bool {
        self.entries.values().any(|entry| entry.phase == Phase::Tried)
    }

    /// Whether a worker would have something to do.
    pub fn has_waiting(&self) -> bool {
        self.entries.values().any(|entry| entry.phase == Phase::Waits)
    }

    /// What a new worker is to do, oldest first.
    pub fn waiting(&self) -> Vec<Arc<Job>> {
        let waits = self.entries.values().filter(|entry| entry.phase == Phase::Waits);
        let mut waiting: Vec<_> = waits.map(|entry| (entry.place, entry.job.clone())).collect();
        waiting.sort_unstable_by_key(|(place, _)| *place);
        waiting.into_iter().map(|(_, job)| job).collect()
    }

    /// A worker tries this one.
    pub fn begun(&mut self, id: &str) {
        if let Some(entry) = self.entries.get_mut(id) {
            entry.phase = Phase::Tried;
        }
    }

    /// A worker tried this one. `None` if it is not open any more.
    pub fn ended(&mut self, id: &str, outcome: Outcome, policy: Policy) -> Option<Verdict> {
        let entry = self.entries.get_mut(id)?;
        entry.attempts += 1;
        let attempts = entry.attempts;
        let why = match outcome {
            Outcome::Delivered => {
                return self.entries.remove(id).map(|entry| Verdict::Delivered(entry.job));
            }
            Outcome::Retry { after, .. } if attempts < policy.attempts => {
                entry.phase = Phase::Rests;
                let ours = policy.backoff.after(attempts);
                return Some(Verdict::Again(after.map_or(ours, |after| after.max(ours))));
            }
            Outcome::Retry { why, .. } | Outcome::Refused { why } => why,
        };
        self.entries.remove(id).map(|entry| Verdict::Dead { job: entry.job, attempts, why })
    }

    /// A worker is gone, and with it what it had in its hands: that was an attempt, too.
    pub fn lost(&mut self, policy: Policy) -> Vec<(Arc<str>, Verdict)> {
        let tried = self.entries.values().filter(|entry| entry.phase == Phase::Tried);
        let tried: Vec<_> = tried.map(|entry| entry.job.id().clone()).collect();
        let crashed = || Outcome::Retry { why: "its worker crashed".to_owned(), after: None };
        let lost = tried.into_iter();
        lost.filter_map(|id| self.ended(&id, crashed(), policy).map(|verdict| (id, verdict)))
            .collect()
    }

    /// The time for the next attempt has come.
    pub fn due(&mut self, id: &str) -> Option<Arc<Job>> {
        let entry = self.entries.get_mut(id).filter(|entry| entry.phase == Phase::Rests)?;
        entry.phase = Phase::Waits;
        Some(entry.job.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy {
        attempts: 3,
        backoff: Backoff { first: Duration::from_secs(1), most: Duration::from_secs(9) },
    };

    fn queue(ids: &[&str]) -> Queue {
        let mut queue = Queue::default();
        for id in ids {
            assert!(queue.add(Arc::new(Job::new(id, "http://h/", ().into()).unwrap())));
        }
        queue
    }

    fn waiting(queue: &Queue) -> Vec<String> {
        queue.waiting().iter().map(|job| job.id().as_ref().to_owned()).collect()
    }

    fn retry(after: Option<u64>) -> Outcome {
        Outcome::Retry { why: "no".to_owned(), after: after.map(Duration::from_secs) }
    }

    #[test]
    fn a_job_is_tried_so_often_and_then_is_dead() {
        let mut queue = queue(&["a", "b"]);
        queue.begun("a");
        let again = |seconds| Some(Verdict::Again(Duration::from_secs(seconds)));
        assert_eq!(queue.ended("a", retry(None), POLICY), again(1));
        assert_eq!(waiting(&queue), ["b"]);
        assert!(queue.due("a").is_some() && queue.due("a").is_none());
        assert_eq!(waiting(&queue), ["a", "b"], "it keeps its place");
        assert_eq!(queue.ended("a", retry(Some(7)), POLICY), again(7));
        let Some(Verdict::Dead { attempts: 3, why, .. }) = queue.ended("a", retry(None), POLICY)
        else {
            panic!("not dead");
        };
        assert_eq!(why, "no");
        assert_eq!(queue.ended("a", retry(None), POLICY), None);
        assert!(matches!(
            queue.ended("b", Outcome::Delivered, POLICY),
            Some(Verdict::Delivered(_))
        ));
        assert!(queue.is_empty());
    }

    #[test]
    fn what_a_worker_had_in_its_hands_counts_as_tried_and_the_rest_waits_for_the_next() {
        let mut queue = queue(&["a", "b", "c"]);
        queue.begun("a");
        assert!(queue.is_busy());
        let lost = queue.lost(POLICY);
        assert_eq!(lost, [("a".into(), Verdict::Again(Duration::from_secs(1)))]);
        assert!(!queue.is_busy() && queue.has_waiting());
        assert_eq!(waiting(&queue), ["b", "c"]);
        assert_eq!(queue.lost(POLICY), []);
    }

    #[test]
    fn what_will_never_be_taken_is_not_tried_again() {
        let mut queue = queue(&["a"]);
        let refused = Outcome::Refused { why: "it answered 410".to_owned() };
        let verdict = queue.ended("a", refused, POLICY);
        assert!(matches!(verdict, Some(Verdict::Dead { attempts: 1, .. })), "{verdict:?}");
    }
}
