//! The worst slots by one figure.

use super::health::To;
use crate::format;
use crate::ui::attached::Attached;
use crate::ui::columns::Tone;
use crate::ui::screens::ScreenId;
use crate::ui::severity::{Severity, fullness, wait_now};
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::view::sections::heading;
use crate::ui::wanted;
use actorscope_client::model::Row;
use actorscope_core::Timestamp;
use actorscope_core::slot::{Identity, Stats};
use actorscope_core::view::{Filter, SortKey, ViewSpec};
use ratatui::text::{Line, Span};

/// Most rows of one list.
pub const ROWS: u16 = 5;
/// Cells for the figure.
const VALUE: usize = 8;
/// Lists at least this wide say more.
const ROOMY: usize = 56;
/// Cells for that.
const MORE: usize = 18;

/// What is known of a row.
pub struct Facts<'a> {
    identity: &'a Identity,
    stats: &'a Stats,
    at: Timestamp,
}

/// One list.
pub struct Worst {
    title: &'static str,
    sort: SortKey,
    view: u32,
    /// The figure in words; `None` = it is nothing that anybody has to look at.
    value: fn(&Facts<'_>) -> Option<(String, Tone)>,
    /// What else is worth knowing.
    more: fn(&Facts<'_>) -> String,
    /// Instead of rows.
    none: &'static str,
}

/// All lists, in the order of the screen.
pub const LISTS: [Worst; 4] = [
    Worst {
        title: "SLOWEST QUEUES",
        sort: SortKey::QueueWait,
        view: wanted::SLOWEST,
        value: |f| {
            let wait = wait_now(f.identity, f.stats).filter(|wait| *wait > 0)?;
            Some((format::duration(wait), Tone::Severity(Severity::of_wait(wait))))
        },
        more: |f| match f.stats.depth.value() {
            Some(n) => format!("{} queued", format::count(n)),
            None => String::new(),
        },
        none: "none: nothing waits",
    },
    Worst {
        title: "DEEPEST QUEUES",
        sort: SortKey::Depth,
        view: ScreenId::Overview.view(0),
        value: |f| {
            let depth = f.stats.depth;
            let n = depth.value().filter(|n| *n > 0)?;
            let sign = if depth.is_lower_bound() { "≥" } else { "" };
            let full = fullness(f.identity, f.stats).is_some_and(|share| share >= 0.9);
            let severity = if full { Severity::Warn } else { Severity::Calm };
            Some((format!("{sign}{}", format::count(n)), Tone::Severity(severity)))
        },
        more: |f| match fullness(f.identity, f.stats) {
            Some(share) => format!("{:.0}% full", share * 100.0),
            None => "unbounded".to_owned(),
        },
        none: "none: every queue is empty",
    },
    Worst {
        title: "BUSIEST",
        sort: SortKey::Utilization,
        view: ScreenId::Overview.view(1),
        value: |f| {
            let share = f.stats.utilization.filter(|share| *share >= 0.005)?;
            let severity = if share >= 0.9 { Severity::Warn } else { Severity::Calm };
            Some((format::share(Some(share)), Tone::Severity(severity)))
        },
        more: |f| format!("{} msg/s", format::rate(f.stats.rate_per_s)),
        none: "none: nobody is inside a handler",
    },
    Worst {
        title: "MOST RESTARTS",
        sort: SortKey::Restarts,
        view: ScreenId::Overview.view(2),
        value: |f| {
            let n = Some(f.stats.restarts).filter(|n| *n > 0)?;
            Some((format::count(n), Tone::Plain))
        },
        more: |f| format!("last {} ago", text::age(f.at.since(f.stats.started_at))),
        none: "none since the service started",
    },
];

/// The slots in trouble, for their names; no list of their own.
pub const TROUBLE: u32 = ScreenId::Overview.view(3);
/// Most of them that are asked for.
const TROUBLE_ROWS: u32 = 8;

/// The views behind the lists. The slowest queues are asked for on every screen.
pub fn views() -> Vec<(u32, ViewSpec)> {
    let table = |sort: SortKey, limit| ViewSpec::Table {
        sort,
        order: sort.natural_order(),
        filter: Filter::all(),
        offset: 0,
        limit,
    };
    let lists = LISTS.iter().filter(|list| list.view != wanted::SLOWEST);
    lists
        .map(|list| (list.view, table(list.sort, ROWS.into())))
        .chain([(TROUBLE, table(SortKey::State, TROUBLE_ROWS))])
        .collect()
}

/// A row of a list.
pub struct Entry<'a> {
    row: Row<'a>,
    value: (String, Tone),
    more: String,
}

impl Entry<'_> {
    /// Where it leads.
    pub fn to(&self) -> To {
        To::Slot(self.row.identity.id)
    }
}

impl Worst {
    /// Its rows, worst first: as many as there are, at most [`ROWS`].
    pub fn entries<'a>(&self, attached: &'a Attached) -> Vec<Entry<'a>> {
        let Some(view) = attached.view(self.view) else {
            return Vec::new();
        };
        let entry = |row: Row<'a>| {
            let facts = Facts { identity: row.identity, stats: row.stats?, at: view.sampled_at };
            Some(Entry { row, value: (self.value)(&facts)?, more: (self.more)(&facts) })
        };
        view.rows().filter_map(entry).take(ROWS.into()).collect()
    }

    /// Its heading, and what stands instead of rows if there are none.
    pub fn head(&self, attached: &Attached, width: usize, theme: Theme) -> Vec<Line<'static>> {
        let mut lines = vec![heading(self.title, "", width, theme)];
        if self.entries(attached).is_empty() {
            let text = match attached.view(self.view) {
                Some(_) => self.none,
                None => "asking the agent…",
            };
            let text = text::fit(text, width).into_owned();
            lines.push(Line::from(Span::styled(text, theme.faint())));
        }
        lines
    }
}

impl Entry<'_> {
    /// The row in so many cells.
    pub fn line(&self, width: usize, theme: Theme) -> Line<'static> {
        let (more, figure) = if width >= ROOMY { (MORE, VALUE + 1) } else { (0, VALUE) };
        let name = width.saturating_sub(figure + more);
        let path = text::left(&text::fit_path(self.row.path, name), name);
        let (value, tone) = &self.value;
        Line::from(vec![
            Span::styled(path, theme.text()),
            Span::styled(text::right(&self.more, more), theme.faint()),
            Span::styled(
                text::right(value, figure.min(width)),
                crate::ui::screens::rows::style(*tone, theme),
            ),
        ])
    }
}
