//! Colours and glyphs.
//!
//! Sixteen colours are the reference, the terminal's own background is kept, and nothing is said by
//! colour alone: states have a glyph and a word, trouble has a mark, the selection is reversed.
//! Without colour only bold, underline and reverse remain. Glyphs are drawn in Unicode and replaced
//! at the very end where the terminal cannot show them ([`ascii`]), so no other code has to ask.

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

/// How things look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Theme {
    /// Whether colours may be used.
    pub color: bool,
    /// Whether only ASCII may be drawn.
    pub ascii: bool,
}

impl Theme {
    fn tinted(self, color: Color) -> Style {
        if self.color { Style::new().fg(color) } else { Style::new() }
    }

    /// Ordinary text.
    pub fn text(self) -> Style {
        Style::new()
    }

    /// What matters less: rules, units, labels.
    pub fn faint(self) -> Style {
        self.tinted(Color::DarkGray)
    }

    /// What matters more.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Names of pages and sections.
    pub fn title(self) -> Style {
        self.tinted(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    /// Headings of columns.
    pub fn heading(self) -> Style {
        self.tinted(Color::Cyan)
    }

    /// The heading of the column that rows are sorted by.
    pub fn sorted(self) -> Style {
        self.tinted(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    /// Keys in the footer and in the help.
    pub fn key(self) -> Style {
        self.tinted(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    /// All is well.
    pub fn good(self) -> Style {
        self.tinted(Color::Green)
    }

    /// Wants a look.
    pub fn warn(self) -> Style {
        self.tinted(Color::Yellow)
    }

    /// Wants a look first.
    pub fn severe(self) -> Style {
        self.tinted(Color::LightRed).add_modifier(Modifier::BOLD)
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
        self.tinted(Color::Blue)
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
