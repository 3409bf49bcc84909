//! Drives the UI as a user would: keys in, screens out, an agent in between that answers at once.

use crate::night::events;
use crate::world::{INSTANCE, NOW, S, World};
use actorscope::ui::app::{App, Settings};
use actorscope::ui::input::{Command, Input, Look};
use actorscope::ui::nodes::NodeId;
use actorscope::ui::screens::ScreenId;
use actorscope::ui::theme::{Colors, Theme};
use actorscope::ui::update::update;
use actorscope::ui::view::view;
use actorscope_client::{Dumped, Node, Rights, Target, Update};
use actorscope_core::blast;
use actorscope_core::view::ViewSpec;
use actorscope_core::{Event, EventKind, InstanceId, Outcome, SlotId, Timestamp};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

pub struct Bench {
    pub app: App,
    pub world: World,
    pub now: Duration,
    /// Every command so far.
    pub commands: Vec<Command>,
    /// What verbs come to; `None` = no answer yet.
    pub outcome: Option<Result<(Outcome, String), String>>,
    /// What an actor prints of itself; `None` = no answer yet.
    pub state: Option<Result<Dumped, String>>,
    /// What becomes of saving.
    pub saves: Result<(), String>,
    /// Whether the agent answers at all.
    pub online: bool,
    views: BTreeMap<(NodeId, u32), (u32, ViewSpec)>,
    revision: u32,
}

pub fn settings() -> Settings {
    Settings {
        theme: Theme { colors: Colors::Sixteen, ascii: false },
        first: ScreenId::Tree,
        ..Settings::default()
    }
}

pub fn operator() -> Rights {
    Rights { control: true, principal: "uid 1000".to_owned(), state: true, ..Rights::default() }
}

pub fn viewer() -> Rights {
    Rights {
        control: false,
        control_refused_because: Some(
            "control is off in this service; add `.allow_control()` to its `Agent::builder(\"parlor\")`"
                .to_owned(),
        ),
        principal: "uid 1000".to_owned(),
        ..Rights::default()
    }
}

impl Bench {
    /// No agent yet.
    pub fn looking(size: (u16, u16)) -> Self {
        Self::new(App::looking(settings(), size))
    }

    /// Attached to the service and connected.
    pub fn connected(size: (u16, u16)) -> Self {
        let mut bench = Self::connecting(size);
        bench.connect(operator());
        bench
    }

    /// Attached to the service, which has not answered.
    pub fn connecting(size: (u16, u16)) -> Self {
        Self::with(settings(), size)
    }

    /// The same with other settings.
    pub fn with(settings: Settings, size: (u16, u16)) -> Self {
        let (app, begin) = App::attached(settings, size, Target::Named("parlor".to_owned()));
        let mut bench = Self::new(app);
        bench.commands.insert(0, begin);
        bench
    }

    fn new(app: App) -> Self {
        let mut bench = Self {
            app,
            world: World::parlor(),
            now: Duration::from_secs(100),
            commands: Vec::new(),
            outcome: Some(Ok((Outcome::Done, String::new()))),
            state: None,
            saves: Ok(()),
            online: true,
            views: BTreeMap::new(),
            revision: 0,
        };
        bench.feed(Input::Tick);
        bench
    }

    pub fn connect(&mut self, rights: Rights) {
        let node = self.world.node(INSTANCE, rights);
        self.update(Update::Connected(node));
        self.update(Update::Events(events()));
        self.refresh();
    }

    /// The agent in front answers, as the one of another service.
    pub fn connect_as(&mut self, name: &str, pid: u32, instance: u128) {
        let node = self.world.node(InstanceId(instance), operator());
        let node = Node { name: name.to_owned(), pid, ..(*node).clone() };
        self.update(Update::Connected(Arc::new(node)));
        self.refresh();
    }

    /// The agent in front.
    pub fn node(&self) -> NodeId {
        self.app.agent().expect("an agent is attached to").id
    }

    /// The session with the agent in front reports.
    pub fn update(&mut self, update: Update) {
        let node = self.node();
        self.feed(Input::Update { node, update });
    }

    /// The session with some agent reports; perhaps one that was ended, or with nobody.
    pub fn update_of(&mut self, node: u32, update: Update) {
        self.feed(Input::Update { node: NodeId(node), update });
    }

    /// The agent's next tick.
    pub fn refresh(&mut self) {
        let views: Vec<_> = self.views.clone().into_iter().collect();
        for ((node, view), (revision, spec)) in views {
            let frame = self.world.answer(view, revision, &spec);
            let update = Update::Frame(Box::new(frame));
            self.feed(Input::Update { node, update });
        }
    }

