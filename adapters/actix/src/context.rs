//! A context of our own, in the place of [`actix::Context`]: with it the way of a message is known
//! from its sender to the end of its handler.

use crate::envelope::Stamped;
use crate::notify::Notified;
use crate::observed::ObservedContext;
use crate::run::Run;
use actix::dev::channel::AddressReceiver;
use actix::dev::{ContextParts, Envelope, EnvelopeProxy, OneshotSender, ToEnvelope};
use actix::{
    Actor, ActorContext, ActorFuture, ActorState, Addr, AsyncContext, Handler, Message, SpawnHandle,
};
use actorscope_agent::adapter::{Arrival, SlotHandle};
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

/// A future in an actor's context.
pub(crate) type Item<A> = Pin<Box<dyn ActorFuture<A, Output = ()>>>;

/// The context of actors whose queue waits and mailbox depths are measured: `type Context =
/// actorscope_actix::Context<Self>` in the place of [`actix::Context`].
///
/// It does what that does. Three things differ, of which the first two are what it costs:
///
/// * It comes to be by `start_observed` and its like only. What actix ties to its own context
///   (`start`, `Supervisor`, `SystemService`, `ArbiterService`, `Context::new`) can't be used.
/// * To see what is queued, the actor takes messages out of its mailbox before it handles them: as
///   many as the mailbox's bound. So up to twice as many may be queued before
///   [`try_send`](Addr::try_send) says that it is full. While the actor is held by an operator, or
///   waits for a future that no message left to it, it takes out all there are.
/// * Messages that it sends to itself with [`notify`](AsyncContext::notify) and
///   [`notify_later`](AsyncContext::notify_later) count as messages, too.
pub struct Context<A: Actor<Context = Self>> {
    /// Of actix's, but for the address only: the rest of it cannot be read.
    parts: ContextParts<A>,
    state: ActorState,
    /// Whether the actor was told that it starts.
    pub(crate) started: bool,
    /// Futures that are to be waited for, and others; until they are taken over by whoever polls them.
    pub(crate) waits: Vec<Item<A>>,
    pub(crate) items: Vec<(SpawnHandle, Item<A>)>,
    pub(crate) cancelled: Vec<SpawnHandle>,
    last: SpawnHandle,
    /// Of the future that is being polled.
    pub(crate) current: SpawnHandle,
    /// Whether a message is only to say when it was sent, and what it said.
    asks_when: bool,
    sent: Option<Arrival>,
    /// Whether the next handler begins right where the one before ended.
    follows: bool,
    /// Why it ends, if it says so itself.
    why: Option<&'static str>,
    slot: SlotHandle,
}

impl<A: Actor<Context = Self>> Context<A> {
    /// The handle of the future that runs: what [`AsyncContext::spawn`] returned for it.
    pub fn handle(&self) -> SpawnHandle {
        self.current
    }

    /// Sets the mailbox's bound; 0 for none. 16 to begin with.
    pub fn set_mailbox_capacity(&mut self, capacity: usize) {
        self.parts.set_mailbox_capacity(capacity);
        self.slot.set_mailbox(bound(capacity), None);
    }

    /// Whether anybody has the actor's address.
    pub fn connected(&self) -> bool {
        self.parts.connected()
    }

    #[inline]
    pub(crate) const fn slot(&self) -> &SlotHandle {
        &self.slot
    }

    /// The mailbox's bound; 0 for none.
    #[inline]
    pub(crate) fn capacity(&mut self) -> usize {
        self.parts.capacity()
    }

    /// A message was handled. If it left something to be waited for, it is until that is over. Whether
    /// its handling ended here and now.
    #[inline]
    pub(crate) fn handled(&self) -> bool {
        let waits = !self.waits.is_empty() && self.state == ActorState::Running;
        let ends = !waits && self.slot.is_handling();
        if ends {
            self.slot.end(true);
        }
        ends
    }

    /// When a message was sent that is not handled yet. actix keeps it in a box that can be told to
    /// handle it, and nothing else.
    #[inline]
    pub(crate) fn when_sent(
        &mut self,
        actor: &mut A,
        message: &mut Envelope<A>,
    ) -> Option<Arrival> {
        self.asks_when = true;
        message.handle(actor, self);
        self.asks_when = false;
        self.sent.take()
    }

    /// Whether a message is only to say that it was sent then.
    #[inline]
    pub(crate) fn only_asks_when(&mut self, sent: Arrival) -> bool {
        if self.asks_when {
            self.sent = Some(sent);
        }
        self.asks_when
    }

