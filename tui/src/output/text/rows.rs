//! `tree` and `top`.

use crate::format;
use crate::output::Snapshot;
use crate::output::table::{Align, Table};
use actorscope_client::ViewState;
use actorscope_client::model::Row;
use actorscope_core::slot::{LatencySummary, Stats};
use actorscope_core::view::Fold;
use actorscope_core::{SlotState, text};

/// The supervision tree, children indented below their parents; page after page.
pub struct Tree {
    table: Table,
    /// Below --root the first row has no indentation.
    shallowest: Option<u32>,
}

impl Default for Tree {
    fn default() -> Self {
        let table = Table::new(&[
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
        Self { table, shallowest: None }
    }
}

impl Tree {
    /// The lines of the next page.
    pub fn page(&mut self, view: &ViewState, width: Option<usize>) -> String {
        for place in &view.rows {
            let shallowest = *self.shallowest.get_or_insert(place.depth);
            let indent = "  ".repeat(place.depth.saturating_sub(shallowest) as usize);
            if let Some(fold) = view.fold(*place) {
                self.table.push(fold_line(fold, &indent));
            } else if let Some(row) = view.row(*place) {
                self.table.push(line(row, &indent));
            }
        }
        self.table.page(width)
    }
}

fn line(row: Row<'_>, indent: &str) -> Vec<String> {
    vec![
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
    ]
}

/// Many like actors in one line: sums, the busiest one's share, the longest handling, and in words what
/// they are doing.
fn fold_line(fold: &Fold, indent: &str) -> Vec<String> {
    let sums = &fold.sums;
    // What needs attention most.
    let first = sums.states.iter().next();
    let state = first.map_or_else(String::new, |(state, count)| {
        if count == sums.count {
            state.to_string()
        } else {
            format!("{} {state}", text::grouped(count))
        }
    });
    let depth = sums.depth.value().map_or_else(
        || format::ABSENT.to_owned(),
        |value| {
            let at_least = if sums.depth.is_lower_bound() { "≥" } else { "" };
            format!("{at_least}{}", format::count(value))
        },
    );
    let mut words = sums.states.to_string();
    if let Some(wait) = sums.wait_ns.filter(|wait| *wait > 0) {
        words += &format!("; longest wait {}", format::duration(wait));
    }
    if let Some((id, name)) = &fold.worst {
        words += &format!("; worst {name} {id}");
    }
    vec![
        format!("{indent}{} ×{}", fold.label(), text::grouped(sums.count)),
        String::new(),
        state,
        sums.restarts.to_string(),
        depth,
        format::rate(sums.rate_per_s),
        format::share(sums.utilization),
        String::new(),
        format::duration_or_absent(sums.handling_p99_ns),
        words,
    ]
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

/// The same for a tree, whose lines may be of many actors.
pub fn tree_heading(page: &Snapshot) -> String {
    let view = &page.view;
    format!(
        "{} · pid {} · {} · {} actors in {} lines\n",
        page.node.name,
        page.node.pid,
        view.sampled_at.to_rfc3339(),
        view.total,
        view.matched,
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
