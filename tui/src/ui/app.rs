//! The state of the terminal UI. Changed only by [`super::update`], drawn by [`super::view`].

use super::dialog::Dialog;
use super::field::Field;
use super::input::Look;
use super::layout::Layout;
use super::list::{Follows, List, Window};
use super::severity::Severity;
use super::theme::Theme;
use super::wanted::{self, Asked};
use actorscope_client::model::ViewState;
use actorscope_client::{Link, Model};
use actorscope_core::node::Summary;
use actorscope_core::slot::{Identity, Stats};
use actorscope_core::view::{Expansion, Order, SortKey};
use actorscope_core::{Event, InstanceId, SlotId, Verb};
use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

/// How long a note stays unless something replaces it.
pub const NOTE_FOR: Duration = Duration::from_secs(12);

/// What was chosen at the start.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Colours and glyphs.
    pub theme: Theme,
    /// No verbs.
    pub read_only: bool,
    /// Time between refreshes.
    pub interval: Duration,
}

/// The whole state.
#[derive(Debug)]
pub struct App {
    /// What was chosen at the start.
    pub settings: Settings,
    /// The screen: columns, lines.
    pub size: (u16, u16),
    /// The time since the start, as the last input told.
    pub now: Duration,
    /// With or without an agent.
    pub stage: Stage,
    /// The help's scroll position, while it is shown.
    pub help: Option<u16>,
    /// Something the user should know.
    pub note: Option<Note>,
    /// Whether mouse events are reported.
    pub mouse: bool,
    /// The last request that went to an agent.
    pub requests: u32,
}

/// With or without an agent.
#[derive(Debug)]
pub enum Stage {
    /// Looking for one.
    Looking(Looking),
    /// Attached to one, or trying to.
    Attached(Box<Attached>),
}

/// Something the user should know, for a while.
#[derive(Clone, Debug)]
pub struct Note {
    /// How much it matters.
    pub severity: Severity,
    /// What.
    pub text: String,
    /// When it goes away.
    pub until: Duration,
}

/// Waiting for an agent, or choosing one.
#[derive(Debug, Default)]
pub struct Looking {
    /// What the latest look found.
    pub look: Option<Look>,
    /// The selected agent.
    pub cursor: usize,
    /// Whether a single agent is attached to without asking.
    pub take_only_one: bool,
    /// When the latest look began.
    pub looked_at: Option<Duration>,
    /// Whether its answer is still out.
    pub busy: bool,
}

impl Looking {
    /// How many agents the latest look found.
    pub fn agents(&self) -> usize {
        self.look.as_ref().map_or(0, |look| look.agents.len())
    }
}

/// Tree or table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Page {
    /// Slots below each other.
    Tree,
    /// Slots in some order.
    Table,
}

/// The tree page.
#[derive(Debug)]
pub struct TreePage {
    /// Scroll position and selection.
    pub list: List,
    /// Who shows children.
    pub expansion: Expansion,
    /// Slots seen with their children shown. Becomes the expansion as soon as the user opens or
    /// closes one: only the agent knows the whole tree, but the user can only mean what was seen.
    pub seen_open: HashSet<SlotId>,
}

impl Default for TreePage {
    fn default() -> Self {
        Self {
            list: List::new(Follows::Next),
            expansion: Expansion::ToDepth(2),
            seen_open: HashSet::new(),
        }
    }
}

/// The table page.
#[derive(Debug)]
pub struct TablePage {
    /// Scroll position and selection.
    pub list: List,
    /// By what it is sorted.
    pub sort: SortKey,
    /// In which direction.
    pub order: Order,
}

impl Default for TablePage {
    fn default() -> Self {
        Self { list: List::new(Follows::Row), sort: SortKey::QueueWait, order: Order::Descending }
    }
}

/// The page of one slot.
#[derive(Clone, Debug)]
pub struct DetailPage {
    /// Which.
    pub slot: SlotId,
    /// Its path when the page was opened; what is left of it when it is gone.
    pub path: String,
    /// Lines scrolled past.
    pub scroll: u16,
}

/// What was shown when the user paused.
#[derive(Debug)]
pub struct Frozen {
    /// When that was.
    pub at: Duration,
    /// The node at a glance.
    pub summary: Option<Summary>,
    /// Views by id.
    pub views: HashMap<u32, ViewState>,
    /// Events.
    pub events: VecDeque<Event>,
}

/// A lost connection.
#[derive(Clone, Debug)]
pub struct Outage {
    /// When it was lost.
    pub since: Duration,
    /// When the latest try failed; the pause before the next one began then.
    pub last_try: Duration,
}

/// Attached to an agent.
#[derive(Debug)]
pub struct Attached {
    /// The target, for people.
    pub label: String,
    /// What is known.
    pub model: Model,
    /// What is shown instead while paused.
    pub frozen: Option<Frozen>,
    /// Tree or table.
    pub page: Page,
    /// The tree page.
    pub tree: TreePage,
    /// The table page.
    pub table: TablePage,
    /// Which rows are wanted, on both pages.
    pub filter: String,
    /// The filter being typed.
    pub prompt: Option<Field>,
    /// The page of one slot, above tree and table.
    pub detail: Option<DetailPage>,
    /// The dialog for verbs, above everything.
    pub dialog: Option<Dialog>,
    /// Whether the list of events is shown.
    pub events_open: bool,
    /// Views asked for.
    pub asked: HashMap<u32, Asked>,
    /// The connection is lost.
    pub outage: Option<Outage>,
    /// When the latest frame came.
    pub last_frame: Option<Duration>,
    /// The life of the service that all slot ids here belong to.
    pub instance: Option<InstanceId>,
    /// Verbs that are out without a dialog to take the answer.
    pub pending: HashMap<u32, (Verb, String)>,
}

