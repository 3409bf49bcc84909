//! What a supervisor was told, and what it makes of a failure.

use actorscope_agent::core::spec::{Backoff, RestartType, Shutdown};
use actorscope_agent::core::{ChildSpec, Timestamp};
use std::collections::VecDeque;
use std::time::{Duration, Instant, SystemTime};

/// The settings of a [`task_supervisor::SupervisorBuilder`], which it tells nobody.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Restarts allowed within the window; `None` = any number.
    pub(crate) restarts: Option<u32>,
    pub(crate) window: Duration,
    pub(crate) first_pause: Duration,
    pub(crate) longest_pause: Duration,
    /// By what share of itself a pause may be shortened, at random.
    pub(crate) jitter: f64,
    /// How long a run that is told to stop may take.
    pub(crate) grace: Duration,
}

impl Default for Plan {
    /// What task-supervisor 0.5 documents.
    fn default() -> Self {
        Self {
            restarts: Some(5),
            window: Duration::from_secs(60),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(30),
            jitter: 0.1,
            grace: Duration::from_secs(5),
        }
    }
}

impl Plan {
    /// How a task of this name is supervised.
    pub(crate) fn child_spec(&self, name: &str) -> ChildSpec {
        ChildSpec {
            child_id: Some(name.to_owned()),
            // What returns `Ok` has done its work.
            restart: Some(RestartType::Transient),
            intensity: self.restarts,
            period_ns: self.restarts.map(|_| nanos(self.window)),
            shutdown: Some(Shutdown::TimeoutNs(nanos(self.grace))),
            backoff: Some(Backoff {
                first_ns: nanos(self.first_pause),
                max_ns: nanos(self.longest_pause),
            }),
            // A task that is killed stays dead.
            kill_is_normal_exit: true,
            ..ChildSpec::default()
        }
    }
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

/// The restarts of one task that its supervisor remembers, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Restarts(VecDeque<Instant>);

/// What follows a failure.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Verdict {
    /// Another run, after a pause no longer than this.
    Again(Duration),
    /// None: there were too many.
    Never,
}

impl Restarts {
    /// The task failed. Decides as its supervisor does, a moment before it.
    pub(crate) fn failed(&mut self, plan: &Plan, now: Instant) -> Verdict {
        let is_old = |at: &Instant| now.saturating_duration_since(*at) >= plan.window;
        while self.0.front().is_some_and(is_old) {
            self.0.pop_front();
        }
        let recent = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        if plan.restarts.is_some_and(|most| recent >= most) {
            return Verdict::Never;
        }
        self.0.push_back(now);
        // More do not make the pause longer, and without a limit there is no end to them.
        if self.0.len() > MOST_DOUBLINGS + 1 && plan.restarts.is_none() {
            self.0.pop_front();
        }
        let doublings = recent.min(u32::try_from(MOST_DOUBLINGS).unwrap_or(u32::MAX));
        let factor = 2_u32.saturating_pow(doublings);
        Verdict::Again(plan.first_pause.saturating_mul(factor).min(plan.longest_pause))
    }

    /// It is restarted on purpose: all is forgotten.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }
}

/// How often a pause is doubled.
const MOST_DOUBLINGS: usize = 31;

/// The wall clock after a pause.
pub(crate) fn after(pause: Duration) -> Timestamp {
    Timestamp::from(SystemTime::now()).plus(nanos(pause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_the_window_forgets() {
        let plan = Plan { restarts: Some(3), ..Plan::default() };
        let mut restarts = Restarts::default();
        let begin = Instant::now();
        let at = |secs: u64| begin + Duration::from_secs(secs);
        let seconds = |n| Verdict::Again(Duration::from_secs(n));
        assert_eq!(restarts.failed(&plan, at(0)), seconds(1));
        assert_eq!(restarts.failed(&plan, at(10)), seconds(2));
        assert_eq!(restarts.failed(&plan, at(20)), seconds(4));
        assert_eq!(restarts.failed(&plan, at(59)), Verdict::Never);
        assert_eq!(restarts.failed(&plan, at(60)), seconds(4), "the first is a window ago");
        restarts.forget();
        assert_eq!(restarts.failed(&plan, at(61)), seconds(1));
    }

    #[test]
    fn without_a_limit_pauses_grow_up_to_the_longest_and_nothing_else_does() {
        let plan = Plan { restarts: None, ..Plan::default() };
        let mut restarts = Restarts::default();
        let now = Instant::now();
        for _ in 0..1_000 {
            restarts.failed(&plan, now);
        }
        assert_eq!(restarts.failed(&plan, now), Verdict::Again(plan.longest_pause));
        assert_eq!(restarts.0.len(), MOST_DOUBLINGS + 1);
    }
}
