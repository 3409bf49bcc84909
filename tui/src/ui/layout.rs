//! Who gets which lines of the screen. Known to drawing (where) and to the state (how many rows to
//! ask for, which row the mouse is on).
//!
//! ```text
//! header    who, how it is, what is slowest
//! bar       which page, filter, position
//! heads     columns
//! rows      …
//! events    when opened
//! strip     the latest event or a note
//! footer    keys, or the filter being typed
//! ```

use ratatui::layout::Rect;

/// The areas of a page; those without room have no height.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    /// Who is observed and how it is.
    pub header: Rect,
    /// Which page this is.
    pub bar: Rect,
    /// Headings of columns.
    pub heads: Rect,
    /// What the page is about.
    pub rows: Rect,
    /// The list of events.
    pub events: Rect,
    /// The latest event or a note.
    pub strip: Rect,
    /// Keys.
    pub footer: Rect,
}

impl Layout {
    /// Divides a screen of `columns` × `lines`.
    pub fn of((columns, lines): (u16, u16), events_open: bool) -> Self {
        let header = match lines {
            0..3 => 0,
            3..6 => 1,
            6..14 => 2,
            _ => 3,
        };
        let bar = u16::from(lines >= 12);
        let heads = match lines {
            0..5 => 0,
            5..18 => 1,
            _ => 2,
        };
        let strip = u16::from(lines >= 16);
        let footer = u16::from(lines >= 4);
        let events = match lines {
            _ if !events_open => 0,
            0..9 => 0,
            9..15 => 3,
            _ => (lines / 3).min(14),
        };
        let fixed = header + bar + heads + strip + footer + events;
        let rows = lines.saturating_sub(fixed);
        let mut y = 0;
        let mut take = |height: u16| {
            let area = Rect::new(0, y, columns, height);
            y += height;
            area
        };
        Self {
            header: take(header),
            bar: take(bar),
            heads: take(heads),
            rows: take(rows),
            events: take(events),
            strip: take(strip),
            footer: take(footer),
        }
    }

    /// The place of a page that has no columns.
    pub const fn body(&self) -> Rect {
        Rect {
            x: self.heads.x,
            y: self.heads.y,
            width: self.heads.width,
            height: self.heads.height + self.rows.height,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_belongs_to_somebody() {
        for lines in 0..200 {
            for events in [false, true] {
                let l = Layout::of((80, lines), events);
                let all = [l.header, l.bar, l.heads, l.rows, l.events, l.strip, l.footer];
                assert_eq!(all.iter().map(|a| a.height).sum::<u16>(), lines);
                assert!(lines == 0 || l.rows.height > 0, "{lines} lines");
            }
        }
    }
}
