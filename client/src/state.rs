//! Asking an actor for its state.

use crate::clean;
use crate::connection::{Connection, within_deadline};
use crate::error::CallError;
use actorscope_core::{Incarnation, Outcome, SlotId, Timestamp};
use actorscope_proto::convert::Malformed;
use actorscope_proto::v1;
use std::time::Duration;

/// What an actor printed of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dumped {
    /// [`Outcome::Done`] if there is a text.
    pub outcome: Outcome,
    /// In a sentence.
    pub message: String,
    /// Whose.
    pub slot: SlotId,
    /// Which actor is in it.
    pub incarnation: Incarnation,
    /// Its `Debug` output, in lines.
    pub text: String,
    /// Whether it would have printed more.
    pub truncated: bool,
    /// When it was printed.
    pub taken_at: Timestamp,
    /// How long that took from the actor.
    pub took: Duration,
}

impl Connection {
    /// Has an actor print its state. The agent limits text and time.
    pub async fn dump(
        &self,
        slot: SlotId,
        incarnation: Option<Incarnation>,
    ) -> Result<Dumped, CallError> {
        let request = v1::DumpRequest {
            target: Some(self.actor(slot, incarnation)),
            max_bytes: 0,
            deadline_ns: 0,
        };
        let mut state = self.state_service();
        let answer = match within_deadline(state.dump(request)).await {
            Ok(answer) => answer,
            // The service is not registered; the handshake said why.
            Err(CallError::NotSupported { message }) => {
                let refused = self.node().rights.state_refused_because.clone();
                return Err(CallError::ControlOff {
                    message: refused.filter(|r| !r.is_empty()).unwrap_or(message),
                });
            }
            Err(error) => return Err(error),
        };
        let outcome = Outcome::from_word(&answer.outcome)
            .ok_or_else(|| Malformed { field: "outcome", found: clean::line(&answer.outcome) })?;
        Ok(Dumped {
            outcome,
            message: clean::lines(&answer.message),
            slot: SlotId::new(answer.slot).unwrap_or(slot),
            incarnation: Incarnation(answer.incarnation),
            text: clean::text(&answer.text),
            truncated: answer.truncated,
            taken_at: Timestamp(answer.taken_at),
            took: Duration::from_nanos(answer.took_ns),
        })
    }
}
