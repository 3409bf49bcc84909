//! The columns of tree and table: what they are called, how wide they are, what they sort by and
//! what stands in their cells. Which of them a screen shows is a [`Choice`].
//!
//! The name is no column of this table: it takes the room that the others leave.

mod choice;
mod fold;

pub use choice::{Choice, Columns, Fitted};
pub use fold::of_fold;

use super::severity::{Severity, fullness, wait_now};
use super::text;
use super::theme::{GROUP, glyph};
use crate::format;
use actorscope_core::slot::{Counters, Identity, LatencySummary, Stats};
use actorscope_core::spec::ChildKind;
use actorscope_core::view::SortKey;
use actorscope_core::{SlotState, Timestamp};

/// The group of the queue wait's columns, and its name where only one of them is shown.
const WAIT: (&str, &str) = ("QUEUE WAIT", "WAIT");
/// The group of the handling time's columns.
const HANDLING: (&str, &str) = ("HANDLING", "HANDLING");
/// Columns that stand for themselves.
const ALONE: (&str, &str) = ("", "");

/// At which side of its column a text stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Words.
    Left,
    /// Numbers, so that their digits stand below each other.
    Right,
}

/// How a cell looks.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Tone {
    /// As text does.
    Plain,
    /// As what matters less: zeros, and what is not known.
    Faint,
    /// As the state it names.
    State(SlotState),
    /// As bad as it is.
    Severity(Severity),
}

/// What stands in one cell.
pub type Cell = (String, Tone);

/// What cells are made of.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Who it is.
    pub identity: &'a Identity,
    /// How it is doing.
    pub stats: &'a Stats,
    /// When that was, by the node's clock.
    pub at: Timestamp,
}

