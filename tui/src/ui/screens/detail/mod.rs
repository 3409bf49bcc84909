//! The page of one slot: everything that is known of it, section by section.

mod facts;
mod history;
mod latency;
mod messages;

use super::{Bar, Page, Pointer};
use crate::ui::actions::{Action, Context};
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::input::Command;
use crate::ui::layout::Layout;
use crate::ui::severity;
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use crate::ui::update;
use crate::ui::view::paint::{Piece, inset, line_of, overstyle, put, scrolled};
use crate::ui::wanted;
use actorscope_core::slot::{Identity, SlotDetail, Stats};
use actorscope_core::view::ViewSpec;
use actorscope_core::{SlotId, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Pages at least this wide have two columns.
const TWO_COLUMNS: usize = 124;
/// Between two columns.
const GUTTER: usize = 4;
/// Cells for the names of facts.
const LABEL: usize = 11;

/// What sections are made of.
#[derive(Clone, Copy)]
struct Subject<'a> {
    identity: &'a Identity,
    stats: &'a Stats,
    /// `None` until the page's own view has answered.
    detail: Option<&'a SlotDetail>,
    /// The node's clock when all this was so.
    at: Timestamp,
}

/// Which slot, and what the user has done to its page.
#[derive(Clone, Debug)]
pub struct DetailPage {
    /// Which.
    pub slot: SlotId,
    /// Its path when the page was opened; what is left of it when it is gone.
    pub path: String,
    /// Lines scrolled past.
    pub scroll: u16,
}

/// The page.
pub struct Detail;

impl Page for Detail {
    fn views(&self, attached: &Attached, _size: (u16, u16)) -> Vec<(u32, ViewSpec)> {
        let slot = attached.detail.as_ref().map(|page| page.slot);
        slot.map(|slot| (wanted::DETAIL, ViewSpec::Detail { slot })).into_iter().collect()
    }

    fn draw(&self, app: &App, attached: &Attached, layout: &Layout, buf: &mut Buffer) {
        if let Some(page) = &attached.detail {
            draw(app, attached, page, layout.body(), buf);
        }
    }

    fn bar(&self, app: &App, attached: &Attached) -> Bar {
        let path = attached.detail.as_ref().map_or("", |page| page.path.as_str());
        // Behind the tab below.
        let room = usize::from(app.size.0).saturating_sub(16);
        let path = format!(" {} ", text::fit_end(path, room));
        Bar { left: vec![Piece::new(0, path, app.settings.theme.title())], right: Vec::new() }
    }

    fn act(&self, app: &mut App, action: Action) -> Vec<Command> {
        let lines = app.size.1;
        if let Some(attached) = app.agent_mut() {
            match (action, &mut attached.detail) {
                (Action::Back, page) => *page = None,
                (action, Some(page)) => page.scroll = update::scrolled(page.scroll, action, lines),
                _ => {}
            }
        }
        Vec::new()
    }

    fn point(&self, app: &mut App, pointer: Pointer) -> Vec<Command> {
        if let (Pointer::Scroll(lines), Some(attached)) = (pointer, app.agent_mut())
            && let Some(page) = &mut attached.detail
        {
            page.scroll = update::wheel(page.scroll, lines);
        }
        Vec::new()
    }

    fn selected(&self, attached: &Attached) -> Option<SlotId> {
        attached.detail.as_ref().map(|page| page.slot)
    }
}

fn draw(app: &App, attached: &Attached, page: &DetailPage, area: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    let inside = inset(area, 1);
    let lines = match subject(attached, page) {
        Some(subject) => lines(&subject, inside.width.into(), theme),
        None => vec![Line::from(Span::styled(missing(app, attached, page), theme.faint()))],
    };
    // What does not fit is announced in a line of its own.
    let overflows = lines.len() > usize::from(inside.height) && inside.height > 4;
    let shown = Rect { height: inside.height - u16::from(overflows), ..inside };
    let skipped = scrolled(buf, shown, &lines, page.scroll);
    if attached.is_stale() {
        overstyle(buf, inside, theme.faint());
    }
    if overflows && let Some(last) = line_of(inside, shown.height) {
        let above = usize::from(skipped);
        let below = lines.len().saturating_sub(above + usize::from(shown.height));
        let text = match (above, below) {
            (0, below) => format!("↓ {below} more lines"),
            (above, 0) => format!("↑ {above} lines above"),
            (above, below) => format!("↑ {above} lines above  ↓ {below} more lines"),
        };
        put(buf, last, Span::styled(text, theme.faint()));
    }
}

