//! A screen as a picture: what a terminal with true colour and a dark background shows.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use std::fmt::Write as _;

/// A cell, in pixels. Most fonts are 0.6 times as wide as they are high.
const CELL: (u16, u16) = (9, 18);
/// The font's size, in pixels.
const FONT: u16 = 15;
/// Around the screen.
const MARGIN: u16 = 12;
/// From the top of a cell to the line that letters stand on.
const ASCENT: u16 = 14;

const BACKGROUND: &str = "#16181d";
const FOREGROUND: &str = "#d5d8de";

/// How a run of cells looks.
#[derive(Clone, PartialEq)]
struct Look {
    fill: String,
    /// Behind it, unless it is what is behind everything.
    behind: Option<String>,
    bold: bool,
    underlined: bool,
}

/// The whole picture.
pub fn svg(buffer: &Buffer, title: &str) -> String {
    let (columns, lines) = (buffer.area.width, buffer.area.height);
    let (width, height) = (columns * CELL.0 + 2 * MARGIN, lines * CELL.1 + 2 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, \
         Consolas, monospace\" font-size=\"{FONT}\">\n<title>{}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n",
        escaped(title)
    );
    for y in 0..lines {
        let mut x = 0;
        while x < columns {
            let look = look(&buffer[(x, y)]);
            let end = (x..columns).find(|x| self::look(&buffer[(*x, y)]) != look);
            let end = end.unwrap_or(columns);
            run(&mut out, buffer, y, (x, end), &look);
            x = end;
        }
    }
    out.push_str("</svg>\n");
    out
}

fn run(out: &mut String, buffer: &Buffer, y: u16, (from, to): (u16, u16), look: &Look) {
    let left = MARGIN + from * CELL.0;
    let top = MARGIN + y * CELL.1;
    let width = (to - from) * CELL.0;
    if let Some(behind) = &look.behind {
        let _ = writeln!(
            out,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{}\" fill=\"{behind}\"/>",
            CELL.1
        );
    }
    let weight = if look.bold { " font-weight=\"bold\"" } else { "" };
    let line = if look.underlined { " text-decoration=\"underline\"" } else { "" };
    for (at, word) in words(&(from..to).map(|x| buffer[(x, y)].symbol()).collect::<String>()) {
        // With the length given, cells line up whatever the font.
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{}\" textLength=\"{}\" fill=\"{}\"{weight}{line} \
             xml:space=\"preserve\">{}</text>",
            left + at * CELL.0,
            top + ASCENT,
            cells(word) * CELL.0,
            look.fill,
            escaped(word)
        );
    }
}

/// Text between spaces that are more than one, each with its cell: where cells drift apart because a
/// program ignores their lengths, columns still stand below each other.
fn words(text: &str) -> Vec<(u16, &str)> {
    let mut found = Vec::new();
    let (mut rest, mut at) = (text, 0);
    while !rest.is_empty() {
        let word = rest.split("  ").next().unwrap_or(rest);
        let inner = word.trim();
        if !inner.is_empty() {
            found.push((at + cells(&word[..word.len() - word.trim_start().len()]), inner));
        }
        let step = (word.len() + 2).min(rest.len());
        at += cells(&rest[..step]);
        rest = &rest[step..];
    }
    found
}

fn cells(text: &str) -> u16 {
    u16::try_from(text.chars().count()).unwrap_or(u16::MAX)
}

fn look(cell: &Cell) -> Look {
    let (mut fill, mut behind) = (hex(cell.fg, FOREGROUND), hex(cell.bg, BACKGROUND));
    if cell.modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut fill, &mut behind);
    }
    Look {
        fill,
        behind: (behind != BACKGROUND).then_some(behind),
        bold: cell.modifier.contains(Modifier::BOLD),
        underlined: cell.modifier.contains(Modifier::UNDERLINED),
    }
}

/// A colour of the theme with all colours, which has no others.
fn hex(color: Color, usual: &str) -> String {
    match color {
        Color::Reset => usual.to_owned(),
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        other => panic!("{other:?} is no colour of the theme"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
