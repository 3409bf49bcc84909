//! The part of the state that is about one agent: what is known of it and which page is shown.

use super::dialog::Dialog;
use super::field::Field;
use super::history::History;
use super::layout::Layout;
use super::nodes::NodeId;
use super::screens::detail::{self, DetailPage};
use super::screens::{Page, ScreenId, Screens};
use super::severity;
use super::wanted::{self, Asked};
use actorscope_client::model::{Row, ViewState};
use actorscope_client::{Link, Model, Target};
use actorscope_core::node::Summary;
use actorscope_core::slot::{Identity, Stats};
use actorscope_core::{Event, InstanceId, SlotId, Timestamp, Verb};
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

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

/// Most breaks remembered.
const MAX_BREAKS: usize = 100;

/// A time without a connection, in its place among the events.
#[derive(Clone, Debug)]
pub struct Break {
    /// The number of the last event before it; 0 = before all events.
    pub after: u64,
    /// Counts breaks, from 1.
    pub n: u32,
    /// When it began, by the node's clock as far as that was known.
    pub at: Option<Timestamp>,
    /// When it began, by ours.
    pub since: Duration,
    /// When it ended; `None` = it has not.
    pub until: Option<Duration>,
    /// Why.
    pub reason: String,
    /// Whether another instance answered after it: the service was restarted.
    pub restarted: bool,
}

/// Attached to an agent.
#[derive(Debug)]
pub struct Attached {
    /// Which.
    pub id: NodeId,
    /// The target, for people.
    pub label: String,
    /// How it is reached.
    pub target: Target,
    /// What is known.
    pub model: Model,
    /// What is shown instead while paused.
    pub frozen: Option<Frozen>,
    /// The node at a glance, over time.
    pub history: History,
    /// Times without a connection, oldest first.
    pub breaks: VecDeque<Break>,
    /// The screen that is shown.
    pub screen: ScreenId,
    /// The state of each of them.
    pub screens: Screens,
    /// Which rows of actors are wanted, on all screens that show such.
    pub filter: String,
    /// The filter being typed, the screen's own or the one above.
    pub prompt: Option<Field>,
    /// The page of one slot, above the screen.
    pub detail: Option<DetailPage>,
    /// The dialog for verbs, above everything.
    pub dialog: Option<Dialog>,
    /// Whether the latest events are shown below the page.
    pub events_open: bool,
    /// Views asked for.
    pub asked: HashMap<u32, Asked>,
    /// The connection is lost.
    pub outage: Option<Outage>,
    /// When the latest frame came.
    pub last_frame: Option<Duration>,
    /// The life of the service that all slot ids here belong to.
    pub instance: Option<InstanceId>,
    /// The request for an actor that the user wants to see.
    pub finding: Option<u32>,
    /// Verbs that are out without a dialog to take the answer.
    pub pending: HashMap<u32, (Verb, String)>,
}

impl Attached {
    /// Nothing known yet.
    pub fn new(id: NodeId, label: String, target: Target, screen: ScreenId) -> Self {
        Self {
            id,
            label,
            target,
            model: Model::new(),
            frozen: None,
            history: History::default(),
            breaks: VecDeque::new(),
            screen,
            screens: Screens::default(),
            filter: String::new(),
            prompt: None,
            detail: None,
            dialog: None,
            events_open: false,
            asked: HashMap::new(),
            outage: None,
            last_frame: None,
            instance: None,
            finding: None,
            pending: HashMap::new(),
        }
    }

    /// The service's name, or what it was meant by as long as it has not answered.
    pub fn name(&self) -> &str {
        self.model.node.as_ref().map_or(&self.label, |node| &node.name)
    }

