//! Attached to something that has not answered yet.

use super::paint::{Piece, inset, line_of, put, put_pieces, rule};
use super::{events, footer, nodes};
use crate::ui::app::App;
use crate::ui::attached::Attached;
use crate::ui::layout::Layout;
use crate::ui::severity::Severity;
use crate::ui::text;
use actorscope_client::Link;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Draws the page: the target, what is in the way, and when the next try is.
pub fn draw(app: &App, attached: &Attached, area: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    let layout = Layout::of((area.width, area.height), false);
    if let Some(line) = line_of(layout.header, 0) {
        let title = Piece::new(0, "actorscope", theme.title());
        let title = nodes::piece(app, line.width).unwrap_or(title);
        put_pieces(buf, line, &Span::raw("  "), vec![title], Vec::new());
    }
    rule(buf, layout.bar, theme);
    let body = inset(layout.body(), 2);
    let room = usize::from(body.width.max(1));
    let mut lines = Vec::new();
    match &attached.model.link {
        Link::Lost { reason, retry_in, tries } => {
            lines.push((format!("✗ no connection to {}", attached.label), theme.severe()));
            let failed = attached.outage.as_ref().map_or(app.now, |outage| outage.last_try);
            let left = retry_in.saturating_sub(app.now.saturating_sub(failed));
            let tries = text::counted(u64::from(*tries), "try", "tries");
            let next = if left.is_zero() {
                "trying again".to_owned()
            } else {
                format!("next in {}", text::seconds(left))
            };
            lines.push((format!("{tries} so far; {next}"), theme.faint()));
            lines.push((String::new(), theme.text()));
            lines.extend(reason.lines().map(|line| (line.to_owned(), theme.text())));
        }
        Link::Connecting | Link::Live => {
            lines.push((format!("◌ connecting to {}", attached.label), theme.title()));
        }
    }
    let wrapped = lines
        .into_iter()
        .flat_map(|(line, style)| text::wrap(&line, room).into_iter().map(move |l| (l, style)));
    let above = u16::from(body.height > 6);
    for (n, (line, style)) in (above..).zip(wrapped) {
        match line_of(body, n) {
            Some(at) => put(buf, at, Span::styled(line, style)),
            None => break,
        }
    }
    if let Some(note) = &app.note {
        let strip = inset(layout.strip, 1);
        put(buf, strip, events::said(&note.text, strip, Severity::Warn, theme));
    }
    footer::draw(app, layout.footer, buf);
}
