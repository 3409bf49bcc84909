//! What is wrong with a filter, and where.

use std::fmt;
use std::ops::Range;

/// Why a text is no filter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Which bytes of the text are meant; empty = the place before that byte.
    pub at: Range<usize>,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl Problem {
    pub(super) fn new(at: Range<usize>, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }

    /// A line with `^` below the place, for a line that shows `text` as it is; places count characters.
    pub fn caret(&self, text: &str) -> String {
        let characters = |range: Range<usize>| {
            let end = range.end.min(text.len());
            text.char_indices().filter(|(i, _)| (range.start..end).contains(i)).count()
        };
        let before = characters(0..self.at.start);
        let below = characters(self.at.clone()).max(1);
        " ".repeat(before) + &"^".repeat(below)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}
