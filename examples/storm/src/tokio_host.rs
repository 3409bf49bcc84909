//! Tasks that receive from bounded channels.

use crate::host::{DONE, Do, Host, MAILBOX, count};
use actorscope_agent::tokio::{Group, Receiver, Supervised, channel, group, spawn, supervise};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};

/// See the module's documentation.
#[derive(Debug)]
pub struct Tokio;

/// A task's channel; dropping it ends the task.
#[derive(Debug)]
pub struct Actor {
    sender: mpsc::Sender<Do>,
    supervised: Option<Supervised>,
}

/// Counts what comes; an error when it is told to crash.
async fn work(inbox: &mut Receiver<Do>) -> Result<(), &'static str> {
    while let Some(what) = inbox.recv().await {
        match what {
            Do::Count => count(&DONE.handled),
            Do::Crash => {
                count(&DONE.crashed);
                return Err("told to");
            }
        }
    }
    Ok(())
}

impl Host for Tokio {
    type Parent = Group;
    type Actor = Actor;

    async fn parent(name: String) -> Result<Group, String> {
        Ok(group(&name))
    }

    async fn actor(parent: &Group, name: String) -> Result<Actor, String> {
        let (sender, mut inbox) = channel("inbox", MAILBOX);
        count(&DONE.started);
        parent.within(|| {
            spawn(&name, async move {
                // Nobody tells these to crash.
                let _ = work(&mut inbox).await;
                count(&DONE.ended);
            })
        });
        Ok(Actor { sender, supervised: None })
    }

    async fn supervised(parent: &Group, name: String) -> Result<Actor, String> {
        let (sender, inbox) = channel("inbox", MAILBOX);
        let inbox = Arc::new(Mutex::new(inbox));
        let supervised = parent.within(|| {
            supervise(&name, move || {
                let inbox = inbox.clone();
                count(&DONE.started);
                async move {
                    let result = work(&mut *inbox.lock().await).await;
                    count(&DONE.ended);
                    result
                }
            })
            .intensity(u32::MAX, Duration::from_secs(1))
            .spawn()
        });
        Ok(Actor { sender, supervised: Some(supervised) })
    }

    fn send(actor: &Actor, what: Do) -> bool {
        actor.sender.try_send(what).is_ok()
    }

    async fn end(actor: Actor) {
        if let Some(supervised) = actor.supervised {
            supervised.abort();
        }
    }
}
