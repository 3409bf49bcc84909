//! Who the slot talks to, and who waits for whom.

use super::Subject;
use crate::format;
use crate::ui::severity::Severity;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::view::sections;
use crate::words;
use actorscope_core::link::Link;
use ratatui::text::{Line, Span};

/// Most links shown in each direction; `actorscope show` has all.
const MOST: usize = 10;
/// Cells of the columns behind the other's path.
const COLUMNS: [(&str, usize); 6] =
    [("TELLS", 8), ("ASKS", 8), ("FAILED", 7), ("p50", 9), ("p99", 9), ("max", 9)];

/// Who sends.
#[derive(Clone, Copy)]
enum Direction {
    /// This slot.
    Out,
    /// The other one.
    In,
}

/// The slots that wait for each other, if this one is among them.
pub fn deadlock(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let links = subject.detail.and_then(|detail| detail.links.as_ref());
    let Some(links) = links.filter(|links| !links.cycle.is_empty()) else {
        return Vec::new();
    };
    let cycle = words::cycle(links.cycle.iter().map(|waits| waits.path.as_str()));
    let text = format!("deadlock: {cycle}");
    let line = |(n, line)| {
        let sign = if n == 0 { "! " } else { "  " };
        Line::from(Span::styled(format!("{sign}{line}"), theme.severe()))
    };
    text::wrap(&text, width.saturating_sub(2)).into_iter().enumerate().map(line).collect()
}

/// The section.
pub fn section(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![sections::heading("LINKS", "of senders that say so", width, theme)];
    let Some(links) = subject.detail.and_then(|detail| detail.links.as_ref()) else {
        return lines;
    };
    if links.outgoing.is_empty() && links.incoming.is_empty() {
        lines.extend(sections::sentence("no message yet", width, theme));
        return lines;
    }
    let shows = shown(width);
    let taken: usize = shows.iter().map(|i| COLUMNS.get(*i).map_or(0, |(_, cells)| *cells)).sum();
    let name = width.saturating_sub(taken + 2).min(48);
    let mut heads = text::left("  PEER", name + 2);
    for i in &shows {
        if let Some((title, cells)) = COLUMNS.get(*i) {
            heads.push_str(&text::right(title, *cells));
        }
    }
    lines.push(Line::from(Span::styled(heads, theme.heading())));
    for (direction, links) in [(Direction::Out, &links.outgoing), (Direction::In, &links.incoming)]
    {
        // Whoever waits now matters more than who has sent most.
        let mut links: Vec<&Link> = links.iter().collect();
        links.sort_by_key(|link| std::cmp::Reverse(link.waiting_ns.unwrap_or(0)));
        for link in links.iter().take(MOST) {
            lines.extend(one(direction, link, name, (&shows, width), theme));
        }
        let more = links.len().saturating_sub(MOST);
        if more > 0 {
            let text = format!("  and {} more", text::grouped(more as u64));
            let text = text::fit(&text, width).into_owned();
            lines.push(Line::from(Span::styled(text, theme.faint())));
        }
    }
    lines
}

/// The columns that fit, as indices: asks and their latency matter most.
fn shown(width: usize) -> Vec<usize> {
    const RANKED: [usize; 6] = [1, 4, 2, 0, 5, 3];
    let mut room = width.saturating_sub(18);
    let mut shown: Vec<usize> = Vec::new();
    for i in RANKED {
        let cells = COLUMNS.get(i).map_or(0, |(_, cells)| *cells);
        if cells > room {
            break;
        }
        room -= cells;
        shown.push(i);
    }
    shown.sort_unstable();
    shown
}

fn one(
    direction: Direction,
    link: &Link,
    name: usize,
    (shown, width): (&[usize], usize),
    theme: Theme,
) -> Vec<Line<'static>> {
    let ask = link.ask.unwrap_or_default();
    let duration = |ns: Option<u64>| {
        let style = theme.severity(ns.map_or(Severity::Calm, Severity::of_wait));
        (ns.map_or_else(|| "–".to_owned(), format::duration), style)
    };
    let count = |n: u64| (format::count(n), if n == 0 { theme.faint() } else { theme.text() });
    let failed = if link.failed > 0 { theme.warn() } else { theme.faint() };
    let cells = [
        count(link.tells),
        count(link.asks),
        (format::count(link.failed), failed),
        duration(ask.p50),
        duration(ask.p99),
        duration(ask.max),
    ];
    let path = text::left(&text::fit_end(&link.path, name), name);
    let sign = match direction {
        Direction::Out => "→ ",
        Direction::In => "← ",
    };
    let mut spans = vec![Span::styled(sign, theme.faint()), Span::styled(path, theme.text())];
    for i in shown {
        if let (Some((text, style)), Some((_, cells))) = (cells.get(*i), COLUMNS.get(*i)) {
            spans.push(Span::styled(text::right(text, *cells), *style));
        }
    }
    let mut lines = vec![Line::from(spans)];
    if link.waiting > 0 {
        let answers = text::counted(link.waiting.into(), "answer", "answers");
        let oldest = link
            .waiting_ns
            .map_or_else(String::new, |ns| format!(", the oldest for {}", format::duration(ns)));
        let text = match direction {
            Direction::Out => format!("  waiting for {answers}{oldest}"),
            Direction::In => format!("  {answers} not given yet{oldest}"),
        };
        let style = theme.severity(link.waiting_ns.map_or(Severity::Calm, Severity::of_wait));
        lines.push(Line::from(Span::styled(text::fit(&text, width).into_owned(), style)));
    }
    lines
}
