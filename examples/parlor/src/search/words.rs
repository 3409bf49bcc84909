//! An inverted index of bounded size: which of the last messages have a word.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::wire::{ChatMessage, Hit};

/// Messages remembered.
const MESSAGES: usize = 2000;
/// Different words of a message that are remembered.
const WORDS: usize = 32;
/// Hits of one search.
const HITS: usize = 20;
/// Bytes of a message shown in a hit.
const SNIPPET: usize = 24;

/// See the module's text.
pub struct Words {
    cut: Cut,
    messages: VecDeque<Indexed>,
    /// Number of the oldest message.
    first: u64,
    /// Numbers of messages by word, ascending.
    found: HashMap<String, VecDeque<u64>>,
}

/// Where a snippet ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Between letters.
    Letters,
    /// After [`SNIPPET`] bytes, come what may. What may come is a letter of two bytes just there, and then a panic.
    Bytes,
}

struct Indexed {
    hit: Hit,
    words: HashSet<String>,
}

impl Words {
    /// Knows nothing yet.
    pub fn new(cut: Cut) -> Self {
        Self { cut, messages: VecDeque::new(), first: 0, found: HashMap::new() }
    }

    /// Remembers a message, and forgets the oldest if there are too many.
    pub fn add(&mut self, message: &ChatMessage) {
        let hit = Hit {
            from: message.from.clone(),
            room: message.room.clone(),
            seq: message.seq,
            snippet: self.cut.snippet(&message.text).to_owned(),
            sent_at_ms: message.sent_at_ms,
        };
        if self.messages.len() == MESSAGES {
            self.forget_oldest();
        }
        let number = self.first + self.messages.len() as u64;
        let words: HashSet<String> = words(&message.text).take(WORDS).collect();
        for word in &words {
            self.found.entry(word.clone()).or_default().push_back(number);
        }
        self.messages.push_back(Indexed { hit, words });
    }

    fn forget_oldest(&mut self) {
        let Some(oldest) = self.messages.pop_front() else { return };
        self.first += 1;
        for word in oldest.words {
            if let Some(numbers) = self.found.get_mut(&word) {
                numbers.pop_front();
                if numbers.is_empty() {
                    self.found.remove(&word);
                }
            }
        }
    }

    /// Messages of a room that have all words of `text`, newest first.
    pub fn find(&self, room: &str, text: &str) -> Vec<Hit> {
        let wanted: HashSet<String> = words(text).collect();
        // The rarest word decides how much there is to look at.
        let rarest = wanted
            .iter()
            .map(|word| self.found.get(word))
            .min_by_key(|numbers| numbers.map_or(0, VecDeque::len));
        let Some(Some(numbers)) = rarest else { return Vec::new() };
        numbers
            .iter()
            .rev()
            .filter_map(|number| self.messages.get(usize::try_from(number - self.first).ok()?))
            .filter(|message| message.hit.room == room && message.words.is_superset(&wanted))
            .map(|message| message.hit.clone())
            .take(HITS)
            .collect()
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

impl Cut {
    /// The beginning of a text, up to [`SNIPPET`] bytes.
    fn snippet(self, text: &str) -> &str {
        let mut end = SNIPPET.min(text.len());
        while self == Self::Letters && !text.is_char_boundary(end) {
            end -= 1;
        }
        &text[..end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(room: &str, seq: u64, text: &str) -> ChatMessage {
        ChatMessage { room: room.into(), from: "ada".into(), seq, text: text.into(), sent_at_ms: 0 }
    }

    fn found(words: &Words, room: &str, text: &str) -> Vec<u64> {
        words.find(room, text).into_iter().map(|hit| hit.seq).collect()
    }

    #[test]
    fn all_words_must_be_there_and_the_newest_comes_first() {
        let mut words = Words::new(Cut::Letters);
        words.add(&message("lobby", 1, "The cat, again"));
        words.add(&message("lobby", 2, "a dog"));
        words.add(&message("lobby", 3, "again the CAT and the dog"));
        words.add(&message("kitchen", 1, "the cat again"));
        assert_eq!(found(&words, "lobby", "cat"), [3, 1]);
        assert_eq!(found(&words, "lobby", "dog cat cat"), [3]);
        assert_eq!(found(&words, "kitchen", "again Cat!"), [1]);
        for nothing in ["horse", "cat horse", "", "?!", "ca"] {
            assert_eq!(found(&words, "lobby", nothing), [0; 0], "{nothing}");
        }
    }

    #[test]
    fn the_oldest_is_forgotten_with_its_words() {
        let mut words = Words::new(Cut::Letters);
        words.add(&message("lobby", 1, "first and last"));
        for seq in 2..=MESSAGES as u64 {
            words.add(&message("lobby", seq, "last"));
        }
        assert_eq!(found(&words, "lobby", "first"), [1]);
        words.add(&message("lobby", 9999, "last"));
        assert_eq!(found(&words, "lobby", "first"), [0; 0]);
        assert_eq!(words.found.len(), 1, "no word is kept for nothing");
        let newest = found(&words, "lobby", "last");
        assert_eq!((newest.len(), newest[0]), (HITS, 9999));
    }

    #[test]
    fn a_message_of_many_words_takes_bounded_space() {
        let mut words = Words::new(Cut::Letters);
        let text: Vec<String> = (0..1000).map(|number| format!("w{number}")).collect();
        words.add(&message("lobby", 1, &text.join(" ")));
        assert_eq!(words.found.len(), WORDS);
    }

    #[test]
    fn a_snippet_ends_between_letters() {
        for (text, expected) in [
            ("short", "short"),
            ("who's coming to the caf\u{e9} at noon?", "who's coming to the caf"),
            ("123456789012345678901234", "123456789012345678901234"),
            ("1234567890123456789012345", "123456789012345678901234"),
        ] {
            assert_eq!(Cut::Letters.snippet(text), expected);
        }
    }

    #[test]
    #[should_panic(expected = "not a char boundary")]
    fn a_snippet_of_bytes_can_end_within_a_letter() {
        assert_eq!(Cut::Bytes.snippet("plain letters are no problem"), "plain letters are no pro");
        Cut::Bytes.snippet("who's coming to the caf\u{e9} at noon?");
    }
}
