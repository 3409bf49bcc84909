//! The first screen: whether anything needs attention, who is worst, and how the node is doing over
//! time. Whatever names a slot leads to its page.

mod health;
mod place;
mod worst;

use super::{Page, Pointer};
use crate::ui::actions::Action;
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::input::Command;
use crate::ui::layout::Layout;
use crate::ui::severity::Severity;
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use crate::ui::view::chart::{self, Figure};
use crate::ui::view::paint::{Piece, inset, line_of, overstyle, put, put_pieces, restyle};
use crate::ui::view::sections::heading;
use actorscope_core::SlotId;
use actorscope_core::node::Summary;
use actorscope_core::view::ViewSpec;
use health::{Item, To};
use place::Places;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use worst::{LISTS, Worst};

/// What is drawn over time.
const FIGURES: [Figure; 4] = [chart::CPU, chart::MESSAGES, chart::MEMORY, chart::WORKERS];
/// Widest path beside what is said of it.
const PATH: usize = 44;

/// What the user has done to it.
#[derive(Debug, Default)]
pub struct State {
    /// The selected line; `None` = there is none to select.
    at: Option<At>,
    /// Whether the user has selected it: as long as not, it is the first, whatever that is.
    chosen: bool,
}

/// A line that can be selected: where it is, and what it is recognised by when others come and go.
#[derive(Clone, PartialEq, Eq, Debug)]
struct At {
    /// 0 = what needs attention, then the lists.
    part: usize,
    row: usize,
    to: To,
}

/// Such a line on the screen.
#[derive(Clone, Debug)]
struct Spot {
    at: At,
    area: Rect,
}

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
        let pieces = totals(summary, layout.header.height, theme);
        put_pieces(buf, line, &Span::raw("  "), pieces, Vec::new());
        draw_health(&items, &places, theme, buf);
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
            action => beside(&spots, now, action),
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
        state.at = settled(state, &spots);
        state.chosen &= state.at.is_some();
    }

    fn forget(&self, attached: &mut Attached) {
        attached.screens.overview = State::default();
    }
}

/// The line that is selected now that others may have come and gone.
fn settled(state: &State, spots: &[Spot]) -> Option<At> {
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
    let (shown, _) = fitting(items, places.health.height);
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

/// How many of the things that need attention have a line of their own, and how many only share the
/// last one.
fn fitting(items: &[Item], height: u16) -> (usize, usize) {
    let height = usize::from(height);
    if items.len() <= height || height < 2 {
        return (items.len().min(height), 0);
    }
    (height - 1, items.len() - (height - 1))
}

/// The line that the arrow leads to.
fn beside(spots: &[Spot], now: usize, action: Action) -> Option<usize> {
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

/// How many slots there are, and what they are doing; with everything that the header has no room for.
fn totals(summary: &Summary, header: u16, theme: Theme) -> Vec<Piece> {
    let n = text::grouped;
    let mut pieces = vec![Piece::new(
        0,
        format!(
            "{} of {}",
            n(summary.live),
            text::counted(summary.slots, "slot live", "slots live")
        ),
        theme.strong(),
    )];
    let mut add = |rank, n: u64, text: String, severity| {
        let style = if n > 0 { theme.severity(severity) } else { theme.faint() };
        pieces.push(Piece::new(rank, text, style));
    };
    let calm = Severity::Calm;
    if header < 3 {
        // The header has the rest only with a line of its own for it.
        add(1, summary.queued, format!("{} queued", n(summary.queued)), calm);
        let rate = summary.rate_per_s;
        add(2, rate.ceil() as u64, format!("{} msg/s", text::rate(rate)), calm);
    }
    let supervisors = summary.supervisors;
    add(6, supervisors, text::counted(supervisors, "supervisor", "supervisors"), calm);
    for (rank, count, word, severity) in [
        (5, summary.handling, "handling", calm),
        (4, summary.restarting, "restarting", Severity::Warn),
        (4, summary.suspended, "suspended", Severity::Warn),
        (4, summary.failed, "failed", Severity::Severe),
    ] {
        // What there is none of is worth no room that others need.
        let rank = if count > 0 { rank } else { 9 };
        add(rank, count, format!("{} {word}", n(count)), severity);
    }
    let handled = crate::format::count(summary.handled);
    let failed = match summary.messages_failed {
        0 => String::new(),
        failed => format!(", {} failed", crate::format::count(failed)),
    };
    add(3, summary.handled, format!("{handled} messages{failed}"), calm);
    pieces
}

fn draw_health(items: &[Item], places: &Places, theme: Theme, buf: &mut Buffer) {
    let width = usize::from(places.health.width);
    if let Some(line) = line_of(places.health_head, 0) {
        put(buf, line, heading("NEEDS ATTENTION", "", width, theme));
    }
    if items.is_empty() {
        if let Some(line) = line_of(places.health, 0) {
            let text = text::fit("● nothing needs attention", width).into_owned();
            put(buf, line, Span::styled(text, theme.good()));
        }
        return;
    }
    let (shown, hidden) = fitting(items, places.health.height);
    let shown = items.get(..shown).unwrap_or(items);
    let widest = shown.iter().map(|item| text::width(&item.path)).max().unwrap_or(0);
    // What is said matters more than where, as long as it is clear who.
    let path = widest.min(PATH).min(width * 2 / 5);
    for (n, item) in (0..places.health.height).zip(shown) {
        let Some(line) = line_of(places.health, n) else { break };
        put(buf, line, attention(item, path, width, theme));
        if item.severity == Severity::Severe {
            restyle(buf, line, theme.strong());
        }
    }
    if hidden > 0
        && let Some(line) = line_of(places.health, places.health.height - 1)
    {
        let text = format!("  and {hidden} more");
        put(buf, line, Span::styled(text::fit(&text, width).into_owned(), theme.faint()));
    }
}

fn attention(item: &Item, path: usize, width: usize, theme: Theme) -> Line<'static> {
    let style = match item.severity {
        Severity::Calm => theme.faint(),
        severity => theme.severity(severity),
    };
    let mark = format!("{} ", theme::mark(item.severity));
    if item.path.is_empty() {
        let text = text::fit(&item.text, width.saturating_sub(2)).into_owned();
        return Line::from(vec![Span::styled(mark, style), Span::styled(text, style)]);
    }
    let name = text::left(&text::fit_path(&item.path, path), path);
    let text = text::fit(&item.text, width.saturating_sub(path + 4)).into_owned();
    Line::from(vec![
        Span::styled(mark, style),
        Span::styled(name, style),
        Span::raw("  "),
        Span::styled(text, theme.text()),
    ])
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
