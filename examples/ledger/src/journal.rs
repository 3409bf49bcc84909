//! Writes what happens, as much of it as waits together, and then tells everybody.
//!
//! It sits on a thread of its own, because a sync of the disk blocks it.

use std::{collections::BTreeMap, sync::Arc};

use actix::prelude::*;
use actorscope_actix::Context;
use tokio::sync::oneshot;

use crate::{
    book::{Book, Deed, Record},
    journal_file::JournalFile,
};

/// To write something down. The answer, its number, comes when it is on the disk.
///
/// Not by the result of the message: that would be a future on the journal's own thread, which does not get its turn
/// before the mailbox is empty.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Append {
    /// What happens.
    pub deed: Deed,
    /// Who is to be told.
    pub answer: oneshot::Sender<Result<u64, NotWritten>>,
}

/// Why something is not written down.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotWritten {
    /// There would be more money than a number holds.
    #[error("that is more money than there can be")]
    TooMuch,
    /// The disk failed.
    #[error("the journal can't be written: {0}")]
    Disk(String),
}

/// To be told of everything from now on, and given what was before.
#[derive(Message)]
#[rtype(result = "Result<Book, NotWritten>")]
pub struct Subscribe {
    /// Whoever subscribes by the same name again takes its place.
    pub name: String,
    /// An empty book, to be filled.
    pub book: Book,
    /// Who is to be told.
    pub to: Recipient<Written>,
}

/// What is on the disk now, in order.
#[derive(Clone, Message)]
#[rtype(result = "()")]
pub struct Written(pub Arc<[Record]>);

/// To write what waits; from itself.
#[derive(Message)]
#[rtype(result = "()")]
struct Sync;

/// To say when everything before is on the disk.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Flush;

/// See the module's text.
pub struct Journal {
    file: JournalFile,
    batch: usize,
    waiting: Vec<(Deed, oneshot::Sender<Result<u64, NotWritten>>)>,
    subscribers: BTreeMap<String, Recipient<Written>>,
}

impl Journal {
    /// Writes at most `batch` records with one sync.
    pub fn new(file: JournalFile, batch: usize) -> Self {
        Self { file, batch, waiting: Vec::new(), subscribers: BTreeMap::new() }
    }

    fn sync(&mut self) {
        let (deeds, answers): (Vec<_>, Vec<_>) = self.waiting.drain(..).unzip();
        if deeds.is_empty() {
            return;
        }
        match self.file.append(deeds) {
            Ok(records) => {
                let numbers: Vec<u64> = records.iter().map(|record| record.seq).collect();
                let written = Written(records.into());
                // Before the answers: who asks a shard after `ok` finds that it knows.
                self.subscribers.values().for_each(|to| to.do_send(written.clone()));
                for (answer, number) in answers.into_iter().zip(numbers) {
                    // Who asked may be gone; it happened all the same.
                    let _ = answer.send(Ok(number));
                }
            }
            Err(error) => {
                eprintln!("ledger: the journal can't be written: {error}");
                for answer in answers {
                    let _ = answer.send(Err(NotWritten::Disk(error.to_string())));
                }
            }
        }
    }
}

impl Actor for Journal {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        // What comes by `do_send` heeds no bound. Without one an observer is told of all that wait, and not of 16.
        ctx.set_mailbox_capacity(0);
        // A restart takes the actor's futures, and with them what was to sync; what was to be written is kept.
        ctx.notify(Sync);
    }
}

impl Supervised for Journal {}

impl Handler<Append> for Journal {
    type Result = ();

    fn handle(&mut self, Append { deed, answer }: Append, ctx: &mut Context<Self>) {
        if let Deed::Deposit { cents, .. } = deed {
            let waiting = self.waiting.iter().map(|(deed, _)| match deed {
                Deed::Deposit { cents, .. } => cents.0,
                _ => 0,
            });
            if !self.file.has_room_for(cents.0.saturating_add(waiting.sum())) {
                let _ = answer.send(Err(NotWritten::TooMuch));
                return;
            }
        }
        self.waiting.push((deed, answer));
        if self.waiting.len() >= self.batch {
            self.sync();
        } else if self.waiting.len() == 1 {
            // After all messages that are there by now: they are written together.
            ctx.notify(Sync);
        }
    }
}

impl Handler<Sync> for Journal {
    type Result = ();

    fn handle(&mut self, _: Sync, _: &mut Context<Self>) {
        self.sync();
    }
}

impl Handler<Flush> for Journal {
    type Result = ();

    fn handle(&mut self, _: Flush, _: &mut Context<Self>) {
        self.sync();
    }
}

impl Handler<Subscribe> for Journal {
    type Result = Result<Book, NotWritten>;

    fn handle(&mut self, new: Subscribe, _: &mut Context<Self>) -> Self::Result {
        // What the subscriber asked for in its former life is a part of what it is given now.
        self.sync();
        self.subscribers.insert(new.name, new.to);
        let mut book = new.book;
        let read = self.file.read(|record| book.apply(&record));
        read.map_err(|error| NotWritten::Disk(error.to_string()))?;
        Ok(book)
    }
}
