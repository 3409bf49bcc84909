//! What was found, as the Markdown that stands in docs/performance.md.

use crate::plot;
use crate::stats::{exponent, exponent_over_all};
use std::fmt::Write as _;

/// What became of a target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Met,
    Missed,
    /// The interval holds values on both sides.
    Open,
    /// There is no target.
    Told,
}

impl Verdict {
    /// Met if it is at most this.
    pub fn at_most(value: f64, target: f64) -> Self {
        Self::of(value <= target)
    }

    /// Of a value that lies between two others, as far as can be told: open where the target lies there, too.
    pub fn within([low, high]: [f64; 2], target: f64) -> Self {
        match () {
            () if high <= target => Self::Met,
            () if low > target => Self::Missed,
            () => Self::Open,
        }
    }

    pub const fn of(is_met: bool) -> Self {
        if is_met { Self::Met } else { Self::Missed }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "**missed**",
            Self::Open => "open",
            Self::Told => "",
        }
    }
}

/// How a cost may grow with the number of actors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Growth {
    /// No worse than linear.
    Linear,
    /// Not at all.
    None,
}

impl Growth {
    /// The largest exponent that passes: measurements scatter.
    const fn most(self) -> f64 {
        match self {
            Self::Linear => 1.1,
            Self::None => 0.1,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Linear => "no worse than linear",
            Self::None => "does not grow",
        }
    }
}

/// A cost over sizes.
#[derive(Clone, Debug)]
struct Curve {
    what: &'static str,
    unit: &'static str,
    growth: Growth,
    points: Vec<(u32, f64)>,
}

#[derive(Clone, Debug)]
struct Line {
    what: String,
    value: String,
    target: String,
    verdict: Verdict,
    method: &'static str,
}

/// Everything so far.
#[derive(Clone, Default, Debug)]
pub struct Report {
    lines: Vec<Line>,
    curves: Vec<Curve>,
    problems: Vec<String>,
}

impl Report {
    /// One row of the table.
    pub fn line(
        &mut self,
        what: impl Into<String>,
        value: impl Into<String>,
        target: impl Into<String>,
        verdict: Verdict,
        method: &'static str,
    ) {
        let line =
            Line { what: what.into(), value: value.into(), target: target.into(), verdict, method };
        eprintln!("  {}: {} {}", line.what, line.value, line.verdict.word());
        self.lines.push(line);
    }

    /// One point of a curve.
    pub fn point(
        &mut self,
        what: &'static str,
        unit: &'static str,
        growth: Growth,
        size: u32,
        value: f64,
    ) {
        eprintln!("  {what}: {} {unit}", plot::figure(value));
        match self.curves.iter_mut().find(|curve| curve.what == what) {
            Some(curve) => curve.points.push((size, value)),
            None => {
                let points = vec![(size, value)];
                self.curves.push(Curve { what, unit, growth, points });
            }
        }
    }

    /// Something could not be measured.
    pub fn problem(&mut self, problem: String) {
        eprintln!("  {problem}");
        self.problems.push(problem);
    }

    /// Whether everything could be measured.
    pub fn is_whole(&self) -> bool {
        self.problems.is_empty()
    }

    /// All of it.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        if !self.lines.is_empty() {
            text += "| what | found | target | | how |\n|---|---|---|---|---|\n";
        }
        for Line { what, value, target, verdict, method } in &self.lines {
            let _ =
                writeln!(text, "| {what} | {value} | {target} | {} | {method} |", verdict.word());
        }
        if !self.curves.is_empty() {
            text +=
                "\nA bar is a logarithm: ten times as much is ten characters more.\n\n```text\n";
            for curve in &self.curves {
                text += &plot::curve(curve.what, curve.unit, &curve.points, &curve.verdict());
            }
            text += "```\n";
        }
        for problem in &self.problems {
            let _ = write!(text, "\nNot measured: {problem}\n");
        }
        text
    }
}

impl Curve {
    fn verdict(&self) -> String {
        let (exponent, of) = match self.growth {
            Growth::Linear => (exponent(&self.points), "at the end"),
            Growth::None => (exponent_over_all(&self.points), "over all"),
        };
        let Some(exponent) = exponent else { return String::new() };
        let verdict = Verdict::at_most(exponent, self.growth.most());
        let words = self.growth.words();
        let word = if verdict == Verdict::Met { "yes" } else { "NO" };
        format!("{words}: {word} (exponent {exponent:.2} {of})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_that_grows_too_fast_is_told() {
        let mut report = Report::default();
        for (size, value) in [(1_000, 1.0), (10_000, 20.0)] {
            report.point("pass", "ms", Growth::Linear, size, value);
            report.point("frame", "ms", Growth::None, size, 2.0);
        }
        let text = report.markdown();
        assert!(text.contains("no worse than linear: NO (exponent 1.30"), "{text}");
        assert!(text.contains("does not grow: yes (exponent 0.00"), "{text}");
    }

    #[test]
    fn what_could_not_be_measured_is_said() {
        let mut report = Report::default();
        report.line("a", "2 ms", "1 ms", Verdict::at_most(2.0, 1.0), "so");
        report.problem("b".to_owned());
        assert!(!report.is_whole());
        let text = report.markdown();
        assert!(text.contains("| a | 2 ms | 1 ms | **missed** | so |"), "{text}");
        assert!(text.contains("Not measured: b"), "{text}");
    }
}
