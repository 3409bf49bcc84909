//! The background task of a session.

use super::events::Cursor;
use super::received::Received;
use super::wanted::Told;
use super::{Link, SessionOptions, Shared, lock};
use crate::connection::{Connection, EventStream, EventsQuery, connect, connect_within};
use crate::error::CallError;
use crate::random;
use crate::target::Target;
use crate::update::{Frame, Update};
use actorscope_core::{Event, InstanceId};
use actorscope_proto::v1;
use futures_util::{Stream, stream};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tonic::Streaming;

/// What a session is made of.
pub(super) struct Context {
    pub(super) target: Target,
    pub(super) options: SessionOptions,
    pub(super) shared: Arc<Shared>,
    pub(super) changes: watch::Receiver<()>,
}

/// Nobody wants the updates any more.
struct Unheard;

/// Why a connection ended.
enum End {
    Unheard,
    Lost(String),
}

impl From<Unheard> for End {
    fn from(_: Unheard) -> Self {
        Self::Unheard
    }
}

impl From<CallError> for End {
    fn from(error: CallError) -> Self {
        Self::Lost(error.to_string())
    }
}

/// Runs until the last handle or the receiver is gone.
pub(super) async fn run(context: Context, updates: mpsc::Sender<Update>) {
    let mut changes = context.changes.clone();
    let handles_gone = async move { while changes.changed().await.is_ok() {} };
    let receiver_gone = updates.clone();
    let shared = context.shared.clone();
    tokio::select! {
        () = Runner::new(context, updates).run() => {}
        () = handles_gone => {}
        () = receiver_gone.closed() => {}
    }
    // Handles may live on; the connection must not.
    *lock(&shared.link) = Link::Down { reason: "the session has ended".to_owned() };
}

struct Runner {
    context: Context,
    updates: mpsc::Sender<Update>,
    /// Which life of the service was seen last, and where in its events the session is.
    instance: Option<InstanceId>,
    cursor: Cursor,
    /// When the present or last connection shook hands.
    connected: Option<Instant>,
}

impl Runner {
    fn new(context: Context, updates: mpsc::Sender<Update>) -> Self {
        Self { context, updates, instance: None, cursor: Cursor::default(), connected: None }
    }

