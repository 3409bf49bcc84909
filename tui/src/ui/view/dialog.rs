//! The dialog for verbs: menu, preview with its fields and buttons, outcome.

use super::footer::{hints, typed};
use super::paint::{Piece, line_of, overstyle, put, put_pieces, scrolled};
use super::popup;
use crate::ui::app::{App, Attached};
use crate::ui::dialog::{Confirm, Dialog, Focus, Step};
use crate::ui::text;
use crate::ui::theme::{Theme, glyph};
use crate::ui::update::context;
use actorscope_core::blast::{BlastRadius, Effect};
use actorscope_core::{Outcome, Verb};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Widest box.
const WIDTH: u16 = 84;

/// Draws the dialog over the screen.
pub fn draw(app: &App, attached: &Attached, dialog: &Dialog, screen: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    let width = WIDTH.min(screen.width.saturating_sub(2)).max(1);
    let room = usize::from(width.saturating_sub(4)).max(1);
    let refused = refused_because(attached);
    let (title, body, bottom) = match &dialog.step {
        Step::Menu { cursor } => (
            "What to do?".to_owned(),
            menu(dialog, refused.as_deref(), room, theme),
            Vec::new(),
        ),
        Step::Confirm(confirm) => (
            format!("{} this actor?", capitalised(confirm.verb)),
            preview(attached, dialog, confirm, refused.as_deref(), room, theme),
            controls(dialog, confirm, refused.is_none(), room, theme),
        ),
        Step::Outcome { verb, result, .. } => (
            capitalised(*verb),
            outcome(dialog, *verb, result, room, theme),
            vec![button("Close", true, theme)],
        ),
    };
    let bottom_lines = u16::try_from(bottom.len()).unwrap_or(u16::MAX);
    let lines = u16::try_from(body.len()).unwrap_or(u16::MAX);
    let wanted = lines.saturating_add(bottom_lines).saturating_add(3);
    let height = wanted.min(screen.height.saturating_sub(2)).max(screen.height.min(8));
    let inside = popup::draw(buf, screen, (width, height), &title, theme);
    let keys = u16::from(inside.height > bottom_lines + 2);
    let body_area = Rect {
        height: inside.height.saturating_sub(bottom_lines + keys),
        ..inside
    };
    let scroll = match &dialog.step {
        Step::Menu { cursor } => {
            // The selected verb stays in sight; the lines above it are said once.
            let selected = body.len().saturating_sub(Verb::ALL.len()) + cursor + 1;
            u16::try_from(selected.saturating_sub(body_area.height.into())).unwrap_or(0)
        }
        Step::Confirm(confirm) => confirm.scroll,
        Step::Outcome { scroll, .. } => *scroll,
    };
    let skipped = scrolled(buf, body_area, &body, scroll);
    if let Step::Menu { cursor } = &dialog.step {
        let at = body.len().saturating_sub(Verb::ALL.len()) + cursor;
        let n = at.saturating_sub(skipped.into());
        if let Some(line) = u16::try_from(n).ok().and_then(|n| line_of(body_area, n)) {
            overstyle(buf, line, theme.selected());
        }
    }
    for (n, line) in (body_area.height..).zip(bottom) {
        if let Some(at) = line_of(inside, n) {
            put(buf, at, line);
        }
    }
    if keys > 0
        && let Some(at) = line_of(inside, inside.height.saturating_sub(1))
    {
        let mut pieces = hints(context(app), app.settings.read_only, theme);
        let below = body.len().saturating_sub(usize::from(skipped) + usize::from(body_area.height));
        if below > 0 {
            pieces.insert(0, Piece::new(0, format!("↓ {below} more (PgDn)"), theme.warn()));
        }
        let wide = Rect { x: at.x.saturating_sub(1), width: at.width.saturating_add(1), ..at };
        put_pieces(buf, wide, &Span::raw("  "), pieces, Vec::new());
    }
}

/// Why the agent would refuse every verb of this user, if it would.
fn refused_because(attached: &Attached) -> Option<String> {
    let rights = &attached.model.node.as_ref()?.rights;
    (!rights.control).then(|| {
        rights
            .control_refused_because
            .clone()
            .filter(|why| !why.is_empty())
            .unwrap_or_else(|| "control is off".to_owned())
    })
}

fn capitalised(verb: Verb) -> String {
    let word = verb.word();
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + chars.as_str())
        .unwrap_or_default()
}

