//! What stands in which cells of a line.

use super::list::Row;
use crate::format;
use crate::ui::attached::Attached;
use crate::ui::text;
use crate::ui::theme::Theme;
use actorscope_client::Link;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Cells of the columns behind the name: process id, uptime, actors.
const PID: usize = 8;
const UPTIME: usize = 9;
const ACTORS: usize = 9;
/// Cells for what is with the tab.
const TAB: usize = 14;
/// Widest name.
const NAME: usize = 32;

/// Who gets how many cells.
pub struct Columns {
    name: usize,
    uptime: bool,
    actors: bool,
    tab: usize,
    /// For the target.
    rest: usize,
    /// The whole line.
    width: usize,
}

impl Columns {
    /// In a line of so many cells.
    pub fn of(width: usize, rows: &[Row<'_>]) -> Self {
        let widest = rows.iter().map(|row| text::width(row.name)).max().unwrap_or(0);
        let name = widest.clamp(8, NAME);
        let mut room = width.saturating_sub(2 + name.min(width / 3) + PID);
        let mut take = |cells: usize| {
            let fits = room >= cells + 10;
            if fits {
                room -= cells;
            }
            fits
        };
        let tab = if take(TAB) { TAB } else { 0 };
        let (actors, uptime) = (take(ACTORS), take(UPTIME));
        Self { name: name.min(width / 3), uptime, actors, tab, rest: room.saturating_sub(2), width }
    }

    /// The headings.
    pub fn heads(&self) -> String {
        let mut out = format!("  {}{}", text::left("NODE", self.name), text::right("PID", PID));
        if self.uptime {
            out.push_str(&text::right("UPTIME", UPTIME));
        }
        if self.actors {
            out.push_str(&text::right("ACTORS", ACTORS));
        }
        out.push_str("  ");
        if self.tab > 0 {
            out.push_str(&text::left("TAB", self.tab));
        }
        out.push_str(&text::fit("TARGET", self.rest));
        out
    }

    /// A line; `front` is the tab that is shown.
    pub fn line(&self, row: &Row<'_>, front: &Attached, theme: Theme) -> Line<'static> {
        let or_absent = |text: Option<String>| text.unwrap_or_else(|| format::ABSENT.to_owned());
        let (sign, tab, style) = tab(row, front, theme);
        let is_shown = row.tab.is_some_and(|tab| tab.id == front.id);
        let name = if is_shown { theme.strong() } else { theme.text() };
        let mut spans = vec![
            Span::styled(format!("{sign} "), style),
            Span::styled(text::left(row.name, self.name), name),
        ];
        let mut facts = text::right(&or_absent(row.pid.map(|pid| pid.to_string())), PID);
        if let Some(problem) = &row.problem {
            // What is in the way matters more than what is not known.
            let room = self.width.saturating_sub(self.name + PID + 5);
            let problem = text::fit(problem, room).into_owned();
            spans.push(Span::styled(format!("{facts}  "), theme.text()));
            spans.push(Span::styled(problem, theme.warn()));
            return Line::from(spans);
        }
        if self.uptime {
            facts.push_str(&text::right(&or_absent(row.uptime_ns.map(text::age)), UPTIME));
        }
        if self.actors {
            facts.push_str(&text::right(&or_absent(row.actors.map(text::grouped)), ACTORS));
        }
        let target = text::fit(&row.target, self.rest).into_owned();
        spans.extend([
            Span::styled(format!("{facts}  "), theme.text()),
            Span::styled(text::left(tab, self.tab), style),
            Span::styled(target, theme.faint()),
        ]);
        Line::from(spans)
    }
}

/// What is with the tab of a row, as a sign and in words.
fn tab(row: &Row<'_>, front: &Attached, theme: Theme) -> (&'static str, &'static str, Style) {
    match row.tab.map(|tab| (&tab.model.link, tab.id == front.id)) {
        Some((Link::Lost { .. }, _)) => ("✗", "lost", theme.severe()),
        Some((Link::Connecting, _)) => ("◌", "connecting", theme.warn()),
        Some((Link::Live, true)) => ("●", "this one", theme.good()),
        Some((Link::Live, false)) => ("●", "attached", theme.good()),
        None if row.problem.is_some() => ("!", "", theme.warn()),
        None => (" ", "", theme.text()),
    }
}
