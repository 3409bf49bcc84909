//! The tree: slots below each other.

use super::rows::{self, RowList};
use super::{Bar, Page, Pointer, ScreenId, fold as folded};
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
use crate::ui::view::paint::Piece;
use crate::ui::wanted::Asked;
use actorscope_client::model::Row;
use actorscope_core::SlotId;
use actorscope_core::view::{
    Expansion, FOLD_SHOWS, Fold, FoldId, Folding, MAX_EXPANDED, MAX_FOLD_SHOWS, MAX_OPEN_FOLDS,
    Placed, RowId, ViewSpec,
};
use ratatui::buffer::Buffer;
use ratatui::text::Span;
use std::collections::{HashMap, HashSet};

/// The number of its view.
pub const VIEW: u32 = ScreenId::Tree.view(0);

/// No tree is deeper; keeps the number small on the wire.
const DEEPEST: u32 = 64;

/// So many more members of a fold are shown at a time.
const MORE: u32 = 100;

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
    /// Whether every actor has a row of its own, however many of them are alike.
    pub unfolded: bool,
    /// Folds that show members, and how many.
    pub open_folds: HashMap<FoldId, u32>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            list: List::new(Follows::Next),
            expansion: Expansion::ToDepth(2),
            seen_open: HashSet::new(),
            unfolded: false,
            open_folds: HashMap::new(),
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
        let tree = &attached.screens.tree;
        let folding =
            if tree.unfolded { Folding::OFF } else { Folding::On(tree.open_folds.clone()) };
        let spec = ViewSpec::Tree {
            root: None,
            expansion: tree.expansion.clone(),
            folding,
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
        let mut bar = ROWS.bar(app, attached);
        if let Some(fold) = self.selected_fold(attached) {
            let words = format!(" {} ", folded::words(fold));
            bar.left.push(Piece::new(2, words, app.settings.theme.text()));
        }
        bar
    }

    fn act(&self, app: &mut App, action: Action) -> Vec<Command> {
        let size = app.size;
        let Some(attached) = app.stage.front_mut() else {
            return Vec::new();
        };
        let height = attached.layout(size).rows.height;
        let said = match action {
            Action::Toggle | Action::Expand | Action::Collapse => fold(attached, height, action),
            Action::Open if ROWS.selected(attached).is_none() => {
                fold(attached, height, Action::Toggle)
            }
            Action::Folding => {
                let tree = &mut attached.screens.tree;
                tree.unfolded = !tree.unfolded;
                Some(if tree.unfolded { Said::Unfolded } else { Said::Folded })
            }
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
                (Said::Opened(words), ..) => words,
                (Said::Most, ..) => format!(
                    "an open row shows at most {} of its actors: a filter or the table finds others",
                    text::grouped(MAX_FOLD_SHOWS.into())
                ),
                (Said::Unfolded, ..) => match key(Action::Folding) {
                    Some(key) => {
                        format!("every actor has a row of its own; {key}: like ones as one")
                    }
                    None => "every actor has a row of its own".to_owned(),
                },
                (Said::Folded, ..) => "many like actors are one row".to_owned(),
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

    fn selected_fold<'a>(&self, attached: &'a Attached) -> Option<&'a Fold> {
        match ROWS.selected_row(attached)? {
            RowId::Fold(id) | RowId::Rest(id) => attached.view(VIEW)?.folds.get(&id),
            RowId::Slot(_) => None,
        }
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
                tree.seen_open.extend(place.slot());
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
    /// A row of many was opened: who they are.
    Opened(String),
    /// No more of them can be shown.
    Most,
    /// Every actor has a row of its own now.
    Unfolded,
    /// Many like ones are one row again.
    Folded,
}

/// Opens or closes a row of many actors, or shows more of them.
fn open_fold(attached: &mut Attached, place: Placed, open: bool) -> Option<Said> {
    let words = attached.view(VIEW).and_then(|view| view.fold(place)).map(folded::words);
    let folds = &mut attached.screens.tree.open_folds;
    match place.row {
        RowId::Slot(_) => None,
        RowId::Fold(id) if !open => {
            folds.remove(&id);
            None
        }
        RowId::Fold(_) if folds.len() >= MAX_OPEN_FOLDS => Some(Said::Full),
        RowId::Fold(id) => {
            folds.insert(id, FOLD_SHOWS);
            words.map(Said::Opened)
        }
        RowId::Rest(id) => {
            let shows = folds.entry(id).or_insert(FOLD_SHOWS);
            if *shows >= MAX_FOLD_SHOWS {
                return Some(Said::Most);
            }
            *shows = shows.saturating_add(MORE).min(MAX_FOLD_SHOWS);
            None
        }
    }
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
    let Some(slot) = place.slot() else {
        return open_fold(attached, place, open);
    };
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
        slots.insert(slot);
    } else {
        slots.remove(&slot);
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
