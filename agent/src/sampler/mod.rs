//! What happens once a tick: one pass over the slots that are awake computes rates, finds the worst,
//! prunes the dead. It reads shared memory only and never sends anything to an actor to learn about it.
//!
//! A slot that did nothing for some passes is let sleep, and what was seen of it stays true until it
//! stirs (`crate::registry::Stirrings`): a pass costs what happens, not what there is.

mod active;
mod figures;
mod fine;
mod journal;
mod leading;
mod links;
mod look;
mod places;
mod polling;
mod row;
mod rows;
mod seen;
mod tally;
#[cfg(test)]
mod tests;
mod worst;

pub(crate) use journal::{Journal, Read, gap};
pub(crate) use rows::Rows;

use crate::clock::{nanos, ticks, wall};
use crate::registry::Registry;
use actorscope_core::node::AgentCost;
use figures::Figures;
use std::time::Duration;

/// The shortest tick.
const MIN_TICK: Duration = AgentCost::FULL_PACE;

/// The longest tick while somebody watches: a screen that stands still for longer is taken for broken. Only
/// a million slots that all do something, or have all just come, are looked at for a quarter of a second,
/// so it is for them alone that the agent takes more than its share.
const MAX_TICK_WATCHED: Duration = Duration::from_secs(5);

/// Share of one core that passes may take while somebody watches: with the frames of a screen, the agent as a
/// whole takes 5 % …
const SHARE_WATCHED: f64 = 0.04;
/// … and while nobody does: with what else it does then, 0.5 %.
const SHARE_UNWATCHED: f64 = 0.004;

/// A pass asked for out of turn is answered from the last one if that is no older than this.
const FRESH: Duration = Duration::from_millis(250);

/// The sampler: rows as of the last pass, and what it takes to make the next.
pub(crate) struct Sampler {
    rows: Rows,
    figures: Figures,
    last_pass: u64,
    pass_ns: u64,
}

impl Sampler {
    /// Begins to follow the registry. `runtime` is the host's, for its figures.
    pub(crate) fn new(registry: Registry, runtime: Option<tokio::runtime::Handle>) -> Self {
        registry.track_changes();
        Self { rows: Rows::new(registry), figures: Figures::new(runtime), last_pass: 0, pass_ns: 0 }
    }

    /// The rows as of the last pass.
    pub(crate) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// The rows, to mark which ones are looked at.
    pub(crate) fn rows_mut(&mut self) -> &mut Rows {
        &mut self.rows
    }

    /// Goes over all slots; returns how long to wait for the next time.
    pub(crate) fn pass(&mut self, watchers: u32, frames_skipped: u64) -> Duration {
        let begin = ticks();
        let figures = self.figures.read(watchers > 0);
        let cost = AgentCost {
            cpu_cores: figures.agent_cpu,
            watchers,
            frames_skipped,
            ..AgentCost::default()
        };
        self.rows.pass(begin, wall(), figures, cost);
        if watchers == 0 {
            self.rows.forget_kin();
        }
        self.last_pass = ticks();
        self.pass_ns = nanos(begin, self.last_pass);
        // The next pass looks at those that are still awake.
        let next_ns = self.pass_ns as f64 * self.rows.share_still_awake();
        let tick = tick(next_ns, watchers > 0);
        self.rows.took(self.pass_ns, tick);
        tick
    }

    /// Whether the last pass is recent enough for somebody who has just come.
    pub(crate) fn is_fresh(&self) -> bool {
        self.last_pass != 0
            && u128::from(nanos(self.last_pass, ticks())) < FRESH.as_nanos()
            && !self.rows.is_behind()
    }

    /// How long to wait before a pass out of turn.
    pub(crate) fn pause_before_extra_pass(&self) -> Duration {
        let since = Duration::from_nanos(nanos(self.last_pass, ticks()));
        extra(self.pass_ns as f64).saturating_sub(since)
    }

    /// As if there were so much to go over.
    #[cfg(test)]
    pub(crate) fn took(&mut self, pass: Duration) {
        self.pass_ns = pass.as_nanos() as u64;
    }
}

/// How long to wait for a pass that will take so many nanoseconds.
fn tick(next_ns: f64, is_watched: bool) -> Duration {
    let affordable = |share: f64| Duration::from_nanos((next_ns / share) as u64).max(MIN_TICK);
    if is_watched {
        affordable(SHARE_WATCHED).min(MAX_TICK_WATCHED)
    } else {
        affordable(SHARE_UNWATCHED)
    }
}

/// How long after a pass the next one comes out of turn, because somebody watches and something happened, if it
/// will take so many nanoseconds.
fn extra(next_ns: f64) -> Duration {
    Duration::from_nanos((next_ns / SHARE_WATCHED) as u64).clamp(FRESH, MAX_TICK_WATCHED)
}

#[cfg(test)]
mod pace {
    use super::{FRESH, MAX_TICK_WATCHED, MIN_TICK, extra, tick};
    use std::time::Duration;

    #[test]
    fn a_pass_takes_its_share_and_no_more() {
        assert_eq!((tick(0.0, true), tick(4e6, false)), (MIN_TICK, MIN_TICK));
        assert_eq!(tick(100e6, true), Duration::from_millis(2_500));
        assert_eq!(tick(100e6, false), Duration::from_secs(25));
    }

    #[test]
    fn whoever_watches_does_not_wait_for_long() {
        // A million slots that have just come.
        assert_eq!(tick(700e6, true), MAX_TICK_WATCHED);
        assert_eq!((extra(700e6), extra(1e6)), (MAX_TICK_WATCHED, FRESH));
        assert_eq!(tick(700e6, false), Duration::from_secs(175));
    }
}
