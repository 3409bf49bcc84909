//! Fitting text into cells: widths as terminals count them, cuts that are marked, numbers with
//! separators.

pub use actorscope_core::text::grouped;
use std::borrow::Cow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Stands for what was cut off.
const CUT: &str = "…";

/// Cells that `text` takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// `text` in at most `cells` cells; what does not fit is cut off its end.
pub fn fit(text: &str, cells: usize) -> Cow<'_, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    if cells == 0 {
        return Cow::Borrowed("");
    }
    let mut left = cells - 1;
    let mut out = String::with_capacity(cells + CUT.len());
    for c in text.chars() {
        let w = c.width().unwrap_or(0);
        if w > left {
            break;
        }
        left -= w;
        out.push(c);
    }
    out.push_str(CUT);
    Cow::Owned(out)
}

/// `text` in at most `cells` cells; what does not fit is cut off its beginning. For paths, whose end
/// says most.
pub fn fit_end(text: &str, cells: usize) -> Cow<'_, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    if cells == 0 {
        return Cow::Borrowed("");
    }
    let mut left = cells - 1;
    let mut start = text.len();
    for (i, c) in text.char_indices().rev() {
        let w = c.width().unwrap_or(0);
        if w > left {
            break;
        }
        left -= w;
        start = i;
    }
    Cow::Owned(format!("{CUT}{}", &text[start..]))
}

/// A path in at most `cells` cells: what does not fit goes segment by segment from its beginning, so
/// that names stay whole as long as possible.
pub fn fit_path(path: &str, cells: usize) -> Cow<'_, str> {
    if width(path) <= cells {
        return Cow::Borrowed(path);
    }
    let segments = path.match_indices('/').map(|(i, _)| &path[i..]);
    let fits = |end: &&str| width(CUT) + width(end) <= cells;
    match segments.into_iter().find(fits) {
        Some(end) => Cow::Owned(format!("{CUT}{end}")),
        // Not even the name: its beginning says more than its end.
        None => fit(path.rsplit('/').next().unwrap_or(path), cells).into_owned().into(),
    }
}

/// Exactly `cells` cells, the text at their left.
pub fn left(text: &str, cells: usize) -> String {
    let text = fit(text, cells);
    let gap = cells.saturating_sub(width(&text));
    format!("{text}{}", " ".repeat(gap))
}

/// Exactly `cells` cells, the text at their right.
pub fn right(text: &str, cells: usize) -> String {
    let text = fit(text, cells);
    let gap = cells.saturating_sub(width(&text));
    format!("{}{text}", " ".repeat(gap))
}

/// A rate with all its digits: in words, `2,339` reads better than `2.3k`.
pub fn rate(per_s: f64) -> String {
    if per_s < 100.0 { crate::format::rate(Some(per_s)) } else { grouped(per_s as u64) }
}

/// A count and what is counted: `1 actor`, `2,001 actors`.
pub fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// A duration that somebody chose: `10 s` rather than `10.0 s`.
pub fn span(ns: u64) -> String {
    match (ns % 1_000_000_000, ns % 1_000_000) {
        (0, _) if (1..120_000_000_000).contains(&ns) => format!("{} s", ns / 1_000_000_000),
        (_, 0) if (1..1_000_000_000).contains(&ns) => format!("{} ms", ns / 1_000_000),
        _ => crate::format::duration(ns),
    }
}

/// An age, without parts of a second once it has passed one.
pub fn age(ns: u64) -> String {
    let whole = ns / 1_000_000_000 * 1_000_000_000;
    span(if whole == 0 { ns } else { whole })
}

