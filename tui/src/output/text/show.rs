//! `show`: one actor on a page.

use super::histogram::bars;
use super::links;
use super::rows::{mailbox, state};
use crate::format;
use crate::output::Snapshot;
use crate::output::table::{Align, Table};
use crate::words;
use actorscope_client::model::Row;
use actorscope_core::histogram::Buckets;
use actorscope_core::link::Links;
use actorscope_core::quality::Quality;
use actorscope_core::slot::{LatencySummary, SlotDetail};
use actorscope_core::spec::{BudgetUse, ChildSpec, SupervisorSpec};
use actorscope_core::{Capability, Timestamp};

/// Width of the labels on the left.
const LABEL: usize = 14;

/// Everything known of the slot in `row`.
pub fn show(snapshot: &Snapshot, row: Row<'_>, width: Option<usize>) -> String {
    let mut page = Page::default();
    let detail = snapshot.view.detail.as_ref();
    page.line(&format!("{}  {}", row.path, row.identity.id));
    identity(&mut page, row, detail);
    now(&mut page, row, detail, snapshot.view.sampled_at);
    latency(&mut page, row, detail);
    if let Some(detail) = detail {
        handlers(&mut page, detail, width);
        if let Some(links) = &detail.links {
            talks(&mut page, links, width);
        }
        history(&mut page, detail, width);
    }
    page.text
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn section(&mut self, title: &str) {
        self.text.push('\n');
        self.line(title);
    }

    fn field(&mut self, label: &str, value: &str) {
        self.line(&format!("  {label:<LABEL$}  {value}"));
    }

    fn block(&mut self, block: &str) {
        for line in block.lines() {
            self.line(&format!("  {line}"));
        }
    }
}

fn identity(page: &mut Page, row: Row<'_>, detail: Option<&SlotDetail>) {
    let identity = row.identity;
    page.field(
        "type",
        &format!("{} ({} {})", identity.actor_type, identity.framework, identity.kind),
    );
    page.field("created", &identity.created_at.to_rfc3339());
    if let Some(spec) = &identity.supervisor {
        page.field("supervisor", &supervisor(spec));
    }
    if let Some(spec) = &identity.child_spec {
        page.field("child spec", &child(spec));
    }
    let children = detail.map_or(u64::from(row.place.children), |d| d.children);
    if children > 0 {
        page.field("children", &children.to_string());
    }
    let can: Vec<_> = identity.capabilities.iter().map(capability).collect();
    let can = if can.is_empty() { "nothing can be done to it".to_owned() } else { can.join(", ") };
    page.field("capabilities", &can);
    if let Some(why) = &identity.no_kill {
        page.field("cannot kill", why);
    }
}

fn now(page: &mut Page, row: Row<'_>, detail: Option<&SlotDetail>, at: Timestamp) {
    page.section("now");
    let Some(stats) = row.stats else {
        page.field("state", format::ABSENT);
        return;
    };
    page.field("state", &state(Some(stats)));
    page.field(
        "incarnation",
        &format!(
            "{}, since {} ({})",
            stats.incarnation,
            stats.started_at.to_rfc3339(),
            format::duration(at.since(stats.started_at))
        ),
    );
    if let Some(now) = &stats.handling_now {
        page.field(
            "handling",
            &format!(
                "{} for {}",
                now.message_type.as_deref().unwrap_or("a message"),
                format::duration(now.for_ns)
            ),
        );
    }
    if let Some(waiting) = &stats.waiting_for {
        page.field("waits for", &words::waits_for(waiting));
    }
    if let Some(pending) = detail.and_then(|d| d.pending.as_ref()) {
        page.field("pending", &words::pending(pending, at));
    }
    page.field("mailbox", &format!("{}{}", mailbox(row), quality(stats.depth.quality())));
    page.field("oldest wait", &format::duration_or_absent(stats.oldest_wait_ns));
    page.field("rate", &format!("{} /s", format::rate(stats.rate_per_s)));
    page.field("busy", &format::share(stats.utilization));
    let handled = stats.total.zip(stats.current).map(|(total, current)| {
        format!(
            "{} ({} failed); this incarnation {} ({} failed)",
            total.handled, total.failed, current.handled, current.failed
        )
    });
    page.field("handled", handled.as_deref().unwrap_or(format::ABSENT));
    page.field("restarts", &stats.restarts.to_string());
    if let Some(budget) = &stats.budget {
        page.field("restart budget", &budget_use(budget));
    }
}

fn latency(page: &mut Page, row: Row<'_>, detail: Option<&SlotDetail>) {
    let stats = row.stats;
    let wait = stats.map_or(Quality::Absent, |s| s.queue_wait_quality);
    one_latency(
        page,
        &format!("queue wait{}", quality(wait)),
        stats.and_then(|s| s.queue_wait),
        detail.and_then(|d| d.queue_wait.as_ref()),
    );
    one_latency(
        page,
        "handling",
        stats.and_then(|s| s.handling),
        detail.and_then(|d| d.handling.as_ref()),
    );
    let Some(polling) = stats.and_then(|s| s.polling) else {
        return;
    };
    one_latency(
        page,
        &format!("polls ({}, busy {})", polling.polls, format::duration(polling.busy_ns)),
        Some(polling.poll),
        detail.and_then(|d| d.poll.as_ref()),
    );
    one_latency(
        page,
        "scheduling delay (woken until polled)",
        Some(polling.delay),
        detail.and_then(|d| d.delay.as_ref()),
    );
}

