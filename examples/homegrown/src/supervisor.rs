//! The framework's supervisor: starts actors, and starts them again when they fail.

use crate::adapter::{Place, Seat};
use crate::framework::{Actor, Address, Failure, live};
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::{Mutex, mpsc};
use tokio::task::{Id, JoinSet};

/// Starts its children, and each of them again when it fails. Too many failures end it and all of them.
pub struct Supervisor {
    place: Place,
    children: Vec<Child>,
    most: u32,
    within: Duration,
}

struct Child {
    seat: Seat,
    make: Box<dyn FnMut() -> Run + Send>,
}

type Run = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;

/// A child failed once too often: which, and of what.
#[derive(PartialEq, Eq, Debug)]
pub struct GaveUp(pub String);

impl fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supervisor").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Supervisor {
    /// A supervisor that allows `most` restarts `within` a time, of all its children together.
    pub fn new(name: &str, most: u32, within: Duration) -> Self {
        Self { place: Place::new(name, most, within), children: Vec::new(), most, within }
    }

    /// Adds an actor with room for `capacity` messages, which `make` makes anew for each restart.
    pub fn child<A, F>(
        &mut self,
        name: &str,
        capacity: usize,
        make: impl Fn() -> F + Send + 'static,
    ) -> Address<A::Message>
    where
        A: Actor,
        F: Future<Output = Result<A, Failure>> + Send + 'static,
    {
        let (sender, mailbox) = mpsc::channel(capacity);
        let (mailbox, seat) = (Arc::new(Mutex::new(mailbox)), self.place.seat::<A>(name, &sender));
        let address = Address::new(sender, seat.clone());
        let at = seat.clone();
        let make = Box::new(move || -> Run {
            let (actor, mailbox, seat) = (make(), mailbox.clone(), at.clone());
            Box::pin(async move { live(actor, &mut *mailbox.lock().await, &seat).await })
        });
        self.children.push(Child { seat, make });
        address
    }

    /// Runs all children until each has ended in order, or one of them fails once too often.
    pub async fn run(mut self) -> Result<(), GaveUp> {
        let (mut tasks, mut running) = (JoinSet::new(), HashMap::<Id, Child>::new());
        let (mut due, mut restarts) = (std::mem::take(&mut self.children), VecDeque::new());
        self.place.started();
        loop {
            for mut child in due.drain(..) {
                let task = tasks.spawn(child.seat.start((child.make)()));
                child.seat.runs_in(&task);
                running.insert(task.id(), child);
            }
            self.place.restarts_so_far(&restarts);
            let (task, outcome) = match tasks.join_next_with_id().await {
                Some(Ok((task, outcome))) => (task, outcome),
                Some(Err(crash)) => (crash.id(), Err(crash.into())),
                None => break self.place.done(),
            };
            let Some(child) = running.remove(&task) else { continue };
            let Err(failure) = outcome else {
                child.seat.ended();
                continue;
            };
            let now = SystemTime::now();
            restarts.retain(|at| now.duration_since(*at).is_ok_and(|ago| ago < self.within));
            if restarts.len() >= self.most as usize {
                return Err(GaveUp(self.place.gave_up(&child.seat, failure)));
            }
            restarts.push_back(now);
            child.seat.restarts(failure);
            due.push(child);
        }
        Ok(())
    }
}
