//! From a view to the bytes of an answer: only what its reader does not know yet.

use super::limits;
use crate::sampler::Sampler;
use actorscope_core::SlotId;
use actorscope_core::view::{Fold, FoldId, Placed, RowSource, ViewSpec, evaluate_while};
use actorscope_proto::convert::row_identity;
use actorscope_proto::v1;
use prost::Message;
use std::collections::HashMap;
use std::time::Instant;

/// What the reader of one view knows: at most as much as its rows.
#[derive(Default)]
pub(super) struct Memory {
    order: Option<Vec<Placed>>,
    rows: HashMap<SlotId, Known>,
    folds: HashMap<FoldId, v1::Fold>,
}

struct Known {
    version: u32,
    path: String,
    stats: v1::Stats,
}

/// Answers a view with what `memory` does not hold, and notes it there. Slots in the answer count
/// as looked at.
pub(super) fn build(sampler: &mut Sampler, view: &ViewSpec, memory: &mut Memory) -> v1::Frame {
    let rows = sampler.rows();
    let begin = Instant::now();
    let mut in_time = || begin.elapsed() < limits::FILTER_TIME;
    let mut selection = evaluate_while(view, rows, &mut in_time);
    let mut frame = v1::Frame {
        tick: rows.tick(),
        sampled_at: rows.sampled_at().0,
        total: selection.total,
        matched: selection.matched,
        ..v1::Frame::default()
    };
    if *view == ViewSpec::Summary {
        frame.summary = Some((&rows.summary()).into());
        return frame;
    }
    let mut known = HashMap::with_capacity(selection.rows.len());
    let mut bytes = 0;
    let mut written = 0;
    add_folds(&mut frame, &selection.folds, memory);
    for place in &selection.rows {
        let slot = place.slot();
        let (Some(slot), Some(identity), Some(stats)) = (
            slot,
            slot.and_then(|slot| rows.identity(slot)),
            slot.and_then(|slot| rows.stats(slot)),
        ) else {
            written += 1;
            continue;
        };
        let path = rows.forest().path(slot);
        let stats = v1::Stats::from((slot, &stats));
        let before = memory.rows.remove(&slot);
        let same_identity =
            before.as_ref().is_some_and(|b| b.version == identity.version && b.path == path);
        if !same_identity {
            let wire = row_identity(&identity, path.clone());
            bytes += wire.encoded_len();
            frame.identities.push(wire);
        }
        if before.is_none_or(|b| b.stats != stats) {
            bytes += stats.encoded_len();
            frame.stats.push(stats.clone());
        }
        known.insert(slot, Known { version: identity.version, path, stats });
        written += 1;
        if bytes > limits::FRAME_BYTES {
            break;
        }
    }
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
        let next = offset(view) + written as u32;
        selection.rows.truncate(written);
        frame.partial.push(v1::Partial {
            reason: "bytes".to_owned(),
            message: format!("an answer holds at most {} KiB", limits::FRAME_BYTES / 1024),
            next_offset: next,
        });
    }
    if let ViewSpec::Detail { slot } = view {
        frame.detail = rows.detail(*slot).as_ref().map(Into::into);
    }
    if memory.order.as_ref() != Some(&selection.rows) {
        let rows = selection.rows.iter().map(Into::into).collect();
        frame.order = Some(v1::Order { rows });
    }
    for slot in selection.rows.iter().filter_map(Placed::slot) {
        sampler.rows_mut().want(slot);
    }
    let folds = std::mem::take(&mut memory.folds);
    *memory = Memory { order: Some(selection.rows), rows: known, folds };
    frame
}

/// Adds those folds that the reader does not know as they are now.
fn add_folds(frame: &mut v1::Frame, folds: &[Fold], memory: &mut Memory) {
    let known = std::mem::take(&mut memory.folds);
    for fold in folds {
        let wire = v1::Fold::from(fold);
        if known.get(&fold.id) != Some(&wire) {
            frame.folds.push(wire.clone());
        }
        memory.folds.insert(fold.id, wire);
    }
}

const fn offset(view: &ViewSpec) -> u32 {
    match view {
        ViewSpec::Table { offset, .. } | ViewSpec::Tree { offset, .. } => *offset,
        ViewSpec::Summary | ViewSpec::Detail { .. } => 0,
    }
}