/// One column.
#[derive(Debug)]
pub struct Column {
    /// Its name, unique: for configurations.
    pub id: &'static str,
    /// What it has in common with its neighbours, long and short; empty = nothing.
    pub group: (&'static str, &'static str),
    /// Its heading below the group's.
    pub title: &'static str,
    /// Its heading where groups have no line.
    pub short: &'static str,
    /// Cells it takes, the mark of the sorted column included.
    pub width: u16,
    /// Where its texts stand.
    pub side: Side,
    /// What it sorts by.
    pub sort: Option<SortKey>,
    /// Who has to go first when there is no room: the highest.
    pub rank: u8,
    /// Whether it is shown unless the user chooses otherwise.
    pub shown: bool,
    /// A line for the help.
    pub help: &'static str,
    /// What stands in it.
    pub cell: fn(&Facts<'_>) -> Cell,
}

const fn number(
    (id, title): (&'static str, &'static str),
    width: u16,
    sort: SortKey,
    rank: u8,
    help: &'static str,
    cell: fn(&Facts<'_>) -> Cell,
) -> Column {
    Column {
        id,
        group: ALONE,
        title,
        short: title,
        width,
        side: Side::Right,
        sort: Some(sort),
        rank,
        shown: true,
        help,
        cell,
    }
}

const fn latency(
    (id, group): (&'static str, (&'static str, &'static str)),
    (title, short): (&'static str, &'static str),
    sort: Option<SortKey>,
    rank: u8,
    help: &'static str,
    cell: fn(&Facts<'_>) -> Cell,
) -> Column {
    let (width, side, shown) = (8, Side::Right, true);
    Column { id, group, title, short, width, side, sort, rank, shown, help, cell }
}

/// Every column, in the usual order of the screen. To add one, add a line.
#[rustfmt::skip] // A table reads as one: a column a line.
pub const COLUMNS: &[Column] = &[
    Column { side: Side::Left, ..number(("state", "STATE"), 12, SortKey::State, 0, "what it is doing", state) },
    number(("queued", "QUEUED"), 7, SortKey::Depth, 0, "messages waiting to be handled", queued),
    number(("rate", "MSG/S"), 6, SortKey::Rate, 1, "messages handled a second", rate),
    latency(("wait", WAIT), ("now", "WAIT"), Some(SortKey::QueueWait), 4, "queue wait now: its mean, or the oldest message's wait when that is longer", wait),
    latency(("wait-p50", WAIT), ("p50", "W p50"), None, 8, "queue wait: half of the messages waited no longer", |f| quantile(f.stats.queue_wait, |l| l.p50)),
    latency(("wait-p99", WAIT), ("p99", "W p99"), None, 1, "queue wait: 99 of 100 messages waited no longer", |f| quantile(f.stats.queue_wait, |l| l.p99)),
    latency(("wait-max", WAIT), ("max", "W max"), None, 10, "queue wait: the longest", |f| quantile(f.stats.queue_wait, |l| l.max)),
    latency(("handling-p50", HANDLING), ("p50", "H p50"), None, 11, "time inside the handler: half of the messages took no longer", |f| quantile(f.stats.handling, |l| l.p50)),
    latency(("handling-p99", HANDLING), ("p99", "H p99"), Some(SortKey::Handling), 2, "time inside the handler: 99 of 100 messages took no longer", |f| quantile(f.stats.handling, |l| l.p99)),
    latency(("handling-max", HANDLING), ("max", "H max"), None, 12, "time inside the handler: the longest", |f| quantile(f.stats.handling, |l| l.max)),
    number(("busy", "BUSY"), 5, SortKey::Utilization, 5, "share of the time spent inside handlers", busy),
    number(("restarts", "RST"), 4, SortKey::Restarts, 3, "how often the slot was filled again", |f| some(f.stats.restarts, Severity::Calm)),
    number(("failed", "FAILED"), 7, SortKey::Failed, 6, "messages whose handling failed", |f| counted(f, |total| total.failed)),
    number(("handled", "HANDLED"), 8, SortKey::Handled, 9, "messages handled", |f| counted(f, |total| total.handled)),
    number(("age", "AGE"), 7, SortKey::Age, 7, "how long its actor has been running", |f| (text::age(f.at.since(f.stats.started_at)), Tone::Plain)),
];

/// The column with this name.
pub fn named(id: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.id == id)
}

fn state(f: &Facts<'_>) -> Cell {
    doing(f.identity, f.stats)
}

/// What a slot is doing, as a glyph and a word. Groups do nothing, and of a closure on a thread for
/// blocking work it is told that it holds one.
pub fn doing(identity: &Identity, stats: &Stats) -> Cell {
    let state = stats.state;
    match (identity.kind, state) {
        (ChildKind::Group, state) if state.is_live() => {
            (format!("{GROUP} {}", ChildKind::Group), Tone::Faint)
        }
        (ChildKind::Blocking, SlotState::Handling) => {
            (format!("{} {}", glyph(state), ChildKind::Blocking), Tone::State(state))
        }
        _ => (format!("{} {state}", glyph(state)), Tone::State(state)),
    }
}

fn queued(f: &Facts<'_>) -> Cell {
    let depth = f.stats.depth;
    match depth.value() {
        None => absent(),
        Some(n) if depth.is_lower_bound() => (format!("≥{}", format::count(n)), Tone::Plain),
        Some(n) => {
            let nearly_full = fullness(f.identity, f.stats).is_some_and(|share| share >= 0.9);
            some(n, if nearly_full { Severity::Warn } else { Severity::Calm })
        }
    }
}

fn rate(f: &Facts<'_>) -> Cell {
    rate_cell(f.stats.rate_per_s)
}

fn rate_cell(rate_per_s: Option<f64>) -> Cell {
    match rate_per_s {
        None => absent(),
        Some(r) if r < 0.05 => (format::rate(Some(r)), Tone::Faint),
        rate => (format::rate(rate), Tone::Plain),
    }
}

fn wait(f: &Facts<'_>) -> Cell {
    match wait_now(f.identity, f.stats) {
        Some(ns) => duration(ns),
        None if f.stats.queue_wait.is_some() => nothing(),
        None => absent(),
    }
}

fn busy(f: &Facts<'_>) -> Cell {
    busy_cell(f.stats.utilization)
}

fn busy_cell(utilization: Option<f64>) -> Cell {
    match utilization {
        None => absent(),
        Some(share) if share < 0.005 => ("0%".to_owned(), Tone::Faint),
        Some(share) if share >= 0.9 => (format::share(Some(share)), Tone::Severity(Severity::Warn)),
        share => (format::share(share), Tone::Plain),
    }
}

/// A quantile: not measured, measured but no message came, or a number.
fn quantile(summary: Option<LatencySummary>, of: fn(&LatencySummary) -> Option<u64>) -> Cell {
    match summary {
        None => absent(),
        Some(summary) => of(&summary).map_or_else(nothing, duration),
    }
}

fn duration(ns: u64) -> Cell {
    let tone = match Severity::of_wait(ns) {
        Severity::Calm if ns == 0 => Tone::Faint,
        Severity::Calm => Tone::Plain,
        severity => Tone::Severity(severity),
    };
    (format::duration(ns), tone)
}

fn counted(facts: &Facts<'_>, of: fn(Counters) -> u64) -> Cell {
    facts.stats.total.map_or_else(absent, |total| some(of(total), Severity::Calm))
}

fn some(n: u64, severity: Severity) -> Cell {
    let tone = match (n, severity) {
        (0, Severity::Calm) => Tone::Faint,
        (_, Severity::Calm) => Tone::Plain,
        (_, severity) => Tone::Severity(severity),
    };
    (format::count(n), tone)
}

fn absent() -> Cell {
    (format::ABSENT.to_owned(), Tone::Faint)
}

fn nothing() -> Cell {
    ("–".to_owned(), Tone::Faint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_every_column_is_explained() {
        for (n, column) in COLUMNS.iter().enumerate() {
            assert!(!COLUMNS[..n].iter().any(|c| c.id == column.id), "{}", column.id);
            assert!(!column.help.is_empty(), "{}", column.id);
        }
    }

    #[test]
    fn headings_fit_with_the_mark_of_the_sorted_column() {
        for column in COLUMNS {
            for title in [column.title, column.short] {
                let mark = usize::from(column.sort.is_some());
                assert!(title.len() + mark <= usize::from(column.width), "{title}");
            }
        }
    }
}
