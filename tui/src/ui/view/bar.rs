//! The line between header and page: which page this is and which part of it is shown.

use super::paint::{Piece, put_pieces, rule};
use crate::ui::app::{App, Attached, Page};
use crate::ui::text;
use crate::ui::theme::{self, Theme};
use actorscope_core::view::{Order, SortKey};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Span;

/// Draws the line.
pub fn draw(app: &App, attached: &Attached, area: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    rule(buf, area, theme);
    let mut left = Vec::new();
    let mut right = Vec::new();
    let boxed = |text: String| format!(" {text} ");
    if let Some(detail) = &attached.detail {
        let page = match attached.page {
            Page::Tree => "Tree",
            Page::Table => "Table",
        };
        let room = usize::from(area.width).saturating_sub(14);
        left.push(Piece::new(1, boxed(page.to_owned()), theme.faint()));
        left.push(Piece::new(
            0,
            boxed(text::fit_end(&detail.path, room).into_owned()),
            theme.title(),
        ));
    } else {
        for (page, name) in [(Page::Tree, "Tree"), (Page::Table, "Table")] {
            let (rank, style) = if page == attached.page {
                (0, theme.title().add_modifier(Modifier::UNDERLINED))
            } else {
                (4, theme.faint())
            };
            left.push(Piece {
                rank,
                spans: vec![Span::raw(" "), Span::styled(name, style), Span::raw(" ")],
            });
        }
        let typed = attached.prompt.as_ref().map_or(attached.filter.as_str(), |p| p.text());
        if !typed.trim().is_empty() {
            let filter = text::fit(typed.trim(), 30);
            left.push(Piece::new(1, boxed(format!("filter “{filter}”")), theme.warn()));
        }
        if attached.page == Page::Table {
            let sort = sorted_in_words(attached.table.sort, attached.table.order);
            right.push(Piece::new(5, boxed(sort), theme.text()));
        }
        right.push(Piece::new(1, boxed(position(attached, app.size)), theme.text()));
    }
    if attached.detail.is_none()
        && let Some(trouble) = trouble(attached, theme)
    {
        left.push(trouble);
    }
    put_pieces(buf, area, &Span::styled(theme::RULE, theme.faint()), left, right);
}

/// How many slots are in trouble, in words.
fn trouble(attached: &Attached, theme: Theme) -> Option<Piece> {
    let summary = attached.summary()?;
    let mut spans = Vec::new();
    for (n, word, style) in [
        (summary.failed, "failed", theme.severe()),
        (summary.restarting, "restarting", theme.warn()),
        (summary.suspended, "suspended", theme.warn()),
    ] {
        if n > 0 {
            spans.push(Span::raw(if spans.is_empty() { " " } else { ", " }));
            spans.push(Span::styled(format!("{} {word}", text::grouped(n)), style));
        }
    }
    if spans.is_empty() {
        return None;
    }
    spans.push(Span::raw(" "));
    Some(Piece { rank: 2, spans })
}

fn sorted_in_words(sort: SortKey, order: Order) -> String {
    let (up, down) = match sort {
        SortKey::Name => ("A to Z", "Z to A"),
        SortKey::State => ("trouble first", "trouble last"),
        SortKey::Age => ("youngest first", "oldest first"),
        SortKey::QueueWait | SortKey::Handling => ("fastest first", "slowest first"),
        _ => ("least first", "most first"),
    };
    let order = match order {
        Order::Ascending => up,
        Order::Descending => down,
    };
    format!("by {}, {order}", sort.word().replace('-', " "))
}

/// Which rows are on screen, of how many.
fn position(attached: &Attached, size: (u16, u16)) -> String {
    let Some(view) = attached.view(attached.main()) else {
        return "asking".to_owned();
    };
    let height = u64::from(attached.layout(size).rows.height);
    let top = u64::from(attached.list().top);
    let last = (top + height).min(view.matched);
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
