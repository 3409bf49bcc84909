//! What a verb does to the messages that wait, in words.

use super::QueueFate;
use crate::id::Incarnation;
use crate::slot::{Identity, Stats};
use crate::text::grouped;

/// Messages that wait, as well as that is known.
struct Waiting {
    /// `None` if not even a lower bound above 0 is known.
    count: Option<u64>,
    at_least: bool,
}

/// The sentence, or two; `None` if nothing waits or nothing happens to it.
pub(super) fn sentence(fate: QueueFate, identity: &Identity, stats: &Stats) -> Option<String> {
    let at_least = stats.depth.is_lower_bound();
    let count = stats.depth.value().filter(|count| *count > 0 || !at_least);
    if count == Some(0) {
        return None;
    }
    let waiting = Waiting { count, at_least };
    let is_kameo = &*identity.framework == "kameo";
    let said = match fate {
        QueueFate::Kept if is_kameo => waiting.are("kept", kept_by_kameo(stats.incarnation)),
        QueueFate::Kept => waiting.are("kept", "."),
        QueueFate::Lost if is_kameo => waiting.are("lost", LOST_BY_KAMEO),
        QueueFate::Lost => waiting.are("lost", "."),
        QueueFate::HandledFirst => waiting.are("handled first", "; what is sent later is refused."),
        QueueFate::Unknown => waiting.are("kept", " if it is, and lost if not."),
        QueueFate::Wait => return None,
    };
    Some(said)
}

/// kameo hands what was told to the actor's `on_undelivered`, which drops it unless the actor has its
/// own, and gives back what was asked.
const LOST_BY_KAMEO: &str =
    ": what was told goes to `on_undelivered`, what was asked is answered with an error.";

/// At a start kameo takes the whole mailbox into a buffer, which ends with the actor.
const fn kept_by_kameo(incarnation: Incarnation) -> &'static str {
    if incarnation.0 > Incarnation::FIRST.0 {
        ", except those taken at its start. A successor takes all and loses the rest if it fails."
    } else {
        ". A successor takes all and loses the rest if it fails."
    }
}

impl Waiting {
    fn are(&self, what: &str, rest: &str) -> String {
        let Some(count) = self.count else {
            return format!("Queued messages are {what}{rest} How many is not known.");
        };
        let (many, are) = if count == 1 { ("message", "is") } else { ("messages", "are") };
        let at_least = if self.at_least { "At least " } else { "" };
        format!("{at_least}{} queued {many} {are} {what}{rest}", grouped(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(count: Option<u64>, at_least: bool) -> Waiting {
        Waiting { count, at_least }
    }

    #[test]
    fn one_message_many_and_nobody_knows_how_many() {
        assert_eq!(waiting(Some(1), false).are("lost", "."), "1 queued message is lost.");
        assert_eq!(waiting(Some(7), false).are("kept", "."), "7 queued messages are kept.");
        let more = "At least 7 queued messages are kept.";
        assert_eq!(waiting(Some(7), true).are("kept", "."), more);
        let unknown = "Queued messages are lost. How many is not known.";
        assert_eq!(waiting(None, false).are("lost", "."), unknown);
    }
}
