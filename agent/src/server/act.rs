//! The `Control` service: acting.

use super::observe::slot_id;
use super::target::{self, Meant, NotThere};
use super::{Principal, Shared, limits};
use crate::adapter::Reaction;
use crate::clock::wall;
use crate::registry::Fact;
use crate::slot::{Asked, Reach, Slot};
use crate::sync::lock;
use actorscope_core::text;
use actorscope_core::view::RowSource;
use actorscope_core::{EventKind, Incarnation, Outcome, SlotId, Verb, blast};
use actorscope_proto::v1;
use actorscope_proto::v1::control_server::Control;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tonic::{Request, Response, Status};

/// Acts for one connection.
pub(super) struct Actor {
    shared: Arc<Shared>,
    principal: Principal,
}

/// Answers already given, by request id, oldest first.
#[derive(Default)]
pub(crate) struct Remembered(VecDeque<(Instant, Vec<u8>, v1::ActResponse)>);

impl Remembered {
    fn answer(&mut self, request_id: &[u8]) -> Option<v1::ActResponse> {
        while self.0.front().is_some_and(|(at, ..)| at.elapsed() > limits::REMEMBERED) {
            self.0.pop_front();
        }
        self.0.iter().find(|(_, id, _)| id == request_id).map(|(.., answer)| answer.clone())
    }

    fn keep(&mut self, request_id: Vec<u8>, answer: v1::ActResponse) {
        self.0.push_back((Instant::now(), request_id, answer));
        while self.0.len() > limits::REMEMBERED_REQUESTS {
            self.0.pop_front();
        }
    }
}

#[tonic::async_trait]
impl Control for Actor {
    async fn act(
        &self,
        request: Request<v1::ActRequest>,
    ) -> Result<Response<v1::ActResponse>, Status> {
        let request = request.into_inner();
        if let Some(why) = self.shared.control_refusal(&self.principal) {
            tracing::info!(target: "actorscope::audit", principal = %self.principal,
                verb = request.verb, decision = "refused", "{why}");
            return Err(Status::permission_denied(why));
        }
        let verb = Verb::from_word(&request.verb)
            .ok_or_else(|| Status::invalid_argument(format!("no verb {:?}", request.verb)))?;
        if request.request_id.len() != 16 {
            return Err(Status::invalid_argument("a request id has 16 bytes"));
        }
        if let Some(answer) = lock(&self.shared.remembered).answer(&request.request_id) {
            return Ok(Response::new(answer));
        }
        let target = request.target.clone().unwrap_or_default();
        let id = slot_id(target.slot)?;
        let answer = self.act_on(verb, id, &target, &request).await;
        tracing::info!(target: "actorscope::audit", principal = %self.principal,
            verb = verb.word(), slot = id.get(), outcome = answer.outcome,
            reason = text::line(&request.reason, 1_000), "{}", answer.message);
        lock(&self.shared.remembered).keep(request.request_id, answer.clone());
        Ok(Response::new(answer))
    }
}

impl Actor {
    pub(super) fn new(shared: Arc<Shared>, principal: Principal) -> Self {
        Self { shared, principal }
    }

    async fn act_on(
        &self,
        verb: Verb,
        id: SlotId,
        target: &v1::Target,
        request: &v1::ActRequest,
    ) -> v1::ActResponse {
        let answer =
            |outcome: Outcome, message: String, incarnation: Incarnation| v1::ActResponse {
                outcome: outcome.word().to_owned(),
                message,
                slot: id.get(),
                incarnation: incarnation.0,
            };
        let meant = match target::find(&self.shared, id, target) {
            Ok(meant) => meant,
            Err(NotThere { outcome, message, incarnation }) => {
                return answer(outcome, message, incarnation);
            }
        };
        // What can be done depends on what was learnt last, so the rows must be up to date.
        self.shared.pass();
        let radius = self.shared.with_sampler(|s| blast::preview(s.rows(), id, verb));
        if let Some(why) = radius.and_then(|r| r.impossible) {
            let message = format!("{} can't be {}: {why}", meant.path, participle(verb));
            return answer(Outcome::NotSupported, message, meant.incarnation);
        }
        match self.carry_out(verb, &meant, request).await {
            Ok((outcome, message)) => answer(outcome, message, meant.incarnation),
            Err(NotThere { outcome, message, incarnation }) => {
                answer(outcome, message, incarnation)
            }
        }
    }