/// Says something over as many lines as it needs.
fn say(lines: &mut Vec<Line<'static>>, text: &str, indent: &str, room: usize, style: Style) {
    let room = room.saturating_sub(text::width(indent));
    for (n, line) in text::wrap(text, room).into_iter().enumerate() {
        let indent = if n == 0 { indent.to_owned() } else { " ".repeat(text::width(indent)) };
        lines.push(Line::from(Span::styled(format!("{indent}{line}"), style)));
    }
}

/// Who it is about.
fn target(dialog: &Dialog, incarnation: u32, room: usize, theme: Theme) -> Vec<Line<'static>> {
    let path = text::fit_end(&dialog.path, room).into_owned();
    let is = format!(
        "{} {} · {} · incarnation {incarnation}",
        glyph(dialog.state),
        dialog.state,
        dialog.identity.kind,
    );
    vec![
        Line::from(Span::styled(path, theme.strong())),
        Line::from(Span::styled(text::fit(&is, room).into_owned(), theme.text())),
        Line::default(),
    ]
}

fn menu(
    dialog: &Dialog,
    refused: Option<&str>,
    room: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let mut lines = target(dialog, dialog.incarnation.0, room, theme);
    if let Some(why) = refused {
        say(&mut lines, &format!("This agent refuses all of them: {why}"), "! ", room, theme.warn());
        say(&mut lines, "Previews work all the same.", "  ", room, theme.faint());
        lines.push(Line::default());
    }
    for verb in Verb::ALL {
        let impossible = dialog.impossible(*verb);
        let (what, style) = match &impossible {
            Some(why) => (why.as_str(), theme.faint()),
            None => (means(*verb), theme.text()),
        };
        let sign = if impossible.is_some() { "✗" } else { " " };
        let line = format!("{sign} {:<9}{what}", verb.word());
        lines.push(Line::from(Span::styled(text::left(&line, room), style)));
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

fn preview(
    attached: &Attached,
    dialog: &Dialog,
    confirm: &Confirm,
    refused: Option<&str>,
    room: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let radius = match &confirm.preview {
        None => {
            let mut lines = target(dialog, dialog.incarnation.0, room, theme);
            lines.push(Line::from(Span::styled("asking the agent what it would do…", theme.faint())));
            return lines;
        }
        Some(Err(error)) => {
            let mut lines = target(dialog, dialog.incarnation.0, room, theme);
            say(&mut lines, &format!("No preview: {error}"), "✗ ", room, theme.severe());
            return lines;
        }
        Some(Ok(radius)) => radius,
    };
    let mut lines = target(dialog, radius.incarnation.0, room, theme);
    if let Some(why) = &radius.impossible {
        say(&mut lines, &format!("Not possible: {why}"), "✗ ", room, theme.severe());
        return lines;
    }
    if radius.incarnation != dialog.incarnation {
        let text = format!(
            "Its actor was replaced since this dialog was opened: it was incarnation {}.",
            dialog.incarnation
        );
        say(&mut lines, &text, "! ", room, theme.warn());
    }
    let now = attached
        .known(dialog.slot())
        .and_then(|(.., stats)| stats)
        .map(|stats| stats.incarnation);
    if now.is_some_and(|now| now > radius.incarnation) {
        let text = "Its actor was replaced meanwhile: the agent will refuse. Cancel and look again.";
        say(&mut lines, text, "! ", room, theme.severe());
    }
    for sentence in &radius.sentences {
        let style = if radius.exceeds_budget { theme.warn() } else { theme.text() };
        say(&mut lines, sentence, "• ", room, style);
    }
    if radius.affected_total > 1 {
        lines.push(Line::default());
        lines.extend(affected(radius, room, theme));
    }
    if let Some(why) = refused {
        lines.push(Line::default());
        say(&mut lines, &format!("This agent refuses: {why}"), "✗ ", room, theme.warn());
    }
    lines
}

/// The list of everybody who is touched.
fn affected(radius: &BlastRadius, room: usize, theme: Theme) -> Vec<Line<'static>> {
    let title = format!("Touches {}", text::counted(radius.affected_total, "actor", "actors"));
    let mut lines = vec![Line::from(Span::styled(title, theme.heading()))];
    for one in &radius.affected {
        let (word, style) = match one.effect {
            Effect::Ends => ("ends", theme.severe()),
            Effect::Restarts => ("restarts", theme.warn()),
            Effect::EndsWithParent => ("ends with parent", theme.severe()),
            Effect::Held => ("held", theme.warn()),
            Effect::Released => ("goes on", theme.good()),
        };
        let path = text::fit_end(&one.path, room.saturating_sub(18)).into_owned();
        lines.push(Line::from(vec![
            Span::styled(text::left(word, 18), style),
            Span::styled(path, theme.text()),
        ]));
    }
    let rest = radius.affected_total.saturating_sub(radius.affected.len() as u64);
    if rest > 0 {
        lines.push(Line::from(Span::styled(
            format!("… and {} more", text::grouped(rest)),
            theme.faint(),
        )));
    }
    lines
}

/// Fields and buttons.
fn controls(
    dialog: &Dialog,
    confirm: &Confirm,
    control: bool,
    room: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    if confirm.acting.is_some() {
        let text = format!("{}: asking the agent…", confirm.verb);
        return vec![
            Line::from(Span::styled(text, theme.warn())),
            button("Leave, and hear of it in a note", true, theme),
        ];
    }
    let fields = confirm.fields(control);
    let mut lines = vec![Line::default()];
    let label = |text: &str, focused: bool| {
        let style = if focused { theme.title() } else { theme.heading() };
        Span::styled(text::left(text, 9), style)
    };
    if fields.contains(&Focus::Reason) {
        let focused = confirm.focus == Focus::Reason;
        let mut spans = vec![label("Reason", focused)];
        if confirm.reason.text().is_empty() && !focused {
            spans.push(Span::styled("for the service's log (optional)", theme.faint()));
        } else {
            spans.extend(typed(&confirm.reason, focused, theme));
        }
        lines.push(Line::from(spans));
    }
    if fields.contains(&Focus::Name) {
        let focused = confirm.focus == Focus::Name;
        let mut spans = vec![label("Name", focused)];
        if confirm.name.text().is_empty() && !focused {
            let hint = format!("type {} to confirm", dialog.identity.name);
            let hint = text::fit(&hint, room.saturating_sub(9)).into_owned();
            spans.push(Span::styled(hint, theme.warn()));
        } else {
            spans.extend(typed(&confirm.name, focused, theme));
        }
        lines.push(Line::from(spans));
    }
    let mut buttons = button("Cancel", confirm.focus == Focus::Cancel, theme);
    if fields.contains(&Focus::Act) {
        let ready = confirm.is_ready(&dialog.identity.name);
        let name = capitalised(confirm.verb);
        buttons.spans.push(Span::raw("  "));
        let act = button(&name, confirm.focus == Focus::Act, theme);
        if ready {
            buttons.spans.extend(act.spans);
        } else {
            let faint = |s: Span<'static>| Span::styled(s.content, s.style.patch(theme.faint()));
            buttons.spans.extend(act.spans.into_iter().map(faint));
            buttons.spans.push(Span::styled("  (type the name first)", theme.faint()));
        }
    }
    lines.push(buttons);
    lines
}

fn button(name: &str, focused: bool, theme: Theme) -> Line<'static> {
    let style = if focused {
        theme.selected().patch(theme.strong())
    } else {
        theme.text()
    };
    Line::from(Span::styled(format!("[ {name} ]"), style))
}

fn outcome(
    dialog: &Dialog,
    verb: Verb,
    result: &Result<(Outcome, String), String>,
    room: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let mut lines = vec![
        Line::from(Span::styled(
            text::fit_end(&dialog.path, room).into_owned(),
            theme.strong(),
        )),
        Line::default(),
    ];
    let (sign, head, message, style) = match result {
        Ok((Outcome::Done, message)) => ("● ", "done".to_owned(), message, theme.good()),
        Ok((Outcome::Accepted, message)) => {
            let head = format!("accepted: the {verb} happens as soon as the actor gets to it");
            ("◌ ", head, message, theme.good())
        }
        Ok((outcome, message)) => (
            "✗ ",
            outcome.word().replace('_', " "),
            message,
            theme.severe(),
        ),
        Err(error) => ("✗ ", "no answer".to_owned(), error, theme.severe()),
    };
    say(&mut lines, &head, sign, room, style);
    if !message.is_empty() {
        lines.push(Line::default());
        for line in message.lines() {
            say(&mut lines, line, "", room, theme.text());
        }
    }
    lines.push(Line::default());
    lines
}
