//! What the mouse does: everything it can do, keys can do too.

use super::keys::{context, scrolled};
use super::rows::with_list;
use crate::ui::app::{App, Page, Stage};
use crate::ui::input::Command;
use crate::ui::keys::{Action, Context};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

/// Rows that one notch of the wheel scrolls.
const NOTCH: i64 = 3;

/// Scrolls and selects.
pub fn mouse(app: &mut App, event: MouseEvent) -> Vec<Command> {
    let notches = match event.kind {
        MouseEventKind::ScrollUp => -NOTCH,
        MouseEventKind::ScrollDown => NOTCH,
        MouseEventKind::Down(MouseButton::Left) => 0,
        _ => return Vec::new(),
    };
    let turn = if notches < 0 { Action::Up } else { Action::Down };
    let context = context(app);
    let (size, help) = (app.size, app.help);
    if let Some(scroll) = help {
        app.help = Some((0..notches.abs()).fold(scroll, |s, _| scrolled(s, turn, size.1)));
        return Vec::new();
    }
    let Stage::Attached(attached) = &mut app.stage else {
        return Vec::new();
    };
    let area = attached.layout(size).rows;
    match context {
        Context::Detail => {
            if let Some(page) = &mut attached.detail {
                let scroll = page.scroll;
                page.scroll = (0..notches.abs()).fold(scroll, |s, _| scrolled(s, turn, size.1));
            }
        }
        Context::Tree | Context::Table if notches != 0 => {
            with_list(attached, |l, w| l.scroll_by(notches, w, area.height));
        }
        Context::Tree | Context::Table if area.contains(Position::new(event.column, event.row)) => {
            let list = match attached.page {
                Page::Tree => attached.tree.list,
                Page::Table => attached.table.list,
            };
            let row = list.top.saturating_add(u32::from(event.row - area.y));
            if row < attached.window().matched {
                with_list(attached, |l, w| l.move_to(row, w, area.height));
            }
        }
        _ => {}
    }
    Vec::new()
}
