//! Numbers as people read them, the same in the terminal UI and in text output.
//!
//! What is not known is `n/a`, never 0.

/// Shown for what is not known.
pub const ABSENT: &str = "n/a";

/// A duration in three significant digits: `640 ns`, `12.3 µs`, `4.56 ms`, `7.89 s`, `12m 3s`, `3h 4m`, `5d 6h`.
pub fn duration(ns: u64) -> String {
    match ns {
        0..1_000 => format!("{ns} ns"),
        1_000..1_000_000 => scaled(ns, 1e3, "µs"),
        1_000_000..1_000_000_000 => scaled(ns, 1e6, "ms"),
        1_000_000_000..120_000_000_000 => scaled(ns, 1e9, "s"),
        _ => {
            let s = ns / 1_000_000_000;
            match s {
                0..3_600 => format!("{}m {}s", s / 60, s % 60),
                3_600..86_400 => format!("{}h {}m", s / 3_600, s % 3_600 / 60),
                _ => format!("{}d {}h", s / 86_400, s % 86_400 / 3_600),
            }
        }
    }
}

/// [`count`], or [`ABSENT`].
pub fn count_or_absent(n: Option<u64>) -> String {
    n.map_or_else(|| ABSENT.to_owned(), count)
}

/// [`duration`], or [`ABSENT`].
pub fn duration_or_absent(ns: Option<u64>) -> String {
    ns.map_or_else(|| ABSENT.to_owned(), duration)
}

fn scaled(ns: u64, unit: f64, name: &str) -> String {
    let value = ns as f64 / unit;
    let digits = if value < 9.995 {
        2
    } else if value < 99.95 {
        1
    } else {
        0
    };
    format!("{value:.digits$} {name}")
}

/// A count: `950`, `12.3k`, `4.56M`.
pub fn count(n: u64) -> String {
    match n {
        0..10_000 => n.to_string(),
        10_000..1_000_000 => format!("{:.1}k", n as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.2}M", n as f64 / 1e6),
        _ => format!("{:.2}G", n as f64 / 1e9),
    }
}

/// A rate: `0`, `0.4`, `12.3`, `950`, `12.3k`.
pub fn rate(per_s: Option<f64>) -> String {
    match per_s {
        None => ABSENT.to_owned(),
        Some(r) if r < 0.05 => "0".to_owned(),
        Some(r) if r < 99.95 => format!("{r:.1}"),
        Some(r) => count(r.round() as u64),
    }
}

/// A share of 1 as per cent.
pub fn share(of_one: Option<f64>) -> String {
    of_one.map_or_else(|| ABSENT.to_owned(), |s| format!("{:.0}%", s * 100.0))
}

/// Bytes in binary units: `950 B`, `12.3 KiB`, `4.56 GiB`.
pub fn bytes(n: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    let mut value = n as f64;
    let mut name = "B";
    for unit in units {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        name = unit;
    }
    if name == "B" { format!("{n} B") } else { format!("{value:.1} {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_keep_three_digits() {
        let cases = [
            (0, "0 ns"),
            (640, "640 ns"),
            (12_300, "12.3 µs"),
            (999_900, "1000 µs"),
            (4_560_000, "4.56 ms"),
            (7_890_000_000, "7.89 s"),
            (119_000_000_000, "119 s"),
            (723_000_000_000, "12m 3s"),
            (11_040_000_000_000, "3h 4m"),
            (453_600_000_000_000, "5d 6h"),
        ];
        for (ns, text) in cases {
            assert_eq!(duration(ns), text);
        }
    }

    #[test]
    fn what_is_not_known_is_not_zero() {
        assert_eq!(duration_or_absent(None), "n/a");
        assert_eq!(rate(None), "n/a");
        assert_eq!(share(None), "n/a");
        assert_eq!(rate(Some(0.0)), "0");
    }
}
