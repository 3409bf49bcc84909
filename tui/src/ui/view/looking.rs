//! No agent is attached: what was looked for where, how to add one, and a list to choose from.

use super::paint::{inset, line_of, overstyle, put, rule};
use super::{events, footer};
use crate::format;
use crate::ui::app::{App, Looking, Stage};
use crate::ui::input::{Found, Look};
use crate::ui::layout::Layout;
use crate::ui::text;
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

/// What a service has to contain.
const CODE: [&str; 2] = [
    "cargo add actorscope-agent",
    "actorscope_agent::Agent::builder(\"my-service\").start_or_warn();",
];

/// Draws the page.
pub fn draw(app: &App, state: &Looking, area: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    let layout = Layout::of((area.width, area.height), false);
    let agents = app.local.agents();
    if let Some(line) = line_of(layout.header, 0) {
        put(buf, inset(line, 1), Span::styled("actorscope", theme.title()));
    }
    if let Some(line) = line_of(layout.header, 1) {
        let line = inset(line, 1);
        let what = if agents == 0 {
            "no agent is running: waiting for one, looking every second".to_owned()
        } else {
            format!("{} on this machine", text::counted(agents as u64, "agent", "agents"))
        };
        put(
            buf,
            line,
            Span::styled(text::fit(&what, line.width.into()).into_owned(), theme.text()),
        );
    }
    rule(buf, layout.bar, theme);
    let body = inset(layout.body(), 1);
    match &app.local.look {
        Some(look) if !look.agents.is_empty() => picker(state, look, theme, body, buf),
        look => waiting(look.as_ref(), theme, body, buf),
    }
    if let Some(note) = &app.note {
        let strip = inset(layout.strip, 1);
        put(buf, strip, events::said(&note.text, strip, note.severity, theme));
    }
    footer::draw(app, layout.footer, buf);
}

/// The agent that is drawn there, as a place in the list.
pub fn at(app: &App, position: Position) -> Option<usize> {
    let Stage::Looking(state) = &app.stage else {
        return None;
    };
    let area = inset(Layout::of(app.size, false).body(), 1);
    let line = position.y.checked_sub(area.y)?.checked_sub(HEADS)?;
    let at = top(state, area) + usize::from(line);
    (area.contains(position) && at < app.local.agents()).then_some(at)
}

/// The first agent that is drawn: the selected one is always on screen.
fn top(state: &Looking, area: Rect) -> usize {
    (state.cursor + 1).saturating_sub(usize::from(area.height.saturating_sub(HEADS)))
}

fn waiting(look: Option<&Look>, theme: Theme, area: Rect, buf: &mut Buffer) {
    let mut lines: Vec<Line<'static>> = Vec::new();
    let say = |text: String, style| Line::from(Span::styled(text, style));
    let room = usize::from(area.width.max(1));
    lines.push(say("Looked in".to_owned(), theme.heading()));
    match look {
        None => lines.push(say("  …".to_owned(), theme.faint())),
        Some(look) if look.places.is_empty() => {
            lines.push(say("  nowhere: no directory to look in".to_owned(), theme.faint()));
        }
        Some(look) => {
            for place in &look.places {
                let place = text::fit_end(place, room.saturating_sub(2)).into_owned();
                lines.push(say(format!("  {place}"), theme.text()));
            }
            for problem in &look.problems {
                let problem = format!("{}: {}", problem.path, problem.why);
                for line in text::wrap(&problem, room.saturating_sub(4)) {
                    lines.push(say(format!("  ! {line}"), theme.warn()));
                }
            }
        }
    }
    lines.push(Line::default());
    lines.push(say("A service shows up here once it runs an agent".to_owned(), theme.heading()));
    for code in CODE {
        for line in text::wrap(code, room.saturating_sub(2)) {
            lines.push(say(format!("  {line}"), theme.strong()));
        }
    }
    lines.push(Line::default());
    lines.push(say("Somewhere else?".to_owned(), theme.heading()));
    for (command, what) in [
        ("actorscope --target unix:PATH", "a socket"),
        ("actorscope demo", "a service to try it on"),
    ] {
        lines.push(say(format!("  {command:<31}{what}"), theme.text()));
    }
    super::paint::scrolled(buf, area, &lines, 0);
}

/// Lines above the list of agents.
const HEADS: u16 = 1;
/// Cells of the columns behind the name.
const COLUMNS: [(&str, usize); 3] = [("PID", 8), ("UPTIME", 9), ("ACTORS", 9)];

fn picker(state: &Looking, look: &Look, theme: Theme, area: Rect, buf: &mut Buffer) {
    let taken: usize = COLUMNS.iter().map(|(_, width)| width).sum();
    let name = usize::from(area.width).saturating_sub(taken + 1).min(48);
    if let Some(line) = line_of(area, 0) {
        let mut heads = text::left("AGENT", name);
        for (title, width) in COLUMNS {
            heads.push_str(&text::right(title, width));
        }
        put(buf, line, Span::styled(heads, theme.heading()));
    }
    let agents = look.agents.iter().enumerate().skip(top(state, area));
    for (n, (i, agent)) in (HEADS..area.height).zip(agents) {
        let Some(line) = line_of(area, n) else { break };
        let style = if agent.problem.is_some() { theme.faint() } else { theme.text() };
        put(buf, line, Span::styled(one(agent, name), style));
        if i == state.cursor {
            overstyle(buf, line, theme.selected());
        }
    }
}

fn one(agent: &Found, name: usize) -> String {
    if let Some(problem) = &agent.problem {
        let pid = text::right(&agent.pid.to_string(), COLUMNS[0].1);
        return format!("{}{pid}  {problem}", text::left(&agent.name, name));
    }
    let uptime = agent.uptime_ns.map_or_else(|| format::ABSENT.to_owned(), text::age);
    let actors = agent.actors.map_or_else(|| format::ABSENT.to_owned(), text::grouped);
    let mut row = text::left(&agent.name, name);
    for (cell, (_, width)) in [agent.pid.to_string(), uptime, actors].iter().zip(COLUMNS) {
        row.push_str(&text::right(cell, width));
    }
    row
}
