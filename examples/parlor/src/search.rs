//! The supervisor of the index, so that an index which can't be kept alive takes nothing with it.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorId, ActorRef, WeakActorRef},
    error::{ActorStopReason, Infallible},
};

use crate::{fault::Fault, spawn, store::Store, world::World};

mod index;
mod words;

pub use index::{Find, Index, Kept, Shelf};

use index::IndexArgs;
use words::Cut;

/// Waiting messages the index has space for: some seconds of a lively service.
const MAILBOX: usize = 1024;
/// An index that fails more often than this will fail again. The service can do without.
const RESTARTS: (u32, Duration) = (5, Duration::from_secs(60));

/// See the module's text.
pub struct Search {
    world: Arc<World>,
    index: ActorId,
}

/// What each incarnation starts with.
#[derive(Clone)]
pub struct SearchArgs {
    pub world: Arc<World>,
    pub store: ActorRef<Store>,
}

#[observed]
impl Actor for Search {
    type Args = SearchArgs;
    type Error = Infallible;

    async fn on_start(args: SearchArgs, me: ActorRef<Self>) -> Result<Self, Infallible> {
        let SearchArgs { world, store } = args;
        let spec = spawn::permanent("index", RESTARTS.0, RESTARTS.1);
        let cut = match world.fault {
            Some(Fault::PanicLoop) => Cut::Bytes,
            _ => Cut::Letters,
        };
        let args = IndexArgs { store, cut };
        let index: ActorRef<Index> = spawn::child(&me, spec, MAILBOX, move || args.clone()).await;
        let id = index.id();
        world.index.set(Some(index));
        Ok(Self { world, index: id })
    }

    /// Only reached by an index that used up its restarts, and by that of an earlier incarnation. Nothing can be found
    /// any more, and everything else goes on; a restart of this actor tries again.
    async fn on_link_died(
        &mut self,
        _: WeakActorRef<Self>,
        id: ActorId,
        reason: ActorStopReason,
    ) -> Result<ControlFlow<ActorStopReason>, Infallible> {
        if id == self.index {
            self.world.index.set(None);
            self.world.notice(format_args!("search is off, its index failed for good: {reason}"));
        }
        Ok(ControlFlow::Continue(()))
    }
}
