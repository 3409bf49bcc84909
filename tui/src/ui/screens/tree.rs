//! The tree: slots below each other.

use super::rows::{self, RowList};
use super::{Bar, Page, Pointer, ScreenId};
use crate::ui::actions::{Action, Context};
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::filter;
use crate::ui::input::Command;
use crate::ui::layout::Layout;
use crate::ui::list::{Follows, Keep, List};
use crate::ui::severity::Severity;
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use crate::ui::wanted::Asked;
use actorscope_client::model::Row;
use actorscope_core::SlotId;
use actorscope_core::view::{Expansion, MAX_EXPANDED, ViewSpec};
use ratatui::buffer::Buffer;
use ratatui::text::Span;
use std::collections::HashSet;

/// The number of its view.
pub const VIEW: u32 = ScreenId::Tree.view(0);

/// No tree is deeper; keeps the number small on the wire.
const DEEPEST: u32 = 64;

/// What the user has done to it.
#[derive(Debug)]
pub struct State {
    /// Scroll position and selection.
    pub list: List,
    /// Who shows children.
    pub expansion: Expansion,
    /// Slots seen with their children shown. Becomes the expansion as soon as the user opens or
    /// closes one: only the agent knows the whole tree, but the user can only mean what was seen.
    pub seen_open: HashSet<SlotId>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            list: List::new(Follows::Next),
            expansion: Expansion::ToDepth(2),
            seen_open: HashSet::new(),
        }
    }
}

const ROWS: RowList = RowList {
    view: VIEW,
    keep: Keep::Line,
    heading: "ACTOR",
    list: |attached| attached.screens.tree.list,
    set: |attached, list| attached.screens.tree.list = list,
    sorted: |_| None,
    name: branch,
};

/// The screen.
pub struct Screen;

impl Page for Screen {
    fn views(&self, attached: &Attached, size: (u16, u16)) -> Vec<(u32, ViewSpec)> {
        let (offset, limit) = ROWS.range(attached, size);
        let spec = ViewSpec::Tree {
            root: None,
            expansion: attached.screens.tree.expansion.clone(),
            filter: filter::wanted(attached.typed(&attached.filter)),
            offset,
            limit,
        };
        vec![(VIEW, spec)]
    }

    fn draw(&self, app: &App, attached: &Attached, layout: &Layout, buf: &mut Buffer) {
        rows::draw(&ROWS, app, attached, layout, buf);
    }

    fn bar(&self, app: &App, attached: &Attached) -> Bar {
        ROWS.bar(app, attached)
    }

    fn act(&self, app: &mut App, action: Action) -> Vec<Command> {
        let size = app.size;
        let Some(attached) = app.stage.front_mut() else {
            return Vec::new();
        };
        let height = attached.layout(size).rows.height;
        let said = match action {
            Action::Toggle | Action::Expand | Action::Collapse => fold(attached, height, action),
            Action::Deeper | Action::Shallower => {
                change_depth(&mut attached.screens.tree, action);
                None
            }
            action => {
                ROWS.act(attached, size, action);
                None
            }
        };
        if let Some(said) = said {
            let key = |action| app.settings.keys.key(Context::Screen(ScreenId::Tree), action);
            let text = match (said, key(Action::Back), key(Action::Shallower)) {
                (Said::Filtered, Some(key), _) => {
                    format!("a filter shows all matches: {key} drops it")
                }
                (Said::Filtered, None, _) => "a filter shows all matches".to_owned(),
                (Said::Full, _, Some(key)) => {
                    format!("too many slots are open: {key} closes levels")
                }
                (Said::Full, _, None) => "too many slots are open".to_owned(),
            };
            app.say(Severity::Calm, text);
        }
        Vec::new()
    }

    fn point(&self, app: &mut App, pointer: Pointer) -> Vec<Command> {
        let size = app.size;
        if let Some(attached) = app.agent_mut() {
            ROWS.point(attached, size, pointer);
        }
        Vec::new()
    }

    fn selected(&self, attached: &Attached) -> Option<SlotId> {
        ROWS.selected(attached)
    }

