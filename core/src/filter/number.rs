//! Values with units.

use super::Unit;

const COUNTS: &[(&str, f64)] = &[("", 1.0), ("k", 1e3), ("m", 1e6), ("g", 1e9)];

const DURATIONS: &[(&str, f64)] = &[
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("μs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 60e9),
    ("min", 60e9),
    ("h", 3_600e9),
    ("d", 86_400e9),
];

const SHARES: &[(&str, f64)] = &[("%", 0.01), ("", 1.0)];

/// Reads a value: nanoseconds of a duration, 0 … 1 of a share. Zero needs no unit.
pub(super) fn parse(text: &str, unit: Unit) -> Option<f64> {
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let (number, suffix) = text.split_at_checked(digits)?;
    let number: f64 = number.parse().ok().filter(|n: &f64| n.is_finite())?;
    let suffix = suffix.to_lowercase();
    let (units, suffix) = match unit {
        Unit::Count => (COUNTS, suffix.strip_suffix("/s").unwrap_or(&suffix)),
        Unit::Duration => (DURATIONS, suffix.as_str()),
        Unit::Share => (SHARES, suffix.as_str()),
    };
    if number == 0.0 && suffix.is_empty() {
        return Some(0.0);
    }
    units.iter().find(|(name, _)| *name == suffix).map(|(_, factor)| number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_with_their_units() {
        for (text, unit, value) in [
            ("100", Unit::Count, 100.0),
            ("1.5k", Unit::Count, 1_500.0),
            ("2M", Unit::Count, 2e6),
            ("1k/s", Unit::Count, 1_000.0),
            ("5ms", Unit::Duration, 5e6),
            ("250us", Unit::Duration, 250e3),
            ("250µs", Unit::Duration, 250e3),
            ("2h", Unit::Duration, 7_200e9),
            ("0", Unit::Duration, 0.0),
            ("80%", Unit::Share, 0.8),
            ("0.8", Unit::Share, 0.8),
        ] {
            assert!((parse(text, unit).unwrap() - value).abs() < 1e-9 * value.max(1.0), "{text}");
        }
        for (text, unit) in [
            ("5", Unit::Duration),
            ("", Unit::Count),
            ("k", Unit::Count),
            ("1.2.3", Unit::Count),
            ("-1", Unit::Count),
            ("5parsecs", Unit::Duration),
            ("ä", Unit::Share),
        ] {
            assert_eq!(parse(text, unit), None, "{text:?}");
        }
    }
}