fn one_latency(
    page: &mut Page,
    title: &str,
    summary: Option<LatencySummary>,
    buckets: Option<&Buckets>,
) {
    page.section(title);
    // The row's numbers are those that `top` shows; the buckets are their shape.
    let from_buckets = || buckets.filter(|b| b.count() > 0).map(Buckets::summary);
    let Some(summary) = summary.or_else(from_buckets) else {
        page.line(&format!("  {}", format::ABSENT));
        return;
    };
    let value = format::duration_or_absent;
    page.line(&format!(
        "  p50 {} · p95 {} · p99 {} · max {} · {} counted{}",
        value(summary.p50),
        value(summary.p95),
        value(summary.p99),
        value(summary.max),
        format::count(summary.count),
        summary
            .window_ns
            .map_or_else(String::new, |ns| format!(" in the last {}", format::duration(ns))),
    ));
    for bar in buckets.map(bars).unwrap_or_default() {
        page.line(&format!("  {bar}"));
    }
}

fn handlers(page: &mut Page, detail: &SlotDetail, width: Option<usize>) {
    if detail.handlers.is_empty() {
        return;
    }
    page.section("by message type");
    let mut table = Table::new(&[
        ("TYPE", Align::Left),
        ("HANDLED", Align::Right),
        ("FAILED", Align::Right),
        ("TIME", Align::Right),
        ("MEAN", Align::Right),
        ("MAX", Align::Right),
    ]);
    for handler in &detail.handlers {
        let mean = handler.busy_ns.checked_div(handler.handled);
        table.push(vec![
            handler.message_type.to_string(),
            handler.handled.to_string(),
            handler.failed.to_string(),
            format::duration(handler.busy_ns),
            format::duration_or_absent(mean),
            format::duration(handler.max_ns),
        ]);
    }
    page.block(&table.render(width.map(|w| w.saturating_sub(2))));
}

fn talks(page: &mut Page, links: &Links, width: Option<usize>) {
    let width = width.map(|w| w.saturating_sub(2));
    for (title, links) in [("sends to", &links.outgoing), ("is sent by", &links.incoming)] {
        if !links.is_empty() {
            page.section(title);
            page.block(&links::links(links, width));
        }
    }
    if !links.cycle.is_empty() {
        page.section("deadlock");
        page.block(&words::cycle(links.cycle.iter().map(|waits| waits.path.as_str())));
    }
}

fn history(page: &mut Page, detail: &SlotDetail, width: Option<usize>) {
    if detail.history.is_empty() {
        return;
    }
    page.section("before");
    let mut table = Table::new(&[
        ("INCARNATION", Align::Right),
        ("ENDED", Align::Left),
        ("LIVED", Align::Right),
        ("HANDLED", Align::Right),
        ("LOST", Align::Right),
        ("EXIT", Align::Left),
        ("WHY", Align::Left),
    ]);
    for past in &detail.history {
        let lost = past.lost_messages.map(|n| n.to_string());
        let absent = || format::ABSENT.to_owned();
        table.push(vec![
            past.incarnation.to_string(),
            past.ended_at.to_rfc3339(),
            format::duration(past.ended_at.since(past.started_at)),
            past.counters.map_or_else(absent, |counters| counters.handled.to_string()),
            lost.unwrap_or_else(absent),
            past.exit.word().to_owned(),
            past.reason.clone().unwrap_or_default(),
        ]);
    }
    page.block(&table.render(width.map(|w| w.saturating_sub(2))));
}

/// Nothing for what is known exactly.
fn quality(quality: Quality) -> String {
    match quality {
        Quality::Exact | Quality::Absent => String::new(),
        Quality::Stale { age_ns } => format!(" ({} old)", format::duration(age_ns)),
        other => format!(" ({})", other.word().replace('_', " ")),
    }
}

fn supervisor(spec: &SupervisorSpec) -> String {
    let scope = spec.scope.map(|s| s.word().replace('_', " "));
    let parts = [
        Some(spec.strategy.word().to_owned()),
        intensity(spec.intensity, spec.period_ns),
        scope,
        spec.auto_shutdown.then(|| "auto-shutdown".to_owned()),
    ];
    join(parts)
}

fn child(spec: &ChildSpec) -> String {
    let parts = [
        spec.child_id.as_ref().map(|id| format!("id {id}")),
        spec.restart.map(|r| r.word().to_owned()),
        intensity(spec.intensity, spec.period_ns),
        spec.shutdown.map(|s| format!("shutdown {s}")),
        spec.significant.then(|| "significant".to_owned()),
        spec.backoff.map(|b| {
            format!("backoff {} to {}", format::duration(b.first_ns), format::duration(b.max_ns))
        }),
        spec.kill_is_normal_exit.then(|| "a kill counts as a normal exit".to_owned()),
    ];
    join(parts)
}

fn intensity(intensity: Option<u32>, period_ns: Option<u64>) -> Option<String> {
    let restarts = format!("{} restarts", intensity?);
    Some(match period_ns {
        Some(ns) => format!("{restarts} in {}", format::duration(ns)),
        None => restarts,
    })
}

fn budget_use(budget: &BudgetUse) -> String {
    let used = format!(
        "{} of {} used in {}",
        budget.used,
        budget.allowed,
        format::duration(budget.period_ns)
    );
    match budget.expires_in_ns.first() {
        Some(ns) => format!("{used}; the oldest expires in {}", format::duration(*ns)),
        None => used,
    }
}

const fn capability(capability: Capability) -> &'static str {
    match capability {
        Capability::Kill => "kill",
        Capability::Stop => "stop",
        Capability::Restart => "restart",
        Capability::Suspend => "suspend",
        Capability::InterruptsHandler => "a kill interrupts the handler",
        Capability::KeepsMailbox => "a restart keeps the mailbox",
        Capability::DumpState => "show its state",
        Capability::DrainsOnStop => "a stop handles what is queued first",
    }
}

fn join<const N: usize>(parts: [Option<String>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
