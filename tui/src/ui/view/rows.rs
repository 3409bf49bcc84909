//! The rows of tree and table. Only those on screen are built.

use super::paint::{line_of, overstyle, put, restyle};
use crate::ui::app::{Attached, Page};
use crate::ui::columns::{self, Cell, Column, Facts, Fitted, Side, Tone};
use crate::ui::severity::{self, Severity};
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use actorscope_client::model::{Row, ViewState};
use actorscope_core::view::{Order, SortKey};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Columns as they stand on a screen of this width.
fn fitted(attached: &Attached, width: u16) -> Fitted {
    match attached.page {
        Page::Tree => columns::fitted(width, None),
        Page::Table => columns::fitted(width, Some(attached.table.sort)),
    }
}

/// Draws the headings: names of groups above if there are two lines.
pub fn heads(attached: &Attached, theme: Theme, area: Rect, buf: &mut Buffer) {
    let fitted = fitted(attached, area.width);
    let has_groups = area.height > 1;
    if has_groups && let Some(line) = line_of(area, 0) {
        put(buf, line, groups(&fitted, theme));
    }
    let Some(line) = line_of(area, area.height.saturating_sub(1)) else {
        return;
    };
    let sorted =
        (attached.page == Page::Table).then_some((attached.table.sort, attached.table.order));
    let mut spans = vec![Span::raw(" ")];
    let title = match attached.page {
        Page::Tree => "ACTOR",
        Page::Table => " ACTOR",
    };
    let name = heading(title, Some(SortKey::Name), sorted);
    spans.push(styled_heading(
        text::left(&name, fitted.name.into()),
        Some(SortKey::Name),
        sorted,
        theme,
    ));
    for column in &fitted.columns {
        spans.push(Span::raw(" ".repeat(fitted.gap.into())));
        let title = if has_groups { column.title } else { column.short };
        let title = aligned(&heading(title, column.sort, sorted), column);
        spans.push(styled_heading(title, column.sort, sorted, theme));
    }
    put(buf, line, Line::from(spans));
}

fn heading(title: &str, key: Option<SortKey>, sorted: Option<(SortKey, Order)>) -> String {
    let mark = match sorted {
        Some((sort, order)) if key == Some(sort) => match order {
            Order::Ascending => theme::ASCENDING,
            Order::Descending => theme::DESCENDING,
        },
        _ => "",
    };
    format!("{title}{mark}")
}

fn styled_heading(
    text: String,
    key: Option<SortKey>,
    sorted: Option<(SortKey, Order)>,
    theme: Theme,
) -> Span<'static> {
    let is_sorted = key.is_some() && key == sorted.map(|(sort, _)| sort);
    let style = if is_sorted { theme.sorted() } else { theme.heading() };
    Span::styled(text, style)
}

fn aligned(text: &str, column: &Column) -> String {
    match column.side {
        Side::Left => text::left(text, column.width.into()),
        Side::Right => text::right(text, column.width.into()),
    }
}

/// The line with the names of groups, each above its columns with a rule at both sides.
fn groups(fitted: &Fitted, theme: Theme) -> Line<'static> {
    let gap = usize::from(fitted.gap);
    let mut spans = vec![Span::raw(" ".repeat(1 + usize::from(fitted.name)))];
    let mut columns = fitted.columns.iter().peekable();
    while let Some(column) = columns.next() {
        let mut width = usize::from(column.width);
        let (long, short) = column.group;
        while !long.is_empty()
            && let Some(next) = columns.next_if(|next| next.group == column.group)
        {
            width += gap + usize::from(next.width);
        }
        spans.push(Span::raw(" ".repeat(gap)));
        if long.is_empty() {
            spans.push(Span::raw(" ".repeat(width)));
            continue;
        }
        let name = if text::width(long) <= width { long } else { short };
        let rest = width.saturating_sub(text::width(name) + 2);
        if rest < 2 {
            spans.push(Span::styled(text::right(name, width), theme.heading()));
            continue;
        }
        let rules = |n: usize| Span::styled(theme::RULE.repeat(n), theme.faint());
        spans.push(rules(rest / 2));
        spans.push(Span::styled(format!(" {name} "), theme.heading()));
        spans.push(rules(rest - rest / 2));
    }
    Line::from(spans)
}

