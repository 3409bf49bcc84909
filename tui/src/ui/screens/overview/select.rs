//! Which line of the screen is selected, and where the arrows lead from it.

use super::health::To;
use crate::ui::actions::Action;
use ratatui::layout::Rect;

/// What the user has done to it.
#[derive(Debug, Default)]
pub struct State {
    /// The selected line; `None` = there is none to select.
    pub(super) at: Option<At>,
    /// Whether the user has selected it: as long as not, it is the first, whatever that is.
    pub(super) chosen: bool,
}

/// A line that can be selected: where it is, and what it is recognised by when others come and go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct At {
    /// 0 = what needs attention, then the lists.
    pub(super) part: usize,
    pub(super) row: usize,
    pub(super) to: To,
}

/// Such a line on the screen.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) at: At,
    pub(super) area: Rect,
}

/// The line that is selected now that others may have come and gone.
pub(super) fn settled(state: &State, spots: &[Spot]) -> Option<At> {
    let first = || spots.first().map(|spot| spot.at.clone());
    let Some(at) = state.at.as_ref().filter(|_| state.chosen) else {
        return first();
    };
    // The same slot in the same list, wherever in it; else what took its place there.
    let in_part = || spots.iter().map(|spot| &spot.at).filter(|other| other.part == at.part);
    let same = in_part().find(|other| other.to == at.to && other.row == at.row);
    let same = same.or_else(|| in_part().find(|other| other.to == at.to));
    let near = || in_part().take_while(|other| other.row <= at.row).last();
    same.or_else(near).cloned().or_else(first)
}

/// The line that the arrow leads to.
pub(super) fn beside(spots: &[Spot], now: usize, action: Action) -> Option<usize> {
    let from = spots.get(now)?;
    let (here, part) = (from.area, from.at.part);
    let overlaps = |area: Rect| area.x < here.right() && here.x < area.right();
    let others = || spots.iter().enumerate();
    let up = |area: Rect| here.y.saturating_sub(area.y);
    let down = |area: Rect| area.y.saturating_sub(here.y);
    let nearest = match action {
        Action::Up => others()
            .filter(|(_, spot)| spot.area.y < here.y && overlaps(spot.area))
            .min_by_key(|(n, spot)| (up(spot.area), *n)),
        Action::Down => others()
            .filter(|(_, spot)| spot.area.y > here.y && overlaps(spot.area))
            .min_by_key(|(n, spot)| (down(spot.area), *n)),
        Action::Left => others()
            .filter(|(_, spot)| spot.area.right() <= here.x)
            .min_by_key(|(n, spot)| (spot.area.y.abs_diff(here.y), *n)),
        Action::Right => others()
            .filter(|(_, spot)| spot.area.x >= here.right())
            .min_by_key(|(n, spot)| (spot.area.y.abs_diff(here.y), *n)),
        // To the first line of the next or the last part.
        Action::PageDown => others().find(|(_, spot)| spot.at.part > part),
        Action::PageUp => {
            let before = others().rev().find(|(_, spot)| spot.at.part < part)?.1.at.part;
            others().find(|(_, spot)| spot.at.part == before)
        }
        _ => None,
    };
    nearest.map(|(n, _)| n)
}