/// Seconds with one decimal, for ages and countdowns that are watched while they change.
pub fn seconds(duration: std::time::Duration) -> String {
    let s = duration.as_secs_f64();
    if s < 119.95 {
        format!("{s:.1} s")
    } else {
        crate::format::duration(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
    }
}

/// Breaks `text` at spaces into lines of at most `cells` cells; a longer word is broken anywhere.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        let w = width(word);
        if used > 0 && used + 1 + w > cells {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        for c in word.chars() {
            let cw = c.width().unwrap_or(0);
            if used > 0 && used + cw > cells {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += cw;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Breaks a line of code anywhere into lines of at most `cells` cells. Spaces stay, and what is broken
/// off is indented like the line itself and two more.
pub fn broken(line: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(1);
    let indent = line.len() - line.trim_start_matches(' ').len();
    // However deep it stands, half of the line is left for the text.
    let indent = if cells < 8 { 0 } else { (indent + 2).min(cells / 2) };
    let mut lines = vec![String::new()];
    let mut used = 0;
    for c in line.chars() {
        let w = c.width().unwrap_or(0);
        if used > 0 && used + w > cells {
            lines.push(" ".repeat(indent));
            used = indent;
        }
        if let Some(last) = lines.last_mut() {
            last.push(c);
        }
        used += w;
    }
    lines
}

/// Joins parts with commas and breaks lines only between them; a part that is longer than a line is
/// broken like any text.
pub fn wrap_parts(parts: &[String], cells: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        let comma = if i + 1 < parts.len() { "," } else { "" };
        let part = format!("{part}{comma}");
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(&part) <= cells => {
                line.push(' ');
                line.push_str(&part);
            }
            _ => lines.extend(wrap(&part, cells)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cuts_are_marked_and_wide_characters_counted() {
        assert_eq!(fit("signaling", 6), "signa…");
        assert_eq!(fit_end("/parlor/signaling/signaling-1", 12), "…signaling-1");
        assert_eq!(fit("日本語", 4), "日…");
        assert_eq!(fit_path("/parlor/signaling/signaling-1", 29), "/parlor/signaling/signaling-1");
        assert_eq!(fit_path("/parlor/signaling/signaling-1", 25), "…/signaling/signaling-1");
        assert_eq!(fit_path("/parlor/signaling/signaling-1", 12), "signaling-1");
        assert_eq!(fit_path("/parlor/signaling/signaling-1", 8), "signali…");
        assert_eq!(right("12", 4), "  12");
        assert_eq!(left("12", 4), "12  ");
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(counted(1, "actor", "actors"), "1 actor");
        assert_eq!(counted(1_000, "actor", "actors"), "1,000 actors");
    }

    #[test]
    fn durations_that_were_chosen_have_no_decimals() {
        assert_eq!(span(10_000_000_000), "10 s");
        assert_eq!(span(100_000_000), "100 ms");
        assert_eq!(span(1_500_000_000), "1.50 s");
        assert_eq!(span(0), "0 ns");
        assert_eq!(age(242_900_000_000), "4m 2s");
        assert_eq!(age(900_000), "900 µs");
    }

    #[test]
    fn parts_stay_whole() {
        let parts = ["permanent", "backoff 100 ms to 10 s"].map(str::to_owned);
        assert_eq!(wrap_parts(&parts, 30), ["permanent,", "backoff 100 ms to 10 s"]);
        assert_eq!(wrap_parts(&parts, 40), ["permanent, backoff 100 ms to 10 s"]);
    }

    #[test]
    fn code_is_broken_anywhere_and_keeps_its_indentation() {
        assert_eq!(broken("  open: true,", 20), ["  open: true,"]);
        assert_eq!(broken("  name: \"abcdef\",", 10), ["  name: \"a", "    bcdef\"", "    ,"]);
        assert_eq!(broken("         deep", 10), ["         d", "     eep"]);
        assert_eq!(broken("abcdef", 4), ["abcd", "ef"], "no room for more");
        assert_eq!(broken("", 5), [""]);
    }

    #[test]
    fn sentences_wrap_at_spaces() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), [""]);
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_asked(text in "\\PC{0,40}", cells in 0usize..20) {
            prop_assert!(width(&fit(&text, cells)) <= cells);
            prop_assert!(width(&fit_end(&text, cells)) <= cells);
            prop_assert!(width(&fit_path(&text, cells)) <= cells);
            // A wide character needs two cells, a few need three.
            let widest = broken(&text, cells).iter().map(|line| width(line)).max();
            prop_assert!(widest.is_some_and(|widest| widest <= cells.max(3)), "{widest:?}");
        }
    }
}
