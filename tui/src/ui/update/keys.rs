//! What keys do.

use super::{looking, popup, session, verbs};
use crate::format;
use crate::ui::actions::{Action, Context};
use crate::ui::app::{App, Stage};
use crate::ui::attached::Attached;
use crate::ui::chooser::Chooser;
use crate::ui::clipboard::{Clipboard, MAX_BYTES};
use crate::ui::copy::{self, Copied, Form};
use crate::ui::dialog::{Focus, Step};
use crate::ui::field::Field;
use crate::ui::filter;
use crate::ui::input::Command;
use crate::ui::palette::Palette;
use crate::ui::popup::Popup;
use crate::ui::screens::ScreenId;
use crate::ui::severity::Severity;
use crossterm::event::{KeyEvent, KeyEventKind};
use std::time::Duration;

/// Times between refreshes that `+` and `-` step through, in milliseconds.
pub const INTERVALS_MS: [u64; 6] = [250, 500, 1_000, 2_000, 5_000, 10_000];

/// Where the next key goes.
pub fn context(app: &App) -> Context {
    if app.help.is_some() {
        return Context::Help;
    }
    match app.popup {
        Some(Popup::Palette(_)) => return Context::Palette,
        Some(Popup::Columns(_)) => return Context::Columns,
        None => {}
    }
    let Some(attached) = app.agent() else {
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

/// The place below help, palette and popups: what these are about.
pub fn context_below_help(app: &App) -> Context {
    let attached = match &app.stage {
        Stage::Attached(nodes) => nodes.front(),
        Stage::Looking(_) if app.local.agents() == 0 => return Context::Waiting,
        Stage::Looking(_) => return Context::Choosing,
    };
    if attached.model.node.is_none() {
        Context::Connecting
    } else if attached.detail.is_some() {
        Context::Detail
    } else {
        Context::Screen(attached.screen)
    }
}

/// The field that is being typed into.
fn field(app: &mut App) -> Option<&mut Field> {
    if app.help.is_some() || app.popup.is_some() {
        return None;
    }
    let attached = app.agent_mut()?;
    if attached.dialog.is_none() && attached.prompt.is_none() {
        return attached.page().field(attached);
    }
    match &mut attached.dialog {
        Some(dialog) => match &mut dialog.step {
            Step::Confirm(confirm) if confirm.acting.is_none() => match confirm.focus {
                Focus::Hold => Some(&mut confirm.hold),
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
    if app.help.is_none()
        && let Some(popup) = &mut app.popup
    {
        if let Popup::Palette(palette) = popup {
            palette.paste(text);
        }
    } else if let Some(field) = field(app) {
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
    match app.settings.keys.action(context, key) {
        Some(action) => act(app, context, action),
        None => {
            if let (Context::Palette, Some(Popup::Palette(palette))) = (context, &mut app.popup) {
                palette.edit(key);
            } else if let Some(field) = field(app) {
                field.edit(key);
            }
            Vec::new()
        }
    }
}

/// Does what a key, or a command in the palette, asks for in a place.
pub fn act(app: &mut App, context: Context, action: Action) -> Vec<Command> {
    match action {
        Action::Quit => return vec![Command::Quit],
        Action::Suspend => return vec![Command::Suspend],
        Action::Redraw => return vec![Command::Redraw],
        Action::Palette => {
            app.help = None;
            app.popup = Some(Popup::Palette(Palette::default()));
            return Vec::new();
        }
        _ => {}
    }
    match context {
        Context::Help => {
            help(app, action);
            Vec::new()
        }
        Context::Palette | Context::Columns => popup::act(app, action),
        _ if action == Action::Help => {
            app.help = Some(0);
            Vec::new()
        }
        _ if action == Action::Mouse => {
            app.mouse = !app.mouse;
            let text = match app.settings.keys.key(context, Action::Mouse) {
                _ if app.mouse => "the mouse selects rows and scrolls".to_owned(),
                Some(key) => {
                    format!("the mouse is the terminal's: select text with it, {key} takes it back")
                }
                None => "the mouse is the terminal's: select text with it".to_owned(),
            };
            app.say(Severity::Calm, text);
            vec![Command::Mouse(app.mouse)]
        }
        Context::Waiting | Context::Choosing => looking_action(app, action),
        Context::Connecting => connecting(action, app),
        Context::Menu | Context::Confirm | Context::Outcome => verbs::act(app, action),
        Context::Typing => {
            typing(app, action);
            Vec::new()
        }
        Context::Screen(_) | Context::Detail => page(app, action),
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
    let last = app.local.agents().saturating_sub(1);
    let Stage::Looking(state) = &mut app.stage else {
        return Vec::new();
    };
    match action {
        Action::Open => return looking::attach_to_selected(app),
        Action::Look => return looking::look(app),
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
        Action::Retry => app.agent().map(|node| Command::RetryNow(node.id)).into_iter().collect(),
        Action::Agents | Action::Back => looking::choose_another(app),
        Action::NextNode => looking::step(app, 1),
        Action::PreviousNode => looking::step(app, -1),
        _ => Vec::new(),
    }
}

fn typing(app: &mut App, action: Action) {
    let Some(attached) = app.agent_mut() else {
        return;
    };
    let mut typed = attached.prompt.take();
    if attached.page().filters_slots()
        && let Some(field) = &mut typed
    {
        if action == Action::Complete {
            filter::complete(attached, field);
        }
        // What is wrong is said where it is typed, and can be put right there.
        if action == Action::Complete
            || action == Action::Open && filter::problem(field.text()).is_some()
        {
            attached.prompt = typed;
            return;
        }
    }
    if action == Action::Complete {
        attached.prompt = typed;
        return;
    }
    if let Some(filter) = attached.page().filter(attached) {
        *filter = match (action, typed) {
            (Action::Open, Some(field)) => field.text().trim().to_owned(),
            _ => String::new(),
        };
    }
}

/// What means the same on all pages; the rest is the page's own.
fn page(app: &mut App, action: Action) -> Vec<Command> {
    let now = app.now;
    let has_note = app.note.is_some();
    let Stage::Attached(nodes) = &mut app.stage else {
        return Vec::new();
    };
    let attached = nodes.front_mut();
    let page = attached.page();
    match action {
        Action::Verbs => return verbs::open(app),
        Action::CopyTable => return copy(app, Form::Table),
        Action::CopyJson => return copy(app, Form::Json),
        Action::Columns => {
            let chooser = page.has_columns().then(|| Chooser::new(attached.screen));
            app.popup = chooser.map(Popup::Columns);
        }
        Action::Agents => attached.go(ScreenId::Nodes),
        Action::NextNode => return looking::step(app, 1),
        Action::PreviousNode => return looking::step(app, -1),
        Action::Retry if attached.is_stale() => return vec![Command::RetryNow(attached.id)],
        Action::Retry => {}
        Action::Faster | Action::Slower => change_interval(app, action),
        Action::Pause => session::pause(attached, now),
        Action::EventsPane => attached.events_open = !attached.events_open,
        Action::Go(screen) => attached.go(screen),
        Action::NextScreen => attached.go(attached.screen.beside(1)),
        Action::PreviousScreen => attached.go(attached.screen.beside(-1)),
        Action::Slowest => match attached.slowest().map(|(identity, ..)| identity.id) {
            Some(slot) => attached.open(slot, None),
            None => app.say(Severity::Calm, "no queue wait is measured here"),
        },
        Action::Filter => {
            let kept = page.filter(attached).map(|filter| Field::with(filter));
            attached.prompt = kept;
        }
        Action::Back if attached.detail.is_none() => {
            if has_note {
                app.note = None;
            } else if !drop_filter(attached) {
                attached.events_open = false;
            }
        }
        action => return page.act(app, action),
    }
    Vec::new()
}

/// Copies what is selected.
fn copy(app: &mut App, form: Form) -> Vec<Command> {
    let by = app.settings.clipboard;
    if by == Clipboard::Off {
        app.say(Severity::Calm, "copying is off in the configuration: `clipboard`");
        return Vec::new();
    }
    match copy::selected(app, form) {
        Ok(copied) if copied.text.len() > MAX_BYTES => {
            let bytes = format::bytes(copied.text.len() as u64);
            app.say(Severity::Warn, format!("{bytes} are too much for the clipboard"));
            Vec::new()
        }
        Ok(Copied { about, text }) => {
            let bytes = format::bytes(text.len() as u64);
            app.say(Severity::Calm, format!("copied as {}: {about} ({bytes})", form.word()));
            vec![Command::Copy { text, by }]
        }
        Err(why) => {
            app.say(Severity::Calm, format!("nothing was copied: {why}"));
            Vec::new()
        }
    }
}

/// Shows everything again; false if nothing was hidden.
fn drop_filter(attached: &mut Attached) -> bool {
    match attached.page().filter(attached) {
        Some(filter) if !filter.is_empty() => {
            filter.clear();
            true
        }
        _ => false,
    }
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
