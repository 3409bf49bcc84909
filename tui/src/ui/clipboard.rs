//! Text on its way into the clipboard of the terminal's user, which may be on another machine: the
//! terminal is asked to take it (OSC 52).

use crossterm::Command as _;
use crossterm::clipboard::CopyToClipboard;

/// Longest text: terminals that bound it at all take at least 100,000 bytes of base64, and the rest of
/// the sequence.
pub const MAX_BYTES: usize = 74_000;

/// How text gets into the clipboard.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Clipboard {
    /// The terminal, or the multiplexer in between, takes it.
    #[default]
    Osc52,
    /// Through tmux to the terminal outside; needs its `allow-passthrough`.
    Tmux,
    /// Not at all.
    Off,
}

impl Clipboard {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Osc52, Self::Tmux, Self::Off];

    /// Its name in configurations.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Osc52 => "osc52",
            Self::Tmux => "tmux",
            Self::Off => "off",
        }
    }

    /// What to send to the terminal so that it takes `text`; `None` = nothing.
    pub fn sequence(self, text: &str) -> Option<String> {
        let mut bare = String::new();
        CopyToClipboard::to_clipboard_from(text).write_ansi(&mut bare).ok()?;
        match self {
            Self::Osc52 => Some(bare),
            // Every escape inside is doubled.
            Self::Tmux => Some(format!("\x1bPtmux;{}\x1b\\", bare.replace('\x1b', "\x1b\x1b"))),
            Self::Off => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_what_terminals_expect() {
        assert_eq!(Clipboard::Osc52.sequence("a\tb").unwrap(), "\x1b]52;c;YQli\x1b\\");
        assert_eq!(Clipboard::Osc52.sequence("").unwrap(), "\x1b]52;c;\x1b\\");
        assert_eq!(
            Clipboard::Tmux.sequence("ä").unwrap(),
            "\x1bPtmux;\x1b\x1b]52;c;w6Q=\x1b\x1b\\\x1b\\"
        );
        assert_eq!(Clipboard::Off.sequence("a"), None);
    }

    #[test]
    fn the_longest_text_fits() {
        let text = "x".repeat(MAX_BYTES);
        assert!(Clipboard::Osc52.sequence(&text).unwrap().len() < 100_000);
    }
}
