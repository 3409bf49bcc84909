//! The first lines: who is observed, how it is, and what is slowest, in words.

use super::nodes;
use super::paint::{Piece, line_of, put, put_pieces};
use crate::format;
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::severity::{Severity, WARN_NS};
use crate::ui::text;
use crate::ui::theme::Theme;
use actorscope_client::Link;
use actorscope_core::node::Summary;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use std::time::Duration;

/// Draws as many lines as there is room for: who, then what is slowest, then the figures between.
pub fn draw(app: &App, attached: &Attached, area: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    if let Some(line) = line_of(area, 0) {
        who(app, attached, line, buf);
    }
    if area.height > 2
        && let (Some(line), Some(summary)) = (line_of(area, 1), attached.summary())
    {
        put_pieces(buf, line, &Span::raw("  "), figures(summary, theme), process(summary, theme));
    }
    if area.height > 1
        && let Some(line) = line_of(area, area.height - 1)
    {
        attention(app, attached, line, buf);
    }
}

fn who(app: &App, attached: &Attached, area: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    let Some(node) = &attached.model.node else {
        return;
    };
    let mut left = vec![
        nodes::piece(app, area.width)
            .unwrap_or_else(|| Piece::new(0, node.name.clone(), theme.title())),
        Piece::new(3, format!("pid {}", node.pid), theme.text()),
        Piece::new(5, format!("on {}", node.host), theme.text()),
        Piece::new(6, format!("instance {}", node.instance.short()), theme.faint()),
    ];
    if let Some(summary) = attached.summary() {
        let up = summary.sampled_at.since(node.started_at);
        left.push(Piece::new(4, format!("up {}", text::age(up)), theme.text()));
    }
    let mut right = Vec::new();
    if let Some(frozen) = &attached.frozen {
        let age = text::seconds(app.now.saturating_sub(frozen.at));
        right.push(Piece::new(0, format!(" PAUSED {age} "), theme.badge()));
    }
    if app.settings.read_only {
        right.push(Piece::new(4, "read-only", theme.faint()));
    }
    right.push(link(app, attached, theme));
    right.push(Piece::new(3, every(app.settings.interval, pause(attached)), theme.faint()));
    put_pieces(buf, area, &Span::raw("  "), left, right);
}

fn link(app: &App, attached: &Attached, theme: Theme) -> Piece {
    // An agent that looks more rarely than it is asked to says so and is not silent.
    let patience = app.settings.interval.saturating_mul(4).max(Duration::from_secs(4));
    let patience = patience.max(pause(attached).saturating_mul(2));
    let silent =
        attached.last_frame.map(|at| app.now.saturating_sub(at)).filter(|age| *age > patience);
    match (&attached.model.link, silent) {
        (Link::Connecting, _) => Piece::new(0, "◌ connecting", theme.warn()),
        (Link::Lost { .. }, _) => Piece::new(0, "✗ lost", theme.severe()),
        (Link::Live, Some(age)) => {
            Piece::new(0, format!("! no data for {:.0} s", age.as_secs_f64()), theme.warn())
        }
        (Link::Live, None) => Piece::new(0, "● live", theme.good()),
    }
}

/// How often the agent looks, or answers a view that is shown, if it has slowed itself or finds that dear; else 0.
fn pause(attached: &Attached) -> Duration {
    let slowed = attached.summary().filter(|summary| summary.agent.is_slowed());
    let tick = slowed.map(|summary| summary.agent.tick());
    let dearest = attached.shown().filter_map(|view| view.slowed_to).max();
    tick.max(dearest).unwrap_or_default()
}

/// How often there is something new: as often as is asked for, unless that is too dear.
fn every(interval: Duration, pause: Duration) -> String {
    if pause > interval {
        return format!("every {:.1} s", pause.as_secs_f64());
    }
    format!("every {} s", interval.as_secs_f64())
}

