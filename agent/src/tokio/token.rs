//! Cancellation tokens with a name: the tree of what can be stopped together.

use super::group::Group;
use super::slots::{register, register_under};
use crate::adapter::{Controls, Fate, Reaction, Registration, SlotHandle};
use crate::registry::{InGroup, Placed};
use actorscope_core::capability::{Capabilities, Capability};
use actorscope_core::{ChildKind, ExitReason};
use std::any::type_name;
use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Wake, Waker};
use tokio::task::Unconstrained;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Why a token can't be killed.
const ASKS_ONLY: &str = "a token can only ask: `stop` cancels it";

/// A new token with a name, which operators can cancel with the verb `stop`.
///
/// ```
/// # use actorscope_agent::tokio::{spawn, token};
/// # async fn listen() {}
/// # async fn answer() {}
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let shutdown = token("shutdown");
/// shutdown.within(|| spawn("listener", shutdown.run_until_cancelled(listen())));
/// let requests = shutdown.child_token("requests");
/// tokio::select! {
///     () = requests.cancelled() => {} // as of any `CancellationToken`
///     () = answer() => {}
/// }
/// # }
/// ```
///
/// It is shown as a group: child tokens hang below it, and so does what is started
/// [`within`](ObservedToken::within) or in the [`scope`](ObservedToken::scope) of it. That is its
/// place in the tree and no more: what listens to the token ends by itself when it is cancelled.
pub fn token(name: &str) -> ObservedToken {
    observe_token(name, CancellationToken::new())
}

/// [`token`] with one that is there already.
pub fn observe_token(name: &str, token: CancellationToken) -> ObservedToken {
    ObservedToken::new(register(registration(name)), token)
}

fn registration(name: &str) -> Registration {
    Registration::new("tokio", name, type_name::<CancellationToken>())
        .kind(ChildKind::Group)
        .capabilities(Capabilities::of(&[Capability::Stop]))
        .no_kill(ASKS_ONLY)
}

/// A [`CancellationToken`] with a name; it can do whatever that can. Cheap to clone; clones are the
/// same token.
///
/// It is shown as stopped from the moment it is cancelled, by whomever, and disappears when its last
/// clone is dropped. `CancellationToken::clone(&token)` gives tokio's own, which keeps nothing shown.
#[derive(Clone)]
pub struct ObservedToken(Arc<Inner>);

struct Inner {
    token: CancellationToken,
    /// Holds the waker that tells of the cancellation; polled once and never again.
    _told: Pin<Box<Unconstrained<WaitForCancellationFutureOwned>>>,
    group: Group,
}

impl ObservedToken {
    fn new(slot: SlotHandle, token: CancellationToken) -> Self {
        let group = Group::at(slot.clone());
        // Unconstrained, so that the waker is woken by nothing but the cancellation.
        let told = tokio::task::unconstrained(token.clone().cancelled_owned());
        let mut told = Box::pin(told);
        let waker = Waker::from(Arc::new(Cancelled(slot.clone())));
        let is_cancelled = told.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
        let new = Arc::new(Inner { token, _told: told, group });
        if is_cancelled {
            waker.wake();
        } else {
            slot.set_controls(Arc::new(Cancel(Arc::downgrade(&new))));
        }
        Self(new)
    }

    /// A token that is cancelled along with this one, and shown below it. Cancelling the child
    /// leaves this one alone.
    #[must_use]
    pub fn child_token(&self, name: &str) -> Self {
        let slot = register_under(Some(self.0.group.slot()), registration(name));
        Self::new(slot, self.0.token.child_token())
    }

    /// What `work` starts hangs below the token. For spawning: `token.within(|| spawn(…))`.
    pub fn within<R>(&self, work: impl FnOnce() -> R) -> R {
        self.0.group.within(work)
    }

    /// What `future` starts hangs below the token. It is not cancelled with it: see
    /// [`ObservedToken::run_until_cancelled`].
    pub fn scope<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        Placed::new(InGroup::new(self.0.group.slot().clone(), self.clone()), future)
    }

    /// Runs `future` until it ends or the token is cancelled, which gives `None`. What it starts
    /// hangs below the token.
    pub fn run_until_cancelled<F: Future>(
        &self,
        future: F,
    ) -> impl Future<Output = Option<F::Output>> + use<F> {
        self.scope(self.0.token.clone().run_until_cancelled_owned(future))
    }
}

impl Deref for ObservedToken {
    type Target = CancellationToken;

    fn deref(&self) -> &CancellationToken {
        &self.0.token
    }
}

impl fmt::Debug for ObservedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ObservedToken").field(self.0.group.slot()).field(&self.0.token).finish()
    }
}

/// Told by the token when it is cancelled. Touches no token: it runs within `cancel`.
struct Cancelled(SlotHandle);

impl Wake for Cancelled {
    fn wake(self: Arc<Self>) {
        self.0.exited(ExitReason::Normal, Some("cancelled".to_owned()), Fate::Final);
    }
}

/// Cancels for an operator. Weak, so that the slot does not keep the token.
struct Cancel(Weak<Inner>);

impl Controls for Cancel {
    fn kill(&self) -> Reaction {
        Reaction::NotSupported(ASKS_ONLY.to_owned())
    }

    fn nudge(&self) {
        if let Some(inner) = self.0.upgrade() {
            inner.token.cancel();
        }
    }
}
