//! Colours and glyphs.
//!
//! Sixteen colours are the reference, the terminal's own background is kept, and nothing is said by
//! colour alone: states have a glyph and a word, trouble has a mark, the selection is reversed.
//! Without colour only bold, underline and reverse remain. Glyphs are drawn in Unicode and replaced
//! at the very end where the terminal cannot show them ([`ascii`]), so no other code has to ask.
//!
//! The sixteen colours are the user's own, chosen to suit the background. The richer ones are ours,
//! and a background can't be asked for reliably, so each of them reads on black and on white.

use super::severity::Severity;
use actorscope_core::SlotState;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

/// Branch with its children shown.
pub const OPEN: &str = "▾";
/// Branch with its children hidden.
pub const CLOSED: &str = "▸";
/// Row without children.
pub const LEAF: &str = "·";
/// Stands in the place of a state where nothing runs.
pub const GROUP: &str = "▫";
/// The sorted column, smallest first.
pub const ASCENDING: &str = "▲";
/// The sorted column, largest first.
pub const DESCENDING: &str = "▼";
/// Filled part of a gauge.
pub const FULL: &str = "█";
/// Empty part of a gauge.
pub const EMPTY: &str = "░";
/// Parts of a cell, one to seven eighths, from the left.
pub const EIGHTHS: [&str; 7] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/// Parts of a cell, one to eight eighths, from below.
pub const HEIGHTS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// The vertical axis of a chart, and where something is said of it.
pub const AXIS: [&str; 2] = [" │", " ┤"];
/// A horizontal rule.
pub const RULE: &str = "─";
/// Where typed text goes.
pub const CURSOR: &str = "▏";

/// How many colours the terminal has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Colors {
    /// None, or none wanted.
    None,
    /// The sixteen that every terminal lets its user choose.
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// Red, green and blue in 256 steps each.
    True,
}

impl Colors {
    /// All of them, fewest first.
    pub const ALL: [Self; 4] = [Self::None, Self::Sixteen, Self::Indexed, Self::True];

    /// The word for it, as `--color` takes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "never",
            Self::Sixteen => "16",
            Self::Indexed => "256",
            Self::True => "truecolor",
        }
    }
}

/// One colour, for every kind of terminal.
#[derive(Debug)]
struct Hue {
    sixteen: Color,
    indexed: u8,
    rgb: (u8, u8, u8),
}

const fn hue(sixteen: Color, indexed: u8, rgb: (u8, u8, u8)) -> Hue {
    Hue { sixteen, indexed, rgb }
}

const FAINT: Hue = hue(Color::DarkGray, 244, (128, 132, 140));
const ACCENT: Hue = hue(Color::Cyan, 31, (0, 150, 180));
const GOOD: Hue = hue(Color::Green, 28, (40, 160, 80));
const WARN: Hue = hue(Color::Yellow, 136, (190, 135, 0));
const SEVERE: Hue = hue(Color::LightRed, 196, (240, 70, 70));
const BAR: Hue = hue(Color::Blue, 33, (70, 130, 230));

/// How things look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Theme {
    /// Which colours may be used.
    pub colors: Colors,
    /// Whether only ASCII may be drawn.
    pub ascii: bool,
}

impl Theme {
    fn tinted(self, hue: &Hue) -> Style {
        match self.colors {
            Colors::None => Style::new(),
            Colors::Sixteen => Style::new().fg(hue.sixteen),
            Colors::Indexed => Style::new().fg(Color::Indexed(hue.indexed)),
            Colors::True => Style::new().fg(Color::Rgb(hue.rgb.0, hue.rgb.1, hue.rgb.2)),
        }
    }

    /// Ordinary text.
    pub fn text(self) -> Style {
        Style::new()
    }

    /// What matters less: rules, units, labels.
    pub fn faint(self) -> Style {
        self.tinted(&FAINT)
    }

    /// What matters more.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Names of pages and sections.
    pub fn title(self) -> Style {
        self.tinted(&ACCENT).add_modifier(Modifier::BOLD)
    }

    /// Headings of columns.
    pub fn heading(self) -> Style {
        self.tinted(&ACCENT)
    }

    /// The heading of the column that rows are sorted by.
    pub fn sorted(self) -> Style {
        self.tinted(&ACCENT).add_modifier(Modifier::BOLD)
    }

    /// Keys in the footer and in the help.
    pub fn key(self) -> Style {
        self.tinted(&ACCENT).add_modifier(Modifier::BOLD)
    }

    /// All is well.
    pub fn good(self) -> Style {
        self.tinted(&GOOD)
    }

    /// Wants a look.
    pub fn warn(self) -> Style {
        self.tinted(&WARN)
    }

    /// Wants a look first.
    pub fn severe(self) -> Style {
        self.tinted(&SEVERE).add_modifier(Modifier::BOLD)
    }