    /// The page that is shown: that of a slot, or the screen.
    pub fn page(&self) -> &'static dyn Page {
        if self.detail.is_some() { &detail::Detail } else { self.screen.page() }
    }

    /// Shows a screen.
    pub fn go(&mut self, screen: ScreenId) {
        self.detail = None;
        self.screen = screen;
    }

    /// Opens the page of a slot; `path` stands for it where nothing else is known of it.
    pub fn open(&mut self, slot: SlotId, path: Option<&str>) {
        let known = self.known(slot).map(|(_, path, _)| path);
        let path = known.or(path).map_or_else(|| slot.to_string(), str::to_owned);
        self.detail = Some(DetailPage::new(slot, path));
    }

    /// A view as it is shown.
    pub fn view(&self, id: u32) -> Option<&ViewState> {
        match &self.frozen {
            Some(frozen) => frozen.views.get(&id),
            None => self.model.views.get(&id),
        }
    }

    /// The views of the detail page, of the screen and of the header, as they are shown: the page's
    /// first.
    pub fn shown(&self) -> impl Iterator<Item = &ViewState> {
        let views = self.frozen.as_ref().map_or(&self.model.views, |frozen| &frozen.views);
        let mut of_screen: Vec<u32> =
            views.keys().copied().filter(|id| self.screen.owns(*id)).collect();
        of_screen.sort_unstable();
        let ids = [wanted::DETAIL].into_iter().chain(of_screen).chain([wanted::SLOWEST]);
        ids.filter_map(move |id| views.get(&id))
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

    /// The node's clock, as far as it can be told from its latest answer.
    pub fn node_time(&self, now: Duration) -> Option<Timestamp> {
        let sampled = self.model.summary.as_ref()?.sampled_at;
        let age = now.saturating_sub(self.last_frame?);
        let age = u64::try_from(age.as_nanos()).unwrap_or(u64::MAX);
        Some(Timestamp(sampled.0.saturating_add(age)))
    }

    /// What a filter is as long as it may still be typed: `kept`, or what is in the prompt.
    pub fn typed<'a>(&'a self, kept: &'a str) -> &'a str {
        self.prompt.as_ref().map_or(kept, |prompt| prompt.text())
    }

    /// The slot that keys act on.
    pub fn selected(&self) -> Option<SlotId> {
        self.page().selected(self)
    }

    /// What is known of a slot, from whichever view shows it.
    pub fn known(&self, slot: SlotId) -> Option<(&Identity, &str, Option<&Stats>)> {
        self.shown().find_map(|view| {
            let (identity, path) = view.identities.get(&slot)?;
            Some((identity, path.as_str(), view.stats.get(&slot)))
        })
    }

    /// The slot whose queue is slowest, with its wait in nanoseconds. Looks at every view on screen,
    /// so that the header never contradicts a row below it.
    pub fn slowest(&self) -> Option<(&Identity, &str, &Stats, u64)> {
        self.current()
            .filter_map(|row| {
                let stats = row.stats?;
                let wait = severity::wait_now(row.identity, stats)?;
                Some((row.identity, row.path, stats, wait))
            })
            // Of equals the one with the lower id, so that the line does not flicker.
            .max_by_key(|(identity, _, _, wait)| (*wait, std::cmp::Reverse(identity.id)))
    }

    /// Every slot in any view that is asked for now, once, with the newest that is known of it.
    pub fn current(&self) -> impl Iterator<Item = Row<'_>> {
        let mut newest: HashMap<SlotId, (u64, Row<'_>)> = HashMap::new();
        for view in self.asked.keys().filter_map(|id| self.view(*id)) {
            for row in view.rows().filter(|row| row.stats.is_some()) {
                let known = newest.entry(row.identity.id).or_insert((view.tick, row));
                if known.0 < view.tick {
                    *known = (view.tick, row);
                }
            }
        }
        newest.into_values().map(|(_, row)| row)
    }

    /// Whether what is shown is old because the connection is lost.
    pub fn is_stale(&self) -> bool {
        matches!(self.model.link, Link::Lost { .. })
    }

    /// The areas of the screen.
    pub fn layout(&self, size: (u16, u16)) -> Layout {
        Layout::of(size, self.events_open && !self.page().shows_events())
    }

    /// The connection was lost, or another try has failed.
    pub fn lost(&mut self, now: Duration, reason: &str) {
        let since = self.outage.as_ref().map_or(now, |o| o.since);
        let is_new = self.outage.is_none() && self.model.node.is_some();
        self.outage = Some(Outage { since, last_try: now });
        if !is_new {
            return;
        }
        if self.breaks.len() >= MAX_BREAKS {
            self.breaks.pop_front();
        }
        let gap = Break {
            after: self.model.events.back().map_or(0, |event| event.seq),
            n: self.breaks.back().map_or(0, |last| last.n).saturating_add(1),
            at: self.node_time(now),
            since: now,
            until: None,
            reason: reason.to_owned(),
            restarted: false,
        };
        self.breaks.push_back(gap);
    }

    /// The connection is there (again): says for how long it was not. A new instance numbers its
    /// events anew, so what was before it stands before all of them.
    pub fn connected(&mut self, now: Duration, restarted: bool) -> Option<Duration> {
        self.last_frame = None;
        if let Some(last) = self.breaks.back_mut()
            && last.until.is_none()
        {
            last.until = Some(now);
            last.restarted = restarted;
        }
        if restarted {
            for gap in &mut self.breaks {
                gap.after = 0;
            }
        }
        self.outage.take().map(|outage| now.saturating_sub(outage.since))
    }
}
