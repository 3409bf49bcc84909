//! Which rows are wanted.

use crate::slot::Identity;

/// A condition on rows. For now: text that must occur in the path or the actor type, upper and
/// lower case alike.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    needle: String,
}

impl Filter {
    /// Longest text taken, in bytes.
    pub const MAX_LEN: usize = 256;

    /// Every row.
    pub const ALL: Self = Self { needle: String::new() };

    /// Rows in whose path or type `text` occurs.
    pub fn containing(text: &str) -> Self {
        let mut needle = text.trim().to_lowercase();
        if needle.len() > Self::MAX_LEN {
            let cut = (0..=Self::MAX_LEN).rev().find(|i| needle.is_char_boundary(*i));
            needle.truncate(cut.unwrap_or(0));
        }
        Self { needle }
    }

    /// Whether every row passes.
    pub fn is_all(&self) -> bool {
        self.needle.is_empty()
    }

    /// The text, as typed but in lower case.
    pub fn text(&self) -> &str {
        &self.needle
    }

    /// Whether a row passes; `path` is asked for only when needed.
    pub fn matches(&self, identity: &Identity, path: impl FnOnce() -> String) -> bool {
        self.is_all()
            || contains(&identity.name, &self.needle)
            || contains(&identity.actor_type, &self.needle)
            || contains(&path(), &self.needle)
    }
}

/// Whether lower-cased `needle` occurs in `hay`, whatever its case.
fn contains(hay: &str, needle: &str) -> bool {
    if hay.is_ascii() && needle.is_ascii() {
        let needle = needle.as_bytes();
        return needle.len() <= hay.len()
            && hay.as_bytes().windows(needle.len().max(1)).any(|w| w.eq_ignore_ascii_case(needle));
    }
    hay.to_lowercase().contains(needle)
}