    /// Whether the handler that is called next begins right where the one before ended.
    #[inline]
    pub(crate) const fn set_follows(&mut self, follows: bool) {
        self.follows = follows;
    }

    /// The same, once.
    #[inline]
    pub(crate) const fn take_follows(&mut self) -> bool {
        std::mem::replace(&mut self.follows, false)
    }

    pub(crate) const fn why(&self) -> Option<&'static str> {
        self.why
    }

    /// It ends, because somebody else wants that.
    pub(crate) fn stop_from_outside(&mut self) {
        if self.state == ActorState::Running {
            self.state = ActorState::Stopping;
        }
    }

    pub(crate) fn is_ending(&self) -> bool {
        self.state != ActorState::Running
    }

    /// It has ended.
    pub(crate) fn set_stopped(&mut self) {
        self.state = ActorState::Stopped;
    }

    /// It does not end after all.
    pub(crate) fn goes_on(&mut self) {
        self.state = ActorState::Running;
        self.why = None;
    }

    /// It begins anew, without the futures it had.
    pub(crate) fn begin_anew(&mut self) {
        self.goes_on();
        self.started = false;
        self.waits.clear();
        self.items.clear();
        self.cancelled.clear();
        self.last = SpawnHandle::default();
    }
}

fn bound(capacity: usize) -> Option<u64> {
    (capacity > 0).then(|| u64::try_from(capacity).unwrap_or(u64::MAX))
}

impl<A: Actor<Context = Self>> ObservedContext<A> for Context<A> {
    const KILLS_SUPERVISED: bool = true;
    type Rest = AddressReceiver<A>;
    type Life = Run<A>;

    fn open(slot: &SlotHandle, receiver: AddressReceiver<A>) -> (Self, AddressReceiver<A>) {
        slot.set_mailbox(bound(receiver.capacity()), None);
        let ctx = Self {
            parts: ContextParts::new(receiver.sender_producer()),
            state: ActorState::Running,
            started: false,
            waits: Vec::new(),
            items: Vec::new(),
            cancelled: Vec::new(),
            last: SpawnHandle::default(),
            current: SpawnHandle::default(),
            asks_when: false,
            sent: None,
            follows: false,
            why: None,
            slot: slot.clone(),
        };
        (ctx, receiver)
    }

    fn live(self, receiver: AddressReceiver<A>, actor: A) -> Run<A> {
        Run::new(self, receiver, actor)
    }
}

impl<A: Actor<Context = Self>> ActorContext for Context<A> {
    fn stop(&mut self) {
        if self.state == ActorState::Running {
            self.state = ActorState::Stopping;
            self.why = Some("it stopped itself");
        }
    }

    fn terminate(&mut self) {
        self.state = ActorState::Stopped;
        self.why = Some("it terminated itself");
    }

    fn state(&self) -> ActorState {
        self.state
    }
}

impl<A: Actor<Context = Self>> AsyncContext<A> for Context<A> {
    fn address(&self) -> Addr<A> {
        self.parts.address()
    }

    fn spawn<F>(&mut self, future: F) -> SpawnHandle
    where
        F: ActorFuture<A, Output = ()> + 'static,
    {
        self.last = self.last.next();
        self.items.push((self.last, Box::pin(future)));
        self.last
    }

    fn wait<F>(&mut self, future: F)
    where
        F: ActorFuture<A, Output = ()> + 'static,
    {
        self.waits.push(Box::pin(future));
    }

    #[inline]
    fn waiting(&self) -> bool {
        !self.waits.is_empty() || self.is_ending()
    }

    fn cancel_future(&mut self, handle: SpawnHandle) -> bool {
        self.cancelled.push(handle);
        true
    }

    fn notify<M>(&mut self, message: M)
    where
        A: Handler<M>,
        M: Message + 'static,
    {
        if self.state != ActorState::Stopped {
            self.spawn(Notified::now(message));
        }
    }

    fn notify_later<M>(&mut self, message: M, after: Duration) -> SpawnHandle
    where
        A: Handler<M>,
        M: Message + 'static,
    {
        if self.state == ActorState::Stopped {
            SpawnHandle::default()
        } else {
            self.spawn(Notified::later(message, after))
        }
    }
}

impl<A, M> ToEnvelope<A, M> for Context<A>
where
    A: Actor<Context = Self> + Handler<M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    #[inline]
    fn pack(message: M, reply: Option<OneshotSender<M::Result>>) -> Envelope<A> {
        Envelope::with_proxy(Box::new(Stamped::new(message, reply)))
    }
}

impl<A: Actor<Context = Self>> fmt::Debug for Context<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("state", &self.state).finish_non_exhaustive()
    }
}
