//! The way to agents: carries out what the state asks for and brings the answers back as inputs.

use super::columns::Columns;
use super::config::save;
use super::input::{Found, Input, Look};
use actorscope_client::discovery::Finds;
use actorscope_client::{
    Act, Acted, CallError, Connection, Frame, Search, Session, SessionOptions, Target, Update,
};
use actorscope_core::view::ViewSpec;
use actorscope_core::{Incarnation, Outcome, SlotId, Verb};
use futures_util::future::join_all;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long an agent may take to tell about itself in the list of agents.
const ASK: Duration = Duration::from_secs(1);

/// At most one session, and questions that are out.
pub struct Port {
    session: Option<(Session, mpsc::Receiver<Update>)>,
    answers: mpsc::Sender<Input>,
}

impl Port {
    /// No session yet; answers to questions go to `answers`.
    pub const fn new(answers: mpsc::Sender<Input>) -> Self {
        Self { session: None, answers }
    }

    /// Ends the session, if there is one, and begins another.
    pub fn attach(&mut self, target: Target) {
        self.session = None;
        self.session = Some(Session::start(target, SessionOptions::default()));
    }

    /// Ends the session.
    pub fn detach(&mut self) {
        self.session = None;
    }

    /// The next update; never comes without a session.
    pub async fn next(&mut self) -> Update {
        if let Some((_, updates)) = &mut self.session
            && let Some(update) = updates.recv().await
        {
            return update;
        }
        std::future::pending().await
    }

    /// An update that is here already.
    pub fn try_next(&mut self) -> Option<Update> {
        self.session.as_mut()?.1.try_recv().ok()
    }

    /// Asks for a view from now on; says under which revision.
    pub fn set_view(&self, view: u32, spec: ViewSpec, interval: Duration) -> Option<u32> {
        let (session, _) = self.session.as_ref()?;
        Some(session.set_view(view, spec, interval))
    }

    /// A view is no longer wanted.
    pub fn drop_view(&self, view: u32) {
        if let Some((session, _)) = &self.session {
            session.drop_view(view);
        }
    }

    /// Does not wait for the next try to connect.
    pub fn retry_now(&self) {
        if let Some((session, _)) = &self.session {
            session.retry_now();
        }
    }

    /// Asks what a verb would do.
    pub fn preview(&self, request: u32, verb: Verb, slot: SlotId) {
        let session = self.session.as_ref().map(|(session, _)| session.clone());
        self.answer(async move {
            let result = match session {
                // Whoever fills the slot now: the answer names the incarnation, the dialog shows it,
                // and only that one is acted upon.
                Some(session) => {
                    session.preview(verb, slot, None).await.map_err(|error| error.to_string())
                }
                None => Err("no agent is attached".to_owned()),
            };
            Input::Previewed { request, result }
        });
    }

    /// Does it.
    pub fn act(
        &self,
        request: u32,
        verb: Verb,
        (slot, incarnation): (SlotId, Incarnation),
        reason: String,
    ) {
        let session = self.session.as_ref().map(|(session, _)| session.clone());
        self.answer(async move {
            let act = Act { verb, slot, incarnation: Some(incarnation), reason, deadline: None };
            let result = match session {
                Some(session) => outcome(session.act(act).await),
                None => Err("no agent is attached".to_owned()),
            };
            Input::Acted { request, result }
        });
    }

    /// Asks who is meant by a path.
    pub fn find(&self, request: u32, path: String) {
        let session = self.session.as_ref().map(|(session, _)| session.clone());
        self.answer(async move {
            let result = match session {
                Some(session) => found(session.find(&path).await, &path),
                None => Err("no agent is attached".to_owned()),
            };
            Input::Found { request, result }
        });
    }

    /// Writes the columns into the configuration file. A disk may be slow: another thread waits.
    pub fn save(&self, path: PathBuf, columns: Columns) {
        self.answer(async move {
            let saved = tokio::task::spawn_blocking(move || save::columns(&path, &columns)).await;
            Input::Saved(saved.unwrap_or_else(|error| Err(error.to_string())))
        });
    }

    /// Looks for agents.
    pub fn look(&self) {
        self.answer(async move { Input::Looked(look().await) });
    }

    fn answer(&self, work: impl Future<Output = Input> + Send + 'static) {
        let answers = self.answers.clone();
        tokio::spawn(async move {
            // Nobody waits for the answer any more when the UI has ended.
            let _ = answers.send(work.await).await;
        });
    }
}

/// The slot of a detail view's frame.
fn found(result: Result<Frame, CallError>, wanted: &str) -> Result<(SlotId, String), String> {
    let frame = result.map_err(|error| error.to_string())?;
    let found = frame.identities.into_iter().next();
    let (identity, path) = found.ok_or_else(|| format!("there is no actor {wanted}"))?;
    Ok((identity.id, path))
}

/// What became of a verb. Some errors are answers, and some leave it open.
fn outcome(result: Result<Acted, CallError>) -> Result<(Outcome, String), String> {
    match result {
        Ok(acted) => Ok((acted.outcome, acted.message)),
        Err(CallError::Refused { message } | CallError::ControlOff { message }) => {
            Ok((Outcome::Refused, message))
        }
        Err(CallError::NotFound { message }) => Ok((Outcome::Gone, message)),
        Err(CallError::NotSupported { message }) => Ok((Outcome::NotSupported, message)),
        Err(error @ (CallError::Lost { .. } | CallError::Deadline(_))) => Err(format!(
            "{error}; it may or may not have happened: look at the actor before trying again"
        )),
        Err(error) => Err(error.to_string()),
    }
}

async fn look() -> Look {
    let search = Search::from_environment();
    let places = search.directories().iter().map(|dir| dir.display().to_string());
    let places = places.collect();
    let Finds { live, unreachable } = search.agents().await;
    let asked = live.iter().map(|found| async {
        let about = async {
            let connection =
                Connection::open(&found.address()).await.map_err(|error| error.to_string())?;
            let frame = connection.query(&ViewSpec::Summary).await;
            Ok((connection.node().clone(), frame.ok().and_then(|f| f.summary)))
        };
        let about = tokio::time::timeout(ASK, about)
            .await
            .unwrap_or_else(|_| Err(format!("no answer within {} s", ASK.as_secs())));
        let (uptime_ns, actors, problem) = match about {
            Ok((node, summary)) => {
                (Some(node.now.since(node.started_at)), summary.map(|summary| summary.live), None)
            }
            Err(problem) => (None, None, Some(problem)),
        };
        Found {
            name: found.socket.name.clone(),
            pid: found.socket.pid,
            uptime_ns,
            actors,
            problem,
            target: Target::Named(found.distinct_name(&live)),
        }
    });
    Look {
        places,
        agents: join_all(asked).await,
        problems: unreachable
            .into_iter()
            .map(|(found, why)| format!("{}: {why}", found.path.display()))
            .collect(),
    }
}
