//! The answer of `tree`: one object, written page after page, so that nobody holds a million slots.

use super::rows::Less;
use super::{Fold, Node, SCHEMA, Slot};
use crate::output::Snapshot;
use actorscope_client::ViewState;
use serde::Serialize;
use std::io;

/// What stands before the slots.
#[derive(Serialize)]
struct Head {
    schema: &'static str,
    node: Node,
    sampled_at: String,
    total: u64,
    matched: u64,
}

/// What is known once all slots are written.
#[derive(Serialize)]
struct Tail {
    folds: Vec<Fold>,
    partial: Option<Vec<Less>>,
}

/// What is written of it so far.
#[derive(Debug, Default)]
pub struct Tree {
    has_begun: bool,
    has_slots: bool,
    folds: Vec<Fold>,
    partial: Vec<Less>,
}

impl Tree {
    /// The text of the next page.
    pub fn page(&mut self, page: &Snapshot) -> io::Result<String> {
        let mut text = String::new();
        if !self.has_begun {
            self.has_begun = true;
            text = open(&head(page))? + ",\"slots\":[";
        }
        self.take_folds(&page.view);
        for row in page.view.rows() {
            if std::mem::replace(&mut self.has_slots, true) {
                text.push(',');
            }
            text += &serde_json::to_string(&Slot::from(row))?;
        }
        Ok(text)
    }

    fn take_folds(&mut self, view: &ViewState) {
        for place in &view.rows {
            if let Some(fold) = view.fold(*place) {
                self.folds.push(Fold::new(fold, Some(place.depth)));
            }
        }
        for partial in &view.partial {
            let less = Less::from(partial);
            if !self.partial.contains(&less) {
                self.partial.push(less);
            }
        }
    }

    /// The text behind the last page.
    pub fn end(self) -> io::Result<String> {
        let partial = (!self.partial.is_empty()).then_some(self.partial);
        let tail = serde_json::to_string(&Tail { folds: self.folds, partial })?;
        let members = tail.strip_prefix('{').unwrap_or(&tail);
        Ok(format!("],{members}\n"))
    }
}

fn head(page: &Snapshot) -> Head {
    Head {
        schema: SCHEMA,
        node: Node::new(page),
        sampled_at: page.view.sampled_at.to_rfc3339(),
        total: page.view.total,
        matched: page.view.matched,
    }
}

/// An object without its closing brace.
fn open(value: &impl Serialize) -> io::Result<String> {
    let mut text = serde_json::to_string(value)?;
    text.pop();
    Ok(text)
}
