//! What the session reports.

use crate::ui::app::{App, Attached, Frozen, Outage, Page, Stage, TablePage, TreePage};
use crate::ui::list::{Follows, Keep, List};
use crate::ui::severity::Severity;
use crate::ui::text;
use crate::ui::wanted::{self, Asked};
use actorscope_client::Update;
use actorscope_core::view::{Expansion, MAX_EXPANDED};
use std::time::Duration;

/// Takes the next update.
pub fn take(app: &mut App, update: Update) {
    let now = app.now;
    let Stage::Attached(attached) = &mut app.stage else {
        return;
    };
    let note = match &update {
        Update::Connected(node) => {
            let restarted = attached.instance.is_some_and(|old| old != node.instance);
            let outage = attached.outage.take();
            attached.instance = Some(node.instance);
            attached.last_frame = None;
            if restarted {
                forget_slots(attached);
                Some("service restarted: new instance".to_owned())
            } else {
                outage.map(|o| {
                    let gap = text::seconds(now.saturating_sub(o.since));
                    format!(
                        "connected again; nothing is known of the {gap} in between but its events"
                    )
                })
            }
        }
        Update::Lost { .. } => {
            let since = attached.outage.as_ref().map_or(now, |o| o.since);
            attached.outage = Some(Outage { since, last_try: now });
            None
        }
        Update::Frame(_) => {
            attached.last_frame = Some(now);
            None
        }
        Update::Events(_) => None,
    };
    let frame = match &update {
        Update::Frame(frame) => Some(frame.view_id),
        _ => None,
    };
    attached.model.apply(update);
    if let Some(view) = frame {
        thaw_what_was_asked_for_since(attached, view);
        if view == wanted::TREE {
            remember_open(attached);
        }
    }
    if let Some(note) = note {
        app.say(Severity::Warn, note);
    }
}

/// A new instance has new slots under old numbers: nothing that names a slot carries over.
fn forget_slots(attached: &mut Attached) {
    let (sort, order) = (attached.table.sort, attached.table.order);
    attached.tree = TreePage::default();
    attached.table = TablePage { list: List::new(Follows::Row), sort, order };
    attached.detail = None;
    super::verbs::close_dialog(attached);
    attached.frozen = None;
}

/// While paused, a view that the user asked for since shows its first answer and then stands still
/// like the rest: so one can walk about without the numbers running on.
fn thaw_what_was_asked_for_since(attached: &mut Attached, id: u32) {
    let (Some(frozen), Some(live)) = (&mut attached.frozen, attached.model.views.get(&id)) else {
        return;
    };
    let is_new = frozen.views.get(&id).is_none_or(|shown| shown.revision != live.revision);
    if is_new {
        frozen.views.insert(id, live.clone());
    }
}

/// See [`TreePage::seen_open`].
fn remember_open(attached: &mut Attached) {
    if !attached.filter.is_empty() || attached.prompt.is_some() {
        return;
    }
    let newest = attached.asked.get(&wanted::TREE).and_then(Asked::newest);
    if let (Expansion::ToDepth(_), Some(view)) =
        (&attached.tree.expansion, attached.model.views.get(&wanted::TREE))
    {
        // What an answer to an older question shows open may be closed by now.
        if newest.is_some_and(|newest| newest != view.revision) {
            return;
        }
        let seen = &mut attached.tree.seen_open;
        for place in view.rows.iter().filter(|p| p.open) {
            if seen.len() >= MAX_EXPANDED {
                break;
            }
            seen.insert(place.slot);
        }
    }
}

/// Freezes what is shown, or goes on.
pub fn pause(attached: &mut Attached, now: Duration) {
    attached.frozen = match attached.frozen.take() {
        Some(_) => None,
        None => Some(Frozen {
            at: now,
            summary: attached.model.summary.clone(),
            views: attached.model.views.clone(),
            events: attached.model.events.clone(),
        }),
    };
}

/// Lets selection and scroll position follow whatever has changed.
pub fn keep_on_screen(app: &mut App) {
    let size = app.size;
    let Stage::Attached(attached) = &mut app.stage else {
        return;
    };
    if attached.view(attached.main()).is_none() {
        return;
    }
    let height = attached.layout(size).rows.height;
    let mut list = *attached.list();
    match attached.page {
        Page::Tree => {
            list.settle(&attached.window(), height, Keep::Line);
            attached.tree.list = list;
        }
        Page::Table => {
            list.settle(&attached.window(), height, Keep::Top);
            attached.table.list = list;
        }
    }
}
