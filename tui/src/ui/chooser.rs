//! The choice of columns: which screen's, and where in the list the user is. The choice itself is the
//! [settings'](super::app::Settings::columns), so that the screen below shows it at once.

use super::columns::Choice;
use super::screens::ScreenId;

/// The state of the list.
#[derive(Clone, Copy, Debug)]
pub struct Chooser {
    /// Whose columns.
    pub screen: ScreenId,
    /// The selected one.
    pub at: usize,
}

impl Chooser {
    /// At the first column of a screen.
    pub const fn new(screen: ScreenId) -> Self {
        Self { screen, at: 0 }
    }

    /// Selects another column.
    pub fn step(&mut self, steps: isize, choice: &Choice) {
        let last = choice.all().len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(steps).min(last);
    }

    /// The first column on screen where `height` of them have room.
    pub const fn top(&self, height: usize) -> usize {
        (self.at + 1).saturating_sub(height)
    }
}