    fn filter<'a>(&self, attached: &'a mut Attached) -> Option<&'a mut String> {
        Some(&mut attached.filter)
    }

    fn filters_slots(&self) -> bool {
        true
    }

    /// See [`State::seen_open`].
    fn took(&self, attached: &mut Attached, view: u32) {
        if view != VIEW || !attached.filter.is_empty() || attached.prompt.is_some() {
            return;
        }
        let newest = attached.asked.get(&VIEW).and_then(Asked::newest);
        let tree = &mut attached.screens.tree;
        if let (Expansion::ToDepth(_), Some(view)) =
            (&tree.expansion, attached.model.views.get(&VIEW))
        {
            // What an answer to an older question shows open may be closed by now.
            if newest.is_some_and(|newest| newest != view.revision) {
                return;
            }
            for place in view.rows.iter().filter(|p| p.open) {
                if tree.seen_open.len() >= MAX_EXPANDED {
                    break;
                }
                tree.seen_open.insert(place.slot);
            }
        }
    }

    fn settle(&self, attached: &mut Attached, size: (u16, u16)) {
        ROWS.settle(attached, size);
    }

    fn forget(&self, attached: &mut Attached) {
        attached.screens.tree = State::default();
    }

    fn has_columns(&self) -> bool {
        true
    }
}

fn change_depth(tree: &mut State, action: Action) {
    let depth = match tree.expansion {
        Expansion::ToDepth(depth) => depth,
        Expansion::Slots(_) => 2,
    };
    let depth = match action {
        Action::Deeper => depth.saturating_add(1).min(DEEPEST),
        _ => depth.saturating_sub(1),
    };
    tree.expansion = Expansion::ToDepth(depth);
    tree.seen_open.clear();
}

/// Why a key can't do what it usually does.
enum Said {
    /// A filter opens what it finds.
    Filtered,
    /// No more slots can be named as open.
    Full,
}

fn fold(attached: &mut Attached, height: u16, action: Action) -> Option<Said> {
    let window = ROWS.window(attached);
    let at = attached.screens.tree.list.cursor;
    let place = window.at(at)?;
    let open = match action {
        Action::Expand if place.children == 0 => return None,
        Action::Expand if place.open => {
            ROWS.change(attached, |l, w| l.move_to(at.saturating_add(1), w, height));
            return None;
        }
        Action::Collapse if !place.open => {
            // Upwards to the first row that hangs higher: the parent. If it is outside of the known
            // rows, as far as they go.
            let parent = (window.offset..at)
                .rev()
                .find(|row| window.at(*row).is_some_and(|p| p.depth < place.depth));
            let row = parent.unwrap_or(if place.depth == 0 { at } else { window.offset });
            ROWS.change(attached, |l, w| l.move_to(row, w, height));
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
        return Some(Said::Filtered);
    }
    let tree = &mut attached.screens.tree;
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
    full.then_some(Said::Full)
}

/// The name in its place in the tree: indented, with a mark that says whether it has children.
fn branch(row: &Row<'_>, width: usize, severity: Severity, theme: Theme) -> Vec<Span<'static>> {
    // However deep it hangs, half of the room is left for the name.
    let indent = (row.place.depth as usize).saturating_mul(2).min(width / 2);
    let mark = match (row.place.children, row.place.open) {
        (0, _) => theme::LEAF,
        (_, true) => theme::OPEN,
        (_, false) => theme::CLOSED,
    };
    let hidden = match (row.place.children, row.place.open) {
        (n, false) if n > 0 => format!(" +{n}"),
        _ => String::new(),
    };
    let room = width.saturating_sub(indent + 2);
    let name = text::fit(&row.identity.name, room);
    let hidden = text::left(&hidden, room.saturating_sub(text::width(&name)));
    let head = text::fit(&format!("{}{mark} ", " ".repeat(indent)), width).into_owned();
    vec![
        Span::styled(head, theme.faint()),
        Span::styled(name.into_owned(), theme.severity(severity)),
        Span::styled(hidden, theme.faint()),
    ]
}
