//! What screens of rows of actors have in common: which rows are asked for, scrolling, selecting, and
//! how rows are drawn. Only those on screen are built.

use super::{Bar, Pointer, fold};
use crate::ui::actions::{Action, Context};
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::columns::{Cell, Column, Facts, Fitted, Side, Tone};
use crate::ui::layout::Layout;
use crate::ui::list::{Keep, List, Window};
use crate::ui::severity::{self, Severity};
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use crate::ui::view::paint::{Piece, inset, line_of, overstyle, put, restyle};
use actorscope_client::model::{Row, ViewState};
use actorscope_core::SlotId;
use actorscope_core::view::{MAX_ROWS, Order, Placed, RowId, SortKey};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Rows are asked for in steps of this many, so that scrolling by a line rarely needs another view.
const STEP: u32 = 16;

/// One list of rows: which view feeds it, where its state is kept, how its names look.
pub struct RowList {
    /// The view.
    pub view: u32,
    /// How moved rows are brought back under the eye.
    pub keep: Keep,
    /// Above the names.
    pub heading: &'static str,
    /// Scroll position and selection.
    pub list: fn(&Attached) -> List,
    /// Keeps them.
    pub set: fn(&mut Attached, List),
    /// By what it is sorted, if it is.
    pub sorted: fn(&Attached) -> Option<(SortKey, Order)>,
    /// A row's name in so many cells.
    pub name: fn(&Row<'_>, usize, Severity, Theme) -> Vec<Span<'static>>,
}

impl RowList {
    /// The rows to ask for: offset and limit.
    pub fn range(&self, attached: &Attached, size: (u16, u16)) -> (u32, u32) {
        let height = u32::from(attached.layout(size).rows.height);
        // At least half a step of rows is known above and below the screen.
        let offset = (self.list)(attached).top.saturating_sub(STEP / 2) / STEP * STEP;
        (offset, height.saturating_add(2 * STEP).min(MAX_ROWS))
    }

    /// The known part of the list.
    pub fn window<'a>(&self, attached: &'a Attached) -> Window<'a> {
        attached.view(self.view).map_or_else(Window::default, |view| Window {
            offset: attached
                .asked
                .get(&self.view)
                .map_or(0, |asked| asked.offset_of(view.revision)),
            rows: &view.rows,
            matched: u32::try_from(view.matched).unwrap_or(u32::MAX),
        })
    }

    /// What the selected row shows.
    pub fn selected_row(&self, attached: &Attached) -> Option<RowId> {
        (self.list)(attached).selected(&self.window(attached))
    }

    /// The selected slot.
    pub fn selected(&self, attached: &Attached) -> Option<SlotId> {
        (self.list)(attached).slot(&self.window(attached))
    }

    /// Changes the list with its window at hand.
    pub fn change(&self, attached: &mut Attached, change: impl FnOnce(&mut List, &Window<'_>)) {
        let mut list = (self.list)(attached);
        change(&mut list, &self.window(attached));
        (self.set)(attached, list);
    }

    /// What keys do that mean the same in every list.
    pub fn act(&self, attached: &mut Attached, size: (u16, u16), action: Action) {
        let height = attached.layout(size).rows.height;
        let screen = i64::from(height.max(2)) - 1;
        match action {
            Action::Open => {
                if let Some(slot) = self.selected(attached) {
                    attached.open(slot, None);
                }
            }
            Action::Up => self.change(attached, |l, w| l.move_by(-1, w, height)),
            Action::Down => self.change(attached, |l, w| l.move_by(1, w, height)),
            Action::PageUp => self.change(attached, |l, w| l.move_by(-screen, w, height)),
            Action::PageDown => self.change(attached, |l, w| l.move_by(screen, w, height)),
            Action::Top => self.change(attached, |l, w| l.move_to(0, w, height)),
            Action::Bottom => self.change(attached, |l, w| l.move_to(u32::MAX, w, height)),
            _ => {}
        }
    }

    /// What the mouse does: a click selects, the wheel scrolls.
    pub fn point(&self, attached: &mut Attached, size: (u16, u16), pointer: Pointer) {
        let area = attached.layout(size).rows;
        match pointer {
            Pointer::Scroll(lines) => {
                self.change(attached, |l, w| l.scroll_by(lines, w, area.height));
            }
            Pointer::Click(at) if area.contains(at) => {
                let top = (self.list)(attached).top;
                let row = top.saturating_add(u32::from(at.y - area.y));
                if row < self.window(attached).matched {
                    self.change(attached, |l, w| l.move_to(row, w, area.height));
                }
            }
            Pointer::Click(_) => {}
        }
    }

    /// Lets selection and scroll position follow whatever has changed.
    pub fn settle(&self, attached: &mut Attached, size: (u16, u16)) {
        if attached.view(self.view).is_some() {
            let height = attached.layout(size).rows.height;
            self.change(attached, |l, w| l.settle(w, height, self.keep));
        }
    }

    /// The filter, and which rows are on screen of how many.
    pub fn bar(&self, app: &App, attached: &Attached) -> Bar {
        let theme = app.settings.theme;
        let position = format!(" {} ", self.position(attached, app.size));
        Bar {
            left: filter(attached.typed(&attached.filter), theme).into_iter().collect(),
            right: vec![Piece::new(1, position, theme.text())],
        }
    }

    fn position(&self, attached: &Attached, size: (u16, u16)) -> String {
        let Some(view) = attached.view(self.view) else {
            return "asking".to_owned();
        };
        let top = u64::from((self.list)(attached).top);
        let last = (top + u64::from(attached.layout(size).rows.height)).min(view.matched);
        if view.matched == 0 {
            return "nothing".to_owned();
        }
        let of = if attached.filter.is_empty() && attached.prompt.is_none() {
            format!("of {}", text::grouped(view.matched))
        } else {
            let total = text::grouped(view.total);
            format!("of {} matching, {total} in all", text::grouped(view.matched))
        };
        format!("{}–{} {of}", text::grouped(top + 1), text::grouped(last))
    }
}

