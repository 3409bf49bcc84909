//! The state of the terminal UI. Changed only by [`super::update`], drawn by [`super::view`].

use super::attached::Attached;
use super::clipboard::Clipboard;
use super::columns::Columns;
use super::input::Look;
use super::keymap::Keymap;
use super::popup::Popup;
use super::screens::{self, ScreenId};
use super::severity::Severity;
use super::theme::{Colors, Theme};
use std::path::PathBuf;
use std::time::Duration;

/// How long a note stays unless something replaces it.
pub const NOTE_FOR: Duration = Duration::from_secs(12);

/// What was chosen at the start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Colours and glyphs.
    pub theme: Theme,
    /// No verbs.
    pub read_only: bool,
    /// Time between refreshes.
    pub interval: Duration,
    /// Which keys ask for what.
    pub keys: Keymap,
    /// The screen that is shown first.
    pub first: ScreenId,
    /// Whether the mouse is used.
    pub mouse: bool,
    /// How text gets into the clipboard.
    pub clipboard: Clipboard,
    /// Which columns the screens show.
    pub columns: Columns,
    /// Where such choices are kept; `None` = nowhere.
    pub config: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme { colors: Colors::Sixteen, ascii: false },
            read_only: false,
            interval: Duration::from_secs(1),
            keys: Keymap::default(),
            first: screens::FIRST,
            mouse: true,
            clipboard: Clipboard::default(),
            columns: Columns::default(),
            config: None,
        }
    }
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
    /// What lies above the page while the user types a command or chooses columns.
    pub popup: Option<Popup>,
    /// Commands that were typed and run, oldest first.
    pub typed: Vec<String>,
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

impl App {
    /// Attached to nothing; begins to look.
    pub fn looking(settings: Settings, size: (u16, u16)) -> Self {
        let stage = Stage::Looking(Looking { take_only_one: true, ..Looking::default() });
        Self::at(stage, settings, size)
    }

    /// Attached (or about to be) to what `label` names.
    pub fn attached(settings: Settings, size: (u16, u16), label: String) -> Self {
        let attached = Attached::new(label, settings.first);
        Self::at(Stage::Attached(Box::new(attached)), settings, size)
    }

    fn at(stage: Stage, settings: Settings, size: (u16, u16)) -> Self {
        let mouse = settings.mouse;
        Self {
            settings,
            size,
            now: Duration::ZERO,
            stage,
            help: None,
            popup: None,
            typed: Vec::new(),
            note: None,
            mouse,
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

    /// The agent's part of the state, to change it.
    pub fn agent_mut(&mut self) -> Option<&mut Attached> {
        match &mut self.stage {
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
