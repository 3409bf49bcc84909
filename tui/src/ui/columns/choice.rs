//! Which columns a screen shows, in which order, and which of those have room.

use super::{COLUMNS, Column};
use crate::ui::screens::ScreenId;
use actorscope_core::view::SortKey;

/// Widest name: farther to the right, numbers lose their row.
const WIDEST_NAME: u16 = 60;
/// Screens at least this wide get two spaces between columns instead of one.
const ROOMY: u16 = 110;

/// Which columns one screen shows. Holds every column once, the hidden ones too, so that each has a
/// place to come back to.
#[derive(Clone, PartialEq, Debug)]
pub struct Choice {
    places: Vec<(&'static Column, bool)>,
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Default for Choice {
    fn default() -> Self {
        Self { places: COLUMNS.iter().map(|column| (column, column.shown)).collect() }
    }
}

impl Choice {
    /// These columns, in this order; the others are hidden behind them.
    pub fn of(shown: impl IntoIterator<Item = &'static Column>) -> Self {
        let mut places: Vec<(&'static Column, bool)> = Vec::with_capacity(COLUMNS.len());
        let all = shown.into_iter().map(|c| (c, true)).chain(COLUMNS.iter().map(|c| (c, false)));
        for (column, shown) in all {
            if !places.iter().any(|(there, _)| *there == column) {
                places.push((column, shown));
            }
        }
        Self { places }
    }

    /// Every column and whether it is shown.
    pub fn all(&self) -> impl ExactSizeIterator<Item = (&'static Column, bool)> {
        self.places.iter().copied()
    }

    /// The columns that are shown, as far as there is room.
    pub fn shown(&self) -> impl Iterator<Item = &'static Column> {
        self.all().filter(|(_, shown)| *shown).map(|(column, _)| column)
    }

    /// Whether the user has chosen nothing else.
    pub fn is_usual(&self) -> bool {
        self.shown().eq(Self::default().shown())
    }

    /// Shows or hides a column.
    pub fn toggle(&mut self, at: usize) {
        if let Some((_, shown)) = self.places.get_mut(at) {
            *shown = !*shown;
        }
    }

    /// Moves a column by some places, as far as there are places; says where it is then.
    pub fn shift(&mut self, at: usize, steps: isize) -> usize {
        let to = at.saturating_add_signed(steps).min(self.places.len().saturating_sub(1));
        if at < self.places.len() {
            let place = self.places.remove(at);
            self.places.insert(to, place);
        }
        to
    }

    /// Picks the columns for a screen `width` cells wide. The one that rows are sorted by stays in
    /// any case: an order that nobody can see confuses. Of the usual columns those go first that
    /// matter least; of columns that the user has put in order, those at the end. Sorted rows show
    /// paths, which want more room than the names in a tree.
    pub fn fitted(&self, width: u16, sorted: Option<SortKey>) -> Fitted {
        let gap = if width >= ROOMY { 2 } else { 1 };
        let least = match (width, sorted) {
            (0..60, _) => 16,
            (60..ROOMY, _) => 24,
            (_, None) => 32,
            (_, Some(_)) => 42,
        };
        // The mark at the left edge takes one.
        let mut room = i32::from(width) - 1 - least;
        let is_sorted = |column: &Column| sorted.is_some() && column.sort == sorted;
        let mut ranked: Vec<(usize, &Column)> = self
            .all()
            .enumerate()
            .filter(|(_, (column, shown))| *shown || is_sorted(column))
            .map(|(i, (column, _))| (i, column))
            .collect();
        let usual = self.is_usual();
        ranked.sort_by_key(|(i, column)| {
            (!is_sorted(column), if usual { usize::from(column.rank) } else { *i })
        });
        let mut chosen: Vec<(usize, &'static Column)> = Vec::new();
        for (i, column) in ranked {
            let needed = i32::from(column.width + gap);
            if needed > room {
                break;
            }
            room -= needed;
            chosen.push((i, column));
        }
        chosen.sort_unstable_by_key(|(i, _)| *i);
        let name = (least + room).clamp(0, i32::from(WIDEST_NAME)) as u16;
        Fitted {
            columns: chosen.into_iter().map(|(_, column)| column).collect(),
            name: name.min(width.saturating_sub(1)),
            gap,
        }
    }

    /// What rows can be sorted by on a screen `width` cells wide, from left to right.
    pub fn sort_keys(&self, width: u16, sorted: SortKey) -> Vec<SortKey> {
        let fitted = self.fitted(width, Some(sorted));
        let mut keys = vec![SortKey::Name];
        keys.extend(fitted.columns.iter().filter_map(|c| c.sort));
        keys
    }
}

/// The columns that fit, and the room that is left for the name.
#[derive(Debug)]
pub struct Fitted {
    /// In the order of the screen.
    pub columns: Vec<&'static Column>,
    /// Cells for the name.
    pub name: u16,
    /// Spaces between columns.
    pub gap: u16,
}

impl Fitted {
    /// What rows are sorted by when somebody clicks on the heading in this cell of the line.
    pub fn sort_key_at(&self, x: u16) -> Option<SortKey> {
        let mut end = 1 + self.name;
        if x < end {
            return Some(SortKey::Name);
        }
        for column in &self.columns {
            end += self.gap + column.width;
            if x < end {
                return column.sort;
            }
        }
        None
    }
}

/// The choice of every screen that has columns.
#[derive(Clone, PartialEq, Debug)]
pub struct Columns {
    choices: Vec<(ScreenId, Choice)>,
    /// For lists on screens without a choice of their own.
    usual: Choice,
}

impl Default for Columns {
    fn default() -> Self {
        let choices = Self::screens().map(|screen| (screen, Choice::default())).collect();
        Self { choices, usual: Choice::default() }
    }
}

impl Columns {
    /// The screens that have columns to choose.
    pub fn screens() -> impl Iterator<Item = ScreenId> {
        ScreenId::ALL.iter().copied().filter(|screen| screen.page().has_columns())
    }

    /// What a screen shows.
    pub fn of(&self, screen: ScreenId) -> &Choice {
        self.choices.iter().find(|(s, _)| *s == screen).map_or(&self.usual, |(_, choice)| choice)
    }

    /// What the screen of a view shows.
    pub fn of_view(&self, view: u32) -> &Choice {
        let screen = ScreenId::ALL.iter().find(|screen| screen.owns(view));
        screen.map_or(&self.usual, |screen| self.of(*screen))
    }

    /// Changes what a screen shows; a screen without columns has nothing to change.
    pub fn of_mut(&mut self, screen: ScreenId) -> Option<&mut Choice> {
        self.choices.iter_mut().find(|(s, _)| *s == screen).map(|(_, choice)| choice)
    }

    /// Every screen with columns and what it shows.
    pub fn all(&self) -> impl Iterator<Item = (ScreenId, &Choice)> {
        self.choices.iter().map(|(screen, choice)| (*screen, choice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::columns::named;

    fn ids<'a>(columns: impl IntoIterator<Item = &'a &'static Column>) -> Vec<&'static str> {
        columns.into_iter().map(|c| c.id).collect()
    }

    fn choice(shown: &[&str]) -> Choice {
        Choice::of(shown.iter().map(|id| named(id).unwrap()))
    }

    #[test]
    fn columns_fit_and_leave_room_for_the_name() {
        for choice in [Choice::default(), choice(&["age", "wait", "state"]), choice(&[])] {
            for width in 0..400 {
                let fitted = choice.fitted(width, Some(SortKey::QueueWait));
                let taken: u16 = fitted.columns.iter().map(|c| c.width + fitted.gap).sum();
                assert!(1 + fitted.name + taken <= width.max(1), "{width}");
            }
        }
    }

    #[test]
    fn what_a_tree_has_to_show_fits_on_80_columns() {
        let fitted = Choice::default().fitted(80, None);
        let shown: Vec<_> = fitted.columns.iter().map(|c| c.short).collect();
        assert_eq!(shown, ["STATE", "QUEUED", "MSG/S", "W p99", "H p99", "RST"]);
    }

    #[test]
    fn the_sorted_column_is_always_shown() {
        for key in SortKey::ALL.iter().filter(|k| **k != SortKey::Name) {
            for choice in [Choice::default(), choice(&["state"])] {
                assert!(choice.sort_keys(80, *key).contains(key), "{key}");
            }
        }
    }

    #[test]
    fn a_click_on_a_heading_means_the_column_above_which_it_is() {
        let fitted = Choice::default().fitted(80, Some(SortKey::QueueWait));
        assert_eq!(fitted.sort_key_at(0), Some(SortKey::Name));
        assert_eq!(fitted.sort_key_at(fitted.name), Some(SortKey::Name));
        let last = fitted.columns.last().unwrap();
        let taken: u16 = fitted.columns.iter().map(|c| c.width + fitted.gap).sum();
        let end = 1 + fitted.name + taken;
        assert_eq!(fitted.sort_key_at(end - 1), last.sort);
        assert_eq!(fitted.sort_key_at(end), None);
        let first = fitted.name + 1 + fitted.gap;
        assert_eq!(fitted.sort_key_at(first), Some(SortKey::State));
    }

    #[test]
    fn what_the_user_put_first_stays_when_room_gets_scarce() {
        let choice = choice(&["handling-max", "wait-max", "age", "state", "queued", "handled"]);
        assert_eq!(
            ids(&choice.fitted(80, None).columns),
            ["handling-max", "wait-max", "age", "state", "queued"]
        );
        assert_eq!(ids(&choice.fitted(44, None).columns), ["handling-max", "wait-max", "age"]);
    }

    #[test]
    fn columns_move_and_come_back_where_they_were() {
        let mut choice = choice(&["state", "queued", "rate"]);
        assert_eq!(choice.shift(2, -5), 0);
        assert_eq!(ids(&choice.shown().collect::<Vec<_>>()), ["rate", "state", "queued"]);
        choice.toggle(1);
        choice.toggle(1);
        assert_eq!(ids(&choice.shown().collect::<Vec<_>>()), ["rate", "state", "queued"]);
        assert_eq!(choice.shift(0, 1_000), COLUMNS.len() - 1);
        assert_eq!(choice.all().len(), COLUMNS.len());
        assert!(!choice.is_usual() && Choice::default().is_usual());
    }
}
