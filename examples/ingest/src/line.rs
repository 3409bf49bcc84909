//! One line of a log to what is counted of it.

use crate::time::{Calendar, Minute, clf, rfc3339};
use serde::Deserialize;
use std::borrow::Cow;

/// What is counted of one request.
#[derive(PartialEq, Debug)]
pub struct Hit<'a> {
    pub minute: Minute,
    /// Without the query.
    pub path: Cow<'a, str>,
    pub status: u16,
    pub bytes: u64,
    /// `None` where the log does not tell.
    pub latency_us: Option<u64>,
}

/// A line in Common or Combined Log Format, with or without the time taken at its end, or a JSON object;
/// `None` if it is neither.
pub fn parse(line: &str, calendar: Calendar) -> Option<Hit<'_>> {
    if line.starts_with('{') { json(line, calendar) } else { access(line, calendar) }
}

/// `host ident user [time] "METHOD path PROTOCOL" status bytes`, and if it goes on
/// `"referrer" "user agent"` and the time taken: in seconds with a point, as nginx writes it, or in
/// microseconds, as Apache does.
fn access(line: &str, calendar: Calendar) -> Option<Hit<'_>> {
    let (_, rest) = line.split_once('[')?;
    let (time, rest) = rest.split_once("] \"")?;
    let (request, rest) = quoted(rest)?;
    let target = request.split(' ').nth(1)?;
    let mut fields = rest.strip_prefix(' ')?.splitn(3, ' ');
    let status = fields.next()?.parse().ok().filter(|status| (100..600).contains(status))?;
    let bytes = match fields.next()? {
        "-" => 0,
        bytes => bytes.parse().ok()?,
    };
    let latency_us = match fields.next() {
        None => None,
        Some(more) => {
            let (_, more) = quoted(more.strip_prefix('"')?)?;
            let (_, more) = quoted(more.strip_prefix(" \"")?)?;
            match more.strip_prefix(' ') {
                None if more.is_empty() => None,
                None => return None,
                Some(taken) => Some(micros(taken)?),
            }
        }
    };
    Some(Hit { minute: clf(time, calendar)?, path: path(target), status, bytes, latency_us })
}

/// Up to the closing quotation mark, which one behind a backslash is not; and what comes after it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    Some((&text[..end], &text[end + 1..]))
}

fn micros(taken: &str) -> Option<u64> {
    if !taken.contains('.') {
        return taken.parse().ok();
    }
    let seconds: f64 = taken.parse().ok().filter(|s| (0.0..1e9).contains(s))?;
    Some((seconds * 1e6).round() as u64)
}

fn path(target: &str) -> Cow<'_, str> {
    Cow::Borrowed(target.split_once(['?', '#']).map_or(target, |(path, _)| path))
}

#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow, alias = "timestamp", alias = "ts", alias = "@timestamp")]
    time: Cow<'a, str>,
    #[serde(borrow, alias = "uri", alias = "url")]
    path: Cow<'a, str>,
    status: u16,
    #[serde(default, alias = "size", alias = "body_bytes_sent")]
    bytes: u64,
    latency_ms: Option<f64>,
}

fn json(line: &str, calendar: Calendar) -> Option<Hit<'_>> {
    let object: Object<'_> = serde_json::from_str(line).ok()?;
    if !(100..600).contains(&object.status) {
        return None;
    }
    let latency_us = match object.latency_ms {
        Some(ms) if (0.0..1e12).contains(&ms) => Some((ms * 1e3).round() as u64),
        Some(_) => return None,
        None => None,
    };
    let path = match object.path {
        Cow::Borrowed(target) => path(target),
        Cow::Owned(target) => Cow::Owned(path(&target).into_owned()),
    };
    let minute = rfc3339(&object.time, calendar)?;
    Some(Hit { minute, path, status: object.status, bytes: object.bytes, latency_us })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMON: &str =
        r#"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif?x=1 HTTP/1.0" 200 2326"#;

    fn hit(line: &str) -> Option<Hit<'_>> {
        parse(line, Calendar::Computed)
    }

    #[test]
    fn all_notations_of_a_request_are_the_same_hit() {
        let common = hit(COMMON).unwrap();
        assert_eq!((&*common.path, common.status, common.bytes), ("/a.gif", 200, 2326));
        assert_eq!(common.latency_us, None);
        let combined = format!(r#"{COMMON} "http://x/\"y\"" "Mozilla/4.08 [en]""#);
        assert_eq!(hit(&combined).unwrap(), common);
        for (taken, us) in [("0.0125", 12_500), ("12500", 12_500)] {
            let line = format!("{combined} {taken}");
            assert_eq!(hit(&line).unwrap().latency_us, Some(us));
        }
        let json = r#"{"time":"2000-10-10T20:55:36Z","path":"/a.gif?x=1","status":200,"bytes":2326,"latency_ms":12.5,"more":1}"#;
        let json = hit(json).unwrap();
        assert_eq!(
            (json.minute, &*json.path, json.latency_us),
            (common.minute, "/a.gif", Some(12_500))
        );
    }

    #[test]
    fn no_bytes_are_none_and_a_strange_request_is_no_hit() {
        assert_eq!(hit(&COMMON.replace("2326", "-")).unwrap().bytes, 0);
        for (what, by) in
            [("200", "99"), ("200", "ok"), ("GET /a.gif?x=1 HTTP/1.0", "-"), ("[", "")]
        {
            assert_eq!(hit(&COMMON.replacen(what, by, 1)), None, "{by}");
        }
        for cut in 0..COMMON.len() - " 2326".len() {
            assert_eq!(hit(&COMMON[..cut]), None, "{}", &COMMON[..cut]);
        }
        assert_eq!(hit(&format!("{COMMON} more")), None);
        assert_eq!(hit(r#"{"time":"2000-10-10T20:55:36Z","path":"/"}"#), None);
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_a_hit_or_none(line in ".*") {
            let _ = hit(&line);
            let _ = hit(&format!("{COMMON}{line}"));
        }
    }
}
