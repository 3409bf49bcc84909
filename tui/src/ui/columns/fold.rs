//! What stands in the cells of a row of many like actors: sums of what adds up, the worst of what does
//! not, nothing where neither says anything.

use super::{Cell, Column, Tone, absent, duration, nothing, some};
use crate::format;
use crate::ui::severity::Severity;
use crate::ui::theme::glyph;
use actorscope_core::view::Sums;

/// The cell of a column.
pub fn of_fold(column: &Column, sums: &Sums) -> Cell {
    let count = |n: Option<u64>| n.map_or_else(absent, |n| some(n, Severity::Calm));
    let worst = |ns: Option<u64>| ns.map_or_else(absent, duration);
    match column.id {
        "state" => state(sums),
        "queued" => match sums.depth.value() {
            Some(n) if sums.depth.is_lower_bound() => {
                (format!("≥{}", format::count(n)), Tone::Plain)
            }
            depth => count(depth),
        },
        "rate" => super::rate_cell(sums.rate_per_s),
        "wait" => worst(sums.wait_ns),
        "handling-p99" => match (sums.handling_p99_ns, sums.total) {
            (None, Some(_)) => nothing(),
            (longest, _) => worst(longest),
        },
        "busy" => super::busy_cell(sums.utilization),
        "restarts" => some(sums.restarts, Severity::Calm),
        "failed" => count(sums.total.map(|total| total.failed)),
        "handled" => count(sums.total.map(|total| total.handled)),
        _ => (String::new(), Tone::Faint),
    }
}

/// The state that needs attention most, and how many are in it where not all are. Of those at work
/// some are always idle: that they are at work says more.
fn state(sums: &Sums) -> Cell {
    let mut states = sums.states.iter();
    let Some((state, count)) = states.next() else { return absent() };
    let word = state.word();
    if count == sums.count {
        return (format!("{} {word}", glyph(state)), Tone::State(state));
    }
    (format!("{} {} {word}", glyph(state), format::count(count)), Tone::State(state))
}
