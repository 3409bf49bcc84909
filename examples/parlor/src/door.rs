//! Where an actor is found that can be replaced by another one.
//!
//! kameo keeps a reference valid while its actor is restarted. A restarted *supervisor* starts its children as new
//! actors: whoever talks to one of those looks here each time instead of keeping a reference.

use std::sync::{Arc, PoisonError, RwLock};

use kameo::actor::{Actor, ActorRef};

/// See the module's text. Clones lead to the same actor.
pub struct Door<A: Actor>(Arc<RwLock<Option<ActorRef<A>>>>);

impl<A: Actor> Door<A> {
    /// Who is behind it. `None` before the first start and when nobody will come.
    pub fn actor(&self) -> Option<ActorRef<A>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on it leads to `actor`.
    pub fn set(&self, actor: Option<ActorRef<A>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = actor;
    }
}

impl<A: Actor> Clone for Door<A> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<A: Actor> Default for Door<A> {
    fn default() -> Self {
        Self(Arc::default())
    }
}
