//! What has happened: every event that is known, the newest at the bottom, with a line for whatever is
//! missing.

mod lines;
mod wanted;

use super::{Bar, Page, Pointer, ScreenId, rows};
use crate::ui::actions::{Action, Context};
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::input::Command;
use crate::ui::layout::Layout;
use crate::ui::severity::Severity;
use crate::ui::text;
use crate::ui::view::events::{KIND, one};
use crate::ui::view::paint::{Piece, inset, line_of, overstyle, put};
use actorscope_core::{Event, SlotId};
use lines::{Line, Mark, lines};
use ratatui::buffer::Buffer;
use ratatui::text::Span;
use wanted::Wanted;

/// Screens at least this wide have a column for what happened.
const ROOMY: u16 = 60;

/// What the user has done to it.
#[derive(Debug)]
pub struct State {
    /// Which events are wanted.
    pub filter: String,
    /// Whether the newest is selected, whatever it is.
    pub follow: bool,
    /// The selected line, unless the newest is followed.
    at: Mark,
    /// The line of the screen that it stands on.
    row: u16,
}

impl Default for State {
    fn default() -> Self {
        Self { filter: String::new(), follow: true, at: Mark::default(), row: 0 }
    }
}

/// Where the list is: indices of the first line on screen and of the selected one.
#[derive(Clone, Copy)]
struct Place {
    top: usize,
    cursor: usize,
}

impl State {
    fn place(&self, lines: &[Line<'_>], height: u16) -> Place {
        let height = usize::from(height.max(1));
        let last = lines.len().saturating_sub(1);
        let most = lines.len().saturating_sub(height);
        if self.follow {
            return Place { top: most, cursor: last };
        }
        // A line that has fallen out hands the selection to the next one.
        let cursor = lines.partition_point(|line| line.mark() < self.at).min(last);
        let top = cursor.saturating_sub(usize::from(self.row).min(height - 1)).min(most);
        Place { top, cursor }
    }

    /// Selects a line; scrolls as little as possible so that it is on screen.
    fn select(&mut self, lines: &[Line<'_>], height: u16, top: usize, cursor: usize) {
        let height = usize::from(height.max(1));
        let Some(line) = lines.get(cursor) else {
            return;
        };
        self.at = line.mark();
        let top = top.clamp((cursor + 1).saturating_sub(height), cursor);
        self.row = u16::try_from(cursor - top).unwrap_or(u16::MAX);
    }
}

/// The screen.
pub struct Screen;

impl Page for Screen {
    fn draw(&self, app: &App, attached: &Attached, layout: &Layout, buf: &mut Buffer) {
        let theme = app.settings.theme;
        // Where there is little room, what happened does not stand in a column.
        let kind = if layout.rows.width < ROOMY { 0 } else { KIND };
        if let Some(line) = line_of(layout.heads, layout.heads.height.saturating_sub(1)) {
            let heads = format!(" {:<9}{:<kind$} ACTOR", "TIME", "WHAT");
            put(buf, line, Span::styled(heads, theme.heading()));
        }
        let area = layout.rows;
        let wanted = wanted(attached);
        let lines = lines(attached, &wanted);
        if let Some(text) = nothing(app, attached, &wanted, &lines) {
            rows::message(buf, area, &text, theme);
            return;
        }
        let place = attached.screens.events.place(&lines, area.height);
        for (n, (i, line)) in (0..area.height).zip(lines.iter().enumerate().skip(place.top)) {
            let Some(at) = line_of(area, n) else { break };
            let inside = inset(at, 1);
            match line {
                Line::Event(event) => put(buf, inside, one(event, inside.width, kind, theme)),
                Line::Missing { .. } | Line::Break(_) => {
                    let text = line.in_words(app.now, kind);
                    let text = text::fit(&text, inside.width.into()).into_owned();
                    put(buf, inside, Span::styled(text, theme.warn()));
                }
            }
            if i == place.cursor {
                overstyle(buf, at, theme.selected());
            }
        }
    }

    fn bar(&self, app: &App, attached: &Attached) -> Bar {
        let theme = app.settings.theme;
        let state = &attached.screens.events;
        let lines = lines(attached, &wanted(attached));
        let height = attached.layout(app.size).rows.height;
        let top = state.place(&lines, height).top;
        let bottom = (top + usize::from(height)).min(lines.len());
        let position = match lines.len() {
            0 => " nothing ".to_owned(),
            all => format!(" {}–{} of {} ", top + 1, bottom, text::grouped(all as u64)),
        };
        let follows = if state.follow { " following " } else { " not following " };
        Bar {
            left: rows::filter(attached.typed(&state.filter), theme).into_iter().collect(),
            right: vec![
                Piece::new(1, follows, if state.follow { theme.good() } else { theme.faint() }),
                Piece::new(1, position, theme.text()),
            ],
        }
    }

    fn act(&self, app: &mut App, action: Action) -> Vec<Command> {
        let height = app.agent().map_or(0, |a| a.layout(app.size).rows.height);
        let screen = isize::try_from(height.max(2)).unwrap_or(isize::MAX) - 1;
        match action {
            Action::Open => open(app),
            Action::Up => step(app, height, -1),
            Action::Down => step(app, height, 1),
            Action::PageUp => step(app, height, -screen),
            Action::PageDown => step(app, height, screen),
            Action::Top => step(app, height, isize::MIN),
            // Who goes to the end wants to see what comes.
            Action::Bottom => follow(app, height, true),
            Action::Follow => {
                let follows = app.agent().is_some_and(|a| a.screens.events.follow);
                follow(app, height, !follows);
            }
            _ => {}
        }
        Vec::new()
    }

    fn point(&self, app: &mut App, pointer: Pointer) -> Vec<Command> {
        let size = app.size;
        let Some(attached) = app.agent_mut() else {
            return Vec::new();
        };
        let area = attached.layout(size).rows;
        change(attached, |state, lines| {
            let place = state.place(lines, area.height);
            match pointer {
                Pointer::Scroll(turned) => {
                    let most = lines.len().saturating_sub(area.height.into());
                    let turned = isize::try_from(turned).unwrap_or(0);
                    let top = place.top.saturating_add_signed(turned).min(most);
                    // The wheel at the end changes nothing, so it does not end following either.
                    if top != place.top {
                        state.follow = false;
                        let last = (top + usize::from(area.height.max(1))).saturating_sub(1);
                        let cursor = place.cursor.clamp(top, last.max(top));
                        state.select(lines, area.height, top, cursor.min(lines.len() - 1));
                    }
                }
                Pointer::Click(at) if area.contains(at) => {
                    let line = place.top + usize::from(at.y - area.y);
                    if line < lines.len() {
                        state.follow = false;
                        state.select(lines, area.height, place.top, line);
                    }
                }
                Pointer::Click(_) => {}
            }
        });
        Vec::new()
    }

    fn selected(&self, attached: &Attached) -> Option<SlotId> {
        selected(attached).and_then(|(slot, _)| slot)
    }

    fn event<'a>(&self, attached: &'a Attached) -> Option<&'a Event> {
        let lines = lines(attached, &wanted(attached));
        // The height decides about scrolling only.
        let place = attached.screens.events.place(&lines, 1);
        match lines.get(place.cursor)? {
            Line::Event(event) => Some(*event),
            Line::Missing { .. } | Line::Break(_) => None,
        }
    }

