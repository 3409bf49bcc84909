//! What lies above a page while the user chooses or types something that is not about one actor.

use super::chooser::Chooser;
use super::palette::Palette;

/// One of them.
#[derive(Clone, Debug)]
pub enum Popup {
    /// A command is being typed.
    Palette(Palette),
    /// Columns are being chosen.
    Columns(Chooser),
}
