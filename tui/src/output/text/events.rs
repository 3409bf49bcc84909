//! `events`.

use crate::output::table::{Align, Table};
use actorscope_core::Event;

/// Width of the widest kind, `restart_scheduled`.
const KIND: usize = 17;

/// Events of the past, aligned.
pub fn events(events: &[Event], width: Option<usize>) -> String {
    let mut table = Table::new(&[
        ("SEQ", Align::Right),
        ("TIME", Align::Left),
        ("KIND", Align::Left),
        ("PATH", Align::Left),
        ("WHAT", Align::Left),
    ]);
    for event in events {
        table.push(vec![
            event.seq.to_string(),
            event.at.to_rfc3339(),
            event.kind.word().to_owned(),
            path(event).to_owned(),
            what(event),
        ]);
    }
    table.render(width)
}

/// The headings above lines that come one by one.
pub fn event_headings() -> String {
    format!("{:<24}  {:<KIND$}  {:<32}  WHAT\n", "TIME", "KIND", "PATH")
}

/// One event, as soon as it is there: columns have fixed widths.
pub fn event_line(event: &Event) -> String {
    let line = format!(
        "{:<24}  {:<KIND$}  {:<32}  {}",
        event.at.to_rfc3339(),
        event.kind.word(),
        path(event),
        what(event)
    );
    format!("{}\n", line.trim_end())
}

fn path(event: &Event) -> &str {
    if event.path.is_empty() { "-" } else { &event.path }
}

/// The rest, in one phrase: which actor, how it ended, why, who asked.
fn what(event: &Event) -> String {
    let incarnation = event.incarnation.map(|i| format!("incarnation {i}"));
    let exit = event.exit.map(|e| e.word().to_owned());
    let by = event.by.as_ref().map(|by| format!("by {by}"));
    let parts = [incarnation, exit, event.reason.clone(), by];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
