//! From a request's path to the service, with the right that each one needs.

use super::act::Actor;
use super::limits;
use super::observe::Observer;
use super::state::Asker;
use super::{Principal, Role, Shared};
use actorscope_proto::v1::control_server::ControlServer;
use actorscope_proto::v1::observe_server::ObserveServer;
use actorscope_proto::v1::state_server::StateServer;
use actorscope_proto::{MAX_MESSAGE, MAX_REQUEST};
use http::header::{CONTENT_TYPE, ORIGIN};
use hyper::body::Incoming;
use std::sync::Arc;
use tonic::Status;
use tonic::body::Body;
use tower::Service;

/// All services of one connection.
#[derive(Clone)]
pub(super) struct Router {
    observe: ObserveServer<Observer>,
    control: ControlServer<Actor>,
    state: StateServer<Asker>,
    shared: Arc<Shared>,
    principal: Principal,
}

impl Router {
    pub(super) fn new(shared: Arc<Shared>, principal: Principal) -> Self {
        let observer = Observer::new(shared.clone(), principal.clone());
        let actor = Actor::new(shared.clone(), principal.clone());
        let asker = Asker::new(shared.clone(), principal.clone());
        Self {
            observe: ObserveServer::new(observer)
                .max_decoding_message_size(MAX_REQUEST)
                .max_encoding_message_size(MAX_MESSAGE),
            control: ControlServer::new(actor)
                .max_decoding_message_size(MAX_REQUEST)
                .max_encoding_message_size(MAX_MESSAGE),
            state: StateServer::new(asker)
                .max_decoding_message_size(MAX_REQUEST)
                .max_encoding_message_size(MAX_MESSAGE),
            shared,
            principal,
        }
    }

    /// Answers one request.
    pub(super) async fn route(mut self, request: http::Request<Incoming>) -> http::Response<Body> {
        if let Some(refusal) = self.refusal(&request) {
            return refusal.into_http();
        }
        let path = request.uri().path().to_owned();
        let service = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        // Streams live as long as their readers; everything else has to end.
        let is_stream = matches!(
            path.as_str(),
            "/actorscope.v1.Observe/Watch"
                | "/actorscope.v1.Observe/Events"
                | "/grpc.health.v1.Health/Watch"
        );
        let answer = async {
            match service {
                "actorscope.v1.Observe" => infallible(self.observe.call(request).await),
                "actorscope.v1.Control" if !self.shared.opt_ins.control => {
                    let why = self.shared.control_refusal(&self.principal).unwrap_or_default();
                    Status::unimplemented(why).into_http()
                }
                "actorscope.v1.Control" => infallible(self.control.call(request).await),
                "actorscope.v1.State" if !self.shared.opt_ins.state => {
                    let why = self.shared.state_refusal(&self.principal).unwrap_or_default();
                    Status::unimplemented(why).into_http()
                }
                "actorscope.v1.State" => infallible(self.state.call(request).await),
                "grpc.health.v1.Health" => health(request).await,
                other => {
                    Status::unimplemented(format!("there is no service {other:?} here")).into_http()
                }
            }
        };
        if is_stream {
            return answer.await;
        }
        match tokio::time::timeout(limits::UNARY, answer).await {
            Ok(response) => response,
            Err(_) => Status::deadline_exceeded("the request did not arrive in time").into_http(),
        }
    }

    /// Why a request is not even looked at.
    fn refusal(&self, request: &http::Request<Incoming>) -> Option<Status> {
        let content = request.headers().get(CONTENT_TYPE).map(|v| v.as_bytes());
        if !content.is_some_and(|c| c.starts_with(b"application/grpc")) {
            return Some(Status::invalid_argument("only application/grpc is spoken here"));
        }
        if request.headers().contains_key(ORIGIN) {
            // A browser page must not be able to talk to an agent on its visitor's machine.
            return Some(Status::permission_denied("requests from web pages are refused"));
        }
        if self.principal.role == Role::Stranger {
            return Some(Status::permission_denied(format!(
                "{} may not look at {}: it belongs to uid {}; the host has to say \
                 Agent::builder({:?}).viewer_uid(…)",
                self.principal, self.shared.info.name, self.shared.roles.own, self.shared.info.name
            )));
        }
        None
    }
}

fn infallible(
    result: Result<http::Response<Body>, std::convert::Infallible>,
) -> http::Response<Body> {
    match result {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// `grpc.health.v1`: the agent serves as long as it answers.
async fn health(request: http::Request<Incoming>) -> http::Response<Body> {
    use tonic_health::pb::health_server::HealthServer;
    use tonic_health::server::{HealthReporter, HealthService};
    let reporter = HealthReporter::new();
    for name in ["actorscope.v1.Observe", "actorscope.v1.Control"] {
        reporter.set_service_status(name, tonic_health::ServingStatus::Serving).await;
    }
    let mut server = HealthServer::new(HealthService::from_health_reporter(reporter));
    infallible(server.call(request).await)
}