    /// Lets the service run for so many seconds, with a tick a second; `change` says what happens in
    /// each of them.
    pub fn run(&mut self, seconds: u64, change: impl Fn(&mut World, u64)) {
        for second in 0..seconds {
            self.now += Duration::from_secs(1);
            self.world.now = self.world.now.plus(S);
            change(&mut self.world, second);
            self.refresh();
        }
    }

    /// Lets time pass.
    pub fn wait(&mut self, ms: u64) {
        self.now += Duration::from_millis(ms);
        self.feed(Input::Tick);
    }

    pub fn feed(&mut self, input: Input) {
        let mut commands = VecDeque::from(update(&mut self.app, self.now, input));
        while let Some(command) = commands.pop_front() {
            self.commands.push(command.clone());
            for input in self.answers(command) {
                commands.extend(update(&mut self.app, self.now, input));
            }
        }
    }

    /// What comes back for a command.
    fn answers(&mut self, command: Command) -> Vec<Input> {
        match command {
            Command::SetView { node, view, spec, .. } => {
                self.revision += 1;
                self.views.insert((node, view), (self.revision, spec.clone()));
                let mut inputs = vec![Input::Asked { node, view, revision: self.revision }];
                if self.online && self.app.nodes().any(|n| n.id == node && n.instance.is_some()) {
                    let frame = self.world.answer(view, self.revision, &spec);
                    let update = Update::Frame(Box::new(frame));
                    inputs.push(Input::Update { node, update });
                }
                inputs
            }
            Command::DropView { node, view } => {
                self.views.remove(&(node, view));
                Vec::new()
            }
            Command::Preview { request, verb, slot, .. } if self.online => vec![Input::Previewed {
                request,
                result: blast::preview(&self.world, slot, verb)
                    .ok_or_else(|| "there is no such slot".to_owned()),
            }],
            Command::Find { request, path, .. } => {
                let mut named = self.world.paths().into_iter().filter(|(_, p)| p.ends_with(&path));
                let result = match (named.next(), named.next()) {
                    (Some(one), None) => Ok(one),
                    (None, _) => Err(format!("there is no actor {path}")),
                    (Some(_), Some(_)) => Err(format!("{path} is ambiguous")),
                };
                vec![Input::Found { request, result }]
            }
            Command::SaveColumns { .. } => vec![Input::Saved(self.saves.clone())],
            Command::Act { request, .. } => match self.outcome.clone() {
                Some(result) => vec![Input::Acted { request, result }],
                None => Vec::new(),
            },
            Command::Dump { request, slot, .. } => match self.state.clone() {
                Some(result) => {
                    let result = result.map(|dumped| Dumped { slot, ..dumped });
                    vec![Input::Dumped { request, result }]
                }
                None => Vec::new(),
            },
            Command::Detach(node) => {
                self.views.retain(|(of, _), _| *of != node);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Presses keys: characters, or names in angle brackets such as `<enter>`; a screen's name stands
    /// for the number of its tab.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        let mut rest = keys;
        while let Some(c) = rest.chars().next() {
            let named = rest
                .strip_prefix('<')
                .and_then(|r| r.split_once('>'))
                .and_then(|(name, rest)| Some((named(name)?, rest)));
            let key = match named {
                Some((key, after)) => {
                    rest = after;
                    key
                }
                None => {
                    rest = &rest[c.len_utf8()..];
                    KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)
                }
            };
            self.feed(Input::Key(key));
        }
        self
    }

    /// What a screen's tab says.
    pub fn tab(screen: ScreenId) -> String {
        format!("{} {}", screen.index() + 1, screen.word())
    }

    /// Shows a screen, as the number of its tab does.
    pub fn go(&mut self, screen: ScreenId) -> &mut Self {
        self.press(&format!("<{}>", screen.word()))
    }

    /// An event comes in, numbered after the last one.
    pub fn happens(&mut self, kind: EventKind, path: Option<&str>, reason: Option<&str>) {
        let last = self.app.agent().and_then(|a| a.model.events.back()).map_or(0, |e| e.seq);
        let name = path.and_then(|path| path.rsplit('/').next());
        let event = Event {
            seq: last + 1,
            at: Timestamp(NOW.0 + last * S),
            kind,
            slot: name.map(|name| self.world.named(name)),
            incarnation: None,
            path: path.unwrap_or_default().into(),
            exit: None,
            reason: reason.map(str::to_owned),
            by: None,
        };
        self.update(Update::Events(vec![event]));
    }

    /// Presses the left button of the mouse in a cell.
    pub fn click(&mut self, (column, row): (u16, u16)) -> &mut Self {
        self.feed(Input::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column,
            row,
            modifiers: KeyModifiers::NONE,
        }));
        self
    }

    /// Turns the wheel of the mouse.
    pub fn scroll(&mut self, down: bool) -> &mut Self {
        let kind = if down { MouseEventKind::ScrollDown } else { MouseEventKind::ScrollUp };
        self.feed(Input::Mouse(MouseEvent {
            kind,
            column: 1,
            row: 1,
            modifiers: KeyModifiers::NONE,
        }));
        self
    }

    /// What was copied last.
    #[track_caller]
    pub fn copied(&self) -> &str {
        let copied = self.commands.iter().rev().find_map(|command| match command {
            Command::Copy { text, .. } => Some(text.as_str()),
            _ => None,
        });
        copied.expect("something was copied")
    }

    /// The screen.
    pub fn buffer(&self) -> Buffer {
        let (columns, lines) = self.app.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, lines)).unwrap();
        terminal.draw(|frame| view(&self.app, frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// The screen's text.
    pub fn screen(&self) -> String {
        let buffer = self.buffer();
        let width = usize::from(buffer.area.width).max(1);
        let mut out = String::new();
        for line in buffer.content.chunks(width) {
            let text: String = line.iter().map(|cell| cell.symbol()).collect();
            out.push_str(text.trim_end());
            out.push('\n');
        }
        out
    }

    /// The cell where `text` begins, for the mouse.
    #[track_caller]
    pub fn find(&self, text: &str) -> (u16, u16) {
        let screen = self.screen();
        for (row, line) in (0..).zip(screen.lines()) {
            if let Some((before, _)) = line.split_once(text) {
                return (before.chars().count() as u16, row);
            }
        }
        panic!("no {text:?} on\n{screen}")
    }

    /// The line of the screen that contains `text`.
    #[track_caller]
    pub fn line(&self, text: &str) -> String {
        let screen = self.screen();
        match screen.lines().find(|line| line.contains(text)) {
            Some(line) => line.to_owned(),
            None => panic!("no {text:?} on\n{screen}"),
        }
    }

    #[track_caller]
    pub fn shows(&self, text: &str) -> &Self {
        self.line(text);
        self
    }

    #[track_caller]
    pub fn shows_not(&self, text: &str) -> &Self {
        let screen = self.screen();
        assert!(!screen.contains(text), "{text:?} is on\n{screen}");
        self
    }

    /// The selected slot's name.
    pub fn selected(&self) -> Option<String> {
        let attached = self.app.agent()?;
        let slot: SlotId = attached.selected()?;
        Some(attached.known(slot)?.0.name.to_string())
    }

    /// The spec asked for last under a view's number.
    pub fn asked(&self, view: u32) -> Option<&ViewSpec> {
        self.views.get(&(self.app.agent()?.id, view)).map(|(_, spec)| spec)
    }

    pub fn looked(&mut self, look: Look) {
        self.feed(Input::Looked(look));
    }
}

fn named(name: &str) -> Option<KeyEvent> {
    if let Some(screen) = ScreenId::from_word(name) {
        let number = char::from_digit(screen.index() as u32 + 1, 10)?;
        return Some(KeyEvent::new(KeyCode::Char(number), KeyModifiers::NONE));
    }
    let (code, modifiers) = match name {
        "enter" => (KeyCode::Enter, KeyModifiers::NONE),
        "esc" => (KeyCode::Esc, KeyModifiers::NONE),
        "tab" => (KeyCode::Tab, KeyModifiers::NONE),
        "backtab" => (KeyCode::BackTab, KeyModifiers::SHIFT),
        "up" => (KeyCode::Up, KeyModifiers::NONE),
        "down" => (KeyCode::Down, KeyModifiers::NONE),
        "left" => (KeyCode::Left, KeyModifiers::NONE),
        "right" => (KeyCode::Right, KeyModifiers::NONE),
        "pgup" => (KeyCode::PageUp, KeyModifiers::NONE),
        "pgdn" => (KeyCode::PageDown, KeyModifiers::NONE),
        "home" => (KeyCode::Home, KeyModifiers::NONE),
        "end" => (KeyCode::End, KeyModifiers::NONE),
        "f1" => (KeyCode::F(1), KeyModifiers::NONE),
        "f9" => (KeyCode::F(9), KeyModifiers::NONE),
        "ctrl-u" => (KeyCode::Char('u'), KeyModifiers::CONTROL),
        "f5" => (KeyCode::F(5), KeyModifiers::NONE),
        "ctrl-c" => (KeyCode::Char('c'), KeyModifiers::CONTROL),
        _ => return None,
    };
    Some(KeyEvent::new(code, modifiers))
}
