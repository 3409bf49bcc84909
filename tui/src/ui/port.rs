//! The way to agents: carries out what the state asks for and brings the answers back as inputs.

use super::columns::Columns;
use super::config::save;
use super::input::{Found, Input, Look, Problem};
use super::nodes::NodeId;
use actorscope_client::discovery::Finds;
use actorscope_client::{
    Act, Acted, CallError, Connection, Frame, Search, Session, SessionOptions, Target, Update,
};
use actorscope_core::view::ViewSpec;
use actorscope_core::{Outcome, SlotId, Verb};
use futures_util::future::join_all;
use std::path::PathBuf;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::mpsc;

/// How long an agent may take to tell about itself in the list of agents.
const ASK: Duration = Duration::from_secs(1);
/// The answer to a question about an agent that was left meanwhile.
const NOBODY: &str = "this agent is no longer attached to";

/// Sessions, one for each agent attached to, and questions that are out.
pub struct Port {
    /// In the order in which they were begun.
    sessions: Vec<Line>,
    /// The session that is heard first next time: a busy one must not keep the others from being
    /// heard.
    next: usize,
    answers: mpsc::Sender<Input>,
}

/// A session and what it reports.
struct Line {
    node: NodeId,
    session: Session,
    updates: mpsc::Receiver<Update>,
}

impl Port {
    /// No session yet; answers to questions go to `answers`.
    pub const fn new(answers: mpsc::Sender<Input>) -> Self {
        Self { sessions: Vec::new(), next: 0, answers }
    }

    /// Begins a session.
    pub fn attach(&mut self, node: NodeId, target: Target) {
        self.detach(node);
        let (session, updates) = Session::start(target, SessionOptions::default());
        self.sessions.push(Line { node, session, updates });
    }

    /// Ends a session.
    pub fn detach(&mut self, node: NodeId) {
        self.sessions.retain(|line| line.node != node);
    }

    /// The next update of any session; never comes without one. Can be cancelled without losing any.
    pub async fn next(&mut self) -> Input {
        std::future::poll_fn(|cx| self.poll_next(cx)).await
    }

    /// An update that is here already.
    pub fn try_next(&mut self) -> Option<Input> {
        self.first(|updates| updates.try_recv().ok())
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Input> {
        let ready = |updates: &mut mpsc::Receiver<Update>| match updates.poll_recv(cx) {
            Poll::Ready(update) => update,
            Poll::Pending => None,
        };
        self.first(ready).map_or(Poll::Pending, Poll::Ready)
    }

    /// The first update that `take` finds, beginning with the session whose turn it is.
    fn first(
        &mut self,
        mut take: impl FnMut(&mut mpsc::Receiver<Update>) -> Option<Update>,
    ) -> Option<Input> {
        let count = self.sessions.len();
        for place in (0..count).map(|n| (self.next + n) % count) {
            let Some(line) = self.sessions.get_mut(place) else { continue };
            if let Some(update) = take(&mut line.updates) {
                self.next = place + 1;
                return Some(Input::Update { node: line.node, update });
            }
        }
        None
    }

    fn session(&self, node: NodeId) -> Option<&Session> {
        self.sessions.iter().find(|line| line.node == node).map(|line| &line.session)
    }

    /// Asks for a view from now on; says under which revision.
    pub fn set_view(
        &self,
        (node, view): (NodeId, u32),
        spec: ViewSpec,
        interval: Duration,
    ) -> Option<u32> {
        Some(self.session(node)?.set_view(view, spec, interval))
    }

    /// A view is no longer wanted.
    pub fn drop_view(&self, node: NodeId, view: u32) {
        if let Some(session) = self.session(node) {
            session.drop_view(view);
        }
    }

    /// Does not wait for the next try to connect.
    pub fn retry_now(&self, node: NodeId) {
        if let Some(session) = self.session(node) {
            session.retry_now();
        }
    }

    /// Asks what a verb would do.
    pub fn preview(&self, node: NodeId, request: u32, verb: Verb, slot: SlotId) {
        let session = self.session(node).cloned();
        self.answer(async move {
            let result = match session {
                // Whoever fills the slot now: the answer names the incarnation, the dialog shows it,
                // and only that one is acted upon.
                Some(session) => {
                    session.preview(verb, slot, None).await.map_err(|error| error.to_string())
                }
                None => Err(NOBODY.to_owned()),
            };
            Input::Previewed { request, result }
        });
    }

    /// Does it.
    pub fn act(&self, node: NodeId, request: u32, act: Act) {
        let session = self.session(node).cloned();
        self.answer(async move {
            let result = match session {
                Some(session) => outcome(session.act(act).await),
                None => Err(NOBODY.to_owned()),
            };
            Input::Acted { request, result }
        });
    }

    /// Asks whoever fills a slot now to print its state.
    pub fn dump(&self, node: NodeId, request: u32, slot: SlotId) {
        let session = self.session(node).cloned();
        self.answer(async move {
            let result = match session {
                Some(session) => session.dump(slot, None).await.map_err(|error| error.to_string()),
                None => Err(NOBODY.to_owned()),
            };
            Input::Dumped { request, result }
        });
    }

    /// Asks who is meant by a path.
    pub fn find(&self, node: NodeId, request: u32, path: String) {
        let session = self.session(node).cloned();
        self.answer(async move {
            let result = match session {
                Some(session) => found(session.find(&path).await, &path),
                None => Err(NOBODY.to_owned()),
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
        let (name, pid) = (found.socket.name.clone(), found.socket.pid);
        let target = Target::Named(found.distinct_name(&live));
        match about {
            Ok((node, summary)) => Found {
                name,
                pid,
                instance: Some(node.instance),
                uptime_ns: Some(node.now.since(node.started_at)),
                actors: summary.map(|summary| summary.live),
                problem: None,
                target,
            },
            Err(problem) => Found {
                name,
                pid,
                instance: None,
                uptime_ns: None,
                actors: None,
                problem: Some(problem),
                target,
            },
        }
    });
    Look {
        places,
        agents: join_all(asked).await,
        problems: unreachable
            .into_iter()
            .map(|(found, why)| Problem {
                name: found.socket.name,
                pid: found.socket.pid,
                path: found.path.display().to_string(),
                why: why.to_string(),
            })
            .collect(),
    }
}