impl Attached {
    /// Nothing known yet.
    pub fn new(label: String) -> Self {
        Self {
            label,
            model: Model::new(),
            frozen: None,
            page: Page::Tree,
            tree: TreePage::default(),
            table: TablePage::default(),
            filter: String::new(),
            prompt: None,
            detail: None,
            dialog: None,
            events_open: false,
            asked: HashMap::new(),
            outage: None,
            last_frame: None,
            instance: None,
            pending: HashMap::new(),
        }
    }

    /// A view as it is shown.
    pub fn view(&self, id: u32) -> Option<&ViewState> {
        match &self.frozen {
            Some(frozen) => frozen.views.get(&id),
            None => self.model.views.get(&id),
        }
    }

    /// The node at a glance, as it is shown.
    pub fn summary(&self) -> Option<&Summary> {
        match &self.frozen {
            Some(frozen) => frozen.summary.as_ref(),
            None => self.model.summary.as_ref(),
        }
    }

    /// Events, as they are shown.
    pub fn events(&self) -> &VecDeque<Event> {
        self.frozen.as_ref().map_or(&self.model.events, |frozen| &frozen.events)
    }

    /// The id of the view that the current page shows.
    pub const fn main(&self) -> u32 {
        match self.page {
            Page::Tree => wanted::TREE,
            Page::Table => wanted::TABLE,
        }
    }

    /// The known part of the list on the current page.
    pub fn window(&self) -> Window<'_> {
        self.view(self.main()).map_or_else(Window::default, |view| Window {
            offset: self.asked.get(&self.main()).map_or(0, |asked| asked.offset_of(view.revision)),
            rows: &view.rows,
            matched: u32::try_from(view.matched).unwrap_or(u32::MAX),
        })
    }

    /// The list on the current page.
    pub fn list(&self) -> &List {
        match self.page {
            Page::Tree => &self.tree.list,
            Page::Table => &self.table.list,
        }
    }

    /// The slot that keys act on.
    pub fn selected(&self) -> Option<SlotId> {
        match &self.detail {
            Some(detail) => Some(detail.slot),
            None => self.list().slot(&self.window()),
        }
    }

    /// What is known of a slot, from whichever view shows it.
    pub fn known(&self, slot: SlotId) -> Option<(&Identity, &str, Option<&Stats>)> {
        [wanted::DETAIL, self.main(), wanted::SLOWEST]
            .into_iter()
            .filter_map(|id| self.view(id))
            .find_map(|view| {
                let (identity, path) = view.identities.get(&slot)?;
                Some((identity, path.as_str(), view.stats.get(&slot)))
            })
    }

    /// The slot whose queue is slowest, with its wait in nanoseconds. Looks at every view on screen,
    /// so that the header never contradicts a row below it.
    pub fn slowest(&self) -> Option<(&Identity, &str, &Stats, u64)> {
        let views: Vec<&ViewState> = [wanted::SLOWEST, self.main(), wanted::DETAIL]
            .into_iter()
            .filter(|id| self.asked.contains_key(id))
            .filter_map(|id| self.view(id))
            .collect();
        let is_newest = |view: &ViewState, slot: &SlotId| {
            let others = views.iter().filter(|other| other.stats.contains_key(slot));
            others.into_iter().all(|other| other.tick <= view.tick)
        };
        let rows = views.iter().flat_map(|view| view.rows().map(move |row| (*view, row)));
        rows.filter(|(view, row)| is_newest(view, &row.identity.id))
            .filter_map(|(_, row)| {
                let stats = row.stats?;
                let wait = super::severity::wait_now(row.identity, stats)?;
                Some((row.identity, row.path, stats, wait))
            })
            // Of equals the one with the lower id, so that the line does not flicker.
            .max_by_key(|(identity, _, _, wait)| (*wait, std::cmp::Reverse(identity.id)))
    }

    /// Whether what is shown is old because the connection is lost.
    pub fn is_stale(&self) -> bool {
        matches!(self.model.link, Link::Lost { .. })
    }

    /// The areas of the screen.
    pub fn layout(&self, size: (u16, u16)) -> Layout {
        Layout::of(size, self.events_open)
    }
}

impl App {
    /// Attached to nothing; begins to look.
    pub fn looking(settings: Settings, size: (u16, u16)) -> Self {
        let stage = Stage::Looking(Looking { take_only_one: true, ..Looking::default() });
        Self::at(stage, settings, size)
    }

    /// Attached (or about to be) to what `label` names.
    pub fn attached(settings: Settings, size: (u16, u16), label: String) -> Self {
        Self::at(Stage::Attached(Box::new(Attached::new(label))), settings, size)
    }

    fn at(stage: Stage, settings: Settings, size: (u16, u16)) -> Self {
        Self {
            settings,
            size,
            now: Duration::ZERO,
            stage,
            help: None,
            note: None,
            mouse: true,
            requests: 0,
        }
    }

    /// Says something for a while.
    pub fn say(&mut self, severity: Severity, text: impl Into<String>) {
        self.note =
            Some(Note { severity, text: text.into(), until: self.now.saturating_add(NOTE_FOR) });
    }

    /// The agent's part of the state.
    pub fn agent(&self) -> Option<&Attached> {
        match &self.stage {
            Stage::Attached(attached) => Some(attached),
            Stage::Looking(_) => None,
        }
    }

    /// How soon the screen changes without any other input: ages, countdowns, notes that expire.
    pub fn pulse(&self) -> Duration {
        let quick = match &self.stage {
            Stage::Looking(_) => true,
            Stage::Attached(a) => a.outage.is_some() || a.model.node.is_none(),
        };
        if quick || self.note.is_some() {
            Duration::from_millis(200)
        } else {
            Duration::from_secs(1)
        }
    }
}
