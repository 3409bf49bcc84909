//! Curves as text: a line a size, bars on a logarithmic scale.

use std::fmt::Write as _;

/// Characters for ten times as much.
const DECADE: f64 = 10.0;

/// Longest bar.
const LONGEST: usize = 60;

/// A curve with its name above and what is to be said of it below. The smallest value has the
/// shortest bar.
pub fn curve(what: &str, unit: &str, points: &[(u32, f64)], verdict: &str) -> String {
    let mut text = format!("{what}, {unit}\n");
    let positive = points.iter().map(|(_, value)| *value).filter(|value| *value > 0.0);
    let least = positive.min_by(f64::total_cmp);
    for (actors, value) in points {
        let bar = match least {
            Some(least) if *value > 0.0 => 1 + ((value / least).log10() * DECADE).round() as usize,
            _ => 0,
        };
        let bar = "#".repeat(bar.min(LONGEST));
        let line = format!("  {:>8}  {:>9}  {bar}", size(*actors), figure(*value));
        let _ = writeln!(text, "{}", line.trim_end());
    }
    if !verdict.is_empty() {
        let _ = writeln!(text, "  {verdict}");
    }
    text.push('\n');
    text
}

/// Actors as people say it.
pub fn size(actors: u32) -> String {
    match actors {
        0..1_000 => actors.to_string(),
        1_000..1_000_000 if actors.is_multiple_of(1_000) => format!("{} K", actors / 1_000),
        1_000_000.. if actors.is_multiple_of(100_000) => format!("{} M", f64::from(actors) / 1e6),
        _ => actors.to_string(),
    }
}

/// Three digits that count.
pub fn figure(value: f64) -> String {
    let digits = if value == 0.0 { 0 } else { 2 - value.abs().log10().floor() as i32 };
    format!("{value:.*}", usize::try_from(digits.clamp(0, 6)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_times_as_much_is_ten_characters_more() {
        let text = curve("pass", "ms", &[(1_000, 0.05), (10_000, 0.5)], "");
        let bars: Vec<usize> = text.lines().skip(1).map(|line| line.matches('#').count()).collect();
        assert_eq!(bars, [1, 11, 0], "{text}");
    }

    #[test]
    fn numbers_for_people() {
        assert_eq!(size(1_000), "1 K");
        assert_eq!(size(1_000_000), "1 M");
        assert_eq!(size(2_500_000), "2.5 M");
        assert_eq!(size(1_234), "1234");
        assert_eq!(figure(1234.5), "1234");
        assert_eq!(figure(1.2345), "1.23");
        assert_eq!(figure(0.012345), "0.0123");
        assert_eq!(figure(0.0), "0");
    }
}
