//! The first screen: whether anything needs attention, who is worst, and how the node is doing over
//! time. Whatever names a slot leads to its page.

mod attention;
mod health;
mod place;
mod select;
mod totals;
mod worst;

pub use select::State;

use super::{Page, Pointer};
use crate::ui::actions::Action;
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::input::Command;
use crate::ui::layout::Layout;
use crate::ui::theme::Theme;
use crate::ui::view::chart::{self, Figure};
use crate::ui::view::paint::{inset, line_of, overstyle, put, put_pieces};
use actorscope_core::SlotId;
use actorscope_core::view::ViewSpec;
use health::{Item, To};
use place::Places;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;
use select::{At, Spot};
use worst::{LISTS, Worst};

/// What is drawn over time.
const FIGURES: [Figure; 4] = [chart::CPU, chart::MESSAGES, chart::MEMORY, chart::WORKERS];

/// The screen.
pub struct Screen;

impl Page for Screen {
    fn views(&self, _attached: &Attached, _size: (u16, u16)) -> Vec<(u32, ViewSpec)> {
        worst::views()
    }

    fn draw(&self, app: &App, attached: &Attached, layout: &Layout, buf: &mut Buffer) {
        let theme = app.settings.theme;
        let Some(summary) = attached.summary() else {
            super::rows::message(buf, layout.body(), "asking the agent…", theme);
            return;
        };
        let items = health::items(app, attached);
        let places = places(layout, &items);
        // Pieces keep away from the edges; this line begins where the others do.
        let line = Rect { x: layout.rows.x, width: layout.rows.width, ..places.totals };
        let pieces = totals::totals(summary, layout.header.height, theme);
        put_pieces(buf, line, &Span::raw("  "), pieces, Vec::new());
        attention::draw(&items, &places, theme, buf);
        for (list, area) in LISTS.iter().zip(places.lists) {
            draw_list(list, attached, area, theme, buf);
        }
        for (figure, area) in FIGURES.iter().zip(places.charts) {
            draw_figure(app, attached, figure, area, buf);
        }
        if attached.is_stale() {
            overstyle(buf, inset(layout.body(), 1), theme.faint());
        }
        let state = &attached.screens.overview;
        let spots = spots(attached, &items, &places);
        if let Some(spot) = spots.iter().find(|spot| Some(&spot.at) == state.at.as_ref()) {
            overstyle(buf, spot.area, theme.selected());
        }
    }

    fn act(&self, app: &mut App, action: Action) -> Vec<Command> {
        let spots = on_screen(app);
        let Some(attached) = app.agent_mut() else {
            return Vec::new();
        };
        let state = &mut attached.screens.overview;
        let now = spots.iter().position(|spot| Some(&spot.at) == state.at.as_ref());
        let Some(now) = now else {
            return Vec::new();
        };
        let to = match action {
            Action::Open => {
                follow(attached, spots[now].at.to.clone());
                return Vec::new();
            }
            Action::Top => Some(0),
            Action::Bottom => Some(spots.len() - 1),
            action => select::beside(&spots, now, action),
        };
        if let Some(spot) = to.and_then(|to| spots.get(to)) {
            *state = State { at: Some(spot.at.clone()), chosen: true };
        }
        Vec::new()
    }

    fn point(&self, app: &mut App, pointer: Pointer) -> Vec<Command> {
        match pointer {
            Pointer::Scroll(lines) => {
                let action = if lines < 0 { Action::Up } else { Action::Down };
                self.act(app, action)
            }
            Pointer::Click(position) => {
                let spots = on_screen(app);
                let spot = spots.into_iter().find(|spot| spot.area.contains(position));
                if let (Some(spot), Some(attached)) = (spot, app.agent_mut()) {
                    let to = spot.at.to.clone();
                    attached.screens.overview = State { at: Some(spot.at), chosen: true };
                    follow(attached, to);
                }
                Vec::new()
            }
        }
    }

    fn selected(&self, attached: &Attached) -> Option<SlotId> {
        match attached.screens.overview.at.as_ref()?.to {
            To::Slot(slot) => Some(slot),
            _ => None,
        }
    }

    fn settle_all(&self, app: &mut App) {
        let spots = on_screen(app);
        let Some(attached) = app.agent_mut() else { return };
        let state = &mut attached.screens.overview;
        state.at = select::settled(state, &spots);
        state.chosen &= state.at.is_some();
    }

    fn forget(&self, attached: &mut Attached) {
        attached.screens.overview = State::default();
    }
}

fn places(layout: &Layout, items: &[Item]) -> Places {
    Places::of(inset(layout.body(), 1), items.len())
}

/// Everything that can be selected on the screen of now.
fn on_screen(app: &App) -> Vec<Spot> {
    let Some(attached) = app.agent().filter(|attached| attached.summary().is_some()) else {
        return Vec::new();
    };
    let items = health::items(app, attached);
    let places = places(&attached.layout(app.size), &items);
    spots(attached, &items, &places)
}

/// Everything that can be selected, in reading order.
fn spots(attached: &Attached, items: &[Item], places: &Places) -> Vec<Spot> {
    let mut spots = Vec::new();
    let mut add = |part, row: usize, to, area: Option<Rect>| {
        if let Some(area) = area {
            spots.push(Spot { at: At { part, row, to }, area });
        }
    };
    let (shown, _) = attention::fitting(items, places.health.height);
    for (row, item) in items.iter().take(shown).enumerate() {
        let line = u16::try_from(row).ok().and_then(|n| line_of(places.health, n));
        add(0, row, item.to.clone(), line);
    }
    for (part, (list, area)) in LISTS.iter().zip(places.lists).enumerate() {
        for (row, entry) in list.entries(attached).iter().enumerate() {
            let line = u16::try_from(row + 1).ok().and_then(|n| line_of(area, n));
            add(part + 1, row, entry.to(), line);
        }
    }
    spots
}

fn follow(attached: &mut Attached, to: To) {
    match to {
        To::Slot(slot) => attached.open(slot, None),
        To::Table(sort) => {
            let table = &mut attached.screens.table;
            (table.sort, table.order) = (sort, sort.natural_order());
            attached.filter.clear();
            attached.go(super::ScreenId::Table);
        }
        To::Events(filter) => {
            let events = &mut attached.screens.events;
            (events.filter, events.follow) = (filter.to_owned(), true);
            attached.go(super::ScreenId::Events);
        }
        To::Screen(screen) => attached.go(screen),
    }
}

fn draw_list(list: &Worst, attached: &Attached, area: Rect, theme: Theme, buf: &mut Buffer) {
    let width = usize::from(area.width);
    let mut lines = list.head(attached, width, theme);
    lines.extend(list.entries(attached).iter().map(|entry| entry.line(width, theme)));
    for (n, line) in (0..area.height).zip(lines) {
        if let Some(at) = line_of(area, n) {
            put(buf, at, line);
        }
    }
}

fn draw_figure(app: &App, attached: &Attached, figure: &Figure, area: Rect, buf: &mut Buffer) {
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let lines = match height {
        0 => return,
        1 => vec![chart::line(app, attached, figure, width)],
        _ => chart::chart(app, attached, figure, (width, height)),
    };
    for (n, line) in (0..area.height).zip(lines) {
        if let Some(at) = line_of(area, n) {
            put(buf, at, line);
        }
    }
}
