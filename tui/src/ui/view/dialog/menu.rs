//! The list of verbs, those that are not possible marked and explained.

use super::{Room, say, target};
use crate::ui::dialog::Dialog;
use crate::ui::text;
use actorscope_core::Verb;
use ratatui::text::{Line, Span};

/// The text above the verbs, and the verbs as its last lines.
pub fn menu(dialog: &Dialog, refused: Option<&str>, room: Room) -> Vec<Line<'static>> {
    let mut lines = target(dialog, dialog.incarnation.0, room);
    if let Some(why) = refused {
        say(
            &mut lines,
            &format!("This agent refuses all of them: {why}"),
            "! ",
            room,
            room.theme.warn(),
        );
        say(&mut lines, "Previews work all the same.", "  ", room, room.theme.faint());
        room.gap(&mut lines);
    }
    for verb in Verb::ALL {
        let impossible = dialog.impossible(*verb);
        let (what, style) = match &impossible {
            Some(why) => (why.as_str(), room.theme.faint()),
            None => (means(*verb), room.theme.text()),
        };
        let sign = if impossible.is_some() { "✗" } else { " " };
        let line = format!("{sign} {:<9}{what}", verb.word());
        lines.push(Line::from(Span::styled(text::left(&line, room.cells), style)));
    }
    lines
}

const fn means(verb: Verb) -> &'static str {
    match verb {
        Verb::Kill => "end it at once",
        Verb::Stop => "end it after the message in its hands",
        Verb::Restart => "have its supervisor replace it",
        Verb::Suspend => "hold it before its next message, for a limited time",
        Verb::Resume => "let it go on",
    }
}
