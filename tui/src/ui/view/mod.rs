//! Draws the state. Pure: the same state on the same area gives the same cells.
//!
//! Here are the components that all screens share, a file each: header, tabs, strip, footer, help,
//! dialogs, palette. What stands between tabs and strip is a [screen](super::screens)'s own.

pub mod chart;
pub mod chooser;
mod connecting;
mod dialog;
pub mod events;
mod footer;
mod header;
mod help;
pub mod looking;
pub mod nodes;
pub mod paint;
pub mod palette;
mod popup;
pub mod sections;
pub mod tabs;

use super::app::{App, Stage};
use super::attached::Attached;
use super::popup::Popup;
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
        Stage::Attached(nodes) => page(app, nodes.front(), area, buf),
    }
    match &app.popup {
        Some(Popup::Palette(palette)) => palette::draw(app, palette, area, buf),
        Some(Popup::Columns(chooser)) => chooser::draw(app, chooser, area, buf),
        None => {}
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
    let layout = attached.layout((area.width, area.height));
    if attached.model.node.is_none() {
        connecting::draw(app, attached, area, buf);
        return;
    }
    header::draw(app, attached, layout.header, buf);
    tabs::draw(app, attached, layout.bar, buf);
    attached.page().draw(app, attached, &layout, buf);
    events::pane(attached, theme, layout.events, buf);
    events::strip(app, attached, layout.strip, buf);
    footer::draw(app, layout.footer, buf);
    if let Some(dialog) = &attached.dialog {
        dialog::draw(app, attached, dialog, area, buf);
    }
}
