//! A long list of which only a window is known: where it is scrolled to and what is selected.
//!
//! The selection follows what a row shows, not the row number, so that nobody acts on a row that slid
//! under the cursor.

use actorscope_core::SlotId;
use actorscope_core::view::{Placed, RowId};

/// The part of a list that the agent has sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Window<'a> {
    /// Rows before the first one known.
    pub offset: u32,
    /// The rows known.
    pub rows: &'a [Placed],
    /// Rows in the whole list.
    pub matched: u32,
}

impl Window<'_> {
    /// The row at an absolute position, if it is known.
    pub fn at(&self, row: u32) -> Option<Placed> {
        let i = row.checked_sub(self.offset)?;
        self.rows.get(i as usize).copied()
    }

    /// Where something is, if that is known.
    pub fn find(&self, row: RowId) -> Option<u32> {
        let i = self.rows.iter().position(|p| p.row == row)?;
        Some(self.offset.saturating_add(u32::try_from(i).ok()?))
    }

    /// Whether the whole list is known: what is not in it does not exist.
    fn is_all(&self) -> bool {
        self.offset == 0 && self.rows.len() as u64 >= u64::from(self.matched)
    }

    fn last(&self) -> u32 {
        self.matched.saturating_sub(1)
    }
}

/// What the selection holds on to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Follows {
    /// The row: whatever is there. So a table that was just opened selects the worst slot.
    Row,
    /// What was there, wherever it goes.
    That(RowId),
    /// What turns out to be at the cursor once that row is known.
    Next,
}

/// How the rows of a refresh that moved are brought back under the eye.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keep {
    /// The selected slot stays on its line of the screen. For trees, where rows come and go above.
    Line,
    /// The list stays where it is. For sorted tables, whose top is what matters.
    Top,
}

/// Scroll position and selection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct List {
    /// The first row on screen.
    pub top: u32,
    /// The selected row, as far as it is known.
    pub cursor: u32,
    /// What the selection holds on to.
    pub follows: Follows,
}

impl List {
    /// At the top.
    pub const fn new(follows: Follows) -> Self {
        Self { top: 0, cursor: 0, follows }
    }

    /// What the selected row shows.
    pub fn selected(&self, window: &Window<'_>) -> Option<RowId> {
        match self.follows {
            Follows::That(row) => Some(row),
            Follows::Row | Follows::Next => window.at(self.cursor).map(|p| p.row),
        }
    }

    /// The selected slot.
    pub fn slot(&self, window: &Window<'_>) -> Option<SlotId> {
        match self.selected(window)? {
            RowId::Slot(slot) => Some(slot),
            RowId::Fold(_) | RowId::Rest(_) => None,
        }
    }

    /// Selects another row and brings it on screen.
    pub fn move_to(&mut self, row: u32, window: &Window<'_>, height: u16) {
        self.cursor = row.min(window.last());
        self.follows = window.at(self.cursor).map_or(Follows::Next, |p| Follows::That(p.row));
        self.show_cursor(height);
    }

    /// Moves the selection by some rows.
    pub fn move_by(&mut self, rows: i64, window: &Window<'_>, height: u16) {
        let row = i64::from(self.cursor).saturating_add(rows).max(0);
        self.move_to(u32::try_from(row).unwrap_or(u32::MAX), window, height);
    }

    /// Scrolls without moving the selection further than needed.
    pub fn scroll_by(&mut self, rows: i64, window: &Window<'_>, height: u16) {
        let most = window.matched.saturating_sub(u32::from(height));
        let top = i64::from(self.top).saturating_add(rows).max(0);
        self.top = u32::try_from(top).unwrap_or(u32::MAX).min(most);
        let bottom = self.top.saturating_add(u32::from(height).saturating_sub(1));
        let row = self.cursor.clamp(self.top, bottom);
        if row != self.cursor {
            let top = self.top;
            self.move_to(row, window, height);
            self.top = top;
        }
    }

