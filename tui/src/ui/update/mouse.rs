//! What the mouse does: everything it can do, keys can do too.

use super::keys::{context, scrolled};
use crate::ui::actions::{Action, Context};
use crate::ui::app::App;
use crate::ui::input::Command;
use crate::ui::screens::Pointer;
use crate::ui::view::paint::line_of;
use crate::ui::view::{nodes, tabs};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

/// Lines that one notch of the wheel scrolls.
const NOTCH: i64 = 3;

/// Scrolls, selects, changes screens.
pub fn mouse(app: &mut App, event: MouseEvent) -> Vec<Command> {
    let pointer = match event.kind {
        MouseEventKind::ScrollUp => Pointer::Scroll(-NOTCH),
        MouseEventKind::ScrollDown => Pointer::Scroll(NOTCH),
        MouseEventKind::Down(MouseButton::Left) => {
            Pointer::Click(Position::new(event.column, event.row))
        }
        _ => return Vec::new(),
    };
    if let (Some(scroll), Pointer::Scroll(lines)) = (app.help, pointer) {
        app.help = Some(wheel(scroll, lines));
        return Vec::new();
    }
    if !matches!(context(app), Context::Screen(_) | Context::Detail | Context::Connecting) {
        return Vec::new();
    }
    if let Pointer::Click(at) = pointer
        && let Some(front) = app.agent()
        && let Some(line) = line_of(front.layout(app.size).header, 0)
        && let Some(node) = nodes::at(app, line, at)
    {
        return super::looking::go(app, node);
    }
    if !matches!(context(app), Context::Screen(_) | Context::Detail) {
        return Vec::new();
    }
    if let Pointer::Click(at) = pointer
        && let Some(screen) = tabs::at(app, at)
        && let Some(attached) = app.agent_mut()
    {
        attached.go(screen);
        return Vec::new();
    }
    match app.agent() {
        Some(attached) => attached.page().point(app, pointer),
        None => Vec::new(),
    }
}

/// A scroll position after the wheel has turned; drawing cuts it to what there is.
pub fn wheel(scroll: u16, lines: i64) -> u16 {
    let turn = if lines < 0 { Action::Up } else { Action::Down };
    (0..lines.unsigned_abs()).fold(scroll, |scroll, _| scrolled(scroll, turn, 0))
}
