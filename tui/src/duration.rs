//! Durations as people write them.

use std::time::Duration;

/// Longest duration taken: what is longer is a typing error.
const MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads `500ms`, `2s`, `1.5s`, `5m`, `1h`; a bare number is seconds.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let form = || format!("{text:?} is not a time such as 500ms, 2s or 5m");
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().map_err(|_| form())?;
    let unit = match unit.trim_start() {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3_600.0,
        _ => return Err(form()),
    };
    let duration = Duration::try_from_secs_f64(number * unit).map_err(|_| form())?;
    if duration.is_zero() || duration > MAX {
        return Err("a time must be more than nothing and at most 24h".to_owned());
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let ms = |text| parse_duration(text).map(|d| d.as_millis());
        assert_eq!(ms("500ms"), Ok(500));
        assert_eq!(ms("1.5s"), Ok(1_500));
        assert_eq!(ms("2"), Ok(2_000));
        assert_eq!(ms("5m"), Ok(300_000));
        for wrong in ["", "s", "0", "-1s", "1d", "1.2.3s", "25h", "1e9999"] {
            assert!(ms(wrong).is_err(), "{wrong:?}");
        }
    }
}
