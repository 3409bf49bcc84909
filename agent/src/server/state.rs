//! The `State` service: asking an actor to print its state.

use super::observe::slot_id;
use super::target::{self, Meant, NotThere};
use super::{Principal, Shared, limits};
use crate::clock::{nanos, ticks};
use crate::registry::{Cut, DumpRequest, Dumped, Fact};
use crate::slot::Slot;
use actorscope_core::{Capability, EventKind, Outcome};
use actorscope_proto::v1;
use actorscope_proto::v1::state_server::State;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tonic::{Request, Response, Status};

/// Asks for one connection.
pub(super) struct Asker {
    shared: Arc<Shared>,
    principal: Principal,
}

#[tonic::async_trait]
impl State for Asker {
    async fn dump(
        &self,
        request: Request<v1::DumpRequest>,
    ) -> Result<Response<v1::DumpResponse>, Status> {
        let request = request.into_inner();
        if let Some(why) = self.shared.state_refusal(&self.principal) {
            tracing::info!(target: "actorscope::audit", principal = %self.principal,
                verb = "dump", decision = "refused", "{why}");
            return Err(Status::permission_denied(why));
        }
        let target = request.target.unwrap_or_default();
        let id = slot_id(target.slot)?;
        let meant = match target::find(&self.shared, id, &target) {
            Ok(meant) => meant,
            Err(NotThere { outcome, message, incarnation }) => {
                return Ok(Response::new(v1::DumpResponse {
                    outcome: outcome.word().to_owned(),
                    message,
                    slot: id.get(),
                    incarnation: incarnation.0,
                    ..v1::DumpResponse::default()
                }));
            }
        };
        let answer = self.ask(&meant, request.max_bytes, request.deadline_ns).await?;
        tracing::info!(target: "actorscope::audit", principal = %self.principal, verb = "dump",
            slot = id.get(), outcome = answer.outcome, "{}", answer.message);
        Ok(Response::new(answer))
    }
}

impl Asker {
    pub(super) const fn new(shared: Arc<Shared>, principal: Principal) -> Self {
        Self { shared, principal }
    }

    async fn ask(
        &self,
        meant: &Meant,
        max_bytes: u32,
        deadline_ns: u64,
    ) -> Result<v1::DumpResponse, Status> {
        let Meant { slot, path, incarnation } = meant;
        let answer = |outcome: Outcome, message: String| v1::DumpResponse {
            outcome: outcome.word().to_owned(),
            message,
            slot: slot.id.get(),
            incarnation: incarnation.0,
            ..v1::DumpResponse::default()
        };
        let max_bytes = within(max_bytes as usize, limits::DUMP_BYTES);
        let waiting = match place(slot, max_bytes) {
            Ok(waiting) => waiting,
            Err((outcome, why)) => return Ok(answer(outcome, format!("{path}: {why}"))),
        };
        let by = self.principal.name.clone();
        let fact = Fact::said(Some("state".to_owned()), Some(by));
        self.shared.registry.event(EventKind::Verb, Some(slot), fact);
        slot.gate.want_dump();
        let asked = Duration::from_nanos(deadline_ns);
        let patience =
            if asked.is_zero() { limits::DUMP_WAIT } else { asked.min(limits::DUMP_WAIT) };
        match tokio::time::timeout(patience, waiting).await {
            Ok(Ok(dumped)) => {
                let Dumped { text, cut, at, took_ns } = dumped;
                let mut done = answer(Outcome::Done, told(path, cut));
                (done.text, done.truncated) = (text, cut.is_some());
                (done.taken_at, done.took_ns) = (at.0, took_ns);
                Ok(done)
            }
            Ok(Err(_)) => Ok(answer(Outcome::Gone, format!("{path} ended before it answered"))),
            Err(_) => {
                slot.gate.dump_answered();
                slot.cold().take_dump();
                Err(Status::deadline_exceeded(format!(
                    "{path} did not answer within {} ms: {}",
                    patience.as_millis(),
                    busy_with(slot)
                )))
            }
        }
    }
}

/// `wanted`, or `most` if that is less or nothing was wanted.
const fn within(wanted: usize, most: usize) -> usize {
    if wanted == 0 || wanted > most { most } else { wanted }
}

/// Leaves the request with the actor.
fn place(slot: &Slot, max_bytes: usize) -> Result<oneshot::Receiver<Dumped>, (Outcome, String)> {
    let mut cold = slot.cold();
    if !cold.class.capabilities.has(Capability::DumpState) {
        let framework = cold.class.framework;
        let why = match framework {
            "kameo" => {
                "it does not print its state: write `#[observed(state)]` on its `impl Actor`"
                    .to_owned()
            }
            "ractor" => "it does not print its state: write `observe(…).with_state()` where it is \
                         spawned"
                .to_owned(),
            _ => format!("actors of {framework} do not print their state"),
        };
        return Err((Outcome::NotSupported, why));
    }
    if cold.dump().is_some_and(|other| !other.answer.is_closed()) {
        return Err((Outcome::Refused, "somebody else is being answered; ask again".to_owned()));
    }
    let (answer, waiting) = oneshot::channel();
    cold.set_dump(DumpRequest { max_bytes, answer });
    Ok(waiting)
}

fn told(path: &str, cut: Option<Cut>) -> String {
    match cut {
        None => format!("{path} printed its state"),
        Some(Cut::Bytes) => format!("{path} printed its state; it is longer than was wanted"),
        Some(Cut::Time) => format!("{path} was stopped printing: it took too long"),
        Some(Cut::Panic) => format!("{path} panicked while printing its state, and goes on"),
        Some(Cut::Error) => format!("{path} could not print its state to the end"),
    }
}

/// Why an actor does not answer.
fn busy_with(slot: &Slot) -> String {
    let hot = slot.hot();
    if hot.handling_since == 0 {
        return "it is not polled".to_owned();
    }
    let seconds = nanos(hot.handling_since, ticks()) as f64 / 1e9;
    match crate::cell::name_of(hot.message_type) {
        Some(message) => format!("it has been handling {message} for {seconds:.1} s"),
        None if hot.is_unmeasured() => format!("it has been busy for {seconds:.1} s at least"),
        None => format!("it has been busy for {seconds:.1} s"),
    }
}