    fn filter<'a>(&self, attached: &'a mut Attached) -> Option<&'a mut String> {
        Some(&mut attached.screens.events.filter)
    }

    fn forget(&self, attached: &mut Attached) {
        // Events are numbered anew.
        let state = &mut attached.screens.events;
        (state.follow, state.at) = (true, Mark::default());
    }

    fn shows_events(&self) -> bool {
        true
    }
}

fn wanted(attached: &Attached) -> Wanted {
    Wanted::parse(attached.typed(&attached.screens.events.filter))
}

/// What stands in the place of an empty list, or of one that a filter leaves empty.
fn nothing(app: &App, attached: &Attached, wanted: &Wanted, lines: &[Line<'_>]) -> Option<String> {
    if let Some(unknown) = wanted.unknown() {
        return Some(format!(
            "There is no kind of event {unknown:?}; there are: {}.",
            wanted::kinds()
        ));
    }
    if attached.events().is_empty() && lines.is_empty() {
        return Some("Nothing has happened since the agent began to watch.".to_owned());
    }
    if lines.is_empty() {
        let text = "No event contains all of this.";
        let context = Context::Screen(ScreenId::Events);
        return Some(match app.settings.keys.key(context, Action::Back) {
            Some(key) => format!("{text} {key} drops the filter."),
            None => text.to_owned(),
        });
    }
    None
}

/// Changes the state with the lines at hand.
fn change(attached: &mut Attached, change: impl FnOnce(&mut State, &[Line<'_>])) {
    let mut state = std::mem::take(&mut attached.screens.events);
    let wanted = Wanted::parse(attached.typed(&state.filter));
    change(&mut state, &lines(attached, &wanted));
    attached.screens.events = state;
}

fn step(app: &mut App, height: u16, steps: isize) {
    if let Some(attached) = app.agent_mut() {
        change(attached, |state, lines| {
            let place = state.place(lines, height);
            let last = lines.len().saturating_sub(1);
            let cursor = place.cursor.saturating_add_signed(steps).min(last);
            // Only upwards: below the newest there is nothing to go to.
            state.follow &= steps > 0;
            state.select(lines, height, place.top, cursor);
        });
    }
}

fn follow(app: &mut App, height: u16, follow: bool) {
    if let Some(attached) = app.agent_mut() {
        change(attached, |state, lines| {
            let place = state.place(lines, height);
            state.select(lines, height, place.top, place.cursor);
            state.follow = follow;
        });
    }
}

/// The slot that the selected line is about, if it is about one, and its path at that time.
fn selected(attached: &Attached) -> Option<(Option<SlotId>, String)> {
    let lines = lines(attached, &wanted(attached));
    // The height decides about scrolling only.
    let place = attached.screens.events.place(&lines, 1);
    match lines.get(place.cursor)? {
        Line::Event(event) => Some((event.slot, event.path.to_string())),
        Line::Missing { .. } | Line::Break(_) => Some((None, String::new())),
    }
}

fn open(app: &mut App) {
    let Some(attached) = app.agent_mut() else {
        return;
    };
    match selected(attached) {
        Some((Some(slot), path)) => attached.open(slot, Some(&path)),
        Some((None, _)) => app.say(Severity::Calm, "this line is about no actor"),
        None => {}
    }
}
