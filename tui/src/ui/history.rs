//! The node at a glance over time, for charts: what this program has seen since it attached.

use actorscope_core::Timestamp;
use actorscope_core::node::Summary;
use std::collections::VecDeque;

/// Most samples kept: 20 minutes at one a second.
const MAX_SAMPLES: usize = 1_200;

/// Samples of the node, oldest first.
#[derive(Debug, Default)]
pub struct History {
    samples: VecDeque<Summary>,
}

impl History {
    /// Takes a sample; one that is no newer than the last is left out, as every view of a tick
    /// carries the same.
    pub fn take(&mut self, summary: &Summary) {
        if self.samples.back().is_some_and(|last| last.sampled_at >= summary.sampled_at) {
            return;
        }
        if self.samples.len() >= MAX_SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back(summary.clone());
    }

    /// The samples, oldest first.
    pub fn samples(&self) -> impl DoubleEndedIterator<Item = &Summary> {
        self.samples.iter()
    }

    /// Forgets everything: another process answers.
    pub fn clear(&mut self) {
        self.samples.clear();
    }

    /// A figure over the `span_ns` before `until`, in `cells` parts of equal length, oldest first:
    /// the mean of each part. `None` where nothing was seen or the figure is not known, so that a
    /// lost connection is a hole in the chart.
    pub fn series(
        &self,
        until: Timestamp,
        span_ns: u64,
        cells: usize,
        figure: impl Fn(&Summary) -> Option<f64>,
    ) -> Vec<Option<f64>> {
        let mut sums = vec![(0.0, 0u32); cells];
        let from = until.0.saturating_sub(span_ns);
        // The newest first: what is older than the chart is not looked at.
        for sample in self.samples.iter().rev() {
            let at = sample.sampled_at.0;
            if at > until.0 {
                continue;
            }
            if at <= from {
                break;
            }
            // Parts are open at their beginning and closed at their end, so `until` is in the last.
            let part = (u128::from(at - from - 1) * cells as u128) / u128::from(span_ns.max(1));
            let value = figure(sample).filter(|value| value.is_finite());
            if let (Some((sum, n)), Some(value)) = (sums.get_mut(part as usize), value) {
                *sum += value;
                *n += 1;
            }
        }
        sums.into_iter().map(|(sum, n)| (n > 0).then(|| sum / f64::from(n))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: u64 = 1_000_000_000;

    fn at(second: u64, queued: u64) -> Summary {
        Summary { sampled_at: Timestamp(second * S), queued, ..Summary::default() }
    }

    fn queued(history: &History, until: u64, span: u64, cells: usize) -> Vec<Option<f64>> {
        history.series(Timestamp(until * S), span * S, cells, |s| Some(s.queued as f64))
    }

    #[test]
    fn parts_hold_their_mean_and_holes_stay_holes() {
        let mut history = History::default();
        for (second, n) in [(1, 10), (2, 20), (5, 50), (6, 70)] {
            history.take(&at(second, n));
        }
        assert_eq!(queued(&history, 6, 6, 3), [Some(15.0), None, Some(60.0)]);
        assert_eq!(queued(&history, 5, 2, 2), [None, Some(50.0)], "paused: nothing newer");
        assert_eq!(queued(&history, 6, 6, 0), []);
        assert_eq!(queued(&history, 6, 0, 1), [None]);
        assert_eq!(history.series(Timestamp(6 * S), S, 1, |_| Some(f64::NAN)), [None]);
    }

    #[test]
    fn a_tick_is_taken_once_and_the_oldest_goes() {
        let mut history = History::default();
        for second in 1..=MAX_SAMPLES as u64 + 5 {
            history.take(&at(second, second));
            history.take(&at(second, 0));
        }
        assert_eq!(history.samples().count(), MAX_SAMPLES);
        assert_eq!(history.samples().next().map(|s| s.queued), Some(6));
    }
}
