//! What the slot is doing now, and what its framework was told about it.

use super::Subject;
use crate::format;
use crate::ui::columns;
use crate::ui::screens::rows::style;
use crate::ui::severity::{Severity, fullness};
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::view::paint::gauge;
use crate::ui::view::sections::{LABEL, fact, facts, heading, label};
use crate::words;
use actorscope_core::capability::Capability;
use actorscope_core::slot::{Counters, Stats};
use actorscope_core::spec::{
    BudgetScope, BudgetUse, ChildKind, ChildSpec, Shutdown, SupervisorSpec,
};
use actorscope_core::text::short_type;
use actorscope_core::{Quality, SlotState};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Widest gauge.
const GAUGE: usize = 20;

/// One line that says who this is.
pub fn who(subject: &Subject<'_>, width: usize, theme: Theme) -> Line<'static> {
    let identity = subject.identity;
    let line = format!(
        "{} {} · {} · slot {} · incarnation {}, up {}",
        identity.kind,
        short_type(&identity.actor_type),
        identity.framework,
        identity.id,
        subject.stats.incarnation,
        text::age(subject.at.since(subject.stats.started_at)),
    );
    Line::from(Span::styled(text::fit(&line, width).into_owned(), theme.strong()))
}

/// State, mailbox, throughput.
pub fn now(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![heading("NOW", "", width, theme)];
    lines.push(state(subject, width, theme));
    let stats = subject.stats;
    if let Some(waiting) = &stats.waiting_for {
        let style = theme.severity(Severity::of_wait(waiting.for_ns));
        lines.extend(wrapped("waits for", &words::waits_for(waiting), style, width, theme));
    }
    if let Some(pending) = subject.detail.and_then(|d| d.pending.as_ref()) {
        let style = theme.severity(Severity::Warn);
        lines.extend(wrapped("pending", &words::pending(pending, subject.at), style, width, theme));
    }
    let at = (width, theme);
    if takes_messages(subject) {
        lines.extend(mailbox(subject, width, theme));
        let rate = format!(
            "{} msg/s, busy {}",
            format::rate(stats.rate_per_s),
            format::share(stats.utilization)
        );
        fact(&mut lines, "rate", &rate, at);
        fact(&mut lines, "handled", &counted(stats), at);
    } else if stats.utilization.is_some() {
        fact(&mut lines, "busy", &format::share(stats.utilization), at);
    }
    if let Some(budget) = &stats.budget {
        lines.extend(budget_lines(budget, width, theme));
    }
    fact(&mut lines, "restarts", &text::grouped(stats.restarts), at);
    if let Some(detail) = subject.detail.filter(|d| d.children > 0) {
        fact(&mut lines, "children", &text::grouped(detail.children), at);
    }
    lines
}

/// Whether there is anything to say of messages: what only runs has none, unless it was seen to.
pub fn takes_messages(subject: &Subject<'_>) -> bool {
    let (identity, stats) = (subject.identity, subject.stats);
    let only_runs =
        matches!(identity.kind, ChildKind::Task | ChildKind::Blocking | ChildKind::Group);
    !only_runs
        || identity.mailbox_capacity.is_some()
        || stats.depth.value().is_some()
        || stats.queue_wait.is_some()
        || stats.total.is_some_and(|total| total.handled > 0)
}

fn state(subject: &Subject<'_>, width: usize, theme: Theme) -> Line<'static> {
    let stats = subject.stats;
    let mut rest = String::new();
    match (&stats.handling_now, stats.state) {
        (Some(now), _) => {
            if let Some(message) = &now.message_type {
                rest = format!(" {}", short_type(message));
            }
            rest.push_str(&format!(" for {}", format::duration(now.for_ns)));
        }
        (None, SlotState::Restarting { attempt, in_ns }) => {
            rest = format!(", try {attempt}");
            if let Some(ns) = in_ns {
                rest.push_str(&format!(" in {}", format::duration(ns)));
            }
        }
        (None, _) => {}
    }
    let (word, tone) = columns::doing(subject.identity, stats);
    if subject.identity.kind == ChildKind::Group {
        rest.push_str(": nothing runs in it, it only gathers what hangs below");
    }
    let room = width.saturating_sub(LABEL + text::width(&word));
    Line::from(vec![
        label("state", theme),
        Span::styled(word, style(tone, theme)),
        Span::styled(text::fit(&rest, room).into_owned(), theme.text()),
    ])
}

/// A fact in a style of its own, of as many lines as it takes.
fn wrapped(name: &str, text: &str, style: Style, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let lines = text::wrap(text, width.saturating_sub(LABEL)).into_iter().enumerate();
    let first = label(name, theme);
    let one = |(n, line)| {
        let label = if n == 0 { first.clone() } else { label("", theme) };
        Line::from(vec![label, Span::styled(line, style)])
    };
    lines.map(one).collect()
}

fn mailbox(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let (identity, stats) = (subject.identity, subject.stats);
    let depth = stats.depth;
    let mut text = match (depth.value(), depth.quality()) {
        (None, _) => format!("depth {}", format::ABSENT),
        (Some(n), Quality::Stale { age_ns }) => {
            format!("≥ {} ({} old)", text::grouped(n), format::duration(age_ns))
        }
        (Some(n), _) => text::grouped(n),
    };
    match identity.mailbox_capacity {
        Some(capacity) => text.push_str(&format!(" of {}", text::grouped(capacity))),
        None => text.push_str(", unbounded"),
    }
    let mut spans = vec![label("mailbox", theme), Span::styled(text.clone(), theme.text())];
    let room = width.saturating_sub(LABEL + text::width(&text) + 8);
    if let Some(full) = fullness(identity, stats).filter(|_| room >= 4) {
        let severity = if full >= 0.9 { Severity::Warn } else { Severity::Calm };
        spans.push(Span::raw("  "));
        spans.extend(gauge(full, room.min(GAUGE), theme));
        let percent = format!(" {:.0}%", full * 100.0);
        spans.push(Span::styled(percent, theme.severity(severity)));
    }
    let mut lines = vec![Line::from(spans)];
    if let Some(oldest) = stats.oldest_wait_ns {
        let text = format!("waits {}", format::duration(oldest));
        lines.push(Line::from(vec![
            label("oldest", theme),
            Span::styled(text, theme.severity(Severity::of_wait(oldest))),
        ]));
    }
    lines
}

fn counted(stats: &Stats) -> String {
    let (Some(total), Some(current)) = (stats.total, stats.current) else {
        return format::ABSENT.to_owned();
    };
    let one = |c: Counters| {
        let failed = match c.failed {
            0 => String::new(),
            n => format!(" ({} failed)", text::grouped(n)),
        };
        format!("{}{failed}", text::grouped(c.handled))
    };
    if total == current {
        one(total)
    } else {
        format!("{} in all, {} by this incarnation", one(total), one(current))
    }
}

fn budget_lines(budget: &BudgetUse, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let severity = match (budget.used, budget.allowed) {
        (0, _) => Severity::Calm,
        (used, allowed) if used >= allowed => Severity::Severe,
        (used, allowed) if used + 1 >= allowed => Severity::Warn,
        _ => Severity::Calm,
    };
    let mut text = format!(
        "{} of {} restarts used in {}",
        text::grouped(u64::from(budget.used)),
        text::grouped(u64::from(budget.allowed)),
        text::span(budget.period_ns)
    );
    if let Some(oldest) = budget.expires_in_ns.first() {
        text.push_str(&format!(", oldest forgotten in {:.1} s", *oldest as f64 / 1e9));
    }
    wrapped("budget", &text, theme.severity(severity), width, theme)
}

/// Supervision and abilities.
pub fn told(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let identity = subject.identity;
    let at = (width, theme);
    let mut lines = vec![heading("SUPERVISION", "", width, theme)];
    if let Some(supervisor) = &identity.supervisor {
        facts(&mut lines, "supervises", &supervises(supervisor), at);
    }
    let child = match &identity.child_spec {
        Some(spec) => supervised(spec),
        None => vec!["by nobody, as far as is known".to_owned()],
    };
    facts(&mut lines, "supervised", &child, at);
    fact(&mut lines, "type", &identity.actor_type, at);
    let can: Vec<&str> = identity
        .capabilities
        .iter()
        .filter_map(|capability| match capability {
            Capability::Kill => Some("kill"),
            Capability::Stop => Some("stop"),
            Capability::Restart => Some("restart"),
            Capability::Suspend => Some("suspend"),
            Capability::InterruptsHandler
            | Capability::KeepsMailbox
            | Capability::DumpState
            | Capability::DrainsOnStop => None,
        })
        .collect();
    let can = if can.is_empty() { "nothing".to_owned() } else { can.join(", ") };
    fact(&mut lines, "verbs", &can, at);
    if let Some(why) = &identity.no_kill {
        fact(&mut lines, "no kill", why, at);
    }
    let has = |capability| identity.capabilities.has(capability);
    let kill = if has(Capability::InterruptsHandler) {
        "interrupts the running handler"
    } else {
        "waits for the running handler"
    };
    if has(Capability::Kill) {
        fact(&mut lines, "a kill", kill, at);
    }
    let queue = if has(Capability::KeepsMailbox) {
        "keeps queued messages"
    } else {
        "loses queued messages"
    };
    if takes_messages(subject) {
        fact(&mut lines, "a restart", queue, at);
    }
    lines
}

fn supervises(spec: &SupervisorSpec) -> Vec<String> {
    let mut parts = vec![spec.strategy.to_string()];
    if let Some(intensity) = spec.intensity {
        let mut budget = text::counted(u64::from(intensity), "restart", "restarts");
        if let Some(period) = spec.period_ns {
            budget.push_str(&format!(" in {}", text::span(period)));
        }
        budget.push_str(match spec.scope {
            Some(BudgetScope::PerSupervisor) => " for all children together",
            Some(BudgetScope::PerChild) => " for each child",
            None => "",
        });
        parts.push(budget);
    }
    if spec.auto_shutdown {
        parts.push("ends with its significant children".to_owned());
    }
    parts
}

fn supervised(spec: &ChildSpec) -> Vec<String> {
    let mut parts = Vec::new();
    parts.push(match spec.restart {
        Some(restart) => restart.to_string(),
        None => "restarts not known".to_owned(),
    });
    if let (Some(intensity), Some(period)) = (spec.intensity, spec.period_ns) {
        let restarts = text::counted(u64::from(intensity), "restart", "restarts");
        parts.push(format!("{restarts} in {}", text::span(period)));
    }
    match spec.shutdown {
        Some(Shutdown::Brutal) => parts.push("killed on shutdown".to_owned()),
        Some(Shutdown::TimeoutNs(ns)) => {
            parts.push(format!("{} to shut down", text::span(ns)));
        }
        Some(Shutdown::Infinity) => parts.push("any time to shut down".to_owned()),
        None => {}
    }
    if let Some(backoff) = spec.backoff {
        parts.push(format!(
            "backoff {} to {}",
            text::span(backoff.first_ns),
            text::span(backoff.max_ns)
        ));
    }
    if spec.significant {
        parts.push("significant".to_owned());
    }
    if spec.kill_is_normal_exit {
        parts.push("a kill counts as a normal exit".to_owned());
    }
    if let Some(id) = &spec.child_id {
        parts.push(format!("child id {id}"));
    }
    parts
}
