//! The command palette: a line of text and the commands that fit it.
//!
//! Every action of the page below is a command by its name, read from the one table of actions;
//! [`commands`] adds those that take an argument. [`mod@entries`] finds what fits. What Enter then runs is
//! the same code that a key runs.

pub mod commands;
pub mod entries;

use super::app::App;
use super::field::Field;
use crate::nearest::unknown;
use crossterm::event::KeyEvent;
use entries::{Does, Entry, entries};

/// Commands remembered.
const MAX_HISTORY: usize = 100;

/// The state of the line.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    /// What stands in the line.
    pub field: Field,
    /// What was typed by hand; the list is about this, so that it stands still while Tab goes through
    /// it.
    typed: String,
    /// The marked entry, once Tab has marked one; before that it is the first.
    marked: Option<usize>,
    /// How many commands back the line is from.
    back: usize,
    /// What was wrong with the command that was just tried.
    pub problem: Option<String>,
}

impl Palette {
    /// What the list is about.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// The entry that Enter would run.
    pub fn marked(&self) -> usize {
        self.marked.unwrap_or(0)
    }

    /// Whether an entry was marked by the user.
    pub fn has_marked(&self, at: usize) -> bool {
        self.marked == Some(at)
    }

    /// Takes a key that edits.
    pub fn edit(&mut self, key: KeyEvent) {
        let before = self.field.text().to_owned();
        if self.field.edit(key) && self.field.text() != before {
            self.retyped();
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        self.field.insert(text);
        self.retyped();
    }

    /// Puts another text into the line, as if it was typed.
    pub fn set(&mut self, text: &str) {
        self.field = Field::with(text);
        self.retyped();
    }

    fn retyped(&mut self) {
        self.typed = self.field.text().to_owned();
        self.marked = None;
        self.problem = None;
    }

    /// Completes the line to the next entry, or the one before.
    pub fn complete(&mut self, entries: &[Entry], steps: isize) {
        let Some(last) = entries.len().checked_sub(1) else {
            return;
        };
        let next = match self.marked {
            None if steps < 0 => last,
            None => 0,
            Some(at) => {
                let at = isize::try_from(at.min(last)).unwrap_or(0);
                let len = isize::try_from(entries.len()).unwrap_or(isize::MAX);
                usize::try_from((at + steps).rem_euclid(len)).unwrap_or(0)
            }
        };
        self.mark(entries, next);
    }

    /// Completes the line to an entry.
    pub fn mark(&mut self, entries: &[Entry], at: usize) {
        if let Some(entry) = entries.get(at) {
            self.field = Field::with(&entry.text);
            self.problem = None;
            self.marked = Some(at);
            // What wants an argument offers those next.
            if entry.text.ends_with(' ') {
                self.retyped();
            }
        }
    }

    /// Goes through the commands that were run, oldest first in `history`.
    pub fn recall(&mut self, history: &[String], steps: isize) {
        let back = self.back.saturating_add_signed(steps).min(history.len());
        if back == self.back {
            return;
        }
        let text = history.len().checked_sub(back).and_then(|n| history.get(n));
        let text = text.cloned().unwrap_or_default();
        self.set(&text);
        self.back = back;
    }
}

/// Remembers a command that was run.
pub fn remember(history: &mut Vec<String>, command: &str) {
    history.retain(|other| other != command);
    history.push(command.to_owned());
    if history.len() > MAX_HISTORY {
        history.remove(0);
    }
}

/// What a line of text asks for.
#[derive(Debug)]
pub enum Asked {
    /// Nothing: there is no text.
    Nothing,
    /// This, with this argument; empty = none.
    Run(Does, String),
    /// More text: the command wants an argument.
    More(String),
    /// Nothing that there is.
    Unknown(String),
}

/// Finds out what the line asks for.
pub fn asked(app: &App, palette: &Palette) -> Asked {
    let text = palette.field.text().trim();
    let (word, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let argument = argument.trim();
    if word.is_empty() {
        return Asked::Nothing;
    }
    let known = entries(app, "");
    let named: Vec<&Entry> = known.iter().filter(|entry| entry.word == word).collect();
    let takes = named.iter().find(|entry| matches!(entry.does, Does::Command(_)));
    let action = named.iter().find(|entry| matches!(entry.does, Does::Action(_)));
    match (takes, action, argument) {
        (_, Some(entry), "") => Asked::Run(entry.does, String::new()),
        (Some(_), None, "") => Asked::More(format!("{word} ")),
        (Some(entry), ..) => Asked::Run(entry.does, argument.to_owned()),
        (None, Some(_), _) => Asked::Unknown(format!("`{word}` takes no argument")),
        (None, None, _) => {
            let fitting = entries(app, palette.typed());
            match fitting.get(palette.marked()) {
                Some(entry) if matches!(entry.does, Does::Command(_)) => {
                    Asked::More(entry.text.clone())
                }
                Some(entry) => Asked::Run(entry.does, String::new()),
                None => {
                    let words: Vec<&str> = known.iter().map(|entry| entry.word).collect();
                    Asked::Unknown(unknown("command", word, &words))
                }
            }
        }
    }
}
