//! What keys do.

use super::{attached, looking, verbs};
use crate::ui::app::{App, Attached, DetailPage, Page, Stage};
use crate::ui::columns;
use crate::ui::dialog::{Focus, Step};
use crate::ui::field::Field;
use crate::ui::input::Command;
use crate::ui::keys::{self, Action, Context};
use crate::ui::list::{Follows, List};
use crate::ui::severity::Severity;
use actorscope_core::SlotId;
use actorscope_core::view::{Expansion, MAX_EXPANDED};
use crossterm::event::{KeyEvent, KeyEventKind};
use std::time::Duration;

/// Times between refreshes that `+` and `-` step through, in milliseconds.
const INTERVALS_MS: [u64; 6] = [250, 500, 1_000, 2_000, 5_000, 10_000];
/// No tree is deeper; keeps the number small on the wire.
const DEEPEST: u32 = 64;

/// Where the next key goes.
pub fn context(app: &App) -> Context {
    if app.help.is_some() {
        return Context::Help;
    }
    let Stage::Attached(attached) = &app.stage else {
        return Context::Looking;
    };
    match &attached.dialog {
        Some(dialog) => match dialog.step {
            Step::Menu { .. } => return Context::Menu,
            Step::Confirm(_) => return Context::Confirm,
            Step::Outcome { .. } => return Context::Outcome,
        },
        None if attached.prompt.is_some() => return Context::Typing,
        None => {}
    }
    match attached.page {
        _ if attached.detail.is_some() => Context::Detail,
        Page::Tree => Context::Tree,
        Page::Table => Context::Table,
    }
}

/// The place below the help: what the help is about.
pub fn context_below_help(app: &App) -> Context {
    match &app.stage {
        Stage::Looking(_) => Context::Looking,
        Stage::Attached(a) if a.detail.is_some() => Context::Detail,
        Stage::Attached(a) => match a.page {
            Page::Tree => Context::Tree,
            Page::Table => Context::Table,
        },
    }
}

/// The field that is being typed into.
fn field(app: &mut App) -> Option<&mut Field> {
    if app.help.is_some() {
        return None;
    }
    let Stage::Attached(attached) = &mut app.stage else {
        return None;
    };
    let attached = &mut **attached;
    match &mut attached.dialog {
        Some(dialog) => match &mut dialog.step {
            Step::Confirm(confirm) if confirm.acting.is_none() => match confirm.focus {
                Focus::Reason => Some(&mut confirm.reason),
                Focus::Name => Some(&mut confirm.name),
                Focus::Cancel | Focus::Act => None,
            },
            _ => None,
        },
        None => attached.prompt.as_mut(),
    }
}

/// Text goes into the field that is being typed into, or nowhere: pasted text is no series of keys.
pub fn paste(app: &mut App, text: &str) -> Vec<Command> {
    if let Some(field) = field(app) {
        field.insert(text);
    }
    Vec::new()
}

/// A key.
pub fn press(app: &mut App, key: KeyEvent) -> Vec<Command> {
    if key.kind == KeyEventKind::Release {
        return Vec::new();
    }
    let context = context(app);
    match keys::action(context, key) {
        Some(Action::Quit) => vec![Command::Quit],
        Some(Action::Suspend) => vec![Command::Suspend],
        Some(Action::Redraw) => vec![Command::Redraw],
        Some(action) => act(app, context, action),
        None => {
            if let Some(field) = field(app) {
                field.edit(key);
            }
            Vec::new()
        }
    }
}

fn act(app: &mut App, context: Context, action: Action) -> Vec<Command> {
    match context {
        Context::Help => {
            help(app, action);
            Vec::new()
        }
        _ if action == Action::Help => {
            app.help = Some(0);
            Vec::new()
        }
        _ if action == Action::Mouse => {
            app.mouse = !app.mouse;
            app.say(
                Severity::Calm,
                if app.mouse {
                    "the mouse selects rows and scrolls"
                } else {
                    "the mouse is the terminal's: select text with it, m takes it back"
                },
            );
            vec![Command::Mouse(app.mouse)]
        }
        Context::Looking => looking_action(app, action),
        Context::Menu | Context::Confirm | Context::Outcome => verbs::act(app, action),
        Context::Typing => {
            typing(app, action);
            Vec::new()
        }
        Context::Tree | Context::Table | Context::Detail => page(app, context, action),
    }
}

fn help(app: &mut App, action: Action) {
    let Some(scroll) = app.help else { return };
    app.help = match action {
        Action::Back | Action::Help => None,
        action => Some(scrolled(scroll, action, app.size.1)),
    };
}