    async fn run(mut self) {
        let backoff = self.context.options.backoff;
        let mut failures = 0u32;
        loop {
            let reason = match self.attempt().await {
                End::Unheard => return,
                End::Lost(reason) => reason,
            };
            self.set_link(Link::Down { reason: reason.clone() });
            if self.connected.take().is_some_and(|since| backoff.forgives(since.elapsed())) {
                failures = 0;
            }
            failures = failures.saturating_add(1);
            let retry_in = backoff.pause(failures, random::bits());
            let lost = Update::Lost { reason, retry_in };
            if self.send(lost).await.is_err() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(retry_in) => {}
                () = self.context.shared.retry.notified() => {}
            }
        }
    }

    /// One connection, from finding the agent to the end.
    async fn attempt(&mut self) -> End {
        let Context { target, options, .. } = &self.context;
        let connected = match &options.search {
            Some(search) => connect_within(search, target).await,
            None => connect(target).await,
        };
        match connected {
            Err(error) => End::Lost(error.to_string()),
            Ok(connection) => match self.converse(&connection).await {
                Ok(never) => match never {},
                Err(end) => end,
            },
        }
    }

    async fn converse(&mut self, connection: &Connection) -> Result<Infallible, End> {
        let node = connection.node().clone();
        if self.instance.replace(node.instance) != Some(node.instance) {
            self.cursor = Cursor::default();
        }
        self.connected = Some(Instant::now());
        self.set_link(Link::Up(Box::new(connection.clone())));
        self.send(Update::Connected(node)).await?;
        let mut events = self.open_events(connection).await?;
        let mut frames: Option<Streaming<v1::Frame>> = None;
        let mut received = Received::default();
        let (_conversation, ended) = watch::channel(());
        let mut changes = self.context.changes.clone();
        // A handle that appears here is one more change: look at everything at least once.
        changes.mark_changed();
        let mut heard = Heard::now();
        loop {
            let silence = self.silence(&heard).filter(|_| frames.is_some());
            tokio::select! {
                Ok(()) = changes.changed() => {
                    let any = lock(&self.context.shared.wanted).any();
                    if any && frames.is_none() {
                        frames = Some(connection.watch(self.requests(ended.clone())).await?);
                    }
                    if silence.is_none() {
                        // Nothing was to be expected until now.
                        heard = Heard::now();
                    }
                }
                frame = next_frame(&mut frames) => {
                    if let Some(frame) = self.read(frame?, &mut received)? {
                        heard.tick =
                            frame.summary.as_ref().map_or(heard.tick, |s| s.agent.tick());
                        self.send(Update::Frame(Box::new(frame))).await?;
                    }
                    // After passing it on: a slow receiver is no silent agent.
                    heard.at = Instant::now();
                }
                batch = next_events(&mut events) => {
                    let batch = self.cursor.take(batch?);
                    if !batch.is_empty() {
                        self.send(Update::Events(batch)).await?;
                    }
                }
                () = sleep_until(silence) => {
                    let seconds = heard.at.elapsed().as_secs();
                    return Err(End::Lost(format!(
                        "nothing was heard for {seconds} s; the process may be stopped or overloaded"
                    )));
                }
            }
        }
    }

    /// Follows events where the last connection to this instance left off.
    async fn open_events(&self, connection: &Connection) -> Result<Option<EventStream>, End> {
        let Some(backlog) = self.context.options.events else {
            return Ok(None);
        };
        let from = self.cursor.next();
        let query = EventsQuery {
            from,
            follow: true,
            last: if from == 0 { backlog } else { 0 },
            slot: None,
        };
        match connection.events(query).await {
            Ok(events) => Ok(Some(events)),
            // Views are worth having without events.
            Err(CallError::NotSupported { .. } | CallError::Refused { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What an agent is to be told of the views, from everything at first to each change later, until
    /// `conversation` is dropped at its other end. HTTP/2 keeps a stream open as long as its requests
    /// go on, whether or not anybody reads the answers.
    fn requests(
        &self,
        conversation: watch::Receiver<()>,
    ) -> impl Stream<Item = v1::WatchRequest> + Send + 'static + use<> {
        let shared = self.context.shared.clone();
        let changes = self.context.changes.clone();
        stream::unfold(
            (shared, changes, conversation, Told::new()),
            |(shared, mut changes, mut conversation, mut told)| async move {
                loop {
                    // Before looking: what changes in between is looked at once more.
                    changes.mark_unchanged();
                    let request = lock(&shared.wanted).next_request(&mut told);
                    if let Some(request) = request {
                        return Some((request, (shared, changes, conversation, told)));
                    }
                    tokio::select! {
                        // An error: the session's last handle is gone.
                        change = changes.changed() => change.ok()?,
                        _ = conversation.changed() => return None,
                    }
                }
            },
        )
    }

    /// Reads a frame; `None` if it answers nothing that is wanted now.
    fn read(&self, wire: v1::Frame, received: &mut Received) -> Result<Option<Frame>, CallError> {
        let (answers, ever) = {
            let wanted = lock(&self.context.shared.wanted);
            (wanted.answers(wire.view_id, wire.revision), wanted.ever(wire.view_id))
        };
        match (answers, ever) {
            (true, _) => Ok(Some(received.shown(wire)?)),
            (false, true) => received.passed_over(wire).map(|()| None).map_err(Into::into),
            (false, false) => Ok(None),
        }
    }

    /// When the silence has lasted too long; `None` while nothing is to be expected.
    fn silence(&self, heard: &Heard) -> Option<Instant> {
        let wanted = lock(&self.context.shared.wanted);
        let pace = wanted.interval().max(heard.tick);
        let patience = self.context.options.silence.max(5 * pace);
        wanted.any().then(|| heard.at + patience)
    }

    fn set_link(&self, link: Link) {
        *lock(&self.context.shared.link) = link;
    }

    async fn send(&self, update: Update) -> Result<(), Unheard> {
        self.updates.send(update).await.map_err(|_| Unheard)
    }
}

/// The last sign of life.
struct Heard {
    at: Instant,
    /// The agent's own pace, when it said so: a huge system is looked at less often than asked for.
    tick: Duration,
}

impl Heard {
    fn now() -> Self {
        Self { at: Instant::now(), tick: Duration::ZERO }
    }
}

/// The next frame; never while there is no stream. Can be cancelled without losing any.
async fn next_frame(frames: &mut Option<Streaming<v1::Frame>>) -> Result<v1::Frame, CallError> {
    let Some(frames) = frames else {
        return std::future::pending().await;
    };
    frames.message().await?.ok_or_else(hung_up)
}

/// The next events; never while there is no stream. Can be cancelled without losing any.
async fn next_events(events: &mut Option<EventStream>) -> Result<Vec<Event>, CallError> {
    match events {
        Some(events) => events.next().await.unwrap_or_else(|| Err(hung_up())),
        None => std::future::pending().await,
    }
}

fn hung_up() -> CallError {
    CallError::Lost { reason: "the agent ended it; its service may be stopping".to_owned() }
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
