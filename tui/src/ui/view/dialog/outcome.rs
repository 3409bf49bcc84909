//! What became of a verb.

use super::{Room, say};
use crate::ui::dialog::Dialog;
use crate::ui::text;
use actorscope_core::{Outcome, Verb};
use ratatui::text::{Line, Span};

/// The outcome, and the agent's words as they came.
pub fn outcome(
    dialog: &Dialog,
    verb: Verb,
    result: &Result<(Outcome, String), String>,
    room: Room,
) -> Vec<Line<'static>> {
    let path = text::fit_end(&dialog.path, room.cells).into_owned();
    let mut lines = vec![Line::from(Span::styled(path, room.theme.strong()))];
    room.gap(&mut lines);
    let (sign, head, message, style) = match result {
        Ok((Outcome::Done, message)) => ("● ", "done".to_owned(), message, room.theme.good()),
        Ok((Outcome::Accepted, message)) => {
            let head = format!("accepted: the {verb} happens as soon as the actor gets to it");
            ("◌ ", head, message, room.theme.good())
        }
        Ok((outcome, message)) => {
            ("✗ ", outcome.word().replace('_', " "), message, room.theme.severe())
        }
        Err(error) => ("✗ ", "failed".to_owned(), error, room.theme.severe()),
    };
    say(&mut lines, &head, sign, room, style);
    if !message.is_empty() {
        room.gap(&mut lines);
        for line in message.lines() {
            // Lines of code keep their indentation.
            let (indent, text) = line.split_at(line.len() - line.trim_start().len());
            say(&mut lines, text, indent, room, room.theme.text());
        }
    }
    room.gap(&mut lines);
    lines
}
