//! The table: slots in some order.

use super::rows::{self, RowList};
use super::{Bar, Page, Pointer, ScreenId};
use crate::ui::actions::Action;
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::filter;
use crate::ui::input::Command;
use crate::ui::layout::Layout;
use crate::ui::list::{Follows, Keep, List};
use crate::ui::severity::Severity;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::view::paint::Piece;
use actorscope_client::model::Row;
use actorscope_core::SlotId;
use actorscope_core::view::{Order, SortKey, ViewSpec};
use ratatui::buffer::Buffer;
use ratatui::text::Span;

/// The number of its view. Another one than the tree's, so that neither ever shows the other's rows.
pub const VIEW: u32 = ScreenId::Table.view(0);

/// What the user has done to it.
#[derive(Debug)]
pub struct State {
    /// Scroll position and selection.
    pub list: List,
    /// By what it is sorted.
    pub sort: SortKey,
    /// In which direction.
    pub order: Order,
}

impl Default for State {
    fn default() -> Self {
        Self { list: List::new(Follows::Row), sort: SortKey::QueueWait, order: Order::Descending }
    }
}

const ROWS: RowList = RowList {
    view: VIEW,
    keep: Keep::Top,
    heading: " ACTOR",
    list: |attached| attached.screens.table.list,
    set: |attached, list| attached.screens.table.list = list,
    sorted: |attached| Some((attached.screens.table.sort, attached.screens.table.order)),
    name: path,
};

/// The screen.
pub struct Screen;

impl Page for Screen {
    fn views(&self, attached: &Attached, size: (u16, u16)) -> Vec<(u32, ViewSpec)> {
        let (offset, limit) = ROWS.range(attached, size);
        let spec = ViewSpec::Table {
            sort: attached.screens.table.sort,
            order: attached.screens.table.order,
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
        let state = &attached.screens.table;
        let sort = format!(" {} ", sorted_in_words(state.sort, state.order));
        let mut bar = ROWS.bar(app, attached);
        bar.right.insert(0, Piece::new(5, sort, app.settings.theme.text()));
        bar
    }

    fn act(&self, app: &mut App, action: Action) -> Vec<Command> {
        let size = app.size;
        let choice = app.settings.columns.of(ScreenId::Table).clone();
        let Some(attached) = app.agent_mut() else {
            return Vec::new();
        };
        let state = &mut attached.screens.table;
        match action {
            Action::SortLeft | Action::SortRight | Action::Reverse => {
                let keys = choice.sort_keys(size.0, state.sort);
                let at = keys.iter().position(|k| *k == state.sort).unwrap_or(0);
                let next = match action {
                    Action::SortLeft => at.checked_sub(1).unwrap_or(keys.len().saturating_sub(1)),
                    Action::SortRight => (at + 1) % keys.len().max(1),
                    _ => at,
                };
                if let Some(key) = keys.get(next) {
                    sort_by(state, *key);
                }
            }
            // Back to whatever comes first, not to the slot that is first now.
            Action::Top => state.list = List::new(Follows::Row),
            action => ROWS.act(attached, size, action),
        }
        Vec::new()
    }

    fn point(&self, app: &mut App, pointer: Pointer) -> Vec<Command> {
        let size = app.size;
        let choice = app.settings.columns.of(ScreenId::Table).clone();
        let Some(attached) = app.agent_mut() else {
            return Vec::new();
        };
        let heads = attached.layout(size).heads;
        match pointer {
            Pointer::Click(at) if heads.contains(at) => {
                let sorted = Some(attached.screens.table.sort);
                let fitted = choice.fitted(heads.width, sorted);
                if let Some(key) = fitted.sort_key_at(at.x - heads.x) {
                    sort_by(&mut attached.screens.table, key);
                }
            }
            pointer => ROWS.point(attached, size, pointer),
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

    fn settle(&self, attached: &mut Attached, size: (u16, u16)) {
        ROWS.settle(attached, size);
    }

    fn forget(&self, attached: &mut Attached) {
        attached.screens.table.list = List::new(Follows::Row);
    }

    fn has_columns(&self) -> bool {
        true
    }
}

/// Sorts by a column, in the order that is natural for it.
pub fn sort(attached: &mut Attached, key: SortKey) {
    attached.screens.table =
        State { list: List::new(Follows::Row), sort: key, order: key.natural_order() };
}

/// Sorts by a column; by the same again turns the order round.
fn sort_by(state: &mut State, key: SortKey) {
    if key == state.sort {
        state.order = state.order.reversed();
    } else {
        state.sort = key;
        state.order = key.natural_order();
    }
    // Who sorts wants to see who comes first.
    state.list = List::new(Follows::Row);
}

/// The whole path: there is no tree around that would say where an actor is.
fn path(row: &Row<'_>, width: usize, severity: Severity, theme: Theme) -> Vec<Span<'static>> {
    let room = width.saturating_sub(1);
    let path = text::left(&text::fit_end(row.path, room), room);
    vec![Span::raw(" "), Span::styled(path, theme.severity(severity))]
}

fn sorted_in_words(sort: SortKey, order: Order) -> String {
    let (up, down) = match sort {
        SortKey::Name => ("A to Z", "Z to A"),
        SortKey::State => ("trouble first", "trouble last"),
        SortKey::Age => ("youngest first", "oldest first"),
        SortKey::QueueWait | SortKey::Handling => ("fastest first", "slowest first"),
        _ => ("least first", "most first"),
    };
    let order = match order {
        Order::Ascending => up,
        Order::Descending => down,
    };
    format!("by {}, {order}", sort.word().replace('-', " "))
}