    async fn carry_out(
        &self,
        verb: Verb,
        meant: &Meant,
        request: &v1::ActRequest,
    ) -> Result<(Outcome, String), NotThere> {
        let Meant { slot, path, incarnation: before } = meant;
        let by = self.principal.name.clone();
        let reason = text::line(request.reason.trim(), 1_000);
        let said =
            if reason.is_empty() { verb.word().to_owned() } else { format!("{verb}: {reason}") };
        let fact = Fact::said(Some(said), Some(by.clone()));
        self.shared.registry.event(EventKind::Verb, Some(slot), fact);
        match verb {
            Verb::Suspend => return self.suspend(meant, request.deadline_ns),
            Verb::Resume => return Ok(self.resume(slot, path)),
            Verb::Kill | Verb::Stop | Verb::Restart => {}
        }
        let reach = meant.ask(|cold, gate| {
            cold.set_asked(Asked { verb, by, reason, at: wall() });
            match verb {
                Verb::Stop => gate.stop(),
                Verb::Restart => gate.restart(),
                Verb::Kill | Verb::Suspend | Verb::Resume => {}
            }
            cold.reach().clone()
        })?;
        if let Err((outcome, why)) = tell(verb, slot, &reach) {
            // Who is gone was asked nothing.
            let _ = meant.ask(|cold, _| cold.take_asked());
            return Ok((outcome, format!("{path}: {why}")));
        }
        if !self.took_effect(slot, *before).await {
            let mut message =
                format!("{path} is busy: it is {} as soon as it can be", participle(verb));
            if let Some(why) = self.in_hands(verb, slot.id) {
                message.push_str(&format!(". {why}"));
            }
            return Ok((Outcome::Accepted, message));
        }
        self.shared.pass();
        let (phase, incarnation) = (slot.marks.phase(), slot.incarnation());
        let message = if incarnation > *before {
            format!("{path} was {}; incarnation {incarnation} is in its place", participle(verb))
        } else if phase.is_live() {
            format!("{path} was {}; its successor is on its way", participle(verb))
        } else {
            format!("{path} was {} and nobody restarts it", participle(verb))
        };
        Ok((Outcome::Done, message))
    }

    /// What keeps the verb waiting, as of now.
    fn in_hands(&self, verb: Verb, slot: SlotId) -> Option<String> {
        self.shared.pass();
        self.shared.with_sampler(|sampler| {
            let rows = sampler.rows();
            blast::in_hands(verb, &rows.identity(slot)?, &rows.stats(slot)?)
        })
    }

    /// Waits a little for the actor to end, and a little more for its successor.
    async fn took_effect(&self, slot: &Slot, before: Incarnation) -> bool {
        let deadline = Instant::now() + limits::EFFECT;
        let replaced = |slot: &Slot| slot.incarnation() > before;
        let ended = |slot: &Slot| replaced(slot) || !slot.marks.phase().has_actor();
        if !self.until(deadline, || ended(slot)).await {
            return false;
        }
        let grace = Instant::now() + Duration::from_millis(50);
        self.until(grace, || replaced(slot) || !slot.marks.phase().is_live()).await;
        true
    }

    /// Checks `done` whenever something happens, until the deadline.
    async fn until(&self, deadline: Instant, done: impl Fn() -> bool) -> bool {
        let listening = self.shared.registry.listen();
        loop {
            let mut added = std::pin::pin!(listening.heard());
            added.as_mut().enable();
            if done() {
                return true;
            }
            if tokio::time::timeout_at(deadline, added).await.is_err() {
                return done();
            }
        }
    }

    fn suspend(&self, meant: &Meant, deadline_ns: u64) -> Result<(Outcome, String), NotThere> {
        let Meant { slot, path, .. } = meant;
        let asked = Duration::from_nanos(deadline_ns);
        let span = if asked.is_zero() { limits::SUSPENSION } else { asked };
        let span = span.min(limits::LONGEST_SUSPENSION);
        let until = wall().plus(span.as_nanos() as u64);
        meant.ask(|cold, gate| {
            cold.set_suspended_until(Some(until));
            gate.suspend();
        })?;
        slot.nudge();
        // It goes on with a pass, however far off the next one is.
        self.shared.due_within(span);
        let by = Some(self.principal.name.clone());
        let reason = Some(format!("for {} s at most", span.as_secs_f64()));
        let fact = Fact::said(reason, by);
        self.shared.registry.event(EventKind::Suspended, Some(slot), fact);
        let busy = slot.is_handling();
        let outcome = if busy { Outcome::Accepted } else { Outcome::Done };
        let when = if busy { "is held after the message in its hands" } else { "is held" };
        let message = format!("{path} {when}; it goes on by itself after {} s", span.as_secs_f64());
        Ok((outcome, message))
    }

    fn resume(&self, slot: &Arc<Slot>, path: &str) -> (Outcome, String) {
        slot.cold().set_suspended_until(None);
        if !slot.gate.resume() {
            return (Outcome::Done, format!("{path} was not suspended"));
        }
        let fact = Fact::said(None, Some(self.principal.name.clone()));
        self.shared.registry.event(EventKind::Resumed, Some(slot), fact);
        (Outcome::Done, format!("{path} goes on"))
    }
}

/// Hands the verb to the actor, whose gate knows it.
fn tell(verb: Verb, slot: &Slot, reach: &Reach) -> Result<(), (Outcome, String)> {
    match verb {
        Verb::Kill => match reach.kill() {
            Reaction::Accepted => Ok(()),
            Reaction::Gone => Err((Outcome::Gone, "its actor is gone".to_owned())),
            Reaction::NotSupported(why) => Err((Outcome::NotSupported, why)),
        },
        Verb::Stop | Verb::Restart => {
            slot.nudge();
            reach.nudge();
            Ok(())
        }
        Verb::Suspend | Verb::Resume => Ok(()),
    }
}

const fn participle(verb: Verb) -> &'static str {
    match verb {
        Verb::Kill => "killed",
        Verb::Stop => "stopped",
        Verb::Restart => "restarted",
        Verb::Suspend => "suspended",
        Verb::Resume => "resumed",
    }
}
