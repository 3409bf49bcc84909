//! What needs attention, in words, most important first.

use crate::format;
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::screens::ScreenId;
use crate::ui::severity::{self, Severity};
use crate::ui::text;
use crate::words;
use actorscope_client::model::Row;
use actorscope_core::node::Summary;
use actorscope_core::view::SortKey;
use actorscope_core::{Event, EventKind, SlotId, SlotState, Timestamp};

/// Slots in the same trouble are told one by one up to here; more are told together.
const ONE_BY_ONE: usize = 2;
/// Events that are missing are told for so long.
const RECENT_NS: u64 = 300_000_000_000;
/// Share of a core from which on the agent's own cost is told.
const DEAR_CORES: f64 = 0.05;

/// Where a line leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum To {
    /// To the page of a slot.
    Slot(SlotId),
    /// To the table, in this order.
    Table(SortKey),
    /// To the events, with this filter.
    Events(&'static str),
    /// To a screen.
    Screen(ScreenId),
}

/// One line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// How much it matters.
    pub severity: Severity,
    /// Whom it is about, by path; empty = not about one slot.
    pub path: String,
    /// What is so.
    pub text: String,
    /// The same for lines that have no room for it.
    pub short: Option<String>,
    /// Where Enter leads.
    pub to: To,
    /// Its place among equals: lower goes first.
    rank: u8,
}

/// Everything, most important first. Nothing that is only known to be calm is in it.
pub fn items(app: &App, attached: &Attached) -> Vec<Item> {
    let Some(summary) = attached.summary() else {
        return Vec::new();
    };
    let mut items = deadlocks(attached, summary);
    items.extend(slots(attached, summary));
    items.extend(node(app, attached, summary));
    items.sort_by_key(|item| (std::cmp::Reverse(item.severity), item.rank));
    items
}

fn deadlocks(attached: &Attached, summary: &Summary) -> Vec<Item> {
    let one = |group: &Vec<String>| Item {
        severity: Severity::Severe,
        path: String::new(),
        text: format!("deadlock: {}", words::cycle(group.iter().map(String::as_str))),
        short: Some(format!("deadlock: {}", words::cycle(group.iter().map(|path| name(path))))),
        to: in_group(attached, group).map_or(To::Table(SortKey::Utilization), To::Slot),
        rank: 0,
    };
    summary.deadlocks.iter().filter(|group| !group.is_empty()).map(one).collect()
}

/// The last segment of a path.
pub fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A slot of a group that is told by paths, if anything in sight knows its id.
fn in_group(attached: &Attached, group: &[String]) -> Option<SlotId> {
    let is_in = |path: &str| group.iter().any(|other| other == path);
    let mut known: Vec<SlotId> = attached
        .current()
        .filter_map(|row| {
            let waits = row.stats?.waiting_for.as_ref().filter(|waits| is_in(&waits.path));
            if is_in(row.path) { Some(row.identity.id) } else { waits.map(|waits| waits.slot) }
        })
        .collect();
    known.sort_unstable();
    known.first().copied()
}

/// What is told of a slot that is in a state of trouble, and of many of them.
struct Trouble {
    state: fn(SlotState) -> bool,
    count: u64,
    together: &'static str,
    severity: Severity,
    rank: u8,
}

fn slots(attached: &Attached, summary: &Summary) -> Vec<Item> {
    let troubles = [
        Trouble {
            state: |state| state == SlotState::Failed,
            count: summary.failed,
            together: "failed for good",
            severity: Severity::Severe,
            rank: 1,
        },
        Trouble {
            state: |state| matches!(state, SlotState::Restarting { .. }),
            count: summary.restarting,
            together: "are being restarted",
            severity: Severity::Warn,
            rank: 3,
        },
        Trouble {
            state: |state| state == SlotState::Suspended,
            count: summary.suspended,
            together: "are held by an operator",
            severity: Severity::Warn,
            rank: 5,
        },
    ];
    let mut rows: Vec<Row<'_>> = attached.current().collect();
    // Longest wait first; of equals the one with the lower id, so that lines do not flicker.
    rows.sort_by_key(|row| {
        let wait = row.stats.and_then(|stats| severity::wait_now(row.identity, stats));
        (std::cmp::Reverse(wait), row.identity.id)
    });
    let mut items = Vec::new();
    for trouble in troubles {
        items.extend(in_trouble(attached, &trouble, &rows, summary.sampled_at));
    }
    let is_told = |row: &&Row<'_>| {
        row.stats.is_some_and(|stats| {
            !matches!(
                stats.state,
                SlotState::Failed | SlotState::Restarting { .. } | SlotState::Suspended
            )
        })
    };
    items.extend(rows.iter().filter(is_told).filter_map(|row| {
        let reasons = severity::reasons(row.identity, row.stats?);
        let (severity, _) = reasons.first()?;
        Some(Item {
            severity: *severity,
            path: row.path.to_owned(),
            text: joined(reasons.iter().map(|(_, text)| text.as_str())),
            short: None,
            to: To::Slot(row.identity.id),
            rank: if *severity == Severity::Severe { 2 } else { 4 },
        })
    }));
    items
}