    /// The row, button or field that keys act on. Reversed, so that it shows without colour.
    pub fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// A word that must not be overlooked, such as PAUSED.
    pub fn badge(self) -> Style {
        self.warn().add_modifier(Modifier::REVERSED | Modifier::BOLD)
    }

    /// Bars of histograms and gauges.
    pub fn bar(self) -> Style {
        self.tinted(&BAR)
    }

    /// By how much something wants a look.
    pub fn severity(self, severity: Severity) -> Style {
        match severity {
            Severity::Calm => self.text(),
            Severity::Warn => self.warn(),
            Severity::Severe => self.severe(),
        }
    }

    /// A state's word and glyph.
    pub fn state(self, state: SlotState) -> Style {
        match state {
            SlotState::Handling => self.good(),
            SlotState::Starting | SlotState::Idle => self.text(),
            SlotState::Suspended | SlotState::Restarting { .. } | SlotState::Stopping => {
                self.warn()
            }
            SlotState::Failed => self.severe(),
            SlotState::Stopped | SlotState::Ignored => self.faint(),
        }
    }
}

/// The glyph that stands before a state's word.
pub const fn glyph(state: SlotState) -> &'static str {
    match state {
        SlotState::Starting => "◌",
        SlotState::Idle => "○",
        SlotState::Handling => "●",
        SlotState::Suspended => "‖",
        SlotState::Restarting { .. } => "↻",
        SlotState::Stopping => "▽",
        SlotState::Stopped => "□",
        SlotState::Failed => "✗",
        SlotState::Ignored => "∅",
    }
}

/// The mark at the left edge of a row that wants a look.
pub const fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Calm => " ",
        Severity::Warn => "!",
        Severity::Severe => "▌",
    }
}

/// Replaces everything in `buffer` that is not ASCII.
pub fn ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            cell.set_symbol(plain(cell.symbol()));
        }
    }
}

/// The ASCII character that says the same as a glyph; names in other scripts become `?`.
fn plain(symbol: &str) -> &'static str {
    match symbol {
        OPEN => "-",
        CLOSED => "+",
        LEAF | GROUP | "•" => ".",
        ASCENDING => "^",
        DESCENDING => "v",
        FULL | "▉" | "▊" | "▋" | "▌" => "#",
        "▍" | "▎" | "▏" => "|",
        "▁" => "_",
        "▂" | "▃" => ".",
        "▄" | "▅" => "=",
        "▆" | "▇" => "*",
        EMPTY => ".",
        RULE => "-",
        "│" | "┤" => "|",
        "┌" | "┐" | "└" | "┘" | "├" | "╭" | "╮" | "╯" | "╰" => "+",
        "…" => "~",
        "◌" => "+",
        "○" => "o",
        "●" => "*",
        "‖" => "=",
        "↻" => "@",
        "▽" => "v",
        "□" => "_",
        "✗" => "x",
        "∅" => "0",
        "≥" => ">",
        "±" => "~",
        "µ" => "u",
        "×" => "x",
        "∕" => "/",
        "→" | "›" => ">",
        "←" => "<",
        "↑" => "^",
        "↓" => "v",
        "—" | "–" => "-",
        "“" | "”" => "\"",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, as WCAG 2 defines it.
    fn luminance((r, g, b): (u8, u8, u8)) -> f64 {
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.03928 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    /// What xterm shows for one of its 256 colours.
    fn xterm(index: u8) -> (u8, u8, u8) {
        let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
        match index {
            0..16 => panic!("the user's own"),
            16..232 => {
                let n = index - 16;
                (level(n / 36), level(n / 6 % 6), level(n % 6))
            }
            _ => {
                let gray = 8 + 10 * (index - 232);
                (gray, gray, gray)
            }
        }
    }

    #[test]
    fn colours_of_ours_read_on_black_and_on_white() {
        for hue in [FAINT, ACCENT, GOOD, WARN, SEVERE, BAR] {
            for rgb in [hue.rgb, xterm(hue.indexed)] {
                let luminance = luminance(rgb);
                assert!(1.05 / (luminance + 0.05) >= 3.0, "{rgb:?} on white");
                assert!((luminance + 0.05) / 0.05 >= 3.0, "{rgb:?} on black");
            }
        }
    }

    #[test]
    fn without_colours_modifiers_remain() {
        let theme = Theme { colors: Colors::None, ascii: false };
        assert_eq!(theme.severe(), Style::new().add_modifier(Modifier::BOLD));
        assert!(theme.selected().add_modifier.contains(Modifier::REVERSED));
        let theme = Theme { colors: Colors::Indexed, ascii: false };
        assert_eq!(theme.good().fg, Some(Color::Indexed(28)));
    }
}