/// Draws the rows on screen.
pub fn draw(attached: &Attached, theme: Theme, area: Rect, buf: &mut Buffer) {
    let Some(view) = attached.view(attached.main()) else {
        message(buf, area, "asking the agent…", theme);
        return;
    };
    if view.matched == 0 {
        message(buf, area, &nothing(attached), theme);
        return;
    }
    let fitted = fitted(attached, area.width);
    let (window, list) = (attached.window(), attached.list());
    let selected = list.slot(&window);
    for n in 0..area.height {
        let row = list.top.saturating_add(u32::from(n));
        let Some(line) = line_of(area, n).filter(|_| row < window.matched) else {
            break;
        };
        let known = window.at(row).and_then(|place| view.row(place));
        let Some(known) = known else {
            put(buf, line, Span::styled(" …", theme.faint()));
            continue;
        };
        put(buf, line, one(&known, view, attached.page, &fitted, theme));
        if attached.is_stale() {
            overstyle(buf, line, theme.faint());
        }
        if selected == Some(known.identity.id) {
            overstyle(buf, line, theme.selected());
        } else if severity_of(&known) == Severity::Severe && !attached.is_stale() {
            restyle(buf, line, theme.strong());
        }
    }
}

fn message(buf: &mut Buffer, area: Rect, text: &str, theme: Theme) {
    for (n, line) in (1u16..).zip(text::wrap(text, usize::from(area.width.saturating_sub(4)))) {
        let n = if area.height > 2 { n } else { n - 1 };
        if let Some(at) = line_of(area, n) {
            put(buf, super::paint::inset(at, 2), Span::styled(line, theme.faint()));
        }
    }
}

fn nothing(attached: &Attached) -> String {
    if attached.filter.is_empty() && attached.prompt.is_none() {
        "No actors yet: the service has registered none.".to_owned()
    } else {
        "No path and no type contains this text. Esc drops the filter.".to_owned()
    }
}

fn severity_of(row: &Row<'_>) -> Severity {
    row.stats.map_or(Severity::Calm, |stats| severity::of(row.identity, stats))
}

/// One row.
fn one(
    row: &Row<'_>,
    view: &ViewState,
    page: Page,
    fitted: &Fitted,
    theme: Theme,
) -> Line<'static> {
    let severity = severity_of(row);
    let mut spans = vec![Span::styled(theme::mark(severity), theme.severity(severity))];
    spans.extend(match page {
        Page::Tree => branch(row, fitted.name.into(), severity, theme),
        Page::Table => {
            let room = usize::from(fitted.name).saturating_sub(1);
            let path = text::left(&text::fit_end(row.path, room), room);
            vec![Span::raw(" "), Span::styled(path, theme.severity(severity))]
        }
    });
    for column in &fitted.columns {
        spans.push(Span::raw(" ".repeat(fitted.gap.into())));
        let (text, tone) = cell(column, row, view);
        spans.push(Span::styled(aligned(&text, column), style(tone, theme)));
    }
    Line::from(spans)
}

fn cell(column: &Column, row: &Row<'_>, view: &ViewState) -> Cell {
    match row.stats {
        Some(stats) => (column.cell)(&Facts { identity: row.identity, stats, at: view.sampled_at }),
        None => (String::new(), Tone::Plain),
    }
}

/// A tone as colours.
pub fn style(tone: Tone, theme: Theme) -> Style {
    match tone {
        Tone::Plain => theme.text(),
        Tone::Faint => theme.faint(),
        Tone::State(state) => theme.state(state),
        Tone::Severity(severity) => theme.severity(severity),
    }
}

/// The name in its place in the tree: indented, with a mark that says whether it has children.
fn branch(row: &Row<'_>, width: usize, severity: Severity, theme: Theme) -> Vec<Span<'static>> {
    // However deep it hangs, half of the room is left for the name.
    let indent = (row.place.depth as usize).saturating_mul(2).min(width / 2);
    let mark = match (row.place.children, row.place.open) {
        (0, _) => theme::LEAF,
        (_, true) => theme::OPEN,
        (_, false) => theme::CLOSED,
    };
    let hidden = match (row.place.children, row.place.open) {
        (n, false) if n > 0 => format!(" +{n}"),
        _ => String::new(),
    };
    let room = width.saturating_sub(indent + 2);
    let name = text::fit(&row.identity.name, room);
    let hidden = text::left(&hidden, room.saturating_sub(text::width(&name)));
    let head = text::fit(&format!("{}{mark} ", " ".repeat(indent)), width).into_owned();
    vec![
        Span::styled(head, theme.faint()),
        Span::styled(name.into_owned(), theme.severity(severity)),
        Span::styled(hidden, theme.faint()),
    ]
}
