//! What happened before the screen was opened: the history of the bad actor, and events.

use crate::world::{MS, NOW, S};
use actorscope_client::Dumped;
use actorscope_core::event::{Event, EventKind};
use actorscope_core::histogram::{Buckets, Layout};
use actorscope_core::link::{Link, Links};
use actorscope_core::slot::{
    Counters, HandlerStats, LatencySummary, PastIncarnation, Polling, SlotDetail,
};
use actorscope_core::{ExitReason, Incarnation, Outcome, SlotId, Timestamp};

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
        counters: Some(Counters { handled, failed: 1, busy_ns: 900 * S }),
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
        links: Some(links()),
        ..SlotDetail::default()
    }
}

/// Who the bad actor talks to: it waits for the store longer than for anybody.
fn links() -> Links {
    let link = |slot, path: &str, tells, asks, failed| Link {
        peer: SlotId::new(slot),
        path: path.to_owned(),
        tells,
        asks,
        failed,
        ask: None,
        waiting: 0,
        waiting_ns: None,
    };
    let to_store = Link {
        ask: Some(LatencySummary {
            count: 7_490,
            p50: Some(31 * MS),
            p99: Some(104 * MS),
            max: Some(340 * MS),
            ..LatencySummary::default()
        }),
        waiting: 1,
        waiting_ns: Some(340 * MS),
        ..link(2, "/parlor/store", 12, 7_502, 2)
    };
    Links {
        outgoing: vec![to_store, link(3, "/parlor/presence", 7_120, 0, 0)],
        incoming: vec![
            link(72, "/parlor/connections/connection-31", 412, 0, 0),
            Link { peer: None, ..link(1, "_other", 27_204, 0, 0) },
        ],
        cycle: Vec::new(),
    }
}

/// A task that is polled often, and once for too long.
pub fn polled_detail() -> (Polling, SlotDetail) {
    let dense = |first: usize, counts: &[u64]| {
        let counts = [vec![0; first], counts.to_vec()].concat();
        Buckets { window_ns: Some(10 * S), ..Buckets::from_dense(Layout::Log2, counts) }
    };
    let poll = dense(11, &[12, 140, 390, 80, 9, 0, 0, 0, 0, 0, 0, 1]);
    let delay = dense(12, &[55, 402, 160, 12, 3]);
    let polling =
        Polling { polls: 118_204, busy_ns: 6 * S, poll: poll.summary(), delay: delay.summary() };
    (polling, SlotDetail { poll: Some(poll), delay: Some(delay), ..SlotDetail::default() })
}

/// What the bad actor prints of itself.
pub fn printed() -> Dumped {
    let calls: String = (0..40)
        .map(|n| {
            format!(
                "        Call {{\n            id: {n},\n            state: Ringing,\n        }},\n"
            )
        })
        .collect();
    Dumped {
        outcome: Outcome::Done,
        message: "/parlor/signaling-supervisor/signaling-1 printed its state; it is longer than was wanted"
            .to_owned(),
        slot: SlotId::new(5).unwrap(),
        incarnation: Incarnation(3),
        text: format!("SignalingWorker {{\n    relay: Some(\n        \"turn:relay-2.example:3478?transport=udp&realm=a-rather-long-realm-that-does-not-fit\",\n    ),\n    calls: [\n{calls}"),
        truncated: true,
        taken_at: NOW,
        took: std::time::Duration::from_micros(41),
    }
}

pub fn events() -> Vec<Event> {
    let event = |seq: u64, ago: u64, kind, path: &str, incarnation: u32| Event {
        seq,
        at: Timestamp(NOW.0 - ago * S),
        kind,
        slot: SlotId::new(5),
        incarnation: Some(Incarnation(incarnation)),
        path: path.into(),
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
            slot: SlotId::new(17),
            reason: Some("maintenance".to_owned()),
            by: Some("ann".to_owned()),
            ..event(5, 63, EventKind::Suspended, "/parlor/rooms/room-08", 1)
        },
        Event {
            slot: SlotId::new(12),
            exit: Some(ExitReason::BudgetExhausted),
            ..event(6, 5, EventKind::GaveUp, "/parlor/rooms/room-03", 6)
        },
    ]
}
