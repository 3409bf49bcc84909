//! Which jobs are open, and which were lately: what the journal knows.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::Arc,
};

use crate::job::Job;

/// Ids of settled jobs that are remembered, so that one who is not sure may send a job again.
pub const REMEMBERED: usize = 10_000;

/// Whether a job is taken.
#[derive(Debug, PartialEq)]
pub enum Admission {
    /// It is new.
    New(Arc<Job>),
    /// One with its id is open, or was lately.
    Known,
    /// There is no room.
    Full,
}

/// See the module's text.
#[derive(Debug, Default)]
pub struct Backlog {
    open: BTreeMap<u64, Arc<Job>>,
    place: HashMap<Arc<str>, u64>,
    next: u64,
    settled: VecDeque<Arc<str>>,
    settled_ids: HashSet<Arc<str>>,
}

impl Backlog {
    /// Takes a job, if there are fewer than `limit`.
    pub fn admit(&mut self, job: Job, limit: usize) -> Admission {
        if self.place.contains_key(job.id()) || self.settled_ids.contains(job.id()) {
            return Admission::Known;
        }
        if self.open.len() >= limit {
            return Admission::Full;
        }
        let job = Arc::new(job);
        self.place.insert(job.id().clone(), self.next);
        self.open.insert(self.next, job.clone());
        self.next += 1;
        Admission::New(job)
    }

    /// A job is delivered, or dead. Returns it, if it was open.
    pub fn settle(&mut self, id: &str) -> Option<Arc<Job>> {
        let job = self.open.remove(&self.place.remove(id)?)?;
        if self.settled.len() >= REMEMBERED
            && let Some(oldest) = self.settled.pop_front()
        {
            self.settled_ids.remove(&oldest);
        }
        self.settled.push_back(job.id().clone());
        self.settled_ids.insert(job.id().clone());
        Some(job)
    }

    /// Open jobs, oldest first.
    pub fn open(&self) -> impl Iterator<Item = &Arc<Job>> {
        self.open.values()
    }

    /// What was settled lately, oldest first.
    pub fn settled(&self) -> impl Iterator<Item = &Arc<str>> {
        self.settled.iter()
    }

    /// Remembers that a job was settled, of which nothing else is known any more.
    pub fn remember(&mut self, id: &str) {
        if self.settled.len() < REMEMBERED && self.settled_ids.insert(id.into()) {
            self.settled.push_back(id.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(id: usize) -> Job {
        Job::new(&id.to_string(), "http://h/", serde_json::Value::Null).unwrap()
    }

    #[test]
    fn a_job_is_taken_once_and_remembered_for_a_while() {
        let mut backlog = Backlog::default();
        assert!(matches!(backlog.admit(job(0), 2), Admission::New(_)));
        assert_eq!(backlog.admit(job(0), 2), Admission::Known);
        assert!(matches!(backlog.admit(job(1), 2), Admission::New(_)));
        assert_eq!(backlog.admit(job(2), 2), Admission::Full);
        assert_eq!(&**backlog.settle("0").unwrap().id(), "0");
        assert_eq!(backlog.settle("0"), None);
        assert_eq!(backlog.admit(job(0), 2), Admission::Known);
        assert_eq!(backlog.open().map(|job| &**job.id()).collect::<Vec<_>>(), ["1"]);
    }

    #[test]
    fn what_is_remembered_is_bounded_and_the_oldest_goes_first() {
        let mut backlog = Backlog::default();
        for id in 0..=REMEMBERED {
            backlog.admit(job(id), 1);
            backlog.settle(&id.to_string());
        }
        assert_eq!(backlog.settled().count(), REMEMBERED);
        assert!(matches!(backlog.admit(job(0), 1), Admission::New(_)));
        assert_eq!(backlog.admit(job(1), 2), Admission::Known);
    }
}
