//! One conversation with one life of one agent: the handshake, single questions, verbs.

use crate::clean;
use crate::discovery::Search;
use crate::error::{CallError, ConnectError, Why, root_cause};
use crate::random;
use crate::target::{Address, Target};
use crate::transport::{self, DialError};
use crate::update::{Frame, Node};
use actorscope_core::blast::BlastRadius;
use actorscope_core::view::ViewSpec;
use actorscope_core::{Event, Incarnation, Outcome, SlotId, Verb};
use actorscope_proto::pack::Unpacker;
use actorscope_proto::v1::control_client::ControlClient;
use actorscope_proto::v1::observe_client::ObserveClient;
use actorscope_proto::v1::state_client::StateClient;
use actorscope_proto::{MAX_MESSAGE, PROTOCOL, PROTOCOL_MIN, convert::Malformed, v1};
use futures_util::Stream;
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;
use tonic::transport::Channel;
use tonic::{Code, Response, Status, Streaming};

/// How long anything may take: a person is waiting.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// What this client calls itself in the agent's log.
const CLIENT: &str = concat!("actorscope-client ", env!("CARGO_PKG_VERSION"));

/// An agent that has shaken hands. Clones share the connection; it ends with the last of them. A
/// connection that broke stays broken: make a new one.
#[derive(Clone, Debug)]
pub struct Connection {
    node: Arc<Node>,
    address: Address,
    observe: ObserveClient<Channel>,
    control: ControlClient<Channel>,
    state: StateClient<Channel>,
}

/// Finds the agent that `target` means and shakes hands.
pub async fn connect(target: &Target) -> Result<Connection, ConnectError> {
    connect_within(&Search::from_environment(), target).await
}

/// The same, looking for local targets in certain directories.
pub async fn connect_within(search: &Search, target: &Target) -> Result<Connection, ConnectError> {
    Connection::open(&search.resolve(target).await?).await
}

/// Which events are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct EventsQuery {
    /// The first event wanted; 0 = all that are still held.
    pub from: u64,
    /// Whether events to come are wanted too.
    pub follow: bool,
    /// Only the newest n of those already held; 0 = all.
    pub last: u32,
    /// Only those of this slot.
    pub slot: Option<SlotId>,
}

/// Something to be done to an actor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Act {
    /// What.
    pub verb: Verb,
    /// To whom.
    pub slot: SlotId,
    /// Which of its actors; `None` = whichever is in it.
    pub incarnation: Option<Incarnation>,
    /// Why, for the events and the audit log.
    pub reason: String,
    /// For [`Verb::Suspend`]: when the actor goes on by itself; `None` = the agent's default.
    pub deadline: Option<Duration>,
}

/// What became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Acted {
    /// In a word.
    pub outcome: Outcome,
    /// In a sentence.
    pub message: String,
    /// To whom.
    pub slot: SlotId,
    /// Which actor is in it.
    pub incarnation: Incarnation,
}

impl Connection {
    /// Connects and shakes hands, within [`DEADLINE`].
    pub async fn open(address: &Address) -> Result<Self, ConnectError> {
        tokio::time::timeout(DEADLINE, Self::shake_hands(address)).await.unwrap_or_else(|_| {
            Err(ConnectError::Unreachable {
                target: address.to_string(),
                why: Why::NoAnswer(DEADLINE),
            })
        })
    }

    async fn shake_hands(address: &Address) -> Result<Self, ConnectError> {
        let target = address.to_string();
        let channel = match transport::dial(address).await {
            Ok(channel) => channel,
            Err(DialError::Unreachable(why)) => {
                return Err(ConnectError::Unreachable { target, why });
            }
            Err(DialError::NoHttp2(detail)) => {
                return Err(ConnectError::NotAnAgent { target, detail });
            }
        };
        let mut observe =
            ObserveClient::new(channel.clone()).max_decoding_message_size(MAX_MESSAGE);
        let description = observe
            .describe(v1::DescribeRequest { protocol: PROTOCOL, client: CLIENT.to_owned() })
            .await
            .map_err(|status| refusal(&target, &status))?
            .into_inner();
        let node = agreed(&target, description)?;
        Ok(Self {
            node: Arc::new(node),
            address: address.clone(),
            observe,
            control: ControlClient::new(channel.clone()).max_decoding_message_size(MAX_MESSAGE),
            state: StateClient::new(channel).max_decoding_message_size(MAX_MESSAGE),
        })
    }

    /// Who is at the other end.
    pub const fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// Where it is.
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// One answer to one view. At most as many rows as the agent gives at a time; see
    /// [`Self::query_all`].
    pub async fn query(&self, view: &ViewSpec) -> Result<Frame, CallError> {
        self.ask(v1::QueryRequest { view: Some(view.into()), path: String::new() }).await
    }

    /// The detail view of the slot that `path` names: a path, the end of one, or a name.
    pub async fn query_path(&self, path: &str) -> Result<Frame, CallError> {
        let detail = v1::view::Kind::Detail(v1::DetailView { slot: 0 });
        self.ask(v1::QueryRequest {
            view: Some(v1::View { kind: Some(detail) }),
            path: path.to_owned(),
        })
        .await
    }

    async fn ask(&self, request: v1::QueryRequest) -> Result<Frame, CallError> {
        let mut observe = self.observe.clone();
        let frame = within_deadline(observe.query(request)).await?;
        Ok(Frame::unpack(frame, &mut Unpacker::default())?)
    }

