//! The terminal itself: taken over, drawn to, and always given back as it was.

use super::theme::Theme;
use super::{ColorChoice, Options, UiError};
use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the terminal is ours now and has to be given back.
static TAKEN: AtomicBool = AtomicBool::new(false);
static PANIC_HOOK: Once = Once::new();

/// How things look on the terminal that `env` describes.
pub fn theme(options: &Options, env: impl Fn(&str) -> Option<String>) -> Theme {
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    let color = match options.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        // https://no-color.org: present and not empty, whatever the value.
        ColorChoice::Auto => {
            set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb")
        }
    };
    // POSIX: the first of these that is set decides.
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| set(name));
    let has_unicode = cfg!(windows)
        || locale.is_some_and(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
    Theme { color, ascii: options.ascii || !has_unicode }
}

/// The terminal while it is ours. Dropping it gives it back.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    mouse: bool,
}

impl Screen {
    /// Takes the terminal over.
    pub fn take(mouse: bool) -> Result<Self, UiError> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(UiError::NotATerminal);
        }
        // crossterm reads NO_COLOR itself and then writes resets where it should write modifiers,
        // which hides the selection. Colours are left out by the theme instead.
        crossterm::style::force_color_output(true);
        PANIC_HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                give_back();
                before(panic);
            }));
        });
        enter(mouse)?;
        let backend = CrosstermBackend::new(BufWriter::new(io::stdout()));
        let terminal = Terminal::new(backend).inspect_err(|_| give_back())?;
        Ok(Self { terminal, mouse })
    }

    /// Columns and lines.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Draws one frame, which terminals that can do so show at once.
    pub fn draw(&mut self, view: impl FnOnce(&mut ratatui::Frame<'_>)) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(view)?;
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        Write::flush(self.terminal.backend_mut())
    }

    /// Forgets what is on the screen, so that the next frame draws all of it.
    pub fn redraw(&mut self) -> io::Result<()> {
        // Not `clear`, which asks the terminal for the cursor's position: the stream of events
        // would take the answer for itself.
        let (columns, lines) = self.size()?;
        self.terminal.resize(Rect::new(0, 0, columns, lines))
    }

    /// Takes the mouse or leaves it to the terminal.
    pub fn set_mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        if on {
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)
        }
    }

    /// Gives the terminal to the shell until it is given back.
    pub fn suspend(&mut self) -> io::Result<()> {
        give_back();
        stop_process();
        enter(self.mouse)?;
        self.redraw()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

fn enter(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let entered = execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)
        .and_then(|()| if mouse { execute!(io::stdout(), EnableMouseCapture) } else { Ok(()) });
    entered.inspect_err(|_| give_back())
}

/// Gives the terminal back as it was, once; errors have nowhere to go.
fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(
            io::stdout(),
            EndSynchronizedUpdate,
            DisableMouseCapture,
            DisableBracketedPaste,
            LeaveAlternateScreen,
            Show
        );
        let _ = disable_raw_mode();
    }
}

/// What Ctrl-Z does outside of raw mode: stops the whole job, until `fg`.
#[cfg(unix)]
fn stop_process() {
    let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
}

#[cfg(not(unix))]
fn stop_process() {}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(color: ColorChoice, env: &[(&str, &str)]) -> Theme {
        let options = Options { color, ..Options::default() };
        theme(&options, |name| {
            env.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn no_color_is_honoured_when_it_is_not_empty() {
        let utf8 = ("LANG", "C.UTF-8");
        assert!(looks(ColorChoice::Auto, &[utf8]).color);
        assert!(looks(ColorChoice::Auto, &[utf8, ("NO_COLOR", "")]).color);
        assert!(!looks(ColorChoice::Auto, &[utf8, ("NO_COLOR", "0")]).color);
        assert!(!looks(ColorChoice::Auto, &[utf8, ("TERM", "dumb")]).color);
        assert!(looks(ColorChoice::Always, &[utf8, ("NO_COLOR", "1")]).color);
        assert!(!looks(ColorChoice::Never, &[utf8]).color);
    }

    #[cfg(not(windows))]
    #[test]
    fn the_locale_decides_about_unicode() {
        assert!(looks(ColorChoice::Auto, &[]).ascii);
        assert!(looks(ColorChoice::Auto, &[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")]).ascii);
        assert!(!looks(ColorChoice::Auto, &[("LANG", "C"), ("LC_CTYPE", "en_US.utf8")]).ascii);
    }
}
