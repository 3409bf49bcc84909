//! The state of the terminal UI. Changed only by [`super::update`], drawn by [`super::view`].

use super::attached::Attached;
use super::clipboard::Clipboard;
use super::columns::Columns;
use super::input::{Command, Look};
use super::keymap::Keymap;
use super::nodes::{NodeId, Nodes};
use super::popup::Popup;
use super::screens::{self, ScreenId};
use super::severity::Severity;
use super::theme::{Colors, Theme};
use actorscope_client::Target;
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
    /// The agents of this machine, as far as was looked.
    pub local: Local,
    /// The last number that an agent attached to was given.
    pub last_node: NodeId,
}

/// With or without an agent.
#[derive(Debug)]
pub enum Stage {
    /// Looking for one.
    Looking(Looking),
    /// Attached to some, or trying to.
    Attached(Nodes),
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
    /// The selected agent.
    pub cursor: usize,
    /// Whether a single agent is attached to without asking.
    pub take_only_one: bool,
}

/// What is known of the agents of this machine.
#[derive(Debug, Default)]
pub struct Local {
    /// What the latest look found.
    pub look: Option<Look>,
    /// When the latest look began.
    pub looked_at: Option<Duration>,
    /// Whether its answer is still out.
    pub busy: bool,
}

impl Local {
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

    /// About to be attached to `target`; the command begins the session.
    pub fn attached(settings: Settings, size: (u16, u16), target: Target) -> (Self, Command) {
        let mut app = Self::at(Stage::Looking(Looking::default()), settings, size);
        let begin = app.attach(target.to_string(), target);
        (app, begin)
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
            local: Local::default(),
            last_node: NodeId(0),
        }
    }

    /// Opens a tab for another agent and shows it; `label` is its name until it answers. The command
    /// begins the session.
    pub fn attach(&mut self, label: String, target: Target) -> Command {
        let node = NodeId(self.last_node.0.wrapping_add(1));
        self.last_node = node;
        let attached = Attached::new(node, label, target.clone(), self.settings.first);
        match &mut self.stage {
            Stage::Attached(nodes) => nodes.add(attached),
            Stage::Looking(_) => self.stage = Stage::Attached(Nodes::new(attached)),
        }
        self.note = None;
        Command::Attach { node, target }
    }

    /// Leaves an agent and closes its tab; with the last one, all there are can be chosen from. The
    /// command ends the session.
    pub fn detach(&mut self, node: NodeId) -> Command {
        if let Stage::Attached(nodes) = &mut self.stage
            && !nodes.remove(node)
            && nodes.is_front(node)
        {
            self.stage = Stage::Looking(Looking::default());
        }
        Command::Detach(node)
    }

    /// Says something for a while.
    pub fn say(&mut self, severity: Severity, text: impl Into<String>) {
        self.note =
            Some(Note { severity, text: text.into(), until: self.now.saturating_add(NOTE_FOR) });
    }

    /// The part of the state that is about the agent that is shown.
    pub fn agent(&self) -> Option<&Attached> {
        self.stage.front()
    }

    /// The part of the state that is about the agent that is shown, to change it.
    pub fn agent_mut(&mut self) -> Option<&mut Attached> {
        self.stage.front_mut()
    }

    /// All agents attached to, in the order of their tabs.
    pub fn nodes(&self) -> impl Iterator<Item = &Attached> {
        let nodes = match &self.stage {
            Stage::Attached(nodes) => Some(nodes),
            Stage::Looking(_) => None,
        };
        nodes.into_iter().flat_map(Nodes::iter)
    }

    /// How soon the screen changes without any other input: ages, countdowns, notes that expire.
    pub fn pulse(&self) -> Duration {
        let quick = match &self.stage {
            Stage::Looking(_) => true,
            Stage::Attached(nodes) => {
                let front = nodes.front();
                front.outage.is_some() || front.model.node.is_none()
            }
        };
        if quick || self.note.is_some() {
            Duration::from_millis(200)
        } else {
            Duration::from_secs(1)
        }
    }
}

impl Stage {
    /// The agent that is shown, if one is attached to.
    pub const fn front(&self) -> Option<&Attached> {
        match self {
            Self::Attached(nodes) => Some(nodes.front()),
            Self::Looking(_) => None,
        }
    }

    /// The agent that is shown, to change it.
    pub const fn front_mut(&mut self) -> Option<&mut Attached> {
        match self {
            Self::Attached(nodes) => Some(nodes.front_mut()),
            Self::Looking(_) => None,
        }
    }

    /// All agents attached to, to change them.
    pub fn nodes_mut(&mut self) -> impl Iterator<Item = &mut Attached> {
        let nodes = match self {
            Self::Attached(nodes) => Some(nodes),
            Self::Looking(_) => None,
        };
        nodes.into_iter().flat_map(Nodes::iter_mut)
    }
}
