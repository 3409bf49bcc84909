//! What happened before the screen was opened: the history of the bad actor, and events.

use crate::world::{MS, NOW, S};
use actorscope_core::event::{Event, EventKind};
use actorscope_core::histogram::{Buckets, Layout};
use actorscope_core::slot::{Counters, HandlerStats, PastIncarnation, SlotDetail};
use actorscope_core::{ExitReason, Incarnation, SlotId, Timestamp};

/// The detail page of the bad actor.
pub fn stuck_detail() -> SlotDetail {
    let bell = |middle: i64, width: i64, top: u64| {
        let dense = (0..Layout::Fine.len() as i64).map(move |i| {
            let away = (i - middle).abs();
            if away > width { 0 } else { top * ((width - away) as u64 + 1) / (width as u64 + 1) }
        });
        Buckets { window_ns: Some(10 * S), ..Buckets::from_dense(Layout::Fine, dense) }
    };
    let past = |n: u32, ago: u64, exit, reason: Option<&str>, handled, lost| PastIncarnation {
        incarnation: Incarnation(n),
        started_at: Timestamp(NOW.0 - (ago + 1_800) * S),
        ended_at: Timestamp(NOW.0 - ago * S),
        exit,
        reason: reason.map(str::to_owned),
        counters: Counters { handled, failed: 1, busy_ns: 900 * S },
        lost_messages: lost,
    };
    let handler = |message: &str, handled: u64, failed: u64, busy_ns: u64, max_ns: u64| {
        HandlerStats { message_type: message.into(), handled, failed, busy_ns, max_ns }
    };
    SlotDetail {
        handlers: vec![
            handler("parlor::signaling::SetUpCall", 7_120, 1, 236 * S, 1_900 * MS),
            handler("parlor::signaling::HangUp", 380, 0, 2 * S, 9 * MS),
            handler("parlor::signaling::Statistics", 2, 0, 40_000, 31_000),
        ],
        history: vec![
            past(
                2,
                242,
                ExitReason::Panic,
                Some("called `Option::unwrap()` on a `None` value at src/media.rs:112"),
                201_500,
                Some(14),
            ),
            past(1, 2_100, ExitReason::Killed, Some("by ann: relay stuck"), 72_121, None),
        ],
        queue_wait: Some(bell(193, 11, 60)),
        handling: Some(bell(136, 14, 48)),
        ..SlotDetail::default()
    }
}

pub fn events() -> Vec<Event> {
    let event = |seq: u64, ago: u64, kind, path: &str, incarnation: u32| Event {
        seq,
        at: Timestamp(NOW.0 - ago * S),
        kind,
        slot: SlotId::new(5),
        incarnation: Some(Incarnation(incarnation)),
        path: path.to_owned(),
        exit: None,
        reason: None,
        by: None,
    };
    let signaling = "/parlor/signaling-supervisor/signaling-1";
    vec![
        event(1, 11_000, EventKind::Started, "/parlor", 1),
        Event {
            exit: Some(ExitReason::Panic),
            reason: Some("called `Option::unwrap()` on a `None` value".to_owned()),
            ..event(2, 242, EventKind::Exited, signaling, 2)
        },
        event(3, 242, EventKind::RestartScheduled, signaling, 3),
        event(4, 242, EventKind::Restarted, signaling, 3),
        Event {
            reason: Some("maintenance".to_owned()),
            by: Some("ann".to_owned()),
            ..event(5, 63, EventKind::Suspended, "/parlor/rooms/room-08", 1)
        },
        Event {
            exit: Some(ExitReason::BudgetExhausted),
            ..event(6, 5, EventKind::GaveUp, "/parlor/rooms/room-03", 6)
        },
    ]
}
