//! Which events are wanted: words that must all occur, and kinds of which one must match.

use actorscope_core::{Event, EventKind};

/// A filter as it was typed, such as `kind:exited,restarted signaling panic`.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Each must occur somewhere; lower case.
    words: Vec<String>,
    /// Kinds asked for; `None` = any.
    kinds: Option<Vec<EventKind>>,
    /// What was asked for as a kind and is none.
    unknown: Option<String>,
}

/// Stands before kinds.
const KIND: &str = "kind:";

impl Wanted {
    /// Reads a filter. Kinds may be cut short, and may have `-` or nothing where their word has `_`;
    /// several are separated by commas.
    pub fn parse(text: &str) -> Self {
        let mut wanted = Self::default();
        for word in text.to_lowercase().split_whitespace() {
            let Some(kinds) = word.strip_prefix(KIND) else {
                wanted.words.push(word.to_owned());
                continue;
            };
            for kind in kinds.split(',').filter(|kind| !kind.is_empty()) {
                let found: Vec<EventKind> =
                    EventKind::ALL.iter().copied().filter(|k| is_short_for(kind, *k)).collect();
                if found.is_empty() {
                    wanted.unknown.get_or_insert_with(|| kind.to_owned());
                }
                wanted.kinds.get_or_insert_default().extend(found);
            }
        }
        wanted
    }

    /// What was asked for as a kind of event and is none.
    pub fn unknown(&self) -> Option<&str> {
        self.unknown.as_deref()
    }

    /// Whether an event is wanted.
    pub fn takes(&self, event: &Event) -> bool {
        let kind = self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&event.kind));
        kind && self.words.iter().all(|word| occurs(word, event))
    }
}

/// The words of all kinds.
pub fn kinds() -> String {
    EventKind::ALL.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(", ")
}

fn is_short_for(text: &str, kind: EventKind) -> bool {
    let bare = |text: &str| text.replace(['_', '-'], "");
    let text = bare(text);
    !text.is_empty() && bare(kind.word()).starts_with(&text)
}

fn occurs(word: &str, event: &Event) -> bool {
    let exit = event.exit.map(|exit| exit.word());
    let texts = [
        Some(&*event.path),
        Some(event.kind.word()),
        exit,
        event.reason.as_deref(),
        event.by.as_deref(),
    ];
    texts.into_iter().flatten().any(|text| contains(text, word))
}

/// Whether lower-cased `needle` occurs in `hay`, whatever its case.
fn contains(hay: &str, needle: &str) -> bool {
    if hay.is_ascii() {
        let needle = needle.as_bytes();
        return hay
            .as_bytes()
            .windows(needle.len().max(1))
            .any(|part| part.eq_ignore_ascii_case(needle));
    }
    hay.to_lowercase().contains(needle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actorscope_core::{ExitReason, Timestamp};

    fn event(kind: EventKind, path: &str) -> Event {
        Event {
            seq: 1,
            at: Timestamp(0),
            kind,
            slot: None,
            incarnation: None,
            path: path.into(),
            exit: (kind == EventKind::Exited).then_some(ExitReason::Panic),
            reason: Some("Größe is not 3".to_owned()),
            by: None,
        }
    }

    fn takes(filter: &str, event: &Event) -> bool {
        Wanted::parse(filter).takes(event)
    }

    #[test]
    fn all_words_must_occur_somewhere() {
        let exit = event(EventKind::Exited, "/shop/Worker-3");
        for filter in ["", "worker", "PANIC shop", "größe worker", "exit"] {
            assert!(takes(filter, &exit), "{filter}");
        }
        for filter in ["worker-4", "panic stop"] {
            assert!(!takes(filter, &exit), "{filter}");
        }
    }

    #[test]
    fn one_of_the_kinds_must_match() {
        let exit = event(EventKind::Exited, "/a");
        let restart = event(EventKind::RestartScheduled, "/a");
        assert!(takes("kind:exited", &exit) && !takes("kind:exited", &restart));
        assert!(takes("kind:rest", &restart) && takes("kind:exited,restart-sch", &restart));
        assert!(takes("kind:exited kind:restart_scheduled /a", &exit));
        assert!(!takes("kind:exited /b", &exit));
        assert!(takes("kind:", &exit), "not typed to its end yet");
    }

    #[test]
    fn what_is_no_kind_is_said() {
        assert_eq!(Wanted::parse("kind:exited,frozen").unknown(), Some("frozen"));
        assert_eq!(Wanted::parse("kind:e").unknown(), None);
        assert!(!takes("kind:frozen", &event(EventKind::Exited, "/a")));
    }
}
