//! Draws the state. Pure: the same state on the same area gives the same cells.

mod bar;
mod connecting;
mod detail;
mod dialog;
mod events;
mod footer;
mod header;
mod help;
mod looking;
mod paint;
mod popup;
mod rows;

use super::app::{App, Attached, Stage};
use super::layout::Layout;
use super::theme;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws everything.
pub fn view(app: &App, frame: &mut Frame<'_>) {
    draw(app, frame.area(), frame.buffer_mut());
}

/// Draws everything into `area`, which is a whole screen.
fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    match &app.stage {
        Stage::Looking(state) => looking::draw(app, state, area, buf),
        Stage::Attached(attached) => page(app, attached, area, buf),
    }
    if let Some(scroll) = app.help {
        help::draw(app, scroll, area, buf);
    }
    if app.settings.theme.ascii {
        theme::ascii(buf);
    }
}

fn page(app: &App, attached: &Attached, area: Rect, buf: &mut Buffer) {
    let theme = app.settings.theme;
    let layout = Layout::of((area.width, area.height), attached.events_open);
    if attached.model.node.is_none() {
        connecting::draw(app, attached, area, buf);
        return;
    }
    header::draw(app, attached, layout.header, buf);
    bar::draw(app, attached, layout.bar, buf);
    if attached.detail.is_some() {
        detail::draw(app, attached, layout.body(), buf);
    } else {
        rows::heads(attached, theme, layout.heads, buf);
        rows::draw(attached, theme, layout.rows, buf);
    }
    events::pane(attached, theme, layout.events, buf);
    events::strip(app, attached, layout.strip, buf);
    footer::draw(app, layout.footer, buf);
    if let Some(dialog) = &attached.dialog {
        dialog::draw(app, attached, dialog, area, buf);
    }
}
