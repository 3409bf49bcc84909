//! Sentences that terminal UI and text output share.

use actorscope_core::Timestamp;
use actorscope_core::link::{Link, WaitingFor};
use actorscope_core::slot::Pending;

use crate::format;

/// Slots that wait for each other: `/a waits for /b waits for /a`. The first waits for the second, the
/// last for the first.
pub fn cycle<'a>(paths: impl IntoIterator<Item = &'a str>) -> String {
    let paths: Vec<&str> = paths.into_iter().collect();
    match paths.as_slice() {
        [] => String::new(),
        [alone] => format!("{alone} waits for itself"),
        [first, ..] => {
            let mut all = paths.clone();
            all.push(first);
            all.join(" waits for ")
        }
    }
}

/// Whose answer is waited for, and how long: `/shop/store for 3.20 s`.
pub fn waits_for(waiting: &WaitingFor) -> String {
    format!("{} for {}", waiting.path, format::duration(waiting.for_ns))
}

/// What it was asked to do: `restart, asked for by ann 22.1 s ago`.
pub fn pending(pending: &Pending, at: Timestamp) -> String {
    let Pending { verb, by, asked_at } = pending;
    format!("{verb}, asked for by {by} {} ago", format::duration(at.since(*asked_at)))
}

/// The asks of a link that are still out: `1 for 3.20 s`; `None` = there are none.
pub fn asks_out(link: &Link) -> Option<String> {
    (link.waiting > 0).then(|| match link.waiting_ns {
        Some(ns) => format!("{} for {}", link.waiting, format::duration(ns)),
        None => link.waiting.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_ends_where_it_begins() {
        assert_eq!(cycle(["/a", "/b"]), "/a waits for /b waits for /a");
        assert_eq!(cycle(["/a", "/b", "/c"]), "/a waits for /b waits for /c waits for /a");
        assert_eq!(cycle(["/a"]), "/a waits for itself");
        assert_eq!(cycle([]), "");
    }
}
