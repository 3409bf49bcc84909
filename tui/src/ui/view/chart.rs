//! Figures of the node over time: as one line of blocks, or as a chart with axes. What is not known is
//! a hole, never a zero.

use crate::format;
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use actorscope_core::node::Summary;
use ratatui::text::{Line, Span};

const SECOND: u64 = 1_000_000_000;
/// How much time one cell may stand for, in seconds: the shortest with which everything known has
/// room, or the longest.
const STEPS_S: [u64; 6] = [1, 2, 5, 10, 30, 60];
/// Cells of a chart's vertical axis, its line included.
const AXIS: usize = 10;
/// Cells for a figure's name in one line.
const NAME: usize = 9;
/// Cells for its present value.
const VALUE: usize = 9;

/// A figure that can be drawn.
pub struct Figure {
    /// Its name in one word.
    pub name: &'static str,
    /// Its name as a heading.
    pub title: &'static str,
    /// What it is in one sample.
    pub value: fn(&Summary) -> Option<f64>,
    /// In words.
    pub words: fn(f64) -> String,
    /// What the chart's upper edge stands for, given the largest value in it.
    top: fn(f64) -> f64,
    /// Why it is not known, where that is so of all samples.
    pub unknown: &'static str,
}

/// CPU of the process.
pub const CPU: Figure = Figure {
    name: "cpu",
    title: "CPU",
    value: |s| s.process.cpu_cores,
    words: percent,
    top: |most| nice(most.max(0.1)),
    unknown: "n/a: this system does not tell",
};

/// Memory of the process.
pub const MEMORY: Figure = Figure {
    name: "memory",
    title: "MEMORY",
    value: |s| s.process.memory_bytes.map(|bytes| bytes as f64),
    words: |bytes| format::bytes(bytes as u64),
    top: |most| binary(most.max(1_048_576.0)),
    unknown: "n/a: this system does not tell",
};

/// Messages handled.
pub const MESSAGES: Figure = Figure {
    name: "msg/s",
    title: "MESSAGES A SECOND",
    value: |s| Some(s.rate_per_s),
    words: text::rate,
    top: |most| nice(most.max(10.0)),
    unknown: "n/a",
};

/// The runtime's workers.
pub const WORKERS: Figure = Figure {
    name: "workers",
    title: "RUNTIME WORKERS BUSY",
    value: |s| s.runtime.as_ref()?.busy_ratio,
    words: percent,
    top: |_| 1.0,
    unknown: "n/a: no tokio runtime was current when the agent started",
};

/// The machine's CPU.
pub const HOST_CPU: Figure = Figure {
    name: "host cpu",
    title: "CPU OF THE HOST",
    value: |s| s.process.host_cpu,
    words: percent,
    top: |_| 1.0,
    unknown: "n/a: this system does not tell",
};

/// What observing costs.
pub const AGENT_CPU: Figure = Figure {
    name: "agent",
    title: "CPU OF THE AGENT",
    value: |s| s.agent.cpu_cores,
    words: |cores| format!("{:.1}%", cores * 100.0),
    top: |most| nice(most.max(0.01)),
    unknown: "n/a: this system does not tell",
};

/// A share of one, or CPU time in cores.
fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

/// The next of 1, 2, 5, 10, 20, 50, … that is not smaller.
fn nice(most: f64) -> f64 {
    if !(most.is_finite() && most > 0.0) {
        return 1.0;
    }
    let decade = 10f64.powf(most.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * decade);
    // What is a step already may have been rounded.
    steps.into_iter().find(|step| *step >= most * 0.999_999).unwrap_or(most)
}

/// The next power of two.
fn binary(most: f64) -> f64 {
    if most.is_finite() { most.max(1.0).log2().ceil().exp2() } else { 1.0 }
}

/// A figure over some time: what stands in each cell, oldest first.
pub struct Series {
    values: Vec<Option<f64>>,
    /// The time all cells stand for, in nanoseconds.
    span_ns: u64,
    /// The newest sample's value; `None` = not known.
    now: Option<f64>,
}

