//! Many like actors as one row: how it looks and what it says in words.

use super::rows::{aligned, style};
use crate::format;
use crate::ui::columns::{self, Fitted};
use crate::ui::severity::Severity;
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use actorscope_core::SlotState;
use actorscope_core::view::{Fold, Placed};
use ratatui::text::{Line, Span};

/// How much a fold wants a look: as much as the worst of its members, as far as sums can tell.
pub fn severity(fold: &Fold) -> Severity {
    let count = |state| fold.sums.states.count(state);
    let restarting = SlotState::Restarting { attempt: 0, in_ns: None };
    let of_state = if count(SlotState::Failed) > 0 {
        Severity::Severe
    } else if count(restarting) > 0 || count(SlotState::Suspended) > 0 {
        Severity::Warn
    } else {
        Severity::Calm
    };
    of_state.max(fold.sums.wait_ns.map_or(Severity::Calm, Severity::of_wait))
}

/// What it is called: `Connection ×10,000`.
pub fn title(fold: &Fold) -> String {
    format!("{} ×{}", fold.label(), text::grouped(fold.sums.count))
}

/// What it is, in words.
pub fn words(fold: &Fold) -> String {
    let mut words = format!("{}: {}", title(fold), fold.sums.states);
    if let Some((_, name)) = &fold.worst {
        words += &format!("; worst: {name}");
    }
    if let Some(wait) = fold.sums.wait_ns.filter(|wait| *wait > 0) {
        words += &format!("; longest wait: {}", format::duration(wait));
    }
    words
}

/// The row: its name with the states behind as far as there is room, and its sums and worst in the
/// columns.
pub fn line(fold: &Fold, place: Placed, fitted: &Fitted, theme: Theme) -> Line<'static> {
    let severity = severity(fold);
    let width = usize::from(fitted.name);
    let (head, room) = head(place, if place.open { theme::OPEN } else { theme::CLOSED }, width);
    // The number tells more than the end of a long name.
    let count = format!(" ×{}", text::grouped(fold.sums.count));
    let name = text::fit(fold.label(), room.saturating_sub(text::width(&count)));
    let left = room.saturating_sub(text::width(&name) + text::width(&count));
    // Half of a list of numbers says little.
    let states = Some(format!("  {}", fold.sums.states)).filter(|s| text::width(s) <= left);
    let states = text::left(&states.unwrap_or_default(), left);
    let mut spans = vec![
        Span::styled(theme::mark(severity), theme.severity(severity)),
        Span::styled(head, theme.faint()),
        Span::styled(name.into_owned(), theme.severity(severity)),
        Span::styled(text::left(&count, room.min(text::width(&count))), theme.heading()),
        Span::styled(states, theme.faint()),
    ];
    for column in &fitted.columns {
        let (text, tone) = columns::of_fold(column, &fold.sums);
        spans.push(Span::raw(" ".repeat(fitted.gap.into())));
        spans.push(Span::styled(aligned(&text, column), style(tone, theme)));
    }
    Line::from(spans)
}

/// The row for the members that an open fold does not show.
pub fn rest(place: Placed, fitted: &Fitted, theme: Theme) -> Line<'static> {
    let (head, room) = head(place, theme::LEAF, usize::from(fitted.name));
    let more = format!("… {} more", text::grouped(place.children.into()));
    Line::from(vec![
        Span::raw(" "),
        Span::styled(head, theme.faint()),
        Span::styled(text::fit(&more, room).into_owned(), theme.faint()),
    ])
}

/// What stands before a name in the tree, and the room that is left for that.
fn head(place: Placed, mark: &str, width: usize) -> (String, usize) {
    let indent = (place.depth as usize).saturating_mul(2).min(width / 2);
    let head = text::fit(&format!("{}{mark} ", " ".repeat(indent)), width).into_owned();
    (head, width.saturating_sub(indent + 2))
}
