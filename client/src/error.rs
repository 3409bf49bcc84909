//! What can go wrong between a client and an agent, in words for the person who waits.

use crate::clean;
use crate::discovery::Found;
use actorscope_proto::convert::Malformed;
use std::error::Error as _;
use std::path::PathBuf;
use std::time::Duration;
use tonic::{Code, Status};

/// Why no conversation came about.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// Nobody is there.
    #[error("no agent is running here (searched {})", paths(searched))]
    NoAgent {
        /// Directories looked into.
        searched: Vec<PathBuf>,
    },
    /// More than one is there, and none was chosen.
    #[error("{} agents fit: {}", agents.len(), names(agents))]
    SeveralAgents {
        /// Those that answer.
        agents: Vec<Found>,
    },
    /// None of that name is there.
    #[error("no agent named {name:?} is running here (searched {})", paths(searched))]
    NoSuchName {
        /// The name.
        name: String,
        /// Those that are there.
        running: Vec<Found>,
        /// Directories looked into.
        searched: Vec<PathBuf>,
    },
    /// There is no way to it.
    #[error("{target} cannot be reached: {why}")]
    Unreachable {
        /// What was tried.
        target: String,
        /// What came of it.
        why: Why,
    },
    /// It answered, and did not want this caller.
    #[error("{target} refused this client: {message}")]
    Refused {
        /// Who refused.
        target: String,
        /// Its words.
        message: String,
    },
    /// It speaks another version of the protocol, and is the older one.
    #[error(
        "{target} speaks protocol version {theirs}, this client {ours} or later: upgrade the \
         service's actorscope agent"
    )]
    AgentTooOld {
        /// Who.
        target: String,
        /// The highest version it speaks.
        theirs: u32,
        /// The lowest version spoken here.
        ours: u32,
    },
    /// It speaks another version of the protocol, and is the newer one.
    #[error(
        "{target} speaks protocol version {theirs} or later, this client {ours}: upgrade actorscope"
    )]
    ClientTooOld {
        /// Who.
        target: String,
        /// The lowest version it speaks.
        theirs: u32,
        /// The highest version spoken here.
        ours: u32,
    },
    /// Somebody accepted, but did not answer as an agent does.
    #[error(
        "{target} does not answer as an actorscope agent does ({detail}); it may be another program, \
         or ending just now"
    )]
    NotAnAgent {
        /// Who.
        target: String,
        /// What it did instead of answering.
        detail: String,
    },
}

/// Why there is no way to an address.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Why {
    /// The socket is not there.
    #[error("no such socket")]
    NoSuchFile,
    /// Nobody listens.
    #[error("nobody is listening there; its process has ended")]
    NobodyListens,
    /// The socket or its directory belongs to somebody else.
    #[error("permission denied; run this as {}, who started the service, or as root", owner.map_or_else(|| "the user".to_owned(), |uid| format!("uid {uid}")))]
    PermissionDenied {
        /// The socket's owner, where it can be seen.
        owner: Option<u32>,
    },
    /// No answer.
    #[error("no answer within {} s; its process may be stopped or overloaded", .0.as_secs())]
    NoAnswer(Duration),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl ConnectError {
    /// A stable word for scripts.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoAgent { .. } => "no_agent",
            Self::SeveralAgents { .. } => "several_agents",
            Self::NoSuchName { .. } => "no_such_agent",
            Self::Unreachable { .. } => "unreachable",
            Self::Refused { .. } => "refused",
            Self::AgentTooOld { .. } | Self::ClientTooOld { .. } => "version",
            Self::NotAnAgent { .. } => "not_an_agent",
        }
    }
}

fn paths(all: &[PathBuf]) -> String {
    let all: Vec<_> = all.iter().map(|p| p.display().to_string()).collect();
    all.join(", ")
}

fn names(all: &[Found]) -> String {
    let all: Vec<_> = all.iter().map(|f| f.distinct_name(all)).collect();
    all.join(", ")
}

