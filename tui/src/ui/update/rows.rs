//! What keys do to tree and table.

use crate::ui::app::{Attached, Page};
use crate::ui::columns;
use crate::ui::field::Field;
use crate::ui::keys::Action;
use crate::ui::list::{Follows, List, Window};
use actorscope_core::view::{Expansion, MAX_EXPANDED};

/// No tree is deeper; keeps the number small on the wire.
const DEEPEST: u32 = 64;

/// Keys of tree and table; says something when a key can't do what it usually does.
pub fn press(attached: &mut Attached, size: (u16, u16), action: Action) -> Option<&'static str> {
    let height = attached.layout(size).rows.height;
    let screen = i64::from(height.max(2)) - 1;
    match action {
        Action::Open => {
            if let Some(slot) = attached.selected() {
                super::keys::open(attached, slot);
            }
        }
        Action::Back => {
            if attached.filter.is_empty() {
                attached.events_open = false;
            } else {
                attached.filter.clear();
            }
        }
        Action::Filter => attached.prompt = Some(Field::with(&attached.filter)),
        Action::NextPage => {
            attached.page = match attached.page {
                Page::Tree => Page::Table,
                Page::Table => Page::Tree,
            }
        }
        Action::Up => with_list(attached, |list, window| list.move_by(-1, window, height)),
        Action::Down => with_list(attached, |list, window| list.move_by(1, window, height)),
        Action::PageUp => with_list(attached, |l, w| l.move_by(-screen, w, height)),
        Action::PageDown => with_list(attached, |l, w| l.move_by(screen, w, height)),
        Action::Bottom => with_list(attached, |l, w| l.move_to(u32::MAX, w, height)),
        Action::Top if attached.page == Page::Table => {
            attached.table.list = List::new(Follows::Row);
        }
        Action::Top => with_list(attached, |l, w| l.move_to(0, w, height)),
        Action::SortLeft | Action::SortRight | Action::SortBy(_) | Action::Reverse => {
            sort(attached, size, action);
        }
        Action::Toggle | Action::Expand | Action::Collapse => {
            return fold(attached, height, action);
        }
        Action::Deeper | Action::Shallower => {
            let depth = match attached.tree.expansion {
                Expansion::ToDepth(depth) => depth,
                Expansion::Slots(_) => 2,
            };
            let depth = match action {
                Action::Deeper => depth.saturating_add(1).min(DEEPEST),
                _ => depth.saturating_sub(1),
            };
            attached.tree.expansion = Expansion::ToDepth(depth);
            attached.tree.seen_open.clear();
        }
        _ => {}
    }
    None
}

/// Changes the list of the current page with its window at hand.
pub fn with_list(attached: &mut Attached, change: impl FnOnce(&mut List, &Window<'_>)) {
    let mut list = *attached.list();
    change(&mut list, &attached.window());
    match attached.page {
        Page::Tree => attached.tree.list = list,
        Page::Table => attached.table.list = list,
    }
}

fn sort(attached: &mut Attached, size: (u16, u16), action: Action) {
    let keys = columns::sort_keys(size.0, attached.table.sort);
    let table = &mut attached.table;
    let at = keys.iter().position(|k| *k == table.sort).unwrap_or(0);
    let next = match action {
        Action::SortLeft => at.checked_sub(1).unwrap_or(keys.len().saturating_sub(1)),
        Action::SortRight => (at + 1) % keys.len().max(1),
        Action::SortBy(n) => usize::from(n.saturating_sub(1)),
        _ => at,
    };
    let Some(key) = keys.get(next).copied() else {
        return;
    };
    if key == table.sort {
        table.order = table.order.reversed();
    } else {
        table.sort = key;
        table.order = key.natural_order();
    }
    // Who sorts wants to see who comes first.
    table.list = List::new(Follows::Row);
}

fn fold(attached: &mut Attached, height: u16, action: Action) -> Option<&'static str> {
    let window = attached.window();
    let at = attached.tree.list.cursor;
    let place = window.at(at)?;
    let open = match action {
        Action::Expand if place.children == 0 => return None,
        Action::Expand if place.open => {
            with_list(attached, |l, w| l.move_to(at.saturating_add(1), w, height));
            return None;
        }
        Action::Collapse if !place.open => {
            // Upwards to the first row that hangs higher: the parent. If it is outside of the known
            // rows, as far as they go.
            let parent = (window.offset..at)
                .rev()
                .find(|row| window.at(*row).is_some_and(|p| p.depth < place.depth));
            let row = parent.unwrap_or(if place.depth == 0 { at } else { window.offset });
            with_list(attached, |l, w| l.move_to(row, w, height));
            return None;
        }
        Action::Expand => true,
        Action::Collapse => false,
        _ => !place.open,
    };
    if place.children == 0 {
        return None;
    }
    if !attached.filter.is_empty() {
        return Some("a filter shows all matches: Esc drops it");
    }
    let tree = &mut attached.tree;
    let mut slots = match &mut tree.expansion {
        Expansion::Slots(slots) => std::mem::take(slots),
        Expansion::ToDepth(_) => std::mem::take(&mut tree.seen_open),
    };
    let full = open && slots.len() >= MAX_EXPANDED;
    if open && !full {
        slots.insert(place.slot);
    } else {
        slots.remove(&place.slot);
    }
    tree.expansion = Expansion::Slots(slots);
    full.then_some("too many slots are open: [ closes levels")
}