/// A scroll position after a key; drawing cuts it to what there is.
pub fn scrolled(scroll: u16, action: Action, page: u16) -> u16 {
    let page = page.saturating_sub(6).max(1);
    match action {
        Action::Up => scroll.saturating_sub(1),
        Action::Down => scroll.saturating_add(1),
        Action::PageUp => scroll.saturating_sub(page),
        Action::PageDown => scroll.saturating_add(page),
        Action::Top => 0,
        Action::Bottom => u16::MAX,
        _ => scroll,
    }
}

fn looking_action(app: &mut App, action: Action) -> Vec<Command> {
    let now = app.now;
    let Stage::Looking(state) = &mut app.stage else {
        return Vec::new();
    };
    let last = state
        .look
        .as_ref()
        .map_or(0, |l| l.agents.len())
        .saturating_sub(1);
    match action {
        Action::Open => return looking::attach_to_selected(app),
        Action::Look => return looking::look(state, now),
        Action::Up => state.cursor = state.cursor.saturating_sub(1),
        Action::Down => state.cursor = state.cursor.saturating_add(1).min(last),
        Action::PageUp | Action::Top => state.cursor = 0,
        Action::PageDown | Action::Bottom => state.cursor = last,
        Action::Back => app.note = None,
        _ => {}
    }
    Vec::new()
}

fn typing(app: &mut App, action: Action) {
    let Stage::Attached(attached) = &mut app.stage else {
        return;
    };
    let typed = attached.prompt.take();
    attached.filter = match (action, typed) {
        (Action::Open, Some(field)) => field.text().trim().to_owned(),
        _ => String::new(),
    };
}

fn page(app: &mut App, context: Context, action: Action) -> Vec<Command> {
    let now = app.now;
    match action {
        Action::Verbs => return verbs::open(app),
        Action::Agents => return looking::choose_another(app),
        Action::Retry => {
            let lost = app.agent().is_some_and(Attached::is_stale);
            return if lost { vec![Command::RetryNow] } else { Vec::new() };
        }
        Action::Faster | Action::Slower => {
            change_interval(app, action);
            return Vec::new();
        }
        Action::Back if context != Context::Detail && app.note.is_some() => {
            app.note = None;
            return Vec::new();
        }
        _ => {}
    }
    let size = app.size;
    let Stage::Attached(attached) = &mut app.stage else {
        return Vec::new();
    };
    let attached = &mut **attached;
    match action {
        Action::Pause => attached::pause(attached, now),
        Action::Events => attached.events_open = !attached.events_open,
        Action::Slowest => match attached.slowest().map(|(identity, ..)| identity.id) {
            Some(slot) => open(attached, slot),
            None => app.say(Severity::Calm, "no queue wait is measured here"),
        },
        action if context == Context::Detail => detail(attached, size, action),
        action => {
            if let Some(note) = rows(attached, size, action) {
                app.say(Severity::Calm, note);
            }
        }
    }
    Vec::new()
}

fn change_interval(app: &mut App, action: Action) {
    let now = app.settings.interval;
    let steps = INTERVALS_MS.map(Duration::from_millis);
    let next = match action {
        Action::Faster => steps.iter().rev().find(|s| **s < now),
        _ => steps.iter().find(|s| **s > now),
    };
    if let Some(next) = next {
        app.settings.interval = *next;
    }
}

fn open(attached: &mut Attached, slot: SlotId) {
    let path = attached
        .known(slot)
        .map_or_else(|| slot.to_string(), |(_, path, _)| path.to_owned());
    attached.detail = Some(DetailPage {
        slot,
        path,
        scroll: 0,
    });
}

fn detail(attached: &mut Attached, size: (u16, u16), action: Action) {
    if action == Action::Back {
        attached.detail = None;
    } else if let Some(page) = &mut attached.detail {
        page.scroll = scrolled(page.scroll, action, size.1);
    }
}

/// Keys of tree and table; says something when a key can't do what it usually does.
fn rows(attached: &mut Attached, size: (u16, u16), action: Action) -> Option<&'static str> {
    let height = attached.layout(size).rows.height;
    let screen = i64::from(height.max(2)) - 1;
    match action {
        Action::Open => {
            if let Some(slot) = attached.selected() {
                open(attached, slot);
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
pub fn with_list(
    attached: &mut Attached,
    change: impl FnOnce(&mut List, &crate::ui::list::Window<'_>),
) {
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