/// Why a question or a verb came back without an answer.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// There is no connection at the moment.
    #[error("not connected: {reason}")]
    NotConnected {
        /// Why.
        reason: String,
    },
    /// The connection ended in the middle. A verb may or may not have been carried out.
    #[error("the connection was lost: {reason}")]
    Lost {
        /// Why.
        reason: String,
    },
    /// No answer in time. A verb may or may not have been carried out.
    #[error("no answer within {} s", .0.as_secs())]
    Deadline(Duration),
    /// The agent waited in vain for an actor.
    #[error("{message}")]
    TooLate {
        /// Its words; they say what the actor is busy with.
        message: String,
    },
    /// This caller may not.
    #[error("{message}")]
    Refused {
        /// The agent's words.
        message: String,
    },
    /// Nobody may: the service was not told to allow it.
    #[error("{message}")]
    ControlOff {
        /// The agent's words; they contain what to write to change it.
        message: String,
    },
    /// No such slot or path.
    #[error("{message}")]
    NotFound {
        /// The agent's words, perhaps with what is near.
        message: String,
    },
    /// A path that fits several slots.
    #[error("{message}")]
    Ambiguous {
        /// The agent's words, without the list.
        message: String,
        /// What it fits.
        candidates: Vec<String>,
    },
    /// The agent does not know what to make of the request.
    #[error("the agent refused the request: {message}")]
    Invalid {
        /// Its words.
        message: String,
    },
    /// The agent protects its service: too many streams or requests.
    #[error("the agent is busy: {message}")]
    Busy {
        /// Its words.
        message: String,
    },
    /// The agent has no such call.
    #[error("this agent cannot do that: {message}")]
    NotSupported {
        /// Its words.
        message: String,
    },
    /// The answer makes no sense.
    #[error("the agent's answer cannot be understood: {0}")]
    Malformed(#[from] Malformed),
    /// Anything else the agent said.
    #[error("the agent failed: {message} ({code})")]
    Remote {
        /// gRPC's word for it.
        code: String,
        /// Its words.
        message: String,
    },
}

impl CallError {
    /// A stable word for scripts.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotConnected { .. } => "unreachable",
            Self::Lost { .. } => "lost",
            Self::Deadline(_) | Self::TooLate { .. } => "deadline",
            Self::Refused { .. } => "refused",
            Self::ControlOff { .. } => "control_off",
            Self::NotFound { .. } => "not_found",
            Self::Ambiguous { .. } => "ambiguous",
            Self::Invalid { .. } => "invalid",
            Self::Busy { .. } => "busy",
            Self::NotSupported { .. } => "not_supported",
            Self::Malformed(_) => "malformed",
            Self::Remote { .. } => "agent_failed",
        }
    }
}

impl From<Status> for CallError {
    fn from(status: Status) -> Self {
        // What the agent said comes without a source; what broke on the way comes with one.
        if status.source().is_some() {
            return Self::Lost { reason: root_cause(&status) };
        }
        let message = clean::lines(status.message());
        match status.code() {
            Code::PermissionDenied | Code::Unauthenticated => Self::Refused { message },
            Code::DeadlineExceeded => Self::TooLate { message },
            Code::NotFound => Self::NotFound { message },
            Code::FailedPrecondition => ambiguous(&message),
            Code::InvalidArgument => Self::Invalid { message },
            Code::ResourceExhausted => Self::Busy { message },
            Code::Unimplemented => Self::NotSupported { message },
            Code::Unavailable => Self::Lost { reason: message },
            code => Self::Remote { code: format!("{code:?}"), message },
        }
    }
}

/// The first line says what is wrong, each further one is a candidate.
fn ambiguous(message: &str) -> CallError {
    let mut lines = message.lines().map(str::trim).filter(|l| !l.is_empty());
    CallError::Ambiguous {
        message: lines.next().unwrap_or_default().to_owned(),
        candidates: lines.map(ToOwned::to_owned).collect(),
    }
}

/// The innermost error: the outer ones only say "transport error".
pub(crate) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    clean::line(&inner.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_told_from_the_message() {
        let status = Status::failed_precondition("worker fits 2 actors:\n/a/worker\n/b/worker");
        let CallError::Ambiguous { message, candidates } = status.into() else {
            panic!("not ambiguous");
        };
        assert_eq!(message, "worker fits 2 actors:");
        assert_eq!(candidates, ["/a/worker", "/b/worker"]);
    }

    #[test]
    fn what_broke_on_the_way_is_not_blamed_on_the_agent() {
        let io = std::io::Error::new(std::io::ErrorKind::BrokenPipe, "broken pipe");
        let error = CallError::from(Status::from_error(Box::new(io)));
        assert!(matches!(error, CallError::Lost { .. }), "{error:?}");
    }
}
