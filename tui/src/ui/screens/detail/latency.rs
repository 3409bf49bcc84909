//! Queue wait and handling time, and what tasks are judged by: quantiles in numbers, the distribution as bars.

use super::Subject;
use crate::format;
use crate::ui::severity::Severity;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::view::paint::bar;
use crate::ui::view::sections::heading;
use actorscope_core::Resolution;
use actorscope_core::histogram::Buckets;
use actorscope_core::slot::LatencySummary;
use ratatui::text::{Line, Span};

/// Most rows of bars; wider distributions put several octaves into one row.
const ROWS: usize = 12;
/// Cells for a row's lower edge.
const EDGE: usize = 9;
/// Cells for a row's count.
const COUNT: usize = 7;
/// Cells for the quantiles that fall into a row.
const MARKS: usize = 12;

/// Enqueue until the handler begins.
pub fn queue_wait(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![heading("QUEUE WAIT", "sent until handled", width, theme)];
    let buckets = subject.detail.and_then(|d| d.queue_wait.as_ref());
    body(&mut lines, subject.stats.queue_wait, buckets, (width, MESSAGES), theme);
    lines
}

/// Handler begins until it ends.
pub fn handling(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![heading("HANDLING", "inside the handler", width, theme)];
    let buckets = subject.detail.and_then(|d| d.handling.as_ref());
    body(&mut lines, subject.stats.handling, buckets, (width, MESSAGES), theme);
    lines
}

/// Poll begins until it ends.
pub fn polls(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let polling = subject.stats.polling.unwrap_or_default();
    let polls = text::counted(polling.polls, "poll", "polls");
    let explained = format!("{polls} so far, {} in all", format::duration(polling.busy_ns));
    let mut lines = vec![heading("POLL TIME", &explained, width, theme)];
    let buckets = subject.detail.and_then(|d| d.poll.as_ref());
    body(&mut lines, subject.stats.polling.map(|p| p.poll), buckets, (width, POLLS), theme);
    lines
}

/// Woken until polled.
pub fn delay(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![heading("SCHEDULING DELAY", "woken until polled", width, theme)];
    let buckets = subject.detail.and_then(|d| d.delay.as_ref());
    body(&mut lines, subject.stats.polling.map(|p| p.delay), buckets, (width, POLLS), theme);
    lines
}

/// What is counted: one and many of them.
type Counted = (&'static str, &'static str);
const MESSAGES: Counted = ("message", "messages");
const POLLS: Counted = ("poll", "polls");

fn body(
    lines: &mut Vec<Line<'static>>,
    summary: Option<LatencySummary>,
    buckets: Option<&Buckets>,
    (width, counted): (usize, Counted),
    theme: Theme,
) {
    let say = |text: &str| Line::from(Span::styled(text.to_owned(), theme.faint()));
    let Some(summary) = summary else {
        lines.push(say("n/a: its framework does not tell"));
        return;
    };
    if summary.count == 0 {
        lines.push(say(&format!("no {} in the time that is looked at", counted.0)));
        return;
    }
    lines.push(numbers(&summary, theme));
    lines.push(Line::from(Span::styled(
        text::fit(&provenance(&summary, counted), width).into_owned(),
        theme.faint(),
    )));
    match buckets {
        Some(buckets) => lines.extend(bars(buckets, &summary, width, theme)),
        None => lines.push(say(&format!("too few {} for a distribution yet", counted.1))),
    }
}

fn numbers(summary: &LatencySummary, theme: Theme) -> Line<'static> {
    let mut spans = Vec::new();
    let all =
        [("p50", summary.p50), ("p95", summary.p95), ("p99", summary.p99), ("max", summary.max)];
    for (name, value) in all {
        let style = theme.severity(value.map_or(Severity::Calm, Severity::of_wait));
        spans.push(Span::styled(format!("{name} "), theme.heading()));
        let value = value.map_or_else(|| "–".to_owned(), format::duration);
        spans.push(Span::styled(text::left(&value, 10), style));
    }
    Line::from(spans)
}