fn subject<'a>(attached: &'a Attached, page: &DetailPage) -> Option<Subject<'a>> {
    let own = attached
        .view(wanted::DETAIL)
        .filter(|view| view.rows.first().is_some_and(|row| row.slot == page.slot));
    let view = match own {
        Some(view) => view,
        // Until the first answer, what the screen below knew must do.
        None if answered_without(attached, page) => return None,
        None => attached.shown().find(|view| view.stats.contains_key(&page.slot))?,
    };
    let (identity, _) = view.identities.get(&page.slot)?;
    Some(Subject {
        identity,
        stats: view.stats.get(&page.slot)?,
        detail: own.and_then(|view| view.detail.as_ref()),
        at: view.sampled_at,
    })
}

/// Whether the agent has answered that there is no such slot.
fn answered_without(attached: &Attached, page: &DetailPage) -> bool {
    let newest = attached.asked.get(&wanted::DETAIL).and_then(|a| a.newest());
    attached.view(wanted::DETAIL).is_some_and(|view| {
        newest.is_none_or(|newest| newest == view.revision)
            && !view.rows.iter().any(|row| row.slot == page.slot)
    })
}

fn missing(app: &App, attached: &Attached, page: &DetailPage) -> String {
    if !answered_without(attached, page) {
        return "asking the agent…".to_owned();
    }
    let gone = format!("{} is gone: its slot no longer exists.", page.slot);
    match app.settings.keys.key(Context::Detail, Action::Back) {
        Some(key) => format!("{gone} {key} goes back."),
        None => gone,
    }
}

fn lines(subject: &Subject<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![facts::who(subject, width, theme)];
    for (severity, reason) in severity::reasons(subject.identity, subject.stats) {
        let text = text::fit(&format!("! {reason}"), width).into_owned();
        lines.push(Line::from(Span::styled(text, theme.severity(severity))));
    }
    lines.push(Line::default());
    if width >= TWO_COLUMNS {
        let left = (width - GUTTER) / 2;
        let right = width - GUTTER - left;
        lines.extend(beside(
            facts::now(subject, left, theme),
            facts::told(subject, right, theme),
            left,
        ));
        lines.push(Line::default());
        lines.extend(beside(
            latency::queue_wait(subject, left, theme),
            latency::handling(subject, right, theme),
            left,
        ));
        lines.push(Line::default());
        lines.extend(beside(
            messages::section(subject, left, theme),
            history::section(subject, right, theme),
            left,
        ));
        return lines;
    }
    for section in [
        facts::now(subject, width, theme),
        facts::told(subject, width, theme),
        latency::queue_wait(subject, width, theme),
        latency::handling(subject, width, theme),
        messages::section(subject, width, theme),
        history::section(subject, width, theme),
    ] {
        lines.extend(section);
        lines.push(Line::default());
    }
    lines.pop();
    lines
}

/// Two sections beside each other, the left one `left` cells wide.
fn beside(a: Vec<Line<'static>>, b: Vec<Line<'static>>, left: usize) -> Vec<Line<'static>> {
    let rows = a.len().max(b.len());
    let (mut a, mut b) = (a.into_iter(), b.into_iter());
    (0..rows)
        .map(|_| {
            let mut line = a.next().unwrap_or_default();
            let gap = (left + GUTTER).saturating_sub(line.width());
            line.spans.push(Span::raw(" ".repeat(gap)));
            line.spans.extend(b.next().unwrap_or_default().spans);
            line
        })
        .collect()
}

/// The heading of a section: a name, a rule, and perhaps an explanation.
fn heading(name: &str, explained: &str, width: usize, theme: Theme) -> Line<'static> {
    let mut spans = vec![Span::styled(name.to_owned(), theme.title())];
    let mut used = text::width(name);
    if !explained.is_empty() && used + text::width(explained) + 2 <= width {
        spans.push(Span::styled(format!("  {explained}"), theme.faint()));
        used += text::width(explained) + 2;
    }
    if let Some(rest) = width.checked_sub(used + 1) {
        spans.push(Span::raw(" "));
        spans.push(Span::styled(theme::RULE.repeat(rest), theme.faint()));
    }
    Line::from(spans)
}

/// A named fact; its text goes on below itself when it is too long for one line.
fn fact(lines: &mut Vec<Line<'static>>, name: &str, text: &str, (width, theme): (usize, Theme)) {
    let wrapped = text::wrap(text, width.saturating_sub(LABEL));
    labelled(lines, name, wrapped, theme);
}

/// A named fact of several parts, which are kept whole.
fn facts(
    lines: &mut Vec<Line<'static>>,
    name: &str,
    parts: &[String],
    (width, theme): (usize, Theme),
) {
    let wrapped = text::wrap_parts(parts, width.saturating_sub(LABEL));
    labelled(lines, name, wrapped, theme);
}

fn labelled(lines: &mut Vec<Line<'static>>, name: &str, texts: Vec<String>, theme: Theme) {
    for (n, part) in texts.into_iter().enumerate() {
        let name = if n == 0 { name } else { "" };
        lines.push(Line::from(vec![
            Span::styled(text::left(name, LABEL), theme.heading()),
            Span::styled(part, theme.text()),
        ]));
    }
}