/// A filter in the line with the tabs; `None` = there is none.
pub fn filter(text: &str, theme: Theme) -> Option<Piece> {
    let text = text.trim();
    (!text.is_empty())
        .then(|| Piece::new(1, format!(" filter “{}” ", text::fit(text, 30)), theme.warn()))
}

/// Draws headings and rows.
pub fn draw(rows: &RowList, app: &App, attached: &Attached, layout: &Layout, buf: &mut Buffer) {
    let theme = app.settings.theme;
    let sorted = (rows.sorted)(attached);
    let choice = app.settings.columns.of_view(rows.view);
    let fitted = choice.fitted(layout.rows.width, sorted.map(|(key, _)| key));
    heads(rows, &fitted, sorted, theme, layout.heads, buf);
    body(rows, app, attached, &fitted, layout.rows, buf);
}

/// Draws the headings: names of groups above if there are two lines.
fn heads(
    rows: &RowList,
    fitted: &Fitted,
    sorted: Option<(SortKey, Order)>,
    theme: Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    let has_groups = area.height > 1;
    if has_groups && let Some(line) = line_of(area, 0) {
        put(buf, line, groups(fitted, theme));
    }
    let Some(line) = line_of(area, area.height.saturating_sub(1)) else {
        return;
    };
    let by_name = Some(SortKey::Name);
    let name = text::left(&heading(rows.heading, by_name, sorted), fitted.name.into());
    let mut spans = vec![Span::raw(" "), styled_heading(name, by_name, sorted, theme)];
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

pub(super) fn aligned(text: &str, column: &Column) -> String {
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
fn body(
    rows: &RowList,
    app: &App,
    attached: &Attached,
    fitted: &Fitted,
    area: Rect,
    buf: &mut Buffer,
) {
    let theme = app.settings.theme;
    let Some(view) = attached.view(rows.view) else {
        message(buf, area, "asking the agent…", theme);
        return;
    };
    if view.matched == 0 {
        message(buf, area, &nothing(app, attached), theme);
        return;
    }
    let window = rows.window(attached);
    let list = (rows.list)(attached);
    let selected = list.selected(&window);
    for n in 0..area.height {
        let row = list.top.saturating_add(u32::from(n));
        let Some(line) = line_of(area, n).filter(|_| row < window.matched) else {
            break;
        };
        let drawn = window.at(row).and_then(|place| {
            let (text, severity) = drawn(rows, place, view, fitted, theme)?;
            Some((place, text, severity))
        });
        let Some((place, text, severity)) = drawn else {
            put(buf, line, Span::styled(" …", theme.faint()));
            continue;
        };
        put(buf, line, text);
        if attached.is_stale() {
            overstyle(buf, line, theme.faint());
        }
        if selected == Some(place.row) {
            overstyle(buf, line, theme.selected());
        } else if severity == Severity::Severe && !attached.is_stale() {
            restyle(buf, line, theme.strong());
        }
    }
}

/// What stands in a row, and how much it wants a look; `None` = it is not here yet.
fn drawn(
    rows: &RowList,
    place: Placed,
    view: &ViewState,
    fitted: &Fitted,
    theme: Theme,
) -> Option<(Line<'static>, Severity)> {
    match place.row {
        RowId::Slot(_) => {
            let row = view.row(place)?;
            Some((one(rows, &row, view, fitted, theme), severity_of(&row)))
        }
        RowId::Fold(_) => {
            let fold = view.fold(place)?;
            Some((fold::line(fold, place, fitted, theme), fold::severity(fold)))
        }
        RowId::Rest(_) => Some((fold::rest(place, fitted, theme), Severity::Calm)),
    }
}

/// A sentence where rows would be.
pub fn message(buf: &mut Buffer, area: Rect, text: &str, theme: Theme) {
    for (n, line) in (1u16..).zip(text::wrap(text, usize::from(area.width.saturating_sub(4)))) {
        let n = if area.height > 2 { n } else { n - 1 };
        if let Some(at) = line_of(area, n) {
            put(buf, inset(at, 2), Span::styled(line, theme.faint()));
        }
    }
}

fn nothing(app: &App, attached: &Attached) -> String {
    if attached.filter.is_empty() && attached.prompt.is_none() {
        return "No actors yet: the service has registered none.".to_owned();
    }
    let text = "No actor matches this filter.";
    match app.settings.keys.key(Context::Screen(attached.screen), Action::Back) {
        Some(key) => format!("{text} {key} drops the filter."),
        None => text.to_owned(),
    }
}

fn severity_of(row: &Row<'_>) -> Severity {
    row.stats.map_or(Severity::Calm, |stats| severity::of(row.identity, stats))
}

/// One row.
fn one(
    rows: &RowList,
    row: &Row<'_>,
    view: &ViewState,
    fitted: &Fitted,
    theme: Theme,
) -> Line<'static> {
    let severity = severity_of(row);
    let mut spans = vec![Span::styled(theme::mark(severity), theme.severity(severity))];
    spans.extend((rows.name)(row, fitted.name.into(), severity, theme));
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
