//! The terminal UI on a real pseudo-terminal.

use super::service::{PATIENCE, Place};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub struct Screen {
    shown: Arc<Mutex<Shown>>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    terminal: Box<dyn MasterPty + Send>,
    /// How the terminal was before.
    before: String,
    /// Keeps the terminal there when the program has ended.
    _slave: Box<dyn SlavePty + Send>,
}

/// What came out of the program.
struct Shown {
    parser: vt100::Parser,
    bytes: Vec<u8>,
}

impl Screen {
    /// `actorscope` with these arguments on a terminal of 24 lines of 80.
    pub fn start(place: &Place, args: &[&str], env: &[(&str, &str)]) -> Self {
        Self::run(place, &[&[env!("CARGO_BIN_EXE_actorscope")], args].concat(), env)
    }

    /// Any program with its arguments on such a terminal.
    pub fn run(place: &Place, program: &[&str], env: &[(&str, &str)]) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let before = modes(&*pair.master);
        let mut command = CommandBuilder::new(program[0]);
        command.args(&program[1..]);
        command.env("ACTORSCOPE_DIR", place.sockets());
        command.env("XDG_CONFIG_HOME", place.directory.path());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for name in [
            "ACTORSCOPE_TARGET",
            "ACTORSCOPE_CONFIG",
            "NO_COLOR",
            "LC_ALL",
            "LC_CTYPE",
            "COLORTERM",
            "WT_SESSION",
        ] {
            command.env_remove(name);
        }
        for (name, value) in env {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        let rows = NonZeroU16::new(size.rows).unwrap();
        let columns = NonZeroU16::new(size.cols).unwrap();
        let parser = vt100::Parser::new(rows, columns, 0);
        let shown = Arc::new(Mutex::new(Shown { parser, bytes: Vec::new() }));
        let mut output = pair.master.try_clone_reader().unwrap();
        let into = shown.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = output.read(&mut bytes) {
                let mut shown = into.lock().unwrap();
                shown.parser.process(&bytes[..n]);
                shown.bytes.extend_from_slice(&bytes[..n]);
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self { shown, keys, child, terminal: pair.master, before, _slave: pair.slave }
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    pub fn text(&self) -> String {
        self.shown.lock().unwrap().parser.screen().contents()
    }

    /// Whether any cell is drawn with this property.
    pub fn any_cell(&self, has: impl Fn(&vt100::Cell) -> bool) -> bool {
        let shown = self.shown.lock().unwrap();
        let screen = shown.parser.screen();
        let (rows, columns) = screen.size();
        (0..rows.get()).any(|r| (0..columns.get()).any(|c| screen.cell(r, c).is_some_and(&has)))
    }

    pub fn is_alternate(&self) -> bool {
        self.shown.lock().unwrap().parser.screen().alternate_screen()
    }

    /// Whether mouse events are asked for.
    pub fn has_mouse(&self) -> bool {
        let shown = self.shown.lock().unwrap();
        shown.parser.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }

    /// Whether the program has sent this, visible or not.
    pub fn has_sent(&self, text: &str) -> bool {
        let shown = self.shown.lock().unwrap();
        shown.bytes.windows(text.len()).any(|bytes| bytes == text.as_bytes())
    }

    /// What of the program is still in force: `None` = the terminal is as it was before.
    pub fn taken(&self) -> Option<String> {
        let shown = self.shown.lock().unwrap();
        let screen = shown.parser.screen();
        let modes = modes(&*self.terminal);
        let left = [
            (screen.alternate_screen(), "the alternate screen".to_owned()),
            (screen.hide_cursor(), "a hidden cursor".to_owned()),
            (screen.bracketed_paste(), "bracketed paste".to_owned()),
            (
                screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None,
                "the mouse".to_owned(),
            ),
            (modes != self.before, format!("{modes} instead of {}", self.before)),
            // The last one decides: a terminal that waits for the end of a frame shows nothing.
            (
                last(&shown.bytes, b"\x1b[?2026h") > last(&shown.bytes, b"\x1b[?2026l"),
                "a frame that has no end".to_owned(),
            ),
        ];
        let left: Vec<String> = left.into_iter().filter(|(is, _)| *is).map(|(_, w)| w).collect();
        (!left.is_empty()).then(|| left.join(", "))
    }

    /// Waits until the terminal is as it was before.
    #[track_caller]
    pub fn wait_until_given_back(&self) {
        let deadline = Instant::now() + PATIENCE;
        while let Some(left) = self.taken() {
            assert!(Instant::now() < deadline, "left behind: {left}\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the program has the terminal: everything but the mouse, which may be left alone.
    #[track_caller]
    pub fn wait_until_taken(&self) {
        let deadline = Instant::now() + PATIENCE;
        let all = ["the alternate screen", "a hidden cursor", "bracketed paste", "instead of"];
        while !self.taken().is_some_and(|taken| all.iter().all(|part| taken.contains(part))) {
            assert!(Instant::now() < deadline, "only {:?}\n{}", self.taken(), self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until everything in `wanted` is on the screen at the same time.
    #[track_caller]
    pub fn wait_for(&self, wanted: &[&str]) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = self.text();
            if wanted.iter().all(|w| text.contains(w)) {
                return text;
            }
            assert!(Instant::now() < deadline, "{wanted:?} did not appear on\n{text}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Waits for the end; its exit code.
    pub fn ended(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(Instant::now() < deadline, "it did not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The modes of the terminal's line: echo, lines, signals.
fn modes(terminal: &dyn MasterPty) -> String {
    format!("{:?}", terminal.get_termios().unwrap())
}

fn last(bytes: &[u8], sequence: &[u8]) -> Option<usize> {
    bytes.windows(sequence.len()).rposition(|part| part == sequence)
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