/// The slots in one kind of trouble: a line each, or one line for all of them.
fn in_trouble(
    attached: &Attached,
    trouble: &Trouble,
    rows: &[Row<'_>],
    now: Timestamp,
) -> Vec<Item> {
    let is_in = |row: &&Row<'_>| row.stats.is_some_and(|stats| (trouble.state)(stats.state));
    let known: Vec<&Row<'_>> = rows.iter().filter(is_in).collect();
    let count = trouble.count.max(known.len() as u64);
    let item = |path: &str, text: String, to| Item {
        severity: trouble.severity,
        path: path.to_owned(),
        text,
        short: None,
        to,
        rank: trouble.rank,
    };
    if count == 0 {
        return Vec::new();
    }
    if count <= ONE_BY_ONE as u64 && known.len() as u64 == count {
        let one = |row: &&Row<'_>| {
            let reasons = row.stats.map(|stats| severity::reasons(row.identity, stats));
            let reasons = reasons.unwrap_or_default();
            let mut text = joined(reasons.iter().map(|(_, text)| text.as_str()));
            if trouble.severity == Severity::Severe
                && let Some(last) = last_words(attached, row.identity.id, now)
            {
                text.push_str(&format!(": {last}"));
            }
            item(row.path, text, To::Slot(row.identity.id))
        };
        return known.iter().map(one).collect();
    }
    let names: Vec<&str> = known.iter().map(|row| &*row.identity.name).take(4).collect();
    let more = count - names.len() as u64;
    let named = match (names.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!(": {}", names.join(", ")),
        (false, more) => format!(": {} and {} more", names.join(", "), text::grouped(more)),
    };
    let text = format!("{} {}{named}", text::counted(count, "actor", "actors"), trouble.together);
    vec![item("", text, To::Table(SortKey::State))]
}

/// How a slot ended, as the events tell.
fn last_words(attached: &Attached, slot: SlotId, now: Timestamp) -> Option<String> {
    let is_end = |event: &&Event| {
        event.slot == Some(slot) && matches!(event.kind, EventKind::GaveUp | EventKind::Exited)
    };
    let event = attached.events().iter().rev().find(is_end)?;
    let exit = event.exit.map(|exit| exit.word().replace('_', " "));
    let ago = format!("{} ago", text::age(now.since(event.at)));
    let why = joined([exit.as_deref(), event.reason.as_deref()].into_iter().flatten());
    Some(if why.is_empty() { ago } else { format!("{why}, {ago}") })
}

fn joined<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    parts.collect::<Vec<_>>().join("; ")
}

/// What is about no slot.
fn node(app: &App, attached: &Attached, summary: &Summary) -> Vec<Item> {
    let mut items = Vec::new();
    let mut say = |severity, rank, text: String, to| {
        items.push(Item { severity, path: String::new(), text, short: None, to, rank });
    };
    let agent = summary.agent;
    let missing = attached.events().iter().rev().find(|event| {
        event.kind == EventKind::Gap && summary.sampled_at.since(event.at) < RECENT_NS
    });
    if let Some(gap) = missing {
        let what = gap.reason.as_deref().unwrap_or("some were not read in time");
        say(Severity::Warn, 6, format!("events are missing: {what}"), To::Events("kind:gap"));
    }
    let before = attached.history.samples().next().map_or(0, |first| first.agent.warnings);
    if agent.warnings > 0 {
        let warnings = text::counted(agent.warnings, "thing", "things");
        // What was so before anybody looked is no news.
        let severity = if agent.warnings > before { Severity::Warn } else { Severity::Calm };
        let text = format!("adapters reported {warnings} that cannot be");
        say(severity, 7, text, To::Events("kind:warning"));
    }
    if agent.is_slowed() {
        let text = format!(
            "the agent slowed itself: a pass takes {}, so it looks every {} only",
            format::duration(agent.pass_ns),
            text::span(agent.tick_ns)
        );
        say(Severity::Warn, 8, text, To::Screen(ScreenId::System));
    } else if let Some(cores) = agent.cpu_cores.filter(|cores| *cores > DEAR_CORES) {
        let text = format!("the agent takes {:.0}% of a core", cores * 100.0);
        say(Severity::Warn, 8, text, To::Screen(ScreenId::System));
    }
    if let Some((lost, span_ns)) = dropped_lately(app, attached, summary) {
        let events = text::counted(lost, "event", "events");
        let text = format!(
            "the agent's list of events is full: {events} of the past dropped out within {}",
            text::age(span_ns)
        );
        say(Severity::Calm, 9, text, To::Screen(ScreenId::Events));
    }
    items
}

/// How many events fell out of the agent's ring within the last minute, and how long that is. No
/// trouble for whoever watches, but what was before is gone sooner.
fn dropped_lately(app: &App, attached: &Attached, summary: &Summary) -> Option<(u64, u64)> {
    const MINUTE_NS: u64 = 60_000_000_000;
    let span = app.settings.interval.max(std::time::Duration::from_nanos(MINUTE_NS));
    let span = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
    let now = summary.sampled_at;
    let is_recent =
        |sample: &&Summary| sample.sampled_at <= now && now.since(sample.sampled_at) <= span;
    let first = attached.history.samples().find(is_recent)?;
    let lost = summary.agent.events_dropped.checked_sub(first.agent.events_dropped)?;
    (lost > 0).then(|| (lost, now.since(first.sampled_at)))
}
