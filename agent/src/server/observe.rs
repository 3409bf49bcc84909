//! The `Observe` service: looking.

use super::frame;
use super::{Principal, Shared, events, watch};
use actorscope_core::forest::Found;
use actorscope_core::text;
use actorscope_core::view::{RowSource, ViewSpec};
use actorscope_core::{SlotId, Verb, blast};
use actorscope_proto::convert::Malformed;
use actorscope_proto::v1;
use actorscope_proto::v1::observe_server::Observe;
use std::pin::Pin;
use std::sync::Arc;
use tokio_stream::Stream;
use tonic::{Request, Response, Status, Streaming};

/// Answers for one connection.
pub(super) struct Observer {
    shared: Arc<Shared>,
    principal: Principal,
}

impl Observer {
    pub(super) fn new(shared: Arc<Shared>, principal: Principal) -> Self {
        Self { shared, principal }
    }
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl Observe for Observer {
    async fn describe(
        &self,
        request: Request<v1::DescribeRequest>,
    ) -> Result<Response<v1::NodeDescription>, Status> {
        let theirs = request.get_ref().protocol;
        if theirs < actorscope_proto::PROTOCOL_MIN {
            return Err(Status::failed_precondition(format!(
                "protocol {theirs} is too old: this agent speaks {} to {}; upgrade the client",
                actorscope_proto::PROTOCOL_MIN,
                actorscope_proto::PROTOCOL,
            )));
        }
        self.shared.freshen();
        let mut description = self.shared.describe(&self.principal);
        description.protocol = description.protocol.min(theirs);
        Ok(Response::new(description))
    }

    async fn query(
        &self,
        request: Request<v1::QueryRequest>,
    ) -> Result<Response<v1::Frame>, Status> {
        let request = request.into_inner();
        self.shared.freshen();
        let view = self.view(request)?;
        let frame = self.shared.with_sampler(|sampler| frame::answer(sampler, &view));
        if matches!(view, ViewSpec::Detail { .. }) && frame.matched == 0 {
            return Err(Status::not_found("there is no such slot (any more)"));
        }
        Ok(Response::new(frame))
    }

    type WatchStream = Answers<v1::Frame>;

    async fn watch(
        &self,
        request: Request<Streaming<v1::WatchRequest>>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let frames = watch::start(self.shared.clone(), request.into_inner());
        Ok(Response::new(Box::pin(frames)))
    }

    async fn preview(
        &self,
        request: Request<v1::PreviewRequest>,
    ) -> Result<Response<v1::BlastRadius>, Status> {
        let request = request.into_inner();
        let verb = Verb::from_word(&request.verb)
            .ok_or_else(|| Status::invalid_argument(format!("no verb {:?}", request.verb)))?;
        let target = request.target.unwrap_or_default();
        if target.instance != self.shared.info.instance.to_bytes() {
            return Err(Status::not_found("the service was restarted: it is another instance now"));
        }
        let id = slot_id(target.slot)?;
        self.shared.freshen();
        let radius = self.shared.with_sampler(|sampler| blast::preview(sampler.rows(), id, verb));
        let radius = radius.ok_or_else(|| Status::not_found("there is no such slot (any more)"))?;
        Ok(Response::new((&radius).into()))
    }

    type EventsStream = Answers<v1::EventBatch>;

    async fn events(
        &self,
        request: Request<v1::EventsRequest>,
    ) -> Result<Response<Self::EventsStream>, Status> {
        let batches = events::start(self.shared.clone(), request.into_inner());
        Ok(Response::new(Box::pin(batches)))
    }
}

impl Observer {
    /// The view that a request means, its path resolved.
    fn view(&self, request: v1::QueryRequest) -> Result<ViewSpec, Status> {
        if request.path.is_empty() {
            let view = request.view.ok_or_else(|| Status::invalid_argument("no view"))?;
            return view.try_into().map_err(invalid);
        }
        let typed = text::line(&request.path, 1_000);
        self.shared.with_sampler(|sampler| {
            let forest = sampler.rows().forest();
            match forest.find(&request.path) {
                Found::One(slot) => Ok(ViewSpec::Detail { slot }),
                Found::None => Err(Status::not_found(format!("no actor is called {typed}"))),
                Found::Many(slots) => {
                    let paths: Vec<String> = slots.iter().map(|s| forest.path(*s)).collect();
                    Err(Status::failed_precondition(format!(
                        "{typed} may mean any of these:\n{}",
                        paths.join("\n")
                    )))
                }
            }
        })
    }
}

pub(super) fn invalid(malformed: Malformed) -> Status {
    Status::invalid_argument(malformed.to_string())
}

pub(super) fn slot_id(raw: u64) -> Result<SlotId, Status> {
    SlotId::new(raw).ok_or_else(|| Status::invalid_argument(format!("{raw} is no slot")))
}
