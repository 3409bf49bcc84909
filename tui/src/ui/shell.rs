//! The thin shell around the state: terminal, clock, sessions.

use super::UiError;
use super::app::{App, Settings};
use super::input::{Command, Input};
use super::port::Port;
use super::terminal::Screen;
use super::update::update;
use super::view::view;
use actorscope_client::{Act, Target};
use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use std::collections::VecDeque;
use std::process::ExitCode;
use std::task::Poll;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Least time between two frames: 30 a second.
const FRAME: Duration = Duration::from_millis(33);
/// Most inputs taken between two frames; a flood must not keep the screen from being drawn.
const MOST_AT_ONCE: usize = 512;
/// Answers that may wait. Questions come from keys, so there are few.
const ANSWERS: usize = 64;

/// Whether to go on.
enum Flow {
    On,
    Quit,
}

/// Runs until the user quits or a signal ends the process.
pub async fn run(settings: Settings, target: Option<Target>) -> Result<ExitCode, UiError> {
    let mut signals = Signals::new()?;
    let screen = Screen::take(settings.mouse)?;
    let size = screen.size()?;
    let (answers, mut answered) = mpsc::channel(ANSWERS);
    let (app, begin) = match target {
        None | Some(Target::Local) => (App::looking(settings, size), None),
        Some(target) => {
            let (app, begin) = App::attached(settings, size, target);
            (app, Some(begin))
        }
    };
    let port = Port::new(answers);
    let mut shell = Shell { app, port, screen, start: Instant::now(), changed: true };
    shell.carry_out(begin.into_iter().collect())?;
    let mut keys = EventStream::new();
    let mut next_frame = Instant::now();
    let mut next_tick = Instant::now();
    loop {
        if shell.changed && Instant::now() >= next_frame {
            shell.changed = false;
            shell.screen.draw(|frame| view(&shell.app, frame))?;
            next_frame = Instant::now() + FRAME;
        }
        let flow = tokio::select! {
            event = keys.next() => shell.event(event)?,
            update = shell.port.next() => shell.take(update)?,
            Some(answer) = answered.recv() => shell.take(answer)?,
            () = tokio::time::sleep_until(next_frame), if shell.changed => Flow::On,
            () = tokio::time::sleep_until(next_tick) => {
                let flow = shell.take(Input::Tick)?;
                next_tick = Instant::now() + shell.app.pulse();
                flow
            }
            signal = signals.next() => match signal {
                Signal::End(number) => return Ok(ExitCode::from(128 + number)),
                Signal::Continue => shell.taken_again()?,
            },
        };
        if matches!(flow, Flow::Quit) || matches!(shell.drain(&mut keys).await?, Flow::Quit) {
            return Ok(ExitCode::SUCCESS);
        }
        // What was slow before may be quick now: a note, a lost connection.
        next_tick = next_tick.min(Instant::now() + shell.app.pulse());
    }
}

/// The next event if it is here already.
///
/// Polls with this task's own waker: the stream keeps the waker it was first polled with until that
/// one fires, so a throw-away waker (`now_or_never`) would leave the next key unnoticed.
async fn ready(keys: &mut EventStream) -> Option<Option<std::io::Result<Event>>> {
    std::future::poll_fn(|cx| match keys.poll_next_unpin(cx) {
        Poll::Ready(event) => Poll::Ready(Some(event)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

struct Shell {
    app: App,
    port: Port,
    screen: Screen,
    start: Instant,
    changed: bool,
}

impl Shell {
    /// Takes everything that is here already, so that a burst costs one frame.
    async fn drain(&mut self, keys: &mut EventStream) -> Result<Flow, UiError> {
        for _ in 0..MOST_AT_ONCE {
            if let Some(event) = ready(keys).await {
                if let Flow::Quit = self.event(event)? {
                    return Ok(Flow::Quit);
                }
            } else if let Some(update) = self.port.try_next() {
                self.take(update)?;
            } else {
                break;
            }
        }
        Ok(Flow::On)
    }

    /// The process was stopped by somebody else and goes on: the shell has had the terminal
    /// meanwhile, and has left it as shells do.
    fn taken_again(&mut self) -> Result<Flow, UiError> {
        self.screen.take_again()?;
        let (columns, lines) = self.screen.size()?;
        self.take(Input::Resize(columns, lines))
    }

    fn event(&mut self, event: Option<std::io::Result<Event>>) -> Result<Flow, UiError> {
        let input = match event {
            None => return Ok(Flow::Quit),
            Some(event) => match event? {
                Event::Key(key) => Input::Key(key),
                Event::Paste(text) => Input::Paste(text),
                Event::Mouse(mouse) => Input::Mouse(mouse),
                Event::Resize(columns, lines) => Input::Resize(columns, lines),
                Event::FocusGained | Event::FocusLost => return Ok(Flow::On),
            },
        };
        self.take(input)
    }

    fn take(&mut self, input: Input) -> Result<Flow, UiError> {
        self.changed = true;
        let commands = update(&mut self.app, self.start.elapsed(), input);
        self.carry_out(commands.into())
    }

    fn carry_out(&mut self, mut commands: VecDeque<Command>) -> Result<Flow, UiError> {
        while let Some(command) = commands.pop_front() {
            match command {
                Command::Quit => return Ok(Flow::Quit),
                Command::Suspend => {
                    self.screen.suspend()?;
                    // The window may have changed while the shell had it.
                    let (columns, lines) = self.screen.size()?;
                    let resized = Input::Resize(columns, lines);
                    commands.extend(update(&mut self.app, self.start.elapsed(), resized));
                }
                Command::Redraw => self.screen.redraw()?,
                Command::Mouse(on) => self.screen.set_mouse(on)?,
                Command::Look => self.port.look(),
                Command::Attach { node, target } => self.port.attach(node, target),
                Command::Detach(node) => self.port.detach(node),
                Command::SetView { node, view, spec, interval } => {
                    if let Some(revision) = self.port.set_view((node, view), spec, interval) {
                        let asked = Input::Asked { node, view, revision };
                        commands.extend(update(&mut self.app, self.start.elapsed(), asked));
                    }
                }
                Command::DropView { node, view } => self.port.drop_view(node, view),
                Command::RetryNow(node) => self.port.retry_now(node),
                Command::Copy { text, by } => {
                    if let Some(sequence) = by.sequence(&text) {
                        self.screen.send(&sequence)?;
                    }
                }
                Command::SaveColumns { path, columns } => self.port.save(path, columns),
                Command::Find { node, request, path } => self.port.find(node, request, path),
                Command::Preview { node, request, verb, slot } => {
                    self.port.preview(node, request, verb, slot);
                }
                Command::Act { node, request, verb, slot, incarnation, reason, hold } => {
                    let incarnation = Some(incarnation);
                    let act = Act { verb, slot, incarnation, reason, deadline: hold };
                    self.port.act(node, request, act);
                }
                Command::Dump { node, request, slot } => self.port.dump(node, request, slot),
            }
        }
        Ok(Flow::On)
    }
}

/// What a signal asks for.
enum Signal {
    /// To end, because of the signal with this number; the terminal is given back first.
    End(u8),
    /// To go on after a stop.
    #[cfg_attr(not(unix), expect(dead_code, reason = "there are no stops"))]
    Continue,
}

#[cfg(unix)]
struct Signals {
    goes_on: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            goes_on: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::End(15),
            _ = self.hang_up.recv() => Signal::End(1),
            _ = self.interrupt.recv() => Signal::End(2),
            _ = self.goes_on.recv() => Signal::Continue,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::End(2),
            Err(_) => std::future::pending().await,
        }
    }
}
