//! Owns the open jobs. Nobody is told that a job is accepted before it is on the disk.
//!
//! What waits in the mailbox is written together: the first line that is to be written makes the journal send itself
//! `Sync`, which comes after all that was sent before.

use std::sync::Arc;

use actorscope_ractor_supervisor::{ObservedRef, TrackSends};
use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort};

use crate::{
    backlog::{Admission, Backlog},
    dispatcher::DispatcherMsg,
    job::Job,
    journal_file::JournalFile,
    tree::{DISPATCHER, World, find},
};

/// What can be asked of it.
pub enum JournalMsg {
    /// To take a job; the answer comes when it is on the disk.
    Accept(Job, RpcReplyPort<Taken>),
    /// To note that a job is delivered.
    Delivered(Arc<str>),
    /// To put a job to the dead letters.
    Dead { job: Arc<Job>, attempts: u32, why: String },
    /// Which jobs are open, oldest first.
    Open(RpcReplyPort<Vec<Arc<Job>>>),
    /// To say when everything before is on the disk.
    Flush(RpcReplyPort<()>),
    /// To write what is to be written; from itself.
    Sync,
}

impl JournalMsg {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Accept(..) => "Accept",
            Self::Delivered(_) => "Delivered",
            Self::Dead { .. } => "Dead",
            Self::Open(_) => "Open",
            Self::Flush(_) => "Flush",
            Self::Sync => "Sync",
        }
    }
}

/// Whether a job was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is on the disk and will be delivered.
    Accepted,
    /// It was taken before.
    Known,
    /// Too many are open.
    Full,
}

/// See the module's text.
pub struct Journal;

/// What it holds.
pub struct JournalState {
    me: ObservedRef<JournalMsg>,
    world: Arc<World>,
    file: JournalFile,
    backlog: Backlog,
    /// Since the last sync: who waits for it, and what may be delivered after it.
    answers: Vec<(RpcReplyPort<Taken>, Taken)>,
    flushes: Vec<RpcReplyPort<()>>,
    fresh: Vec<Arc<Job>>,
    sync_is_due: bool,
}

impl Actor for Journal {
    type Msg = JournalMsg;
    type State = JournalState;
    type Arguments = Arc<World>;

    async fn pre_start(
        &self,
        myself: ActorRef<JournalMsg>,
        world: Arc<World>,
    ) -> Result<JournalState, ActorProcessingErr> {
        let opened = JournalFile::open(&world.options.spool).await;
        let (file, backlog) =
            opened.inspect_err(|error| world.notice(&format!("journal: {error}")))?;
        Ok(JournalState {
            me: myself.tracked(),
            world,
            file,
            backlog,
            answers: Vec::new(),
            flushes: Vec::new(),
            fresh: Vec::new(),
            sync_is_due: false,
        })
    }

    async fn handle(
        &self,
        _: ActorRef<JournalMsg>,
        message: JournalMsg,
        state: &mut JournalState,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            JournalMsg::Accept(job, answer) => {
                let taken = state.accept(job);
                state.answers.push((answer, taken));
            }
            JournalMsg::Delivered(id) => {
                if state.backlog.settle(&id).is_some() {
                    state.file.settled(&id);
                }
            }
            JournalMsg::Dead { job, attempts, why } => {
                if state.backlog.settle(job.id()).is_some() {
                    state.file.dead(&job, attempts, &why);
                }
            }
            JournalMsg::Flush(done) => state.flushes.push(done),
            JournalMsg::Open(answer) => {
                let _ = answer.send(state.backlog.open().cloned().collect());
                return Ok(());
            }
            JournalMsg::Sync => {
                state.sync_is_due = false;
                return state.sync().await;
            }
        }
        if !state.sync_is_due {
            state.sync_is_due = true;
            state.me.cast(JournalMsg::Sync)?;
        }
        Ok(())
    }
}

impl JournalState {
    fn accept(&mut self, job: Job) -> Taken {
        match self.backlog.admit(job, self.world.options.max_open) {
            Admission::New(job) => {
                self.file.accepted(&job);
                self.fresh.push(job);
                Taken::Accepted
            }
            Admission::Known => Taken::Known,
            Admission::Full => Taken::Full,
        }
    }

    async fn sync(&mut self) -> Result<(), ActorProcessingErr> {
        // A disk that fails is an end: who waits is told by that, and the next one reads what is really there.
        let synced = self.file.sync(&self.backlog).await;
        synced.inspect_err(|error| self.world.notice(&format!("journal: {error}")))?;
        for (answer, taken) in self.answers.drain(..) {
            // Who asked may be gone; the job is taken all the same.
            let _ = answer.send(taken);
        }
        for done in self.flushes.drain(..) {
            let _ = done.send(());
        }
        let fresh = self.fresh.drain(..);
        if let Some(dispatcher) = find::<DispatcherMsg>(DISPATCHER) {
            for job in fresh {
                // If it is not there, its successor asks for all that is open.
                let _ = dispatcher.cast(DispatcherMsg::Dispatch(job));
            }
        }
        Ok(())
    }
}
