//! What a verb comes after: the message in the actor's hands.

use super::takes_no_messages;
use crate::capability::Capability;
use crate::slot::{HandlingNow, Identity, Stats};
use crate::state::SlotState;
use crate::text::short_type;
use crate::verb::Verb;

/// In nanoseconds: a handler that has run for less is likely to be over before anybody has read of it.
const LONG: u64 = 1_000_000_000;

/// What becomes of the message in its hands, or how long it may keep the verb waiting; `None` if there
/// is none, or it won't be for long.
pub fn in_hands(verb: Verb, identity: &Identity, stats: &Stats) -> Option<String> {
    if stats.state != SlotState::Handling || verb == Verb::Resume {
        return None;
    }
    if takes_no_messages(identity, stats) {
        return (verb != Verb::Suspend).then(|| {
            "It is inside a poll, which nothing can interrupt: it ends when that comes back."
                .to_owned()
        });
    }
    let has = |capability| identity.capabilities.has(capability);
    let interrupts = has(Capability::InterruptsHandler);
    if verb == Verb::Kill {
        return Some(if interrupts {
            "The running handler is cancelled at its next await point.".to_owned()
        } else {
            "The running handler is finished first: it can't be interrupted.".to_owned()
        });
    }
    let now = stats.handling_now.as_ref().filter(|now| now.for_ns >= LONG)?;
    let what = match verb {
        Verb::Suspend => "suspension".to_owned(),
        other => other.to_string(),
    };
    let mut said = format!("The {what} comes after the message in its hands{}", so_far(now, stats));
    if interrupts && has(Capability::Kill) {
        said.push_str(" A kill would interrupt it.");
    }
    Some(said)
}

/// `, Charge, which has taken 52.0 s so far and waits for an answer of /shop/till.`
fn so_far(now: &HandlingNow, stats: &Stats) -> String {
    let named = now.message_type.as_deref().map(|name| format!(", {}", short_type(name)));
    let waits =
        stats.waiting_for.as_ref().map(|w| format!(" and waits for an answer of {}", w.path));
    format!(
        "{}, which has taken {} so far{}.",
        named.unwrap_or_default(),
        seconds(now.for_ns),
        waits.unwrap_or_default()
    )
}

/// `52.0 s`, as the budget's sentence has it.
pub(super) fn seconds(ns: u64) -> String {
    format!("{:.1} s", ns as f64 / 1e9)
}
