//! What went wrong, for people and for programs.

use crate::cli::Exit;
use actorscope_client::{CallError, ConnectError, Found};

/// An error with what to do about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// A stable word for scripts.
    pub code: &'static str,
    /// What was tried and what was found.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// What the process ends with.
    pub exit: Exit,
}

impl Failure {
    /// A failure without advice.
    pub fn new(exit: Exit, code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, exit }
    }

    /// The same with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        let exit = match error {
            ConnectError::SeveralAgents { .. }
            | ConnectError::AgentTooOld { .. }
            | ConnectError::ClientTooOld { .. } => Exit::Error,
            ConnectError::Refused { .. } => Exit::Refused,
            _ => Exit::Unreachable,
        };
        let failure = Self::new(exit, error.code(), error.to_string());
        match &error {
            ConnectError::NoAgent { .. } => failure.hint(NO_AGENT),
            ConnectError::SeveralAgents { agents } => {
                failure.hint(format!("choose one with --target: {}", names(agents)))
            }
            ConnectError::NoSuchName { running, .. } if running.is_empty() => {
                failure.hint(NO_AGENT)
            }
            ConnectError::NoSuchName { running, .. } => {
                failure.hint(format!("these are running: {}", names(running)))
            }
            _ => failure,
        }
    }
}

/// What to do when nobody is there.
pub const NO_AGENT: &str = "start a service with an actorscope agent in it, name a socket with \
     --target unix:PATH, or try `actorscope demo`";

fn names(all: &[Found]) -> String {
    let names: Vec<_> = all.iter().map(|found| found.distinct_name(all)).collect();
    names.join(", ")
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let exit = match error {
            CallError::NotConnected { .. }
            | CallError::Lost { .. }
            | CallError::Deadline(_)
            | CallError::TooLate { .. } => Exit::Unreachable,
            CallError::Refused { .. } | CallError::ControlOff { .. } => Exit::Refused,
            _ => Exit::Error,
        };
        let failure = Self::new(exit, error.code(), error.to_string());
        match &error {
            CallError::Ambiguous { candidates, .. } if !candidates.is_empty() => {
                failure.hint(format!("write one of these: {}", candidates.join("  ")))
            }
            CallError::NotFound { .. } => {
                failure.hint("`actorscope tree` shows the paths there are")
            }
            CallError::Busy { .. } => failure.hint("try again in a moment"),
            _ => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn exit_codes_follow_the_contract() {
        let of = |error: CallError| Failure::from(error).exit;
        let message = String::new;
        assert_eq!(of(CallError::NotFound { message: message() }), Exit::Error);
        assert_eq!(of(CallError::ControlOff { message: message() }), Exit::Refused);
        assert_eq!(of(CallError::Deadline(Duration::from_secs(5))), Exit::Unreachable);
        assert_eq!(of(CallError::TooLate { message: message() }), Exit::Unreachable);
        let nobody = ConnectError::NoAgent { searched: vec![] };
        let nobody = Failure::from(nobody);
        assert_eq!((nobody.exit, nobody.code), (Exit::Unreachable, "no_agent"));
        assert!(nobody.hint.is_some_and(|h| h.contains("actorscope demo")));
        let several = ConnectError::SeveralAgents { agents: vec![] };
        assert_eq!(Failure::from(several).exit, Exit::Error);
    }
}
