//! What the node runs on: process, host, runtime; what the agent costs, and what one may do there.

use super::{Page, Pointer};
use crate::format;
use crate::ui::actions::Action;
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::input::Command;
use crate::ui::layout::Layout;
use crate::ui::severity::Severity;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::update;
use crate::ui::view::chart::{self, Figure};
use crate::ui::view::paint::{gauge, inset, overstyle};
use crate::ui::view::sections::{self, LABEL, columns, fact, facts, heading, label, sentence};
use actorscope_client::Node;
use actorscope_core::node::{RuntimeFigures, Summary};
use ratatui::buffer::Buffer;
use ratatui::text::{Line, Span};

/// Pages at least this wide have two columns: what stands here is short.
const TWO: usize = 72;
/// Widest gauge.
const GAUGE: usize = 24;
/// Cells for the value before a gauge.
const VALUE: usize = 20;
/// Fewest and most lines of a chart, its heading and axes included.
const CHART: (usize, usize) = (5, 12);
/// Pages with fewer lines show each figure in one line.
const ROOM_FOR_CHARTS: u16 = 30;
/// Most workers with a line of their own; more stand beside each other.
const WORKER_LINES: usize = 8;

/// What is drawn over time.
const FIGURES: [Figure; 6] =
    [chart::CPU, chart::MEMORY, chart::MESSAGES, chart::WORKERS, chart::HOST_CPU, chart::AGENT_CPU];

/// What the user has done to it.
#[derive(Debug, Default)]
pub struct State {
    /// Lines scrolled past.
    pub scroll: u16,
}

/// The screen.
pub struct Screen;

impl Page for Screen {
    fn draw(&self, app: &App, attached: &Attached, layout: &Layout, buf: &mut Buffer) {
        let theme = app.settings.theme;
        let inside = inset(layout.body(), 1);
        let Some(node) = attached.model.node.as_deref() else {
            return;
        };
        let subject = Subject { node, summary: attached.summary() };
        let width = usize::from(inside.width);
        let mut lines = columns(SECTIONS.len(), (width, TWO), |n, width| {
            SECTIONS.get(n).map(|section| section(&subject, width, theme)).unwrap_or_default()
        });
        lines.push(Line::default());
        let rest = usize::from(inside.height).saturating_sub(lines.len());
        lines.extend(over_time(app, attached, (width, rest), inside.height));
        sections::page(buf, inside, &lines, attached.screens.system.scroll, theme);
        if attached.is_stale() {
            overstyle(buf, inside, theme.faint());
        }
    }

    fn act(&self, app: &mut App, action: Action) -> Vec<Command> {
        let lines = app.size.1;
        if let Some(attached) = app.agent_mut() {
            let scroll = &mut attached.screens.system.scroll;
            *scroll = update::scrolled(*scroll, action, lines);
        }
        Vec::new()
    }

    fn point(&self, app: &mut App, pointer: Pointer) -> Vec<Command> {
        if let (Pointer::Scroll(lines), Some(attached)) = (pointer, app.agent_mut()) {
            let scroll = &mut attached.screens.system.scroll;
            *scroll = update::wheel(*scroll, lines);
        }
        Vec::new()
    }
}

/// What sections are made of.
struct Subject<'a> {
    node: &'a Node,
    summary: Option<&'a Summary>,
}

