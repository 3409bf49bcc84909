//! The answers of verbs.

use super::SCHEMA;
use super::problem::Trouble;
use super::spec::Budget;
use crate::output::Failure;
use actorscope_client::Acted;
use actorscope_core::blast::BlastRadius;
use actorscope_core::{Incarnation, Outcome, SlotId};
use serde::Serialize;

/// What became of a verb. With an outcome other than `done` and `accepted` there is an error too.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Verb {
    schema: &'static str,
    outcome: &'static str,
    slot: u64,
    incarnation: u32,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Trouble>,
}

impl Verb {
    /// What an agent answered.
    pub fn acted(acted: &Acted, failure: Option<&Failure>) -> Self {
        Self::new(acted.outcome, (acted.slot, acted.incarnation), &acted.message, failure)
    }

    /// What would be answered: the preview shows that the verb cannot be done to this actor.
    pub fn foreseen(outcome: Outcome, radius: &BlastRadius, failure: &Failure) -> Self {
        Self::new(outcome, (radius.slot, radius.incarnation), &failure.message, Some(failure))
    }

    fn new(
        outcome: Outcome,
        (slot, incarnation): (SlotId, Incarnation),
        message: &str,
        failure: Option<&Failure>,
    ) -> Self {
        Self {
            schema: SCHEMA,
            outcome: outcome.word(),
            slot: slot.get(),
            incarnation: incarnation.0,
            message: message.to_owned(),
            error: failure.map(Into::into),
        }
    }
}

/// What a verb would do.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct DryRun {
    schema: &'static str,
    dry_run: bool,
    verb: &'static str,
    slot: u64,
    incarnation: u32,
    path: String,
    impossible: Option<String>,
    affected_total: u64,
    affected: Vec<Affected>,
    queued: &'static str,
    queued_messages: Option<u64>,
    budget: Option<Budget>,
    exceeds_budget: bool,
    sentences: Vec<String>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Affected {
    slot: u64,
    path: String,
    effect: &'static str,
}

impl From<&BlastRadius> for DryRun {
    fn from(radius: &BlastRadius) -> Self {
        Self {
            schema: SCHEMA,
            dry_run: true,
            verb: radius.verb.word(),
            slot: radius.slot.get(),
            incarnation: radius.incarnation.0,
            path: radius.path.clone(),
            impossible: radius.impossible.clone(),
            affected_total: radius.affected_total,
            affected: radius
                .affected
                .iter()
                .map(|a| Affected {
                    slot: a.slot.get(),
                    path: a.path.clone(),
                    effect: a.effect.word(),
                })
                .collect(),
            queued: radius.queued.word(),
            queued_messages: radius.queued_messages,
            budget: radius.budget.as_ref().map(Into::into),
            exceeds_budget: radius.exceeds_budget,
            sentences: radius.sentences.clone(),
        }
    }
}
