//! The dialog without which no verb is sent: choose one, see what it would do here, confirm.
//!
//! The default is to cancel at every step. What is sent names the incarnation that the preview
//! named, so a successor is never hit.

use super::field::Field;
use crate::duration::parse_duration;
use actorscope_core::blast::{self, BlastRadius};
use actorscope_core::slot::{Identity, Stats};
use actorscope_core::{Incarnation, Outcome, SlotId, SlotState, Verb};
use std::time::Duration;

/// Affecting more slots than this takes typing the target's name.
pub const TYPE_NAME_ABOVE: u64 = 10;

/// For how long an actor is suspended unless the user says otherwise; as agents do.
const HOLD: &str = "30 s";

/// One actor and what is about to be done to it.
#[derive(Clone, Debug)]
pub struct Dialog {
    /// Who it is.
    pub identity: Identity,
    /// Where it is.
    pub path: String,
    /// Which actor filled the slot when the dialog was opened.
    pub incarnation: Incarnation,
    /// What it was doing then.
    pub state: SlotState,
    /// How far the dialog has come.
    pub step: Step,
}

/// How far the dialog has come.
#[derive(Clone, Debug)]
pub enum Step {
    /// Choosing a verb.
    Menu {
        /// The selected one, as an index into [`Verb::ALL`].
        cursor: usize,
    },
    /// Looking at what it would do.
    Confirm(Box<Confirm>),
    /// It was done, or not.
    Outcome {
        /// The verb.
        verb: Verb,
        /// What became of it, in the agent's words.
        result: Result<(Outcome, String), String>,
        /// Lines scrolled past.
        scroll: u16,
    },
}

/// Looking at what a verb would do.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// The verb.
    pub verb: Verb,
    /// The request for the preview.
    pub request: u32,
    /// The preview, once it is here.
    pub preview: Option<Result<BlastRadius, String>>,
    /// Why the user does it.
    pub reason: Field,
    /// For how long a suspended actor is held.
    pub hold: Field,
    /// The target's name, typed again.
    pub name: Field,
    /// Where keys go.
    pub focus: Focus,
    /// Lines of the preview scrolled past.
    pub scroll: u16,
    /// The request that carries it out, once it is out.
    pub acting: Option<u32>,
}

/// Where keys go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Focus {
    /// The field for how long.
    Hold,
    /// The field for the reason.
    Reason,
    /// The field for the target's name.
    Name,
    /// The button that leaves.
    Cancel,
    /// The button that does it.
    Act,
}

impl Dialog {
    /// Begins with the choice of a verb.
    pub fn new(identity: Identity, path: String, stats: &Stats) -> Self {
        Self {
            identity,
            path,
            incarnation: stats.incarnation,
            state: stats.state,
            step: Step::Menu { cursor: 0 },
        }
    }

    /// The slot it is about.
    pub fn slot(&self) -> SlotId {
        self.identity.id
    }

    /// Why a verb is not possible, as far as it can be told from here; the preview has the agent's
    /// own words.
    pub fn impossible(&self, verb: Verb) -> Option<String> {
        blast::impossible(&self.identity, self.state, verb)
    }
}

impl Confirm {
    /// Waits for the preview that was asked for under `request`.
    pub fn new(verb: Verb, request: u32) -> Self {
        Self {
            verb,
            request,
            preview: None,
            reason: Field::default(),
            hold: Field::with(HOLD),
            name: Field::default(),
            focus: Focus::Cancel,
            scroll: 0,
            acting: None,
        }
    }

    /// The preview, if it is here and the verb is possible.
    pub fn radius(&self) -> Option<&BlastRadius> {
        match &self.preview {
            Some(Ok(radius)) if radius.impossible.is_none() => Some(radius),
            _ => None,
        }
    }

    /// Whether the target's name has to be typed.
    pub fn needs_name(&self) -> bool {
        self.radius().is_some_and(|r| r.affected_total > TYPE_NAME_ABOVE)
    }

    /// Whether it is said for how long: what is suspended goes on by itself.
    pub const fn needs_hold(&self) -> bool {
        matches!(self.verb, Verb::Suspend)
    }

    /// For how long the actor is to be held; `None` for other verbs, an error if what was typed is no
    /// time.
    pub fn held_for(&self) -> Result<Option<Duration>, String> {
        if !self.needs_hold() {
            return Ok(None);
        }
        parse_duration(self.hold.text().trim()).map(Some)
    }

    /// Whether the button that does it can be pressed. `name` is the target's.
    pub fn is_ready(&self, name: &str) -> bool {
        self.radius().is_some()
            && self.acting.is_none()
            && self.held_for().is_ok()
            && (!self.needs_name() || self.name.text().trim() == name)
    }

    /// Fields and buttons in their order.
    pub fn fields(&self, control: bool) -> Vec<Focus> {
        let mut fields = vec![Focus::Cancel];
        if control && self.radius().is_some() && self.acting.is_none() {
            if self.needs_hold() {
                fields.push(Focus::Hold);
            }
            fields.push(Focus::Reason);
            if self.needs_name() {
                fields.push(Focus::Name);
            }
            fields.push(Focus::Act);
        }
        fields
    }

    /// Moves the focus by `steps` places, round and round.
    pub fn move_focus(&mut self, steps: isize, control: bool) {
        let fields = self.fields(control);
        let at = fields.iter().position(|f| *f == self.focus).unwrap_or(0);
        let len = fields.len() as isize;
        let next = (at as isize + steps).rem_euclid(len.max(1));
        self.focus = fields.get(next as usize).copied().unwrap_or(Focus::Cancel);
    }
}