type Section = fn(&Subject<'_>, usize, Theme) -> Vec<Line<'static>>;

/// In pairs that stand beside each other where there is room.
const SECTIONS: [Section; 6] = [process, host, runtime, agent, service, rights];

fn or_absent(text: Option<String>) -> String {
    text.unwrap_or_else(|| format::ABSENT.to_owned())
}

fn process(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![heading("PROCESS", "", width, theme)];
    let process = subject.summary.map(|s| s.process).unwrap_or_default();
    let at = (width, theme);
    let up = subject.summary.map(|s| text::age(s.sampled_at.since(subject.node.started_at)));
    fact(&mut lines, "pid", &subject.node.pid.to_string(), at);
    // Whole seconds say enough.
    let started = subject.node.started_at.to_rfc3339();
    let started = started.get(..19).map_or(started.clone(), |second| format!("{second}Z"));
    fact(&mut lines, "started", &started, at);
    fact(&mut lines, "uptime", &or_absent(up), at);
    let cores = process.host_cores.filter(|cores| *cores > 0);
    let share = process.cpu_cores.zip(cores).map(|(cpu, cores)| cpu / f64::from(cores));
    let cpu = process.cpu_cores.map(|cpu| match cores {
        Some(cores) => format!("{:.0}% of {cores}00%", cpu * 100.0),
        None => format!("{:.0}%", cpu * 100.0),
    });
    lines.push(measured("cpu", cpu, share, at));
    let memory = process.memory_bytes;
    let share = memory.zip(process.host_memory_total).and_then(share_of);
    lines.push(measured("memory", memory.map(format::bytes), share, at));
    fact(&mut lines, "threads", &or_absent(process.threads.map(text::grouped)), at);
    fact(&mut lines, "open files", &or_absent(process.open_files.map(text::grouped)), at);
    lines
}

fn host(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![heading("HOST", "", width, theme)];
    let process = subject.summary.map(|s| s.process).unwrap_or_default();
    let at = (width, theme);
    let told = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    fact(&mut lines, "name", &or_absent(told(&subject.node.host)), at);
    fact(&mut lines, "system", &or_absent(told(&subject.node.os)), at);
    fact(&mut lines, "cores", &or_absent(process.host_cores.map(|n| n.to_string())), at);
    let cpu = process.host_cpu;
    lines.push(measured("cpu", cpu.map(|cpu| format::share(Some(cpu))), cpu, at));
    let memory = process.host_memory_used.zip(process.host_memory_total);
    let text =
        memory.map(|(used, total)| format!("{} of {}", format::bytes(used), format::bytes(total)));
    lines.push(measured("memory", text, memory.and_then(share_of), at));
    lines
}

/// A part of a whole, 0 … 1.
fn share_of((part, whole): (u64, u64)) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// A value with a gauge behind it, if its share of something is known.
fn measured(
    name: &str,
    value: Option<String>,
    share: Option<f64>,
    (width, theme): (usize, Theme),
) -> Line<'static> {
    let style = if value.is_some() { theme.text() } else { theme.faint() };
    let text = or_absent(value);
    // Gauges below each other begin in the same cell.
    let cells = VALUE.max(text::width(&text) + 1);
    let room = width.saturating_sub(LABEL + cells).min(GAUGE);
    let mut spans = vec![label(name, theme), Span::styled(text::left(&text, cells), style)];
    if let Some(share) = share.filter(|_| room >= 4) {
        spans.extend(gauge(share, room, theme));
    }
    Line::from(spans)
}

fn runtime(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![heading("TOKIO RUNTIME", "", width, theme)];
    let at = (width, theme);
    let Some(summary) = subject.summary else {
        lines.extend(sentence("asking the agent…", width, theme));
        return lines;
    };
    let Some(runtime) = &summary.runtime else {
        lines.extend(sentence(chart::WORKERS.unknown, width, theme));
        return lines;
    };
    let busy = runtime.busy_ratio;
    let workers = text::counted(runtime.workers, "worker", "workers");
    let text = format!("{workers}, {} busy", format::share(busy));
    lines.push(measured("workers", Some(text), busy, at));
    lines.extend(workers_busy(runtime, at));
    fact(&mut lines, "tasks", &format!("{} alive", text::grouped(runtime.alive_tasks)), at);
    let queue = text::counted(runtime.global_queue_depth, "task", "tasks");
    fact(&mut lines, "queue", &format!("{queue} for any worker"), at);
    lines
}

/// How busy each worker is: a line each or, of many, as many in a line as there is room for.
fn workers_busy(runtime: &RuntimeFigures, (width, theme): (usize, Theme)) -> Vec<Line<'static>> {
    let busy = &runtime.worker_busy;
    if busy.is_empty() {
        return vec![measured("each", None, None, (width, theme))];
    }
    let style =
        |share: f64| theme.severity(if share >= 0.9 { Severity::Warn } else { Severity::Calm });
    if busy.len() <= WORKER_LINES {
        let one = |(n, share): (usize, &f64)| {
            let room = width.saturating_sub(LABEL + 12).min(GAUGE + 12);
            let mut spans = vec![label("", theme)];
            spans.push(Span::styled(format!("{n:>3}  "), theme.faint()));
            spans.extend(gauge(*share, room, theme));
            spans.push(Span::styled(format!(" {:>4}", format::share(Some(*share))), style(*share)));
            Line::from(spans)
        };
        return busy.iter().enumerate().map(one).collect();
    }
    // Number, gauge and share of each.
    const CELLS: usize = 16;
    let in_a_line = (width.saturating_sub(LABEL) / CELLS).max(1);
    busy.chunks(in_a_line)
        .enumerate()
        .map(|(line, chunk)| {
            let mut spans = vec![label("", theme)];
            for (n, share) in chunk.iter().enumerate() {
                spans.push(Span::styled(format!("{:>3} ", line * in_a_line + n), theme.faint()));
                spans.extend(gauge(*share, 6, theme));
                spans.push(Span::styled(
                    format!("{:>5} ", format::share(Some(*share))),
                    style(*share),
                ));
            }
            Line::from(spans)
        })
        .collect()
}