    /// Takes a refreshed window.
    pub fn settle(&mut self, window: &Window<'_>, height: u16, keep: Keep) {
        match self.follows {
            Follows::That(what) => match window.find(what) {
                Some(row) => {
                    if keep == Keep::Line {
                        let moved = i64::from(row) - i64::from(self.cursor);
                        let top = i64::from(self.top).saturating_add(moved).max(0);
                        self.top = u32::try_from(top).unwrap_or(u32::MAX);
                    }
                    self.cursor = row;
                }
                // It is gone: the row that took its place is next.
                None if window.is_all() => {
                    self.cursor = self.cursor.min(window.last());
                    self.follows =
                        window.at(self.cursor).map_or(Follows::Next, |p| Follows::That(p.row));
                }
                None => {}
            },
            Follows::Next => {
                if let Some(place) = window.at(self.cursor) {
                    self.follows = Follows::That(place.row);
                }
            }
            Follows::Row => {}
        }
        self.cursor = self.cursor.min(window.last());
        let most = window.matched.saturating_sub(u32::from(height));
        self.top = self.top.min(most);
        if keep == Keep::Line {
            self.show_cursor(height);
        }
    }

    /// Scrolls as little as possible so that the cursor is on screen.
    pub fn show_cursor(&mut self, height: u16) {
        let height = u32::from(height.max(1));
        if self.cursor < self.top {
            self.top = self.cursor;
        } else if self.cursor >= self.top.saturating_add(height) {
            self.top = self.cursor.saturating_sub(height - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(n: u64) -> SlotId {
        SlotId::new(n).unwrap()
    }

    fn rows(ids: &[u64]) -> Vec<Placed> {
        let place = |n: &u64| Placed::slot_at(slot(*n), 0, 0, false);
        ids.iter().map(place).collect()
    }

    fn all(rows: &[Placed]) -> Window<'_> {
        Window { offset: 0, rows, matched: rows.len() as u32 }
    }

    #[test]
    fn the_selection_follows_its_slot_when_rows_move() {
        let (before, after) = (rows(&[1, 2, 3, 4]), rows(&[9, 8, 1, 2, 3, 4]));
        let mut list = List::new(Follows::Next);
        list.move_to(2, &all(&before), 4);
        list.settle(&all(&after), 4, Keep::Line);
        assert_eq!(list.slot(&all(&after)), Some(slot(3)));
        assert_eq!((list.cursor, list.top), (4, 2));
    }

    #[test]
    fn a_sorted_table_stays_at_its_top() {
        let (before, after) = (rows(&[1, 2, 3, 4]), rows(&[2, 3, 4, 1]));
        let mut list = List::new(Follows::Row);
        list.settle(&all(&after), 2, Keep::Top);
        assert_eq!(list.slot(&all(&after)), Some(slot(2)), "untouched: the first row");
        list.move_to(0, &all(&before), 2);
        list.settle(&all(&after), 2, Keep::Top);
        assert_eq!(list.slot(&all(&after)), Some(slot(1)));
        assert_eq!((list.cursor, list.top), (3, 0));
    }

    #[test]
    fn the_neighbour_is_selected_when_the_slot_is_gone() {
        let (before, after) = (rows(&[1, 2, 3]), rows(&[1, 3]));
        let mut list = List::new(Follows::Next);
        list.move_to(1, &all(&before), 5);
        list.settle(&all(&after), 5, Keep::Line);
        assert_eq!(list.slot(&all(&after)), Some(slot(3)));
    }

    #[test]
    fn a_slot_outside_the_window_stays_selected() {
        let (before, after) = (rows(&[1, 2, 3]), rows(&[4, 5, 6]));
        let window = |rows| Window { offset: 0, rows, matched: 100 };
        let mut list = List::new(Follows::Next);
        list.move_to(1, &window(&before), 3);
        list.settle(&window(&after), 3, Keep::Top);
        assert_eq!(list.slot(&window(&after)), Some(slot(2)));
    }

    #[test]
    fn an_empty_list_has_no_selection() {
        let mut list = List::new(Follows::Next);
        list.move_by(-1, &Window::default(), 0);
        list.settle(&Window::default(), 0, Keep::Line);
        assert_eq!(list.slot(&Window::default()), None);
    }
}
