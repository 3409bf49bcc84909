//! The real program on a pseudo-terminal: what it takes while nobody touches it, its memory, and how
//! long it is from a key to what the key changes on the screen.

use super::frame::SIZE;
use crate::process::{Memory, agent_thread, memory, process_cpu, thread_cpu};
use crate::storm::Storm;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Longest wait for something to appear.
const PATIENCE: Duration = Duration::from_secs(20);

/// Times that help is opened and closed.
const TIMES: usize = 20;

/// Between two keys: not in step with the frames, which come each second.
const BETWEEN_KEYS: Duration = Duration::from_millis(137);

/// What was found.
#[derive(Clone, Debug)]
pub struct Screen {
    /// Share of a core while nobody touches it …
    pub idle: f64,
    /// … and that of the agent meanwhile.
    pub agent: f64,
    /// Of the whole process, after every screen was shown.
    pub memory: Memory,
    /// Milliseconds from each key to the change on the screen.
    pub keys_ms: Vec<f64>,
    /// Milliseconds from starting the process to the first rows.
    pub first_ms: f64,
}

/// Runs it for a while.
pub async fn measure(storm: &Storm, binary: &Path, window: Duration) -> Result<Screen, String> {
    let mut terminal = Terminal::start(binary, &storm.socket()?)?;
    let first_ms = terminal.since_start(|text| text.contains("live"))?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let host = storm.pid();
    let thread = agent_thread(host)?;
    let used = || Ok::<_, String>([process_cpu(terminal.pid)?, thread_cpu(host, thread)?]);
    let (begin, before) = (Instant::now(), used()?);
    tokio::time::sleep(window).await;
    let (after, seconds) = (used()?, begin.elapsed().as_secs_f64());
    let share = |n: usize| after[n].saturating_sub(before[n]).as_secs_f64() / seconds;
    let (idle, agent) = (share(0), share(1));
    let keys_ms = keys(&mut terminal, TIMES).await?;
    for screen in ["2", "3", "4", "5", "1"] {
        terminal.press(screen)?;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(Screen { idle, agent, memory: memory(terminal.pid)?, keys_ms, first_ms })
}

/// Milliseconds from key to paint alone.
pub async fn responsive(storm: &Storm, binary: &Path) -> Result<Vec<f64>, String> {
    let mut terminal = Terminal::start(binary, &storm.socket()?)?;
    terminal.since_start(|text| text.contains("live"))?;
    keys(&mut terminal, TIMES).await
}

/// Opens and closes the help.
async fn keys(terminal: &mut Terminal, times: usize) -> Result<Vec<f64>, String> {
    let mut found = Vec::with_capacity(2 * times);
    for _ in 0..times {
        tokio::time::sleep(BETWEEN_KEYS).await;
        found.push(terminal.until("?", |text| text.contains("Help"))?);
        tokio::time::sleep(BETWEEN_KEYS).await;
        found.push(terminal.until("\x1b", |text| !text.contains("Help"))?);
    }
    Ok(found)
}

type Seen = fn(&str) -> bool;

/// What the program has drawn, and when what was waited for appeared.
struct Shown {
    parser: vt100::Parser,
    awaited: Option<Seen>,
    appeared: Option<Instant>,
}

struct Terminal {
    shown: Arc<(Mutex<Shown>, Condvar)>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    pid: u32,
    started: Instant,
    _terminal: Box<dyn MasterPty + Send>,
}

impl Terminal {
    fn start(binary: &Path, socket: &Path) -> Result<Self, String> {
        let wrong = |error: &dyn std::fmt::Display| format!("the pseudo-terminal: {error}");
        let (cols, rows) = SIZE;
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).map_err(|e| wrong(&e))?;
        let mut command = CommandBuilder::new(binary);
        command.args(["--no-config", "--target", &format!("unix:{}", socket.display())]);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for name in ["ACTORSCOPE_TARGET", "NO_COLOR", "LC_ALL", "LC_CTYPE", "COLORTERM"] {
            command.env_remove(name);
        }
        let parser = vt100::Parser::new(
            NonZeroU16::new(rows).ok_or("no lines")?,
            NonZeroU16::new(cols).ok_or("no columns")?,
            0,
        );
        let shown = Shown { parser, awaited: None, appeared: None };
        let shown = Arc::new((Mutex::new(shown), Condvar::new()));
        let output = pair.master.try_clone_reader().map_err(|e| wrong(&e))?;
        let keys = pair.master.take_writer().map_err(|e| wrong(&e))?;
        let started = Instant::now();
        let mut child = pair.slave.spawn_command(command).map_err(|e| wrong(&e))?;
        let Some(pid) = child.process_id() else {
            let _ = child.kill();
            return Err("actorscope has no process id".to_owned());
        };
        let into = shown.clone();
        // Ends when the program does.
        std::thread::spawn(move || read(output, &into));
        Ok(Self { shown, keys, child, pid, started, _terminal: pair.master })
    }

    fn press(&mut self, keys: &str) -> Result<(), String> {
        let written = self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush());
        written.map_err(|error| format!("no key can be pressed: {error}"))
    }

    /// Milliseconds from a key until this is on the screen.
    fn until(&mut self, keys: &str, seen: Seen) -> Result<f64, String> {
        self.await_(seen);
        let begin = Instant::now();
        self.press(keys)?;
        self.appeared(seen, begin)
    }

    /// Milliseconds from the start of the program until this is on the screen.
    fn since_start(&self, seen: Seen) -> Result<f64, String> {
        self.await_(seen);
        self.appeared(seen, self.started)
    }

    fn await_(&self, seen: Seen) {
        let mut shown = lock(&self.shown.0);
        shown.awaited = Some(seen);
        shown.appeared = None;
    }

    fn appeared(&self, seen: Seen, begin: Instant) -> Result<f64, String> {
        let (shown, change) = &*self.shown;
        let waiting = |shown: &mut Shown| {
            if shown.appeared.is_none() && seen(&shown.parser.screen().contents()) {
                shown.appeared = Some(Instant::now());
            }
            shown.appeared.is_none()
        };
        let (mut shown, late) = change
            .wait_timeout_while(lock(shown), PATIENCE, waiting)
            .unwrap_or_else(PoisonError::into_inner);
        shown.awaited = None;
        match shown.appeared {
            Some(at) if !late.timed_out() => Ok(at.duration_since(begin).as_secs_f64() * 1e3),
            _ => {
                Err(format!("waited in vain for a change of\n{}", shown.parser.screen().contents()))
            }
        }
    }
}

/// Reads what the program draws until it ends.
fn read(mut output: Box<dyn Read + Send>, into: &(Mutex<Shown>, Condvar)) {
    let mut bytes = [0; 65_536];
    while let Ok(n @ 1..) = output.read(&mut bytes) {
        let at = Instant::now();
        let mut shown = lock(&into.0);
        shown.parser.process(bytes.get(..n).unwrap_or_default());
        if let Some(seen) = shown.awaited
            && seen(&shown.parser.screen().contents())
        {
            shown.awaited = None;
            shown.appeared = Some(at);
        }
        into.1.notify_all();
    }
}

/// A panic elsewhere leaves a screen that is whole.
fn lock(shown: &Mutex<Shown>) -> MutexGuard<'_, Shown> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