fn agent(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![heading("AGENT", "what observing costs", width, theme)];
    let at = (width, theme);
    let Some(cost) = subject.summary.map(|s| s.agent) else {
        lines.extend(sentence("asking the agent…", width, theme));
        return lines;
    };
    let cpu = cost.cpu_cores.map(|cpu| format!("{:.2}%", cpu * 100.0));
    lines.push(measured("cpu", cpu, cost.cpu_cores, at));
    let pass = format::duration(cost.pass_ns);
    fact(&mut lines, "pass", &format!("{pass} every {}", text::span(cost.tick_ns)), at);
    let watchers = text::counted(cost.watchers.into(), "open stream", "open streams");
    fact(&mut lines, "watchers", &watchers, at);
    let frames = text::counted(cost.frames_skipped, "frame", "frames");
    fact(&mut lines, "skipped", &format!("{frames} (slow readers)"), at);
    let events = text::counted(cost.events_dropped, "event", "events");
    fact(&mut lines, "dropped", &format!("{events} no longer kept"), at);
    let severity = if cost.warnings > 0 { Severity::Warn } else { Severity::Calm };
    let warnings = match cost.warnings {
        0 => "none".to_owned(),
        n => format!("{} of adapters, in the events", text::grouped(n)),
    };
    for (n, line) in text::wrap(&warnings, width.saturating_sub(LABEL)).into_iter().enumerate() {
        let name = label(if n == 0 { "warnings" } else { "" }, theme);
        lines.push(Line::from(vec![name, Span::styled(line, theme.severity(severity))]));
    }
    lines
}

fn service(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let node = subject.node;
    let mut lines = vec![heading("SERVICE", "", width, theme)];
    let at = (width, theme);
    fact(&mut lines, "name", &node.name, at);
    fact(&mut lines, "instance", &node.instance.to_string(), at);
    let agent = if node.agent.is_empty() { format::ABSENT } else { &node.agent };
    fact(&mut lines, "agent", &format!("{agent}, protocol {}", node.protocol), at);
    let frameworks = if node.frameworks.is_empty() {
        vec![format::ABSENT.to_owned()]
    } else {
        node.frameworks.clone()
    };
    facts(&mut lines, "frameworks", &frameworks, at);
    lines
}

fn rights(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let rights = &subject.node.rights;
    let mut lines = vec![heading("RIGHTS", "what you may do here", width, theme)];
    let at = (width, theme);
    let principal = if rights.principal.is_empty() { format::ABSENT } else { &rights.principal };
    fact(&mut lines, "you are", principal, at);
    let refused = |why: &Option<String>| match why.as_deref().filter(|why| !why.is_empty()) {
        Some(why) => format!("no: {why}"),
        None => "no".to_owned(),
    };
    let verbs = if rights.control {
        "yes: kill, stop, restart, suspend, resume".to_owned()
    } else {
        refused(&rights.control_refused_because)
    };
    fact(&mut lines, "verbs", &verbs, at);
    let state = if rights.state {
        "yes: actors may be asked to print their state".to_owned()
    } else {
        refused(&rights.state_refused_because)
    };
    fact(&mut lines, "state", &state, at);
    lines
}

/// Everything that changes, over time: charts that fill the `rest` of the page, or a line each where
/// there is little room.
fn over_time(
    app: &App,
    attached: &Attached,
    (width, rest): (usize, usize),
    page: u16,
) -> Vec<Line<'static>> {
    if page >= ROOM_FOR_CHARTS {
        let rows = if width >= TWO { FIGURES.len().div_ceil(2) } else { FIGURES.len() };
        let each = (rest.saturating_sub(rows - 1) / rows).clamp(CHART.0, CHART.1);
        return columns(FIGURES.len(), (width, TWO), |n, width| match FIGURES.get(n) {
            Some(figure) => chart::chart(app, attached, figure, (width, each)),
            None => Vec::new(),
        });
    }
    let mut lines = vec![heading("OVER TIME", "", width, app.settings.theme)];
    lines.extend(FIGURES.iter().map(|figure| chart::line(app, attached, figure, width)));
    lines
}
