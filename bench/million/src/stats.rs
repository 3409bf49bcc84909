//! Medians, intervals, growth.

/// The middle one; `None` of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The value with this share of the others below it, between two of them in proportion.
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = share * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (sorted.get(at.floor() as usize)?, sorted.get(at.ceil() as usize)?);
    Some(below + (above - below) * at.fract())
}

/// The middle one, and the two between which that of all there could be lies in 95 of 100 cases, whatever they are spread
/// like: by the binomial's ranks. `None` of fewer than six, which can't say.
pub fn median_within(values: &[f64]) -> Option<(f64, [f64; 2])> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let beyond = ranks_beyond(sorted.len())?;
    let (low, high) = (sorted.get(beyond)?, sorted.get(sorted.len().checked_sub(beyond + 1)?)?);
    Some((median(&sorted)?, [*low, *high]))
}

/// How many of so many values lie beyond each end of that interval, at most.
fn ranks_beyond(count: usize) -> Option<usize> {
    let (mut chance, mut below, mut beyond) = (0.5_f64.powi(i32::try_from(count).ok()?), 0.0, None);
    for rank in 0..count {
        below += chance;
        if below > 0.025 {
            break;
        }
        beyond = Some(rank);
        chance *= (count - rank) as f64 / (rank + 1) as f64;
    }
    beyond
}

/// The largest one.
pub fn most(values: &[f64]) -> Option<f64> {
    values.iter().copied().max_by(f64::total_cmp)
}

/// A mean and half the width of its 95 % interval by Student's t; `None` of less than two.
pub fn mean_within(values: &[f64]) -> Option<(f64, f64)> {
    let degrees = values.len().checked_sub(1).filter(|n| *n > 0)?;
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / degrees as f64;
    Some((mean, t95(degrees) * (variance / values.len() as f64).sqrt()))
}

/// Student's t that 2.5 % lie above, by degrees of freedom.
fn t95(degrees: usize) -> f64 {
    const TABLE: [f64; 30] = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
        2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
        2.052, 2.048, 2.045, 2.042,
    ];
    // Above the table a little too wide, which errs on the safe side.
    TABLE.get(degrees.saturating_sub(1)).copied().unwrap_or(2.042)
}

/// How a cost grows from the last but one size to the largest: the exponent *e* in cost ∝ size^*e*.
/// 1 is linear, 0 is not at all. `None` where there is nothing to compare.
pub fn exponent(points: &[(u32, f64)]) -> Option<f64> {
    let [.., (from, before), (to, after)] = points else { return None };
    if *before <= 0.0 || *after <= 0.0 || from >= to {
        return None;
    }
    Some((after / before).ln() / (f64::from(*to) / f64::from(*from)).ln())
}

/// The same over all sizes: the slope of the line that fits best where both axes are logarithms. For what
/// should not grow at all, where two neighbours differ by chance more than anything grows.
pub fn exponent_over_all(points: &[(u32, f64)]) -> Option<f64> {
    let logs: Vec<(f64, f64)> = (points.iter())
        .map(|(size, cost)| (f64::from(*size).ln(), cost.ln()))
        .filter(|(x, y)| x.is_finite() && y.is_finite())
        .collect();
    let mean = |of: fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / logs.len() as f64;
    let (x, y) = (mean(|log| log.0), mean(|log| log.1));
    let spread: f64 = logs.iter().map(|log| (log.0 - x).powi(2)).sum();
    let together: f64 = logs.iter().map(|log| (log.0 - x) * (log.1 - y)).sum();
    (spread > 0.0).then(|| together / spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(quantile(&[0.0, 10.0], 0.95), Some(9.5));
    }

    #[test]
    fn the_median_lies_between_ranks() {
        // As in the tables of the sign test.
        let beyond = |count| ranks_beyond(count);
        assert_eq!([5, 6, 10, 20, 60].map(beyond), [None, Some(0), Some(1), Some(5), Some(21)]);
        let values: Vec<f64> = (0..20).map(f64::from).rev().collect();
        assert_eq!(median_within(&values), Some((9.5, [5.0, 14.0])));
        assert_eq!(median_within(&values[..5]), None);
    }

    #[test]
    fn intervals() {
        let (mean, half) = mean_within(&[1.0, 2.0, 3.0]).unwrap();
        assert_eq!(mean, 2.0);
        assert!((half - 4.303 / 3f64.sqrt()).abs() < 1e-9, "{half}");
        assert_eq!(mean_within(&[1.0]), None);
    }

    #[test]
    fn growth() {
        let linear = exponent(&[(10, 1.0), (1_000, 5.0), (10_000, 50.0)]).unwrap();
        assert!((linear - 1.0).abs() < 1e-9);
        assert_eq!(exponent(&[(1_000, 7.0), (10_000, 7.0)]), Some(0.0));
        assert_eq!(exponent(&[(1_000, 7.0)]), None);
    }

    #[test]
    fn growth_over_all() {
        let linear = exponent_over_all(&[(10, 1.0), (100, 10.0), (1_000, 100.0)]).unwrap();
        assert!((linear - 1.0).abs() < 1e-9);
        let scattered =
            [(1_000, 4_220.0), (10_000, 5_460.0), (100_000, 3_045.0), (1_000_000, 4_364.0)];
        assert!(exponent_over_all(&scattered).unwrap().abs() < 0.1);
        // That it grows at the end alone is seen.
        let late = [(1_000, 1.0), (10_000, 1.0), (100_000, 1.0), (1_000_000, 10.0)];
        assert!(exponent_over_all(&late).unwrap() > 0.1);
        assert_eq!(exponent_over_all(&[(1_000, 7.0)]), None);
        assert_eq!(exponent_over_all(&[]), None);
    }
}
