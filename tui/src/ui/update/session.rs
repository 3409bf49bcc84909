//! What the session reports.

use crate::ui::app::{App, Stage};
use crate::ui::attached::{Attached, Frozen};
use crate::ui::nodes::NodeId;
use crate::ui::screens::ScreenId;
use crate::ui::severity::Severity;
use crate::ui::text;
use actorscope_client::Update;
use std::time::Duration;

/// Takes the next update of a session.
pub fn take(app: &mut App, node: NodeId, update: Update) {
    let now = app.now;
    let Stage::Attached(nodes) = &mut app.stage else {
        return;
    };
    let is_front = nodes.is_front(node);
    // A session that was ended may still have had something to say.
    let Some(attached) = nodes.get_mut(node) else {
        return;
    };
    let note = match &update {
        Update::Connected(node) => {
            let restarted = attached.instance.is_some_and(|old| old != node.instance);
            attached.instance = Some(node.instance);
            let outage = attached.connected(now, restarted);
            if restarted {
                forget_slots(attached);
                Some("service restarted: new instance".to_owned())
            } else {
                outage.map(|gap| {
                    let gap = text::seconds(gap);
                    format!(
                        "connected again; nothing is known of the {gap} in between but its events"
                    )
                })
            }
        }
        Update::Lost { reason, .. } => {
            attached.lost(now, reason);
            None
        }
        Update::Frame(frame) => {
            attached.last_frame = Some(now);
            if let Some(summary) = &frame.summary {
                attached.history.take(summary);
            }
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
        attached.page().took(attached, view);
    }
    if let Some(note) = note {
        let whose = if is_front { String::new() } else { format!("{}: ", attached.name()) };
        app.say(Severity::Warn, format!("{whose}{note}"));
    }
}

/// A new instance has new slots under old numbers: nothing that names a slot carries over.
fn forget_slots(attached: &mut Attached) {
    for screen in ScreenId::ALL {
        screen.page().forget(attached);
    }
    attached.history.clear();
    attached.detail = None;
    attached.finding = None;
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
    if let Some(attached) = app.agent_mut() {
        attached.screen.page().settle(attached, size);
        if attached.detail.is_some() {
            attached.page().settle(attached, size);
        }
        attached.screen.page().settle_all(app);
    }
}
