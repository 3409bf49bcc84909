//! Takes each execution once (ractor), however often a feed sends it.

use std::sync::Arc;
use std::time::Duration;

use actorscope_kameo::SpawnObserved;
use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::execution::{Execution, Seen};
use crate::journal::{self, Entry};
use crate::ledger::Ledger;
use crate::positions::Positions;
use crate::world::World;

/// How others find it, and its name in the tree.
pub const NAME: &str = "settlement";
/// For the writer of the settlement before this one to finish.
const PATIENCE: Duration = Duration::from_secs(5);

/// What it is told.
pub enum Say {
    /// To count an execution, and to say when it is written.
    Settle(Execution, RpcReplyPort<()>),
}

/// Reads the journal when it starts, so nothing is lost with the one before. The journal and the
/// positions are its own: it starts them, and ends when either is gone.
pub struct Settlement;

/// What it knows.
pub struct Settling {
    seen: Seen,
    journal: mpsc::Sender<Entry>,
}

impl Actor for Settlement {
    type Msg = Say;
    type State = Settling;
    type Arguments = Arc<World>;

    async fn pre_start(
        &self,
        _: ActorRef<Say>,
        world: Arc<World>,
    ) -> Result<Settling, ActorProcessingErr> {
        let Ok(pen) = timeout(PATIENCE, world.pen.clone().lock_owned()).await else {
            let path = world.journal.display();
            return Err(format!("somebody still writes {path} and does not finish").into());
        };
        let (file, written) = journal::open(&world.journal).await?;
        let (mut seen, mut ledger) = (Seen::default(), Ledger::default());
        for execution in written.iter().filter(|execution| seen.is_new(execution)) {
            ledger.book(execution);
        }
        let positions = Positions::spawn_observed("positions", ledger);
        world.set_positions(Some(positions.clone()));
        Ok(Settling { seen: seen.clone(), journal: journal::start(file, positions, pen, &world) })
    }

    async fn handle(
        &self,
        _: ActorRef<Say>,
        Say::Settle(execution, reply): Say,
        state: &mut Settling,
    ) -> Result<(), ActorProcessingErr> {
        if reply.is_closed() {
            // The feed stopped waiting, and will send it again.
            return Ok(());
        }
        // One that was taken before may not be written yet: the journal answers in order.
        let execution = Some(execution).filter(|execution| state.seen.is_new(execution));
        let entry = Entry { execution, reply };
        state.journal.send(entry).await.map_err(|_| "the journal is closed")?;
        Ok(())
    }
}