fn figures(s: &Summary, theme: Theme) -> Vec<Piece> {
    let plain = theme.text();
    vec![
        Piece::new(0, text::counted(s.live, "actor", "actors"), plain),
        Piece::new(1, format!("{} queued", text::grouped(s.queued)), plain),
        Piece::new(2, format!("{} msg/s", text::rate(s.rate_per_s)), plain),
        Piece::new(3, text::counted(s.restarts, "restart", "restarts"), plain),
    ]
}

fn process(s: &Summary, theme: Theme) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut add = |rank, text: String| pieces.push(Piece::new(rank, text, theme.text()));
    add(
        4,
        match s.process.cpu_cores {
            Some(cores) => format!("cpu {:.0}%", cores * 100.0),
            None => format!("cpu {}", format::ABSENT),
        },
    );
    add(
        5,
        match s.process.memory_bytes {
            Some(bytes) => format::bytes(bytes),
            None => format!("mem {}", format::ABSENT),
        },
    );
    add(
        6,
        match s.agent.cpu_cores {
            Some(cores) => format!("agent {:.1}%", cores * 100.0),
            None => format!("agent {}", format::duration(s.agent.pass_ns)),
        },
    );
    pieces
}

/// The line that says where to look first.
fn attention(app: &App, attached: &Attached, area: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    let room = usize::from(area.width.saturating_sub(2));
    let (style, line) = match (&attached.model.link, &attached.outage) {
        (Link::Lost { reason, retry_in, .. }, Some(outage)) => {
            let age = text::seconds(app.now.saturating_sub(outage.since));
            let left = retry_in.saturating_sub(app.now.saturating_sub(outage.last_try));
            let next = if left.is_zero() {
                "retrying".to_owned()
            } else {
                format!("retrying in {}", text::seconds(left))
            };
            let lost = [
                format!("connection lost {age} ago: {reason}; {next}"),
                format!("connection lost {age} ago; {next}"),
                format!("lost {age} ago; {next}"),
            ];
            (theme.severe(), first_that_fits(lost, room))
        }
        _ => slowest(attached, room, theme),
    };
    put(buf, super::paint::inset(area, 1), Span::styled(line, style));
}

fn slowest(attached: &Attached, room: usize, theme: Theme) -> (Style, String) {
    let Some((identity, path, stats, wait)) = attached.slowest() else {
        return (theme.faint(), text::fit("no queue wait is measured yet", room).into_owned());
    };
    let waits = format::duration(wait);
    let name = &identity.name;
    if wait < WARN_NS {
        let calm = [
            format!("no slow queue: the longest wait is {waits}, at {path}"),
            format!("no slow queue: the longest wait is {waits}"),
            format!("no slow queue ({waits})"),
        ];
        return (theme.faint(), first_that_fits(calm, room));
    }
    let queued = stats.depth.value().map_or_else(String::new, |n| {
        let bound = if stats.depth.is_lower_bound() { "≥ " } else { "" };
        format!(", {bound}{} queued", text::grouped(n))
    });
    let oldest = stats.oldest_wait_ns.is_some_and(|oldest| oldest >= wait);
    let (long, short) = if oldest {
        ("oldest message waits", "oldest waits")
    } else {
        ("messages wait on average", "mean wait")
    };
    let told = [
        format!("slowest queue: {path}, {long} {waits}{queued}"),
        format!("slowest queue: {path}, {short} {waits}{queued}"),
        format!("slowest: {path}, {short} {waits}{queued}"),
        format!("slowest: {path} waits {waits}{queued}"),
        format!("slowest: {name}, {short} {waits}{queued}"),
        format!("slowest: {name} waits {waits}"),
        format!("{name} waits {waits}"),
    ];
    (theme.severity(Severity::of_wait(wait)), first_that_fits(told, room))
}

/// The first of several ways to say something that has room; the last one is cut if need be.
fn first_that_fits<const N: usize>(ways: [String; N], room: usize) -> String {
    let mut last = String::new();
    for way in ways {
        if text::width(&way) <= room {
            return way;
        }
        last = way;
    }
    text::fit(&last, room).into_owned()
}
