//! What keys do.

use super::{attached, looking, rows, verbs};
use crate::ui::app::{App, Attached, DetailPage, Page, Stage};
use crate::ui::dialog::{Focus, Step};
use crate::ui::field::Field;
use crate::ui::input::Command;
use crate::ui::keys::{self, Action, Context};
use crate::ui::severity::Severity;
use actorscope_core::SlotId;
use crossterm::event::{KeyEvent, KeyEventKind};
use std::time::Duration;

/// Times between refreshes that `+` and `-` step through, in milliseconds.
const INTERVALS_MS: [u64; 6] = [250, 500, 1_000, 2_000, 5_000, 10_000];

/// Where the next key goes.
pub fn context(app: &App) -> Context {
    if app.help.is_some() {
        return Context::Help;
    }
    let Stage::Attached(attached) = &app.stage else {
        return context_below_help(app);
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
    context_below_help(app)
}

/// The place below the help: what the help is about.
pub fn context_below_help(app: &App) -> Context {
    let attached = match &app.stage {
        Stage::Attached(attached) => attached,
        Stage::Looking(state) if state.agents() == 0 => return Context::Waiting,
        Stage::Looking(_) => return Context::Choosing,
    };
    match attached.page {
        _ if attached.model.node.is_none() => Context::Connecting,
        _ if attached.detail.is_some() => Context::Detail,
        Page::Tree => Context::Tree,
        Page::Table => Context::Table,
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
        Context::Waiting | Context::Choosing => looking_action(app, action),
        Context::Connecting => connecting(action, app),
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
    let last = state.agents().saturating_sub(1);
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

fn connecting(action: Action, app: &mut App) -> Vec<Command> {
    match action {
        Action::Retry => vec![Command::RetryNow],
        Action::Agents | Action::Back => looking::choose_another(app),
        _ => Vec::new(),
    }
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
            if let Some(note) = rows::press(attached, size, action) {
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

/// Opens the page of a slot.
pub fn open(attached: &mut Attached, slot: SlotId) {
    let path =
        attached.known(slot).map_or_else(|| slot.to_string(), |(_, path, _)| path.to_owned());
    attached.detail = Some(DetailPage { slot, path, scroll: 0 });
}

fn detail(attached: &mut Attached, size: (u16, u16), action: Action) {
    if action == Action::Back {
        attached.detail = None;
    } else if let Some(page) = &mut attached.detail {
        page.scroll = scrolled(page.scroll, action, size.1);
    }
}
