//! Small bar charts of durations.

use crate::format;
use actorscope_core::histogram::{Buckets, Layout, log2};

/// Length of the longest bar.
const LONGEST: usize = 40;

/// One line for each doubling of the duration, from the shortest to the longest counted. Finer
/// buckets are added up: a page has room for a shape, not for 224 numbers.
pub fn bars(buckets: &Buckets) -> Vec<String> {
    let mut octaves = [0u64; log2::LEN];
    for (index, count) in &buckets.counts {
        let shortest = buckets.layout.lower(usize::from(*index));
        octaves[log2::index(shortest)] += count;
    }
    let used = |i: &usize| octaves[*i] > 0;
    let (Some(first), Some(last)) = ((0..log2::LEN).find(used), (0..log2::LEN).rev().find(used))
    else {
        return Vec::new();
    };
    let most = octaves.iter().copied().max().unwrap_or(1).max(1);
    let total = octaves.iter().sum::<u64>().max(1);
    (first..=last)
        .map(|i| {
            let count = octaves[i];
            let share = count as f64 / most as f64;
            // Something is not nothing: one duration is still seen beside a million.
            let length = ((share * LONGEST as f64).round() as usize).max(usize::from(count > 0));
            let line = format!(
                "{:>8} …  {:>6}  {:>5.1}%  {}",
                format::duration(Layout::Log2.lower(i)),
                format::count(count),
                100.0 * count as f64 / total as f64,
                "█".repeat(length)
            );
            line.trim_end().to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_durations_are_seen_and_holes_are_kept() {
        let mut dense = vec![0; Layout::Log2.len()];
        dense[log2::index(1_000)] = 1_000_000;
        dense[log2::index(8_000)] = 1;
        let bars = bars(&Buckets::from_dense(Layout::Log2, dense));
        assert_eq!(bars.len(), 4);
        assert!(bars[0].ends_with(&"█".repeat(LONGEST)), "{}", bars[0]);
        assert!(!bars[1].contains('█'), "{}", bars[1]);
        assert!(bars[3].ends_with(" █"), "{}", bars[3]);
    }

    #[test]
    fn nothing_counted_draws_nothing() {
        assert!(bars(&Buckets::empty(Layout::Fine)).is_empty());
    }
}
