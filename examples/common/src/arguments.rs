//! Values on the command line, with messages that say what is expected.

use std::time::Duration;

/// A whole number in a range.
pub fn count(
    least: usize,
    most: usize,
) -> impl Fn(&str) -> Result<usize, String> + Clone + Send + Sync + 'static {
    move |text| match text.parse() {
        Ok(count) if (least..=most).contains(&count) => Ok(count),
        _ => Err(format!("expected a whole number from {least} to {most}")),
    }
}

/// A number in a range.
pub fn rate(
    least: f64,
    most: f64,
) -> impl Fn(&str) -> Result<f64, String> + Clone + Send + Sync + 'static {
    move |text| match text.parse() {
        Ok(rate) if (least..=most).contains(&rate) => Ok(rate),
        _ => Err(format!("expected a number from {least} to {most}")),
    }
}

/// A time with its unit, not 0.
///
/// # Errors
/// What was expected, in words.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong =
        || "expected a whole number and a unit, for example 500ms, 30s, 2m or 1h".to_owned();
    let split = text.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(split);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let unit = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    let millis = number.checked_mul(unit).filter(|millis| *millis > 0).ok_or_else(wrong)?;
    Ok(Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_unit() {
        for (text, millis) in [("30s", 30_000), ("2m", 120_000), ("500ms", 500)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in [
            "",
            "30",
            "s",
            "-1s",
            "1.5s",
            "0s",
            "1d",
            "99999999999999999999s",
            "18446744073709551615h",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_are_in_their_ranges() {
        assert_eq!(count(1, 9)("9"), Ok(9));
        assert_eq!(count(1, 9)("10"), Err("expected a whole number from 1 to 9".to_owned()));
        assert_eq!(rate(0.0, 1e6)("0.5"), Ok(0.5));
        assert_eq!(rate(0.0, 1e6)("NaN"), Err("expected a number from 0 to 1000000".to_owned()));
    }
}
