//! Which rows want a look, and why, in words.

use crate::format;
use crate::words;
use actorscope_core::SlotState;
use actorscope_core::slot::{Identity, Stats};
use actorscope_core::view::{SortKey, SortValue};

/// A wait that somebody notices.
pub const WARN_NS: u64 = 100_000_000;
/// A wait that somebody complains about.
pub const SEVERE_NS: u64 = 1_000_000_000;
/// One message in hand for this long is likely stuck.
const STUCK_NS: u64 = 10_000_000_000;

/// By how much something wants a look.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Severity {
    /// Not at all.
    #[default]
    Calm,
    /// When there is time.
    Warn,
    /// First.
    Severe,
}

impl Severity {
    /// How bad a message's wait is.
    pub const fn of_wait(ns: u64) -> Self {
        match ns {
            SEVERE_NS.. => Self::Severe,
            WARN_NS.. => Self::Warn,
            _ => Self::Calm,
        }
    }
}

/// What rows are sorted by when they are sorted by queue wait, in nanoseconds: the mean, or the
/// oldest message's wait when that is longer.
pub fn wait_now(identity: &Identity, stats: &Stats) -> Option<u64> {
    match SortKey::QueueWait.value(identity, stats) {
        SortValue::Number(ns) if ns >= 0.0 => Some(ns as u64),
        _ => None,
    }
}

/// Everything about a slot that wants a look, worst first.
pub fn reasons(identity: &Identity, stats: &Stats) -> Vec<(Severity, String)> {
    let mut found = Vec::new();
    let mut say = |severity, text: String| found.push((severity, text));
    match stats.state {
        SlotState::Failed => say(Severity::Severe, "it failed for good".to_owned()),
        SlotState::Restarting { attempt, .. } => {
            say(Severity::Warn, format!("it is being restarted, try {attempt}"));
        }
        SlotState::Suspended => say(Severity::Warn, "an operator holds it".to_owned()),
        _ => {}
    }
    if let Some(oldest) = stats.oldest_wait_ns.filter(|ns| *ns >= WARN_NS) {
        let text = format!("oldest message waits {}", format::duration(oldest));
        say(Severity::of_wait(oldest), text);
    } else if let Some(wait) = wait_now(identity, stats).filter(|ns| *ns >= WARN_NS) {
        let text = format!("messages wait {} on average", format::duration(wait));
        say(Severity::of_wait(wait), text);
    }
    let of_handling = |ns| if ns >= STUCK_NS { Severity::Severe } else { Severity::Warn };
    let handled = stats.handling_now.as_ref().map_or(0, |now| now.for_ns);
    let waiting = stats.waiting_for.as_ref().filter(|waiting| waiting.for_ns >= SEVERE_NS);
    if let Some(waiting) = waiting {
        say(of_handling(waiting.for_ns), format!("waits for {}", words::waits_for(waiting)));
    }
    // Who waits for somebody most of that time is told already.
    let is_told = waiting.is_some_and(|waiting| waiting.for_ns >= handled - handled / 10);
    if handled >= SEVERE_NS && !is_told {
        let text = format!("handles one message for {}", format::duration(handled));
        say(of_handling(handled), text);
    }
    if let Some(polling) = &stats.polling {
        if let Some(longest) = polling.poll.max.filter(|ns| *ns >= WARN_NS) {
            let took = format::duration(longest);
            say(
                Severity::Warn,
                format!("a poll took {took}: its worker ran nothing else meanwhile"),
            );
        }
        if let Some(delay) = polling.delay.p99.filter(|ns| *ns >= WARN_NS) {
            let text = format!("woken, it waits up to {} for a worker", format::duration(delay));
            say(Severity::Warn, text);
        }
    }
    if let Some(budget) = &stats.budget {
        if budget.exhausted() && budget.used > 0 {
            let text = "its restart budget is used up: the next failure ends it".to_owned();
            say(Severity::Severe, text);
        } else if budget.used > 0 && budget.used.saturating_add(1) >= budget.allowed {
            say(Severity::Warn, "one restart of its budget is left".to_owned());
        }
    }
    if let Some(full) = fullness(identity, stats).filter(|full| *full >= 0.9) {
        say(Severity::Warn, format!("its mailbox is {:.0}% full", full * 100.0));
    }
    found.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    found
}

/// How much a slot wants a look.
pub fn of(identity: &Identity, stats: &Stats) -> Severity {
    reasons(identity, stats).first().map_or(Severity::Calm, |r| r.0)
}

/// Share of a bounded mailbox in use, 0 … 1.
pub fn fullness(identity: &Identity, stats: &Stats) -> Option<f64> {
    let capacity = identity.mailbox_capacity.filter(|c| *c > 0)?;
    let depth = stats.depth.value()?;
    Some((depth as f64 / capacity as f64).min(1.0))
}