    /// What `verb` would do, without doing it.
    pub async fn preview(
        &self,
        verb: Verb,
        slot: SlotId,
        incarnation: Option<Incarnation>,
    ) -> Result<BlastRadius, CallError> {
        let mut observe = self.observe.clone();
        let request = v1::PreviewRequest {
            verb: verb.word().to_owned(),
            target: Some(self.actor(slot, incarnation)),
        };
        let mut radius = within_deadline(observe.preview(request)).await?;
        clean::radius(&mut radius);
        Ok(radius.try_into()?)
    }

    /// Does it. An error does not mean that it did not happen: look at the actor.
    pub async fn act(&self, act: &Act) -> Result<Acted, CallError> {
        let mut control = self.control.clone();
        let request = v1::ActRequest {
            verb: act.verb.word().to_owned(),
            target: Some(self.actor(act.slot, act.incarnation)),
            request_id: random::bytes16().to_vec(),
            reason: act.reason.clone(),
            deadline_ns: act.deadline.map_or(0, |d| d.as_nanos().try_into().unwrap_or(u64::MAX)),
        };
        let answer = match within_deadline(control.act(request)).await {
            Ok(answer) => answer,
            // The service is not registered; the handshake said why.
            Err(CallError::NotSupported { message }) => {
                let refused = self.node.rights.control_refused_because.clone();
                return Err(CallError::ControlOff {
                    message: refused.filter(|r| !r.is_empty()).unwrap_or(message),
                });
            }
            Err(error) => return Err(error),
        };
        let outcome = Outcome::from_word(&answer.outcome)
            .ok_or_else(|| Malformed { field: "outcome", found: clean::line(&answer.outcome) })?;
        Ok(Acted {
            outcome,
            message: clean::lines(&answer.message),
            // An agent that found no such slot has none to name.
            slot: SlotId::new(answer.slot).unwrap_or(act.slot),
            incarnation: Incarnation(answer.incarnation),
        })
    }

    pub(crate) fn state_service(&self) -> StateClient<Channel> {
        self.state.clone()
    }

    pub(crate) fn actor(&self, slot: SlotId, incarnation: Option<Incarnation>) -> v1::Target {
        v1::Target {
            instance: self.node.instance.to_bytes().to_vec(),
            slot: slot.get(),
            incarnation: incarnation.map_or(0, |i| i.0),
        }
    }

    /// Lifecycle events.
    pub async fn events(&self, query: EventsQuery) -> Result<EventStream, CallError> {
        let mut observe = self.observe.clone();
        let request = v1::EventsRequest {
            from: query.from,
            follow: query.follow,
            last: query.last,
            slot: query.slot.map(SlotId::get),
        };
        let batches = within_deadline(observe.events(request)).await?;
        Ok(EventStream { batches })
    }

    /// Views kept up to date, as `requests` ask for them.
    pub(crate) async fn watch(
        &self,
        requests: impl Stream<Item = v1::WatchRequest> + Send + 'static,
    ) -> Result<Streaming<v1::Frame>, CallError> {
        let mut observe = self.observe.clone();
        within_deadline(observe.watch(requests)).await
    }
}

/// A stream of events. Hanging up is dropping it.
#[derive(Debug)]
pub struct EventStream {
    batches: Streaming<v1::EventBatch>,
}

impl EventStream {
    /// The next events, ascending; `None` at the end. Can be cancelled without losing any.
    ///
    /// An event of a kind unknown here is left out: a newer agent may know more kinds, and what the
    /// rest says stays true.
    pub async fn next(&mut self) -> Option<Result<Vec<Event>, CallError>> {
        match self.batches.message().await {
            Ok(None) => None,
            Ok(Some(batch)) => Some(Ok(batch
                .events
                .into_iter()
                .filter_map(|mut event| {
                    clean::event(&mut event);
                    event.try_into().ok()
                })
                .collect())),
            Err(status) => Some(Err(status.into())),
        }
    }
}

pub(crate) async fn within_deadline<T>(
    call: impl Future<Output = Result<Response<T>, Status>>,
) -> Result<T, CallError> {
    match tokio::time::timeout(DEADLINE, call).await {
        Ok(answer) => Ok(answer?.into_inner()),
        Err(_) => Err(CallError::Deadline(DEADLINE)),
    }
}

/// Why the handshake failed.
fn refusal(target: &str, status: &Status) -> ConnectError {
    let target = target.to_owned();
    match status.code() {
        Code::PermissionDenied
        | Code::Unauthenticated
        | Code::FailedPrecondition
        | Code::ResourceExhausted => {
            ConnectError::Refused { target, message: clean::lines(status.message()) }
        }
        Code::Unavailable if status.source().is_none() => {
            ConnectError::Unreachable { target, why: Why::Other(clean::lines(status.message())) }
        }
        _ => ConnectError::NotAnAgent {
            target,
            detail: if status.source().is_some() {
                root_cause(status)
            } else {
                clean::line(status.message())
            },
        },
    }
}

/// Checks that both sides speak the same protocol.
fn agreed(target: &str, description: v1::NodeDescription) -> Result<Node, ConnectError> {
    if description.protocol_min > PROTOCOL {
        return Err(ConnectError::ClientTooOld {
            target: target.to_owned(),
            theirs: description.protocol_min,
            ours: PROTOCOL,
        });
    }
    // 0 is no version: whatever answered is no agent of ours.
    if description.protocol < PROTOCOL_MIN && description.protocol > 0 {
        return Err(ConnectError::AgentTooOld {
            target: target.to_owned(),
            theirs: description.protocol,
            ours: PROTOCOL_MIN,
        });
    }
    Node::try_from(description).map_err(|malformed| ConnectError::NotAnAgent {
        target: target.to_owned(),
        detail: malformed.to_string(),
    })
}
