//! Several tasks of one actor send at once.

use crate::cell::Links;
use crate::clock::ticks;
use crate::run::{Model, join, seen, thread};
use actorscope_core::SlotId;
use std::sync::Arc;

pub(super) const COUNTS: Model = Model {
    name: "links",
    shows: "of two who send to the same receiver for the first time none is lost, and it has one link",
    preemptions: 2,
    must_see: &["waits", "waits for nobody"],
    body: || {
        let peer = SlotId::new(7).expect("small");
        let other = SlotId::new(8).expect("small");
        let links = Arc::new(Links::default());
        let asker = thread({
            let links = links.clone();
            move || {
                let ask = links.to(peer).asked(ticks());
                links.to(peer).answered(ask, true);
                links.to(peer).told(true);
            }
        });
        let teller = thread({
            let links = links.clone();
            move || {
                links.to(other).told(true);
                links.to(peer).told(false);
            }
        });
        let waits: Vec<SlotId> = links.waits().map(|(peer, _)| peer).collect();
        assert!(waits.is_empty() || waits == [peer], "{waits:?}");
        seen(if waits.is_empty() { "waits for nobody" } else { "waits" });
        join(asker);
        join(teller);
        let mut read = links.read();
        read.sort_by_key(|link| link.peer);
        let told: Vec<_> =
            read.iter().map(|l| (l.peer, l.tells, l.asks, l.failed, l.waiting)).collect();
        assert_eq!(told, [(Some(peer), 2, 1, 1, 0), (Some(other), 1, 0, 0, 0)]);
    },
};
