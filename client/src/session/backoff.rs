//! How long to wait before the next attempt.

use std::time::Duration;

/// Pauses with full jitter: each is drawn evenly between nothing and a ceiling, which doubles with
/// every failure up to a cap. Many clients that lost one agent at one moment so come back spread
/// out (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backoff {
    /// The first ceiling.
    pub start: Duration,
    /// The highest ceiling.
    pub cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { start: Duration::from_millis(200), cap: Duration::from_secs(5) }
    }
}

impl Backoff {
    /// The longest pause before retry number `failures`, from 1.
    pub fn ceiling(self, failures: u32) -> Duration {
        let doubled = 1u32
            .checked_shl(failures.saturating_sub(1))
            .and_then(|factor| self.start.checked_mul(factor));
        doubled.map_or(self.cap, |d| d.min(self.cap))
    }

    /// The pause before retry number `failures`, from 1; `random` decides where below the ceiling.
    pub fn pause(self, failures: u32, random: u64) -> Duration {
        // 53 bits are what a float holds exactly.
        let share = (random >> 11) as f64 / (1u64 << 53) as f64;
        self.ceiling(failures).mul_f64(share)
    }

    /// Whether a connection that held for `held` was a good one: then counting begins anew. An agent
    /// that accepts and hangs up at once would be asked in a tight loop otherwise.
    pub fn forgives(self, held: Duration) -> bool {
        held >= self.cap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ceilings_double_up_to_the_cap() {
        let backoff = Backoff::default();
        let ms = |n| backoff.ceiling(n).as_millis();
        assert_eq!([1, 2, 3, 4, 5, 6].map(ms), [200, 400, 800, 1600, 3200, 5000]);
        assert_eq!(ms(0), 200);
        assert_eq!(ms(u32::MAX), 5000);
    }

    #[test]
    fn pauses_use_all_of_the_room_and_no_more() {
        let backoff = Backoff::default();
        assert_eq!(backoff.pause(3, 0), Duration::ZERO);
        let longest = backoff.pause(3, u64::MAX);
        assert!(longest <= Duration::from_millis(800) && longest > Duration::from_millis(799));
    }
}
