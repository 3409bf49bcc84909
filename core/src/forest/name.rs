//! A name among siblings: what was asked for, and a number behind it where a sibling has that already.
//!
//! Ten thousand workers share one text.

use std::fmt;

/// See the module's documentation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name<'a> {
    pub(super) text: &'a str,
    /// The number behind it, as in `worker~2`; 0 = none.
    pub(super) number: u32,
}

impl<'a> Name<'a> {
    pub(super) fn key(self) -> Key<'a> {
        if self.number == 0 { Key::of(self.text) } else { Key(self.text, self.number) }
    }

    /// Writes `/` and the name behind a path.
    pub(super) fn append_to(self, path: &mut String) {
        path.push('/');
        path.push_str(self.text);
        if self.number != 0 {
            path.push('~');
            path.push_str(itoa::Buffer::new().format(self.number));
        }
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)?;
        if self.number == 0 { Ok(()) } else { write!(f, "~{}", self.number) }
    }
}

/// What is equal for names that read the same: `a~2` may be a text that somebody chose, or the
/// second `a`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Key<'a>(pub(super) &'a str, pub(super) u32);

impl<'a> Key<'a> {
    pub(super) fn of(whole: &'a str) -> Self {
        let numbered = || {
            // Most are not, which their last letter tells.
            whole.as_bytes().last().filter(|last| last.is_ascii_digit())?;
            let (text, digits) = whole.rsplit_once('~')?;
            // Only as numbers are written here: `a~02` and `a~+2` are names of their own.
            let is_plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
            Some(Self(text, digits.parse().ok().filter(|_| is_plain)?))
        };
        numbered().unwrap_or(Self(whole, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_read_the_same_have_one_key() {
        for (text, number) in [("a", 2), ("a~2", 3), ("", 7), ("a~", 4_294_967_295)] {
            let name = Name { text, number };
            let whole = name.to_string();
            assert_eq!(name.key(), Key::of(&whole));
            assert_eq!(name.key(), Name { text: &whole, number: 0 }.key());
        }
        for own in ["a~02", "a~+2", "a~", "a~0", "~", "a", "a~4294967296"] {
            assert_eq!(Key::of(own), Key(own, 0), "{own:?}");
        }
    }
}
