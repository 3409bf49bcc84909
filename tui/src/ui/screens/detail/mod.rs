//! The page of one slot: everything that is known of it, section by section.

mod facts;
mod history;
mod latency;
mod links;
mod messages;
mod state;

pub use state::StatePane;

use super::{Bar, Page, Pointer};
use crate::ui::actions::{Action, Context};
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::input::Command;
use crate::ui::layout::Layout;
use crate::ui::severity;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::update;
use crate::ui::view::paint::{Piece, inset, overstyle};
use crate::ui::view::sections::{self, TWO_COLUMNS};
use crate::ui::wanted;
use actorscope_core::slot::{Identity, SlotDetail, Stats};
use actorscope_core::view::ViewSpec;
use actorscope_core::{SlotId, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// What sections are made of.
#[derive(Clone, Copy)]
struct Subject<'a> {
    identity: &'a Identity,
    stats: &'a Stats,
    /// `None` until the page's own view has answered.
    detail: Option<&'a SlotDetail>,
    /// The node's clock when all this was so.
    at: Timestamp,
}

/// Which slot, and what the user has done to its page.
#[derive(Clone, Debug)]
pub struct DetailPage {
    /// Which.
    pub slot: SlotId,
    /// Its path when the page was opened; what is left of it when it is gone.
    pub path: String,
    /// Lines scrolled past.
    pub scroll: u16,
    /// What its actor prints of itself, over the rest.
    pub state: Option<StatePane>,
}

impl DetailPage {
    /// The page of a slot, from its beginning.
    pub const fn new(slot: SlotId, path: String) -> Self {
        Self { slot, path, scroll: 0, state: None }
    }

    /// What is scrolled: the state, or the page itself.
    const fn scroll_mut(&mut self) -> &mut u16 {
        match &mut self.state {
            Some(pane) => &mut pane.scroll,
            None => &mut self.scroll,
        }
    }
}

/// The page.
pub struct Detail;

impl Page for Detail {
    fn views(&self, attached: &Attached, _size: (u16, u16)) -> Vec<(u32, ViewSpec)> {
        let slot = attached.detail.as_ref().map(|page| page.slot);
        slot.map(|slot| (wanted::DETAIL, ViewSpec::Detail { slot })).into_iter().collect()
    }

    fn draw(&self, app: &App, attached: &Attached, layout: &Layout, buf: &mut Buffer) {
        match &attached.detail {
            Some(DetailPage { state: Some(pane), .. }) => {
                state::draw(app, attached, pane, layout.body(), buf);
            }
            Some(page) => draw(app, attached, page, layout.body(), buf),
            None => {}
        }
    }

    fn bar(&self, app: &App, attached: &Attached) -> Bar {
        let path = attached.detail.as_ref().map_or("", |page| page.path.as_str());
        // Behind the tab below.
        let room = usize::from(app.size.0).saturating_sub(16);
        let path = format!(" {} ", text::fit_end(path, room));
        Bar { left: vec![Piece::new(0, path, app.settings.theme.title())], right: Vec::new() }
    }

    fn act(&self, app: &mut App, action: Action) -> Vec<Command> {
        if action == Action::State {
            return update::ask_for_state(app);
        }
        let lines = app.size.1;
        if let Some(attached) = app.agent_mut() {
            match (action, &mut attached.detail) {
                (Action::Back, Some(page)) if page.state.is_some() => page.state = None,
                (Action::Back, page) => *page = None,
                (action, Some(page)) => {
                    let scroll = page.scroll_mut();
                    *scroll = update::scrolled(*scroll, action, lines);
                }
                _ => {}
            }
        }
        Vec::new()
    }

    fn point(&self, app: &mut App, pointer: Pointer) -> Vec<Command> {
        if let (Pointer::Scroll(lines), Some(attached)) = (pointer, app.agent_mut())
            && let Some(page) = &mut attached.detail
        {
            let scroll = page.scroll_mut();
            *scroll = update::wheel(*scroll, lines);
        }
        Vec::new()
    }

    fn selected(&self, attached: &Attached) -> Option<SlotId> {
        attached.detail.as_ref().map(|page| page.slot)
    }
}

fn draw(app: &App, attached: &Attached, page: &DetailPage, area: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    let inside = inset(area, 1);
    let lines = match subject(attached, page) {
        Some(subject) => lines(&subject, inside.width.into(), theme),
        None => vec![Line::from(Span::styled(missing(app, attached, page), theme.faint()))],
    };
    sections::page(buf, inside, &lines, page.scroll, theme);
    if attached.is_stale() {
        overstyle(buf, inside, theme.faint());
    }
}

fn subject<'a>(attached: &'a Attached, page: &DetailPage) -> Option<Subject<'a>> {
    let own = attached
        .view(wanted::DETAIL)
        .filter(|view| view.rows.first().is_some_and(|row| row.slot() == Some(page.slot)));
    let view = match own {
        Some(view) => view,
        // Until the first answer, what the screen below knew must do.
        None if answered_without(attached, page) => return None,
        None => attached.shown().find(|view| view.stats.contains_key(&page.slot))?,
    };
    let (identity, _) = view.identities.get(&page.slot)?;
    Some(Subject {
        identity,
        stats: view.stats.get(&page.slot)?,
        detail: own.and_then(|view| view.detail.as_ref()),
        at: view.sampled_at,
    })
}

/// Whether the agent has answered that there is no such slot.
fn answered_without(attached: &Attached, page: &DetailPage) -> bool {
    let newest = attached.asked.get(&wanted::DETAIL).and_then(|a| a.newest());
    attached.view(wanted::DETAIL).is_some_and(|view| {
        newest.is_none_or(|newest| newest == view.revision)
            && !view.rows.iter().any(|row| row.slot() == Some(page.slot))
    })
}

fn missing(app: &App, attached: &Attached, page: &DetailPage) -> String {
    if !answered_without(attached, page) {
        return "asking the agent…".to_owned();
    }
    let gone = format!("{} is gone: its slot no longer exists.", page.slot);
    match app.settings.keys.key(Context::Detail, Action::Back) {
        Some(key) => format!("{gone} {key} goes back."),
        None => gone,
    }
}

/// A section in so many cells.
type Section = fn(&Subject<'_>, usize, Theme) -> Vec<Line<'static>>;

/// The sections that have something to say of this slot, in pairs that may stand beside each other.
fn shown(subject: &Subject<'_>) -> Vec<Section> {
    let mut shown: Vec<Section> = vec![facts::now, facts::told];
    if subject.stats.polling.is_some() {
        shown.extend([latency::polls as Section, latency::delay]);
    }
    if facts::takes_messages(subject) {
        shown.extend([latency::queue_wait as Section, latency::handling, messages::section]);
    }
    if subject.detail.is_some_and(|detail| detail.links.is_some()) {
        shown.push(links::section);
    }
    shown.push(history::section);
    shown
}

fn lines(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![facts::who(subject, width, theme)];
    for (severity, reason) in severity::reasons(subject.identity, subject.stats) {
        let text = text::fit(&format!("! {reason}"), width).into_owned();
        lines.push(Line::from(Span::styled(text, theme.severity(severity))));
    }
    lines.extend(links::deadlock(subject, width, theme));
    lines.push(Line::default());
    let shown = shown(subject);
    lines.extend(sections::columns(shown.len(), (width, TWO_COLUMNS), |n, width| {
        shown.get(n).map(|section| section(subject, width, theme)).unwrap_or_default()
    }));
    lines
}
