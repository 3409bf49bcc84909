//! Who an actor talks to, as tables.

use crate::format;
use crate::output::table::{Align, Table};
use crate::words;
use actorscope_core::link::Link;

/// A table of messages to or from others.
pub fn links(links: &[Link], width: Option<usize>) -> String {
    let mut table = Table::new(&[
        ("PEER", Align::Left),
        ("TELLS", Align::Right),
        ("ASKS", Align::Right),
        ("FAILED", Align::Right),
        ("ASK P50", Align::Right),
        ("P99", Align::Right),
        ("MAX", Align::Right),
        ("WAITING", Align::Left),
    ]);
    for link in links {
        let ask = |of: fn(&actorscope_core::slot::LatencySummary) -> Option<u64>| {
            format::duration_or_absent(link.ask.as_ref().and_then(of))
        };
        table.push(vec![
            link.path.clone(),
            link.tells.to_string(),
            link.asks.to_string(),
            link.failed.to_string(),
            ask(|l| l.p50),
            ask(|l| l.p99),
            ask(|l| l.max),
            words::asks_out(link).unwrap_or_default(),
        ]);
    }
    table.render(width)
}
