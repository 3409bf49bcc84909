//! The root of the tree.

use std::{ops::ControlFlow, path::PathBuf, sync::Arc, time::Duration};

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorId, ActorRef, WeakActorRef},
    error::{ActorStopReason, Infallible},
};
use tokio::sync::oneshot;

use crate::{
    archive::{Archive, ArchiveArgs},
    connection::Services,
    connections::{self, Connections},
    fault::Fault,
    log_file::Disk,
    media::Media,
    pipeline::Pipeline,
    presence::{self, Presence},
    rooms::Rooms,
    signaling::Signaling,
    spawn,
    world::{Entrances, World},
};

/// With [`Fault::StuckStore`], the log's disk lives for so many messages.
const DISK_LIFE: u64 = 500;
/// Waiting messages a supervisor without traffic has space for.
const MAILBOX: usize = 64;

/// Starts the parts of the service and keeps them running, each by itself.
pub struct Parlor;

/// What the service is made of.
pub struct ParlorArgs {
    pub world: Arc<World>,
    pub data_dir: PathBuf,
    /// Given the pipeline to the disk once it runs. It belongs to the server, which closes it when all actors are gone:
    /// what they took last must still be written.
    pub pipeline: oneshot::Sender<Pipeline>,
}

#[observed]
impl Actor for Parlor {
    type Args = ParlorArgs;
    type Error = Infallible;

    async fn on_start(args: ParlorArgs, me: ActorRef<Self>) -> Result<Self, Infallible> {
        let ParlorArgs { world, data_dir, pipeline: started } = args;
        spawn::name(&me, &world.name);
        // Started here, where an observer sees whose tasks these are, and only here: this actor has one incarnation,
        // the store may have many, and two writers would mix their lines.
        let teller = world.clone();
        let notify = Box::new(move |text: String| teller.notice(format_args!("{text}")));
        let disk = match world.fault {
            Some(Fault::StuckStore) => Disk::GoesAwayAfter(DISK_LIFE),
            _ => Disk::Works,
        };
        let pipeline = Pipeline::start(&data_dir, disk, world.log.clone(), notify);
        let intake = pipeline.intake();
        // Without a server there is nobody to close it; it then ends with the runtime.
        let _ = started.send(pipeline);
        let spec = |name| spawn::permanent(name, 100, Duration::from_secs(60));
        let given = |world: &Arc<World>| {
            let world = world.clone();
            move || world.clone()
        };

        let archive_args = ArchiveArgs { world: world.clone(), intake };
        spawn::child::<_, Archive>(&me, spec("archive"), MAILBOX, move || archive_args.clone())
            .await;
        let presence: ActorRef<Presence> =
            spawn::child(&me, spec("presence"), presence::MAILBOX, given(&world)).await;
        spawn::child::<_, Media>(&me, spec("media"), MAILBOX, given(&world)).await;
        let signaling: ActorRef<Signaling> =
            spawn::child(&me, spec("signaling"), MAILBOX, given(&world)).await;
        let rooms: ActorRef<Rooms> =
            spawn::child(&me, spec("rooms"), connections::MAILBOX, given(&world)).await;
        let services =
            Services { world: world.clone(), presence: presence.clone(), rooms: rooms.clone() };
        let connections: ActorRef<Connections> =
            spawn::child(&me, spec("connections"), connections::MAILBOX, move || services.clone())
                .await;
        world.set_entrances(Some(Entrances { connections, presence, rooms, signaling }));
        Ok(Self)
    }

    /// Only reached by a part that used up its restarts. Without it there is no service.
    async fn on_link_died(
        &mut self,
        _: WeakActorRef<Self>,
        id: ActorId,
        reason: ActorStopReason,
    ) -> Result<ControlFlow<ActorStopReason>, Infallible> {
        let reason = Box::new(reason);
        Ok(ControlFlow::Break(ActorStopReason::LinkDied { id, reason }))
    }
}
