//! One key: how it is recognised, written and read.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key as a table of keys holds it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key {
    code: KeyCode,
    ctrl: bool,
    alt: bool,
}

/// A key that has a name.
pub const fn key(code: KeyCode) -> Key {
    Key { code, ctrl: false, alt: false }
}

/// A character.
pub const fn ch(c: char) -> Key {
    key(KeyCode::Char(c))
}

/// A character with Ctrl held.
pub const fn ctrl(c: char) -> Key {
    Key { code: KeyCode::Char(c), ctrl: true, alt: false }
}

/// Names in the order in which they are tried; the first one of a key is the one that is shown.
const NAMES: &[(&str, KeyCode)] = &[
    ("Space", KeyCode::Char(' ')),
    ("↑", KeyCode::Up),
    ("↓", KeyCode::Down),
    ("←", KeyCode::Left),
    ("→", KeyCode::Right),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("PgUp", KeyCode::PageUp),
    ("PageUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("PageDown", KeyCode::PageDown),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("Enter", KeyCode::Enter),
    ("Return", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Escape", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Shift-Tab", KeyCode::BackTab),
    ("BackTab", KeyCode::BackTab),
    ("Backspace", KeyCode::Backspace),
    ("Del", KeyCode::Delete),
    ("Delete", KeyCode::Delete),
    ("Ins", KeyCode::Insert),
    ("Insert", KeyCode::Insert),
];

impl Key {
    /// Whether `event` is this key. Shift is part of the character typed, so it is not compared.
    pub fn is(self, event: KeyEvent) -> bool {
        let held = event.modifiers;
        self.code == event.code
            && self.ctrl == held.contains(KeyModifiers::CONTROL)
            && self.alt == held.contains(KeyModifiers::ALT)
            && !held.intersects(KeyModifiers::SUPER)
    }

    /// Whether it would be typed into a field.
    pub const fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && !self.ctrl && !self.alt
    }

    /// The key's name, as help and footer show it and as [`Key::parse`] reads it.
    pub fn name(self) -> String {
        self.written(|_| true)
    }

    /// The same in ASCII: as one types it into a configuration.
    pub fn ascii_name(self) -> String {
        self.written(str::is_ascii)
    }

    fn written(self, good: impl Fn(&str) -> bool) -> String {
        let named = NAMES.iter().find(|(name, code)| *code == self.code && good(name));
        let named = named.map(|(name, _)| *name);
        let name = match (named, self.code) {
            (Some(name), _) => name.to_owned(),
            (None, KeyCode::Char(c)) if self.ctrl => c.to_ascii_uppercase().to_string(),
            (None, KeyCode::Char(c)) => c.to_string(),
            (None, KeyCode::F(n)) => format!("F{n}"),
            (None, other) => other.to_string(),
        };
        let ctrl = if self.ctrl { "Ctrl-" } else { "" };
        let alt = if self.alt { "Alt-" } else { "" };
        format!("{ctrl}{alt}{name}")
    }

    /// Reads a key's name: a character, `F1` … `F12`, a name such as `PgUp`, `Enter` or `Space`, each
    /// perhaps behind `Ctrl-` and `Alt-`. Upper and lower case matter only for characters.
    pub fn parse(text: &str) -> Option<Self> {
        let (mut rest, mut ctrl, mut alt) = (text, false, false);
        loop {
            // `-` and `Ctrl--` name the key `-` itself.
            if let Some(after) = behind(rest, "ctrl-").filter(|after| !after.is_empty()) {
                (rest, ctrl) = (after, true);
            } else if let Some(after) = behind(rest, "alt-").filter(|after| !after.is_empty()) {
                (rest, alt) = (after, true);
            } else {
                break;
            }
        }
        let mut chars = rest.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(c), None) if named(rest).is_none() => {
                if c.is_control() || c.is_whitespace() {
                    return None;
                }
                // Terminals report what Ctrl was held with in lower case.
                KeyCode::Char(if ctrl { c.to_ascii_lowercase() } else { c })
            }
            _ => named(rest).or_else(|| function_key(rest))?,
        };
        Some(Self { code, ctrl, alt })
    }
}

fn behind<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

fn named(text: &str) -> Option<KeyCode> {
    NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, code)| *code)
}

fn function_key(text: &str) -> Option<KeyCode> {
    let n: u8 = behind(text, "f")?.parse().ok()?;
    (1..=24).contains(&n).then_some(KeyCode::F(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for name in ["x", "X", "-", "/", "Space", "↑", "PgDn", "F9", "Ctrl-F", "Ctrl-Alt-Del"] {
            assert_eq!(Key::parse(name).map(Key::name).as_deref(), Some(name));
        }
        for (written, shown) in [
            ("ctrl-f", "Ctrl-F"),
            ("up", "↑"),
            ("ESCAPE", "Esc"),
            ("alt-x", "Alt-x"),
            ("backtab", "Shift-Tab"),
            ("ctrl--", "Ctrl--"),
            ("alt-ctrl-q", "Ctrl-Alt-Q"),
        ] {
            assert_eq!(Key::parse(written).map(Key::name).as_deref(), Some(shown));
        }
    }

    #[test]
    fn names_can_be_typed() {
        for (name, typed) in [("↑", "Up"), ("→", "Right"), ("PgDn", "PgDn"), ("Ctrl-F", "Ctrl-F")]
        {
            let key = Key::parse(name).unwrap();
            assert_eq!(key.ascii_name(), typed);
            assert_eq!(Key::parse(typed), Some(key));
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", " ", "F0", "F25", "Hyper-x", "ab", "Ctrl-", "\n", "F1x"] {
            assert_eq!(Key::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn shift_is_part_of_the_character() {
        let pressed = |c, held| KeyEvent::new(KeyCode::Char(c), held);
        assert!(ch('X').is(pressed('X', KeyModifiers::SHIFT)));
        assert!(!ch('q').is(pressed('q', KeyModifiers::ALT)));
        assert!(!ch('c').is(pressed('c', KeyModifiers::CONTROL)));
        assert!(ctrl('c').is(pressed('c', KeyModifiers::CONTROL)));
    }
}