/// What was seen of a figure until now (while paused: until then), in so many cells.
pub fn series(app: &App, attached: &Attached, figure: &Figure, cells: usize) -> Series {
    let summary = attached.summary();
    let now = summary.and_then(figure.value).filter(|value| value.is_finite());
    let until = match (&attached.frozen, attached.is_stale()) {
        // While nothing comes the chart goes on, so that the hole is seen.
        (None, true) => attached.node_time(app.now),
        _ => summary.map(|summary| summary.sampled_at),
    };
    let tick = summary.map_or(0, |summary| summary.agent.tick_ns);
    let interval = u64::try_from(app.settings.interval.as_nanos()).unwrap_or(u64::MAX);
    let tick = tick.max(interval).max(SECOND);
    let known = match (attached.history.samples().next(), until) {
        (Some(first), Some(until)) => until.since(first.sampled_at),
        _ => 0,
    };
    let step = step(known, tick, cells);
    let span_ns = step.saturating_mul(cells as u64);
    let Some(until) = until else {
        return Series { values: vec![None; cells], span_ns, now };
    };
    // Cells end at multiples of the step: a sample stays in its cell when time goes on.
    let until = actorscope_core::Timestamp(until.0.div_ceil(step).saturating_mul(step));
    let mut values = attached.history.series(until, span_ns, cells, figure.value);
    // Ticks are never quite even: cells without a sample between two that have one are no hole.
    let missed = tick.saturating_mul(5) / 2 / step;
    bridge(&mut values, usize::try_from(missed).unwrap_or(usize::MAX).max(1));
    Series { values, span_ns, now }
}

/// The time that a cell stands for.
fn step(known_ns: u64, tick_ns: u64, cells: usize) -> u64 {
    let steps = STEPS_S.map(|s| s * SECOND);
    let mut wide_enough = steps.into_iter().filter(|step| *step >= tick_ns);
    let fits = |step: &u64| step.saturating_mul(cells as u64) >= known_ns;
    let longest = tick_ns.max(steps[steps.len() - 1]);
    wide_enough.find(fits).unwrap_or(longest)
}

/// Fills holes of at most `most` cells with the value before them.
fn bridge(values: &mut [Option<f64>], most: usize) {
    let mut last: Option<(usize, f64)> = None;
    for i in 0..values.len() {
        let Some(value) = values[i] else { continue };
        if let Some((at, before)) = last
            && i - at - 1 <= most
        {
            values[at + 1..i].fill(Some(before));
        }
        last = Some((i, value));
    }
}

impl Series {
    fn most(&self) -> f64 {
        self.values.iter().flatten().copied().fold(0.0, f64::max)
    }

    /// Whether anything of it is known.
    fn is_known(&self) -> bool {
        self.now.is_some() || self.values.iter().any(Option::is_some)
    }

    fn now_in_words(&self, figure: &Figure) -> String {
        self.now.map_or_else(|| format::ABSENT.to_owned(), figure.words)
    }
}

/// A figure in one line: its name, its course, its present value.
pub fn line(app: &App, attached: &Attached, figure: &Figure, width: usize) -> Line<'static> {
    let theme = app.settings.theme;
    let cells = width.saturating_sub(NAME + VALUE);
    let series = series(app, attached, figure, cells);
    let value = series.now_in_words(figure);
    let style = if series.now.is_some() { theme.text() } else { theme.faint() };
    let top = (figure.top)(series.most());
    let course: String = series.values.iter().map(|value| block(*value, top, 8, 0)).collect();
    Line::from(vec![
        Span::styled(text::left(figure.name, NAME), theme.heading()),
        Span::styled(course, theme.bar()),
        Span::styled(text::right(&value, width.saturating_sub(NAME + cells).min(VALUE)), style),
    ])
}

/// A figure as a chart of `height` lines, heading and axes included.
pub fn chart(
    app: &App,
    attached: &Attached,
    figure: &Figure,
    (width, height): (usize, usize),
) -> Vec<Line<'static>> {
    let theme = app.settings.theme;
    let cells = width.saturating_sub(AXIS);
    let series = series(app, attached, figure, cells);
    let mut lines = vec![heading(figure.title, &series.now_in_words(figure), width, theme)];
    let rows = height.saturating_sub(2);
    if !series.is_known() {
        lines.extend(super::sections::sentence(figure.unknown, width, theme));
        lines.resize(rows + 2, Line::default());
        return lines;
    }
    let top = (figure.top)(series.most());
    for row in (0..rows).rev() {
        let label = match row {
            0 => "0".to_owned(),
            // Edges are round numbers.
            row if row + 1 == rows => (figure.words)(top).replace(".0", ""),
            _ => String::new(),
        };
        let course: String = series
            .values
            .iter()
            .map(|value| block(*value, top, rows.saturating_mul(8), row.saturating_mul(8)))
            .collect();
        lines.push(Line::from(vec![
            Span::styled(text::right(&label, AXIS - 2), theme.faint()),
            Span::styled(theme::AXIS[usize::from(!label.is_empty())], theme.faint()),
            Span::styled(course, theme.bar()),
        ]));
    }
    lines.push(times(series.span_ns, cells, theme));
    lines
}

