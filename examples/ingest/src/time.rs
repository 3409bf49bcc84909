//! Moments as logs write them, to minutes since 1970, and back.

/// Minutes since 1970-01-01T00:00Z.
pub type Minute = i64;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// How days are counted; both ways lead to the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Calendar {
    /// By arithmetic.
    Computed,
    /// Day by day from 1970 on: the defect of [`Fault::SlowParser`](crate::Fault::SlowParser).
    Walked,
}

/// `10/Oct/2000:13:55:36 -0700`, as in Common Log Format.
pub fn clf(text: &str, calendar: Calendar) -> Option<Minute> {
    let (moment, zone) = text.split_once(' ')?;
    let mut parts = moment.splitn(4, ['/', ':']);
    let day = parts.next()?.parse().ok()?;
    let month = parts.next()?;
    let month = (1..).zip(MONTHS).find(|(_, name)| *name == month)?.0;
    let year = parts.next()?.parse().ok()?;
    minute(year, month, day, parts.next()?, offset(zone)?, calendar)
}

/// `2000-10-10T13:55:36.1-07:00`, as in RFC 3339.
pub fn rfc3339(text: &str, calendar: Calendar) -> Option<Minute> {
    let (date, rest) = text.split_once(['T', 't', ' '])?;
    let mut parts = date.splitn(3, '-');
    let mut number = || parts.next()?.parse::<i64>().ok();
    let (year, month, day) = (number()?, number()?, number()?);
    let zone_at = rest.find(['Z', 'z', '+', '-'])?;
    let (time, zone) = rest.split_at(zone_at);
    let zone = if matches!(zone, "Z" | "z") { 0 } else { offset(zone)? };
    minute(year, month, day, time, zone, calendar)
}

/// `2000-10-10T20:55Z`.
pub fn show(minute: Minute) -> String {
    let (day, of_day) = (minute.div_euclid(1440), minute.rem_euclid(1440));
    let (mut year, mut left) = (1970, day);
    while left < 0 {
        year -= 1;
        left += days_in_year(year);
    }
    while left >= days_in_year(year) {
        left -= days_in_year(year);
        year += 1;
    }
    let mut month = 1;
    while left >= days_in_month(year, month) {
        left -= days_in_month(year, month);
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}T{:02}:{:02}Z", left + 1, of_day / 60, of_day % 60)
}

/// As [`clf`] reads it, of a second since 1970, in UTC.
pub fn show_clf(second: i64) -> String {
    let minute = show(second.div_euclid(60));
    let (year, month, day) = (&minute[..4], &minute[5..7], &minute[8..10]);
    let month = MONTHS[month.parse::<usize>().unwrap_or(1).saturating_sub(1)];
    format!("{day}/{month}/{year}:{}:{:02} +0000", &minute[11..16], second.rem_euclid(60))
}

/// `+0100` or `+01:00` in minutes.
fn offset(zone: &str) -> Option<i64> {
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = zone[1..].chars().filter(|c| *c != ':').collect();
    let number: i64 = digits.parse().ok().filter(|_| digits.len() == 4)?;
    Some(sign * (number / 100 * 60 + number % 100))
}

fn minute(
    year: i64,
    month: i64,
    day: i64,
    time: &str,
    offset: i64,
    calendar: Calendar,
) -> Option<Minute> {
    let mut parts = time.splitn(3, ':');
    let mut number = || parts.next()?.parse::<f64>().ok();
    let (hour, minute, second) = (number()?, number()?, number()?);
    let is_time = (0.0..24.0).contains(&hour)
        && (0.0..60.0).contains(&minute)
        // With leap seconds.
        && (0.0..61.0).contains(&second);
    let is_date = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day);
    if !is_time || !is_date {
        return None;
    }
    let days = match calendar {
        Calendar::Computed => computed(year, month, day),
        Calendar::Walked => walked(year, month, day),
    };
    Some(days * 1440 + hour as i64 * 60 + minute as i64 - offset)
}

/// Days from 1970-01-01, after Howard Hinnant's `days_from_civil`
/// (<https://howardhinnant.github.io/date_algorithms.html>).
fn computed(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The same, one day at a time.
fn walked(year: i64, month: i64, day: i64) -> i64 {
    let (mut at, mut days) = ((1970, 1, 1), 0);
    while at != (year, month, day) {
        let (y, m, d) = at;
        at = if d < days_in_month(y, m) {
            (y, m, d + 1)
        } else if m < 12 {
            (y, m + 1, 1)
        } else {
            (y + 1, 1, 1)
        };
        days += 1;
    }
    days
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in_year(year: i64) -> i64 {
    if is_leap(year) { 366 } else { 365 }
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_notations_of_a_moment_are_the_same_minute() {
        let minute = clf("10/Oct/2000:13:55:36 -0700", Calendar::Computed).unwrap();
        assert_eq!(minute, 971_211_336 / 60);
        assert_eq!(rfc3339("2000-10-10T13:55:36.25-07:00", Calendar::Computed), Some(minute));
        assert_eq!(rfc3339("2000-10-10T20:55:36Z", Calendar::Computed), Some(minute));
        assert_eq!(show(minute), "2000-10-10T20:55Z");
        assert_eq!(show_clf(971_211_336), "10/Oct/2000:20:55:36 +0000");
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "10/Oct/2000",
            "10/Oct/2000:13:55:36",
            "31/Feb/2000:13:55:36 +0000",
            "10/Okt/2000:13:55:36 +0000",
            "10/Oct/2000:24:55:36 +0000",
            "10/Oct/2000:13:55:36 +00",
            "10/Oct/99999999:13:55:36 +0000",
        ] {
            assert_eq!(clf(text, Calendar::Walked), None, "{text}");
        }
        assert_eq!(rfc3339("2000-13-10T13:55:36Z", Calendar::Computed), None);
        assert_eq!(rfc3339("2000-10-10T13:55:36", Calendar::Computed), None);
    }

    proptest::proptest! {
        #[test]
        fn the_slow_calendar_is_right(second in 0_i64..4_000_000_000) {
            let text = show_clf(second);
            let minute = Some(second.div_euclid(60));
            proptest::prop_assert_eq!(clf(&text, Calendar::Computed), minute);
            proptest::prop_assert_eq!(clf(&text, Calendar::Walked), minute);
        }
    }
}
