//! Verbs' previews.

use super::{Malformed, slot_id, word};
use crate::v1;
use actorscope_core::Incarnation;
use actorscope_core::blast::{Affected, BlastRadius, Effect, QueueFate};
use actorscope_core::verb::Verb;

impl From<&BlastRadius> for v1::BlastRadius {
    fn from(radius: &BlastRadius) -> Self {
        Self {
            verb: radius.verb.word().to_owned(),
            slot: radius.slot.get(),
            incarnation: radius.incarnation.0,
            path: radius.path.clone(),
            impossible: radius.impossible.clone(),
            affected: radius
                .affected
                .iter()
                .map(|a| v1::Affected {
                    slot: a.slot.get(),
                    path: a.path.clone(),
                    effect: a.effect.word().to_owned(),
                })
                .collect(),
            affected_total: radius.affected_total,
            queued: radius.queued.word().to_owned(),
            queued_messages: radius.queued_messages,
            budget: radius.budget.as_ref().map(Into::into),
            exceeds_budget: radius.exceeds_budget,
            sentences: radius.sentences.clone(),
        }
    }
}

impl TryFrom<v1::BlastRadius> for BlastRadius {
    type Error = Malformed;

    fn try_from(wire: v1::BlastRadius) -> Result<Self, Malformed> {
        Ok(Self {
            verb: word!(Verb, "verb", wire.verb)?,
            slot: slot_id(wire.slot)?,
            incarnation: Incarnation(wire.incarnation),
            path: wire.path,
            impossible: wire.impossible,
            affected: wire.affected.into_iter().map(affected).collect::<Result<_, _>>()?,
            affected_total: wire.affected_total,
            queued: QueueFate::from_word(&wire.queued).unwrap_or(QueueFate::Unknown),
            queued_messages: wire.queued_messages,
            budget: wire.budget.map(Into::into),
            exceeds_budget: wire.exceeds_budget,
            sentences: wire.sentences,
        })
    }
}

fn affected(wire: v1::Affected) -> Result<Affected, Malformed> {
    Ok(Affected {
        slot: slot_id(wire.slot)?,
        path: wire.path,
        effect: word!(Effect, "effect", wire.effect)?,
    })
}
