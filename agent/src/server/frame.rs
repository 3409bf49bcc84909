//! From a view to the bytes of an answer: only what its reader does not know yet.

use super::limits;
use crate::sampler::Sampler;
use actorscope_core::SlotId;
use actorscope_core::node::Summary;
use actorscope_core::view::{RowId, RowSource, Selection, ViewSpec, evaluate_while};
use actorscope_proto::pack::Packer;
use actorscope_proto::v1;
use std::time::Instant;

/// One answer to a view, to a reader that knows nothing, and the node at a glance with it.
pub(super) fn answer(sampler: &mut Sampler, view: &ViewSpec) -> v1::Frame {
    let summary = sampler.rows().summary();
    built(sampler, view, &mut Packer::default(), Some(&summary))
}

/// Answers a view with what its reader does not know by `known`, and notes it there.
pub(super) fn build(sampler: &mut Sampler, view: &ViewSpec, known: &mut Packer) -> v1::Frame {
    let summary = (*view == ViewSpec::Summary).then(|| sampler.rows().summary());
    built(sampler, view, known, summary.as_ref())
}

/// Slots in the answer count as looked at.
fn built(
    sampler: &mut Sampler,
    view: &ViewSpec,
    known: &mut Packer,
    summary: Option<&Summary>,
) -> v1::Frame {
    let begin = Instant::now();
    let mut in_time = || begin.elapsed() < limits::FILTER_TIME;
    let rows = sampler.rows();
    let selection = evaluate_while(view, rows, &mut in_time);
    let (mut frame, slots) = packed(rows, view, &selection, known, summary);
    frame.tick = rows.tick();
    for slot in slots {
        sampler.rows_mut().want(slot);
    }
    frame
}

/// A selection as a frame, and the slots that are in it.
pub(super) fn packed(
    source: &impl RowSource,
    view: &ViewSpec,
    selection: &Selection,
    known: &mut Packer,
    summary: Option<&Summary>,
) -> (v1::Frame, Vec<SlotId>) {
    let mut packing = known.frame(source.sampled_at());
    let mut path = String::new();
    let mut slots = Vec::with_capacity(selection.rows.len());
    let mut written = 0;
    for place in &selection.rows {
        written += 1;
        let Some(slot) = place.slot() else {
            let fold = selection.folds.iter().find(|fold| place.row == RowId::Fold(fold.id));
            if packing.fold(*place, fold) > limits::FRAME_BYTES {
                break;
            }
            continue;
        };
        let (Some(identity), Some(stats)) = (source.identity(slot), source.stats(slot)) else {
            continue;
        };
        path.clear();
        source.forest().append_path(slot, &mut path);
        slots.push(slot);
        if packing.row(*place, &identity, &path, &stats) > limits::FRAME_BYTES {
            break;
        }
    }
    let mut frame = packing.finish(summary);
    (frame.total, frame.matched) = (selection.total, selection.matched);
    if selection.cut {
        frame.partial.push(v1::Partial {
            reason: "deadline".to_owned(),
            message: format!(
                "not all slots were tried in the {} ms that a filter may take",
                limits::FILTER_TIME.as_millis()
            ),
            next_offset: 0,
        });
    }
    if written < selection.rows.len() {
        frame.partial.push(v1::Partial {
            reason: "bytes".to_owned(),
            message: format!("an answer holds at most {} KiB", limits::FRAME_BYTES / 1024),
            next_offset: offset(view) + written as u32,
        });
    }
    if let ViewSpec::Detail { slot } = view {
        frame.detail = source.detail(*slot).as_ref().map(Into::into);
    }
    (frame, slots)
}

const fn offset(view: &ViewSpec) -> u32 {
    match view {
        ViewSpec::Table { offset, .. } | ViewSpec::Tree { offset, .. } => *offset,
        ViewSpec::Summary | ViewSpec::Detail { .. } => 0,
    }
}
