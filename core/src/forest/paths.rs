//! Paths: what they are, and what they lead to.

use super::name::Key;
use super::{Forest, MAX_DEPTH};
use crate::id::SlotId;

/// What a path leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// Exactly one slot.
    One(SlotId),
    /// Several, at most ten of them listed.
    Many(Vec<SlotId>),
    /// None.
    None,
}

impl Forest {
    /// The slot with this name under this parent.
    pub fn child_named(&self, parent: Option<SlotId>, name: &str) -> Option<SlotId> {
        let above = parent.map(|id| self.place(id));
        // A parent that is not there has no children.
        let above = above.map_or(Some(None), |place| place.map(Some))?;
        self.id_at(self.called(above, Key::of(name))?)
    }

    /// `/root/child/…`; empty for a slot that is not there.
    pub fn path(&self, id: SlotId) -> String {
        let mut path = String::new();
        self.append_path(id, &mut path);
        path
    }

    /// Writes [`Forest::path`] behind what is there.
    pub fn append_path(&self, id: SlotId, path: &mut String) {
        let mut line = [None; MAX_DEPTH];
        let mut depth = 0;
        for (place, at) in self.line(self.place(id)).zip(&mut line) {
            *at = Some(place);
            depth += 1;
        }
        for place in line.iter().take(depth).rev().flatten() {
            if let Some(node) = self.node(*place) {
                node.name().append_to(path);
            }
        }
    }

    /// Resolves what a person typed: `#17`, a path from the root, or the end of a path if only one
    /// slot has it.
    pub fn find(&self, typed: &str) -> Found {
        if let Some(number) = typed.strip_prefix('#') {
            let id = number.parse().ok().and_then(SlotId::new).filter(|id| self.contains(*id));
            return id.map_or(Found::None, Found::One);
        }
        if let Some(path) = typed.strip_prefix('/') {
            let mut at = None;
            for segment in path.trim_end_matches('/').split('/') {
                at = self.child_named(at, segment);
                if at.is_none() {
                    return Found::None;
                }
            }
            return at.map_or(Found::None, Found::One);
        }
        let Some(last) = typed.rsplit('/').next().filter(|l| !l.is_empty()) else {
            return Found::None;
        };
        let (end, last) = (format!("/{typed}"), Key::of(last));
        let mut hits: Vec<SlotId> = self
            .nodes
            .iter()
            .filter(|(_, node)| node.name().key() == last && self.path(node.id).ends_with(&end))
            .map(|(_, node)| node.id)
            .collect();
        hits.sort_unstable();
        hits.truncate(10);
        match hits.as_slice() {
            [] => Found::None,
            [one] => Found::One(*one),
            _ => Found::Many(hits),
        }
    }
}