/// Of what the numbers speak, and how fine they are.
fn provenance(summary: &LatencySummary, (one, many): Counted) -> String {
    let window = match summary.window_ns {
        Some(ns) => format!("in the last {}", text::age(ns)),
        None => "since it started".to_owned(),
    };
    let fine = match summary.resolution {
        Some(Resolution::Fine) => ", right to within 6%",
        Some(Resolution::Log2) => ", right to within a factor of two",
        None => "",
    };
    let messages = text::counted(summary.count, one, many);
    format!("{messages} {window}{fine}")
}

/// Durations from one power of two to another, with their count.
#[derive(Clone, Copy)]
struct Octaves {
    /// Shortest duration in nanoseconds.
    from: u64,
    /// The first that is too long.
    to: u64,
    count: u64,
}

/// Puts buckets of either layout into at most [`ROWS`] rows of equal width on a logarithmic scale.
fn octaves(buckets: &Buckets) -> Vec<Octaves> {
    let octave = |index: u16| {
        let last = buckets.layout.len().saturating_sub(1);
        let lower = buckets.layout.lower(usize::from(index).min(last));
        lower.checked_ilog2().unwrap_or(0)
    };
    let (Some(first), Some(last)) = (buckets.counts.first(), buckets.counts.last()) else {
        return Vec::new();
    };
    let (low, high) = (octave(first.0), octave(last.0).max(octave(first.0)));
    let span = (high - low) as usize + 1;
    let step = span.div_ceil(ROWS).max(1) as u32;
    let rows = span.div_ceil(step as usize) as u32;
    let edge = |octave: u32| {
        if octave == 0 { 0 } else { 1u64.checked_shl(octave).unwrap_or(u64::MAX) }
    };
    let mut out: Vec<Octaves> = (0..rows)
        .map(|row| Octaves {
            from: edge(low + row * step),
            to: edge(low + (row + 1) * step),
            count: 0,
        })
        .collect();
    for (index, n) in &buckets.counts {
        let row = octave(*index).saturating_sub(low) / step;
        if let Some(row) = out.get_mut(row as usize) {
            row.count = row.count.saturating_add(*n);
        }
    }
    out
}

fn bars(
    buckets: &Buckets,
    summary: &LatencySummary,
    width: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let rows = octaves(buckets);
    let most = rows.iter().map(|r| r.count).max().unwrap_or(0).max(1);
    let room = width.saturating_sub(EDGE + COUNT + MARKS + 3);
    let quantiles = [("p50", summary.p50), ("p95", summary.p95), ("p99", summary.p99)];
    rows.into_iter()
        .map(|row| {
            let marks: Vec<&str> = quantiles
                .iter()
                .filter(|(_, value)| value.is_some_and(|v| row.from <= v && v < row.to))
                .map(|(name, _)| *name)
                .collect();
            let drawn = bar(row.count as f64 / most as f64, room);
            Line::from(vec![
                Span::styled(text::right(&format::duration(row.from), EDGE), theme.faint()),
                Span::raw(" "),
                Span::styled(text::left(&drawn, room), theme.bar()),
                Span::styled(text::right(&format::count(row.count), COUNT), theme.text()),
                Span::raw("  "),
                Span::styled(marks.join(" "), theme.heading()),
            ])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actorscope_core::histogram::Layout;

    #[test]
    fn every_message_is_in_some_row_and_rows_are_few() {
        for layout in [Layout::Log2, Layout::Fine] {
            let buckets = Buckets::from_dense(layout, (0..layout.len()).map(|_| 1));
            let rows = octaves(&buckets);
            assert!(rows.len() <= ROWS, "{layout:?}: {}", rows.len());
            assert_eq!(rows.iter().map(|r| r.count).sum::<u64>(), buckets.count());
        }
    }

    #[test]
    fn an_index_from_a_hostile_agent_is_harmless() {
        let mut buckets = Buckets::empty(Layout::Log2);
        buckets.counts = vec![(3, u64::MAX), (60_000, u64::MAX), (1, 2)];
        assert!(octaves(&buckets).len() <= ROWS);
    }
}
