//! What was received of each view on one stream: frames say only what changed.

use crate::update::Frame;
use actorscope_core::Timestamp;
use actorscope_proto::convert::Malformed;
use actorscope_proto::pack::Unpacker;
use actorscope_proto::v1;
use std::collections::HashMap;

/// See the module's documentation. As many views as were ever wanted.
#[derive(Default)]
pub(super) struct Received {
    views: HashMap<u32, View>,
}

#[derive(Default)]
struct View {
    unpacker: Unpacker,
    /// Whoever looks did not see all frames.
    is_behind: bool,
}

impl Received {
    /// Reads a frame for somebody who wants to see it.
    pub(super) fn shown(&mut self, wire: v1::Frame) -> Result<Frame, Malformed> {
        let view = self.views.entry(wire.view_id).or_default();
        let sampled_at = Timestamp(wire.sampled_at);
        let frame = Frame::unpack(wire, &mut view.unpacker)?;
        if !std::mem::replace(&mut view.is_behind, false) {
            return Ok(frame);
        }
        Ok(frame.with(view.unpacker.everything(sampled_at)?))
    }

    /// Reads a frame that answers what nobody wants any more: the next one builds upon it.
    pub(super) fn passed_over(&mut self, wire: v1::Frame) -> Result<(), Malformed> {
        let view = self.views.entry(wire.view_id).or_default();
        view.is_behind = true;
        Frame::unpack(wire, &mut view.unpacker).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actorscope_core::slot::{Identity, Stats};
    use actorscope_core::spec::ChildKind;
    use actorscope_core::state::SlotState;
    use actorscope_core::view::Placed;
    use actorscope_core::{Capabilities, SlotId};
    use actorscope_proto::pack::Packer;

    fn frame(packer: &mut Packer, at: u64, slots: &[u64]) -> v1::Frame {
        let mut packing = packer.frame(Timestamp(at));
        for slot in slots {
            let slot = SlotId::new(*slot).unwrap();
            let place = Placed::slot_at(slot, 0, 0, false);
            let identity = Identity {
                id: slot,
                parent: None,
                name: "a".into(),
                actor_type: "A".into(),
                framework: "test".into(),
                kind: ChildKind::Worker,
                supervisor: None,
                child_spec: None,
                capabilities: Capabilities::NONE,
                mailbox_capacity: None,
                no_kill: None,
                created_at: Timestamp(1),
                ordinal: slot.get(),
                version: 1,
            };
            let stats = Stats::new(SlotState::Idle, Timestamp(1));
            packing.row(place, &identity, "/a", &stats);
        }
        packing.finish(None)
    }

    #[test]
    fn rows_in_frames_that_nobody_saw_are_told_with_the_next() {
        let (mut packer, mut received) = (Packer::default(), Received::default());
        received.shown(frame(&mut packer, 1, &[1])).unwrap();
        received.passed_over(frame(&mut packer, 2, &[1, 2])).unwrap();
        let next = received.shown(frame(&mut packer, 3, &[1, 2])).unwrap();
        assert_eq!((next.identities.len(), next.stats.len()), (2, 2));
        assert_eq!(next.order.map(|order| order.len()), Some(2));
        let quiet = received.shown(frame(&mut packer, 4, &[1, 2])).unwrap();
        assert_eq!((quiet.order, quiet.identities.len(), quiet.stats.len()), (None, 0, 0));
    }

    #[test]
    fn a_frame_that_is_missing_is_noticed() {
        let (mut packer, mut received) = (Packer::default(), Received::default());
        received.shown(frame(&mut packer, 1, &[1])).unwrap();
        drop(frame(&mut packer, 2, &[1, 2]));
        let error = received.shown(frame(&mut packer, 3, &[1, 2])).unwrap_err();
        assert!(error.to_string().contains("`number`"), "{error}");
        // Whoever begins anew is understood again.
        assert!(received.shown(frame(&mut Packer::default(), 4, &[3])).is_ok());
    }
}
