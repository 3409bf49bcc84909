//! What an answer means, and how long to wait before the next attempt.

use std::time::Duration;

/// The longest that a destination may ask us to wait.
const MOST: Duration = Duration::from_secs(60);

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken.
    Delivered,
    /// It may be taken another time, not before so long if it said that.
    Retry {
        /// What went wrong.
        why: String,
        /// What the destination asked for.
        after: Option<Duration>,
    },
    /// It will never be taken.
    Refused {
        /// What was answered.
        why: String,
    },
}

/// What an answer means.
pub fn judge(status: u16, after: Option<Duration>) -> Outcome {
    let why = format!("it answered {status}");
    match status {
        200..=299 => Outcome::Delivered,
        408 | 425 | 429 | 500..=599 => Outcome::Retry { why, after },
        _ => Outcome::Refused { why },
    }
}

/// What a `Retry-After` says, if it says seconds. It may say a date instead: then our own backoff does.
pub fn seconds(retry_after: &str) -> Option<Duration> {
    let seconds = retry_after.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(MOST))
}

/// How long attempts are apart.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// After the first attempt; twice as long after each further one.
    pub first: Duration,
    /// At most.
    pub most: Duration,
}

impl Backoff {
    /// After so many attempts.
    pub fn after(self, attempts: u32) -> Duration {
        let factor = 2u32.saturating_pow(attempts.saturating_sub(1));
        self.first.saturating_mul(factor).min(self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_go_better_next_time_is_tried_again() {
        assert_eq!(judge(204, None), Outcome::Delivered);
        for status in [408, 429, 500, 503] {
            assert!(matches!(judge(status, None), Outcome::Retry { .. }), "{status}");
        }
        for status in [301, 400, 404, 410] {
            assert!(matches!(judge(status, None), Outcome::Refused { .. }), "{status}");
        }
        assert_eq!(seconds(" 7 "), Some(Duration::from_secs(7)));
        assert_eq!(seconds("99999"), Some(MOST));
        assert_eq!(seconds("Fri, 31 Dec 2027 23:59:59 GMT"), None);
        assert_eq!(seconds("-1"), None);
    }

    #[test]
    fn attempts_are_twice_as_far_apart_each_time_up_to_a_limit() {
        let backoff = Backoff { first: Duration::from_millis(100), most: Duration::from_secs(1) };
        let millis = |attempts| backoff.after(attempts).as_millis();
        assert_eq!([1, 2, 3, 4, 5, 99].map(millis), [100, 200, 400, 800, 1000, 1000]);
    }
}
