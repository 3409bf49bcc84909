//! The last line: keys, read from the table of keys, or the filter being typed.

use super::paint::{Piece, put_pieces};
use crate::ui::actions::{Action, Context};
use crate::ui::app::App;
use crate::ui::field::Field;
use crate::ui::filter;
use crate::ui::theme::Theme;
use crate::ui::update::context;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Draws the line.
pub fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    let context = context(app);
    let mut pieces = Vec::new();
    if let (Context::Typing, Some(attached)) = (context, app.agent())
        && let Some(prompt) = &attached.prompt
    {
        let mut spans = vec![Span::styled(filter::PROMPT, theme.title())];
        spans.extend(typed(prompt, true, theme));
        pieces.push(Piece { rank: 0, spans });
    }
    pieces.extend(hints(app, context));
    put_pieces(buf, area, &Span::raw("  "), pieces, Vec::new());
}

/// The keys of a place, each with a word.
fn hints(app: &App, context: Context) -> Vec<Piece> {
    let theme = app.settings.theme;
    let shown = app
        .settings
        .keys
        .of(context)
        .filter(|b| !b.label.is_empty())
        .filter(|b| !(app.settings.read_only && b.action == Action::Verbs));
    let mut rank = 1;
    shown
        .filter_map(|bound| {
            rank += 1;
            let key = bound.keys.first()?.name();
            Some(Piece {
                // Who knows how to get help and how to leave can find all the rest.
                rank: match bound.action {
                    Action::Help | Action::Quit | Action::Back => 1,
                    _ => rank,
                },
                spans: vec![
                    Span::styled(key, theme.key()),
                    Span::styled(format!(" {}", bound.label), theme.text()),
                ],
            })
        })
        .collect()
}

/// Text being typed, the cursor's character reversed.
pub fn typed(field: &Field, focused: bool, theme: Theme) -> Vec<Span<'static>> {
    let (before, after) = field.parts();
    if !focused {
        return vec![Span::styled(field.text().to_owned(), theme.text())];
    }
    let mut rest = after.chars();
    let under = rest.next().unwrap_or(' ');
    vec![
        Span::styled(before.to_owned(), theme.text()),
        Span::styled(under.to_string(), theme.selected()),
        Span::styled(rest.as_str().to_owned(), theme.text()),
    ]
}
