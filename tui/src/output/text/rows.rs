//! `tree` and `top`.

use crate::format;
use crate::output::Snapshot;
use crate::output::table::{Align, Table};
use actorscope_client::model::Row;
use actorscope_core::slot::{LatencySummary, Stats};
use actorscope_core::{SlotState, text};

/// The supervision tree, children indented below their parents.
pub fn tree(snapshot: &Snapshot, width: Option<usize>) -> String {
    let mut table = Table::new(&[
        ("NAME", Align::Left),
        ("ID", Align::Right),
        ("STATE", Align::Left),
        ("RESTARTS", Align::Right),
        ("MAILBOX", Align::Right),
        ("RATE/S", Align::Right),
        ("BUSY", Align::Right),
        ("WAIT P99", Align::Right),
        ("HANDLING P99", Align::Right),
        ("TYPE", Align::Left),
    ]);
    // Below --root the first row has no indentation.
    let shallowest = snapshot.view.rows().map(|row| row.place.depth).min();
    for row in snapshot.view.rows() {
        let depth = row.place.depth - shallowest.unwrap_or(0).min(row.place.depth);
        let indent = "  ".repeat(depth as usize);
        table.push(vec![
            format!("{indent}{}{}", row.identity.name, folded(row)),
            row.identity.id.to_string(),
            state(row.stats),
            stat(row, |s| s.restarts.to_string()),
            mailbox(row),
            stat(row, |s| format::rate(s.rate_per_s)),
            stat(row, |s| format::share(s.utilization)),
            stat(row, |s| p99(s.queue_wait)),
            stat(row, |s| p99(s.handling)),
            text::short_type(&row.identity.actor_type),
        ]);
    }
    table.render(width)
}

/// A row that has children which are not shown says how many.
fn folded(row: Row<'_>) -> String {
    if row.place.children > 0 && !row.place.open {
        format!(" (+{})", row.place.children)
    } else {
        String::new()
    }
}

/// The rows in their order, with paths.
pub fn top(snapshot: &Snapshot, width: Option<usize>) -> String {
    let mut table = Table::new(&[
        ("ID", Align::Right),
        ("PATH", Align::Left),
        ("STATE", Align::Left),
        ("MAILBOX", Align::Right),
        ("OLDEST", Align::Right),
        ("WAIT P99", Align::Right),
        ("HANDLING P99", Align::Right),
        ("BUSY", Align::Right),
        ("RATE/S", Align::Right),
        ("HANDLED", Align::Right),
        ("FAILED", Align::Right),
        ("RESTARTS", Align::Right),
    ]);
    for row in snapshot.view.rows() {
        table.push(vec![
            row.identity.id.to_string(),
            row.path.to_owned(),
            state(row.stats),
            mailbox(row),
            stat(row, |s| format::duration_or_absent(s.oldest_wait_ns)),
            stat(row, |s| p99(s.queue_wait)),
            stat(row, |s| p99(s.handling)),
            stat(row, |s| format::share(s.utilization)),
            stat(row, |s| format::rate(s.rate_per_s)),
            stat(row, |s| format::count_or_absent(s.total.map(|total| total.handled))),
            stat(row, |s| format::count_or_absent(s.total.map(|total| total.failed))),
            stat(row, |s| s.restarts.to_string()),
        ]);
    }
    table.render(width)
}

/// A line above each block of `--watch`.
pub fn heading(snapshot: &Snapshot) -> String {
    let view = &snapshot.view;
    format!(
        "{} · pid {} · {} · {} of {} actors\n",
        snapshot.node.name,
        snapshot.node.pid,
        view.sampled_at.to_rfc3339(),
        view.rows.len(),
        view.total,
    )
}

/// The state in a word or two.
pub(super) fn state(stats: Option<&Stats>) -> String {
    match stats.map(|s| s.state) {
        None => format::ABSENT.to_owned(),
        Some(SlotState::Restarting { attempt, in_ns: Some(in_ns) }) => {
            format!("restarting ({attempt}) in {}", format::duration(in_ns))
        }
        Some(SlotState::Restarting { attempt, .. }) => format!("restarting ({attempt})"),
        Some(state) => state.word().to_owned(),
    }
}

/// Messages waiting, and the bound if there is one: `12/64`; `≥12` where there may be more.
pub(super) fn mailbox(row: Row<'_>) -> String {
    let depth = row.stats.map(|s| s.depth).unwrap_or_default();
    let Some(value) = depth.value() else {
        return format::ABSENT.to_owned();
    };
    let at_least = if depth.is_lower_bound() { "≥" } else { "" };
    let value = format::count(value);
    match row.identity.mailbox_capacity {
        Some(capacity) => format!("{at_least}{value}/{}", format::count(capacity)),
        None => format!("{at_least}{value}"),
    }
}

/// The 99th percentile, or the maximum while there are too few for one.
fn p99(latency: Option<LatencySummary>) -> String {
    let worst = latency.and_then(|l| l.p99.or(l.max));
    format::duration_or_absent(worst)
}

fn stat(row: Row<'_>, show: impl FnOnce(&Stats) -> String) -> String {
    row.stats.map_or_else(|| format::ABSENT.to_owned(), show)
}
