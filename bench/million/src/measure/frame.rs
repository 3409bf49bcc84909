//! What one frame of the terminal UI takes to build and draw, and to take in: the program's own state
//! and drawing, fed by a session with the node, on a terminal that is a buffer.

use crate::storm::Storm;
use actorscope::ui::app::{App, Settings};
use actorscope::ui::input::{Command, Input};
use actorscope::ui::nodes::NodeId;
use actorscope::ui::screens::ScreenId;
use actorscope::ui::update::update;
use actorscope::ui::view::view;
use actorscope_client::{Session, SessionOptions, Update};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::timeout_at;

/// Columns and lines.
pub const SIZE: (u16, u16) = (200, 60);

/// Frames drawn of each screen.
const FRAMES: usize = 100;

/// Time for a screen's rows to come.
const SETTLE: Duration = Duration::from_millis(2_500);

/// What was found, in milliseconds.
#[derive(Clone, Default, Debug)]
pub struct Frames {
    /// A key and the whole frame after it, one for each frame, by screen.
    pub drawn: Vec<(&'static str, Vec<f64>)>,
    /// Taking in what a session reports, frame by frame.
    pub taken: Vec<f64>,
}

/// Draws each screen that shows actors.
pub async fn measure(storm: &Storm) -> Result<Frames, String> {
    let settings = Settings { first: ScreenId::Overview, ..Settings::default() };
    let (app, begin) = App::attached(settings, SIZE, storm.target()?);
    let mut page = Page { app, link: None, start: Instant::now(), taken: Vec::new() };
    page.carry_out([begin].into());
    let mut drawn = Vec::new();
    for screen in [ScreenId::Overview, ScreenId::Tree, ScreenId::Table] {
        let number = char::from_digit(screen.index() as u32 + 1, 10).unwrap_or('1');
        page.key(KeyCode::Char(number));
        page.settle().await?;
        drawn.push((screen.word(), page.draw()?));
    }
    Ok(Frames { drawn, taken: page.taken })
}

/// The program without its terminal.
struct Page {
    app: App,
    link: Option<(NodeId, Session, mpsc::Receiver<Update>)>,
    start: Instant,
    taken: Vec<f64>,
}

impl Page {
    fn key(&mut self, code: KeyCode) {
        self.feed(Input::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    fn feed(&mut self, input: Input) {
        let commands = update(&mut self.app, self.start.elapsed(), input);
        self.carry_out(commands.into());
    }

    fn carry_out(&mut self, mut commands: VecDeque<Command>) {
        while let Some(command) = commands.pop_front() {
            match (command, &self.link) {
                (Command::Attach { node, target }, _) => {
                    let (session, updates) = Session::start(target, SessionOptions::default());
                    self.link = Some((node, session, updates));
                }
                (Command::SetView { node, view, spec, interval }, Some((_, session, _))) => {
                    let revision = session.set_view(view, spec, interval);
                    let asked = Input::Asked { node, view, revision };
                    commands.extend(update(&mut self.app, self.start.elapsed(), asked));
                }
                (Command::DropView { view, .. }, Some((_, session, _))) => session.drop_view(view),
                // Nothing here asks for anything else.
                _ => {}
            }
        }
    }

    /// Takes what comes for a while.
    async fn settle(&mut self) -> Result<(), String> {
        let end = tokio::time::Instant::now() + SETTLE;
        loop {
            let Some((node, _, updates)) = &mut self.link else {
                return Err("the UI asked for no session".to_owned());
            };
            let node = *node;
            match timeout_at(end, updates.recv()).await {
                Ok(Some(Update::Lost { reason, .. })) => return Err(reason),
                Ok(Some(update)) => {
                    let begin = Instant::now();
                    self.feed(Input::Update { node, update });
                    self.taken.push(begin.elapsed().as_secs_f64() * 1e3);
                }
                Ok(None) => return Err("the session ended".to_owned()),
                Err(_) => return Ok(()),
            }
        }
    }

    /// Moves up and down, with every cell of the screen drawn anew each time.
    fn draw(&mut self) -> Result<Vec<f64>, String> {
        let wrong = |error: &dyn std::fmt::Display| format!("a frame can't be drawn: {error}");
        let mut terminal =
            Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).map_err(|e| wrong(&e))?;
        let mut found = Vec::with_capacity(FRAMES);
        for frame in 0..FRAMES {
            terminal.clear().map_err(|e| wrong(&e))?;
            let begin = Instant::now();
            self.key(if frame % 2 == 0 { KeyCode::Down } else { KeyCode::Up });
            terminal.draw(|frame| view(&self.app, frame)).map_err(|e| wrong(&e))?;
            found.push(begin.elapsed().as_secs_f64() * 1e3);
        }
        Ok(found)
    }
}