/// What is drawn and its present value, which matters most.
fn heading(title: &str, value: &str, width: usize, theme: Theme) -> Line<'static> {
    let used = text::width(title) + text::width(value) + 3;
    let rule = theme::RULE.repeat(width.saturating_sub(used));
    Line::from(vec![
        Span::styled(title.to_owned(), theme.title()),
        Span::styled(format!("  {value} "), theme.strong()),
        Span::styled(rule, theme.faint()),
    ])
}

/// The horizontal axis in words.
fn times(span_ns: u64, cells: usize, theme: Theme) -> Line<'static> {
    let (from, to) = (format!("{} ago", text::age(span_ns)), "now");
    let gap = cells.saturating_sub(text::width(&from) + to.len());
    let axis = format!("{}{from}{}{to}", " ".repeat(AXIS), " ".repeat(gap));
    Line::from(Span::styled(text::fit(&axis, AXIS + cells).into_owned(), theme.faint()))
}

/// The part of a column in one cell: `eighths` is the height of the whole chart, `below` what of it
/// lies below this cell. Something known leaves at least a trace at the bottom.
fn block(value: Option<f64>, top: f64, eighths: usize, below: usize) -> &'static str {
    let Some(value) = value else { return " " };
    let share = if top > 0.0 { (value / top).clamp(0.0, 1.0) } else { 0.0 };
    let filled = ((share * eighths as f64).round() as usize).max(1);
    match filled.saturating_sub(below) {
        0 => " ",
        part => theme::HEIGHTS.get(part - 1).copied().unwrap_or(theme::FULL),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_round_numbers() {
        for (most, edge) in [(0.0, 1.0), (0.42, 0.5), (0.5, 0.5), (1.0, 1.0), (2_339.0, 5_000.0)] {
            assert!((nice(most) - edge).abs() < edge / 1e6, "{most}: {}", nice(most));
        }
        assert_eq!(binary(89_200_000.0), 134_217_728.0);
        for odd in [f64::NAN, f64::INFINITY, -1.0] {
            assert!(nice(odd) > 0.0 && binary(odd) > 0.0, "{odd}");
        }
    }

    #[test]
    fn only_short_holes_are_bridged() {
        let mut values = [None, Some(1.0), None, Some(2.0), None, None, None, Some(3.0), None];
        bridge(&mut values, 2);
        let expected = [None, Some(1.0), Some(1.0), Some(2.0), None, None, None, Some(3.0), None];
        assert_eq!(values, expected);
    }

    #[test]
    fn a_cell_stands_for_as_little_time_as_everything_known_allows() {
        assert_eq!(step(0, SECOND, 60), SECOND);
        assert_eq!(step(61 * SECOND, SECOND, 60), 2 * SECOND);
        assert_eq!(step(1_200 * SECOND, SECOND, 60), 30 * SECOND);
        assert_eq!(step(u64::MAX, SECOND, 0), 60 * SECOND);
        assert_eq!(step(0, 10 * SECOND, 60), 10 * SECOND, "no finer than samples come");
        assert_eq!(step(0, 3_600 * SECOND, 60), 3_600 * SECOND);
    }

    #[test]
    fn columns_are_as_high_as_their_value_and_nothing_known_is_a_hole() {
        let column = |value| -> Vec<&str> {
            [16, 8, 0].into_iter().map(|below| block(value, 3.0, 24, below)).collect()
        };
        assert_eq!(column(Some(3.0)), ["█", "█", "█"]);
        assert_eq!(column(Some(1.5)), [" ", "▄", "█"]);
        assert_eq!(column(Some(0.0)), [" ", " ", "▁"]);
        assert_eq!(column(None), [" ", " ", " "]);
        assert_eq!(column(Some(f64::MAX)), ["█", "█", "█"]);
    }
}
