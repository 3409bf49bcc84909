//! Whose code runs: the slot whose actor is being polled, the group it is inside of, and whether it
//! has just said that it failed.
//!
//! A thread-local that is exchanged when a future is entered and left, so that one wrapper can do
//! this and whatever else is to be done around a poll. An adapter that knows whose code runs without that
//! is asked where the thread-local says nobody's ([`also_ask`]).

use super::SlotHandle;
use std::cell::Cell;
use std::future::Future;
use std::iter;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};

thread_local! {
    static CURRENT: Cell<Current> = const { Cell::new(Current::NOBODY) };
}

/// Somebody's code. Two words, because they are moved four times with every message.
#[derive(Debug, Default)]
pub(crate) struct Current {
    actor: Option<SlotHandle>,
    /// What few ever need; made when it is.
    rest: Option<Box<Rest>>,
}

#[derive(Debug, Default)]
struct Rest {
    /// Where the actor hangs what it starts, unless that is below itself.
    group: Option<SlotHandle>,
    /// What the actor's code said last of how it ends.
    error: Option<Box<str>>,
}

impl Current {
    const NOBODY: Self = Self { actor: None, rest: None };

    /// The code of a slot's actor.
    pub(crate) const fn of(slot: SlotHandle) -> Self {
        Self { actor: Some(slot), rest: None }
    }

    /// The code of this slot's actor, or of nobody's.
    pub(crate) const fn of_actor(actor: Option<SlotHandle>) -> Self {
        Self { actor, ..Self::NOBODY }
    }

    fn group(&self) -> Option<&SlotHandle> {
        self.rest.as_ref()?.group.as_ref()
    }

    fn rest(&mut self) -> &mut Rest {
        self.rest.get_or_insert_default()
    }

    /// Whose code it was.
    pub(crate) fn into_actor(self) -> Option<SlotHandle> {
        self.actor
    }

    pub(crate) const fn actor(&self) -> Option<&SlotHandle> {
        self.actor.as_ref()
    }

    /// What the code said with [`failed`] since the last call.
    pub(crate) fn take_error(&mut self) -> Option<Box<str>> {
        self.rest.as_mut()?.error.take()
    }
}

/// Looks at whose code runs and may change it. `None` on a thread that is ending.
#[inline]
fn with<R>(look: impl FnOnce(&mut Current) -> R) -> Option<R> {
    CURRENT
        .try_with(|cell| {
            let mut current = cell.take();
            let seen = look(&mut current);
            // What is forgotten is `NOBODY`, which the compiler would not see.
            std::mem::forget(cell.replace(current));
            seen
        })
        .ok()
}

/// The slot in whose actor the calling task runs, if an adapter said so with [`in_slot`] or is asked
/// ([`also_ask`]).
#[inline]
pub fn current_slot() -> Option<SlotHandle> {
    with(|current| current.actor.clone()).flatten().or_else(ask)
}

/// The slot under which what is started now hangs: the group that the calling code is inside of,
/// else [`current_slot`].
pub fn current_place() -> Option<SlotHandle> {
    with(|current| current.group().or(current.actor()).cloned()).flatten().or_else(ask)
}

/// Whoever knows whose code runs, and the next one to ask.
struct Asked {
    whose: fn() -> Option<SlotHandle>,
    next: OnceLock<Box<Self>>,
}

static ASKED: OnceLock<Box<Asked>> = OnceLock::new();

/// From now on asks `whose`, too, where nobody said whose code runs: for adapters that know it anyway, so
/// that not every message has to say it. `whose` is called by the code in question, whenever that starts
/// or sends something, and must be right in any task.
pub fn also_ask(whose: fn() -> Option<SlotHandle>) {
    let mut asked = Box::new(Asked { whose, next: OnceLock::new() });
    let mut place = &ASKED;
    while let Err(refused) = place.set(asked) {
        // Full, or it would not have been refused.
        let Some(there) = place.get() else { return };
        (asked, place) = (refused, &there.next);
    }
}

fn ask() -> Option<SlotHandle> {
    iter::successors(ASKED.get(), |asked| asked.next.get()).find_map(|asked| (asked.whose)())
}

/// The code that runs ends with this error, as far as it knows.
pub(crate) fn failed(error: String) {
    with(|current| {
        if current.actor.is_some() {
            current.rest().error = Some(error.into());
        }
    });
}

/// Something to be inside of.
pub(crate) trait Place {
    /// Exchanges it with where the thread is. Twice is the same as never.
    fn exchange(&mut self);
}

impl Place for Current {
    #[inline]
    fn exchange(&mut self) {
        // On a thread that is ending nobody is anywhere. This comes twice with every message, so not
        // `Cell::swap`, which first looks whether the two overlap; and nothing is forgotten but
        // `NOBODY`, which the compiler would not see.
        let _ = CURRENT.try_with(|cell| {
            let theirs = cell.replace(std::mem::take(self));
            std::mem::forget(std::mem::replace(self, theirs));
        });
    }
}

/// A group, and whatever has to live as long as somebody may be inside of it.
#[derive(Debug)]
pub(crate) struct InGroup<K> {
    group: Option<SlotHandle>,
    _kept: K,
}

impl<K> InGroup<K> {
    pub(crate) const fn new(group: SlotHandle, kept: K) -> Self {
        Self { group: Some(group), _kept: kept }
    }
}

impl<K> Place for InGroup<K> {
    /// The actor stays who it is: only what it starts hangs elsewhere.
    fn exchange(&mut self) {
        with(|current| std::mem::swap(&mut current.rest().group, &mut self.group));
    }
}

/// Runs `work` inside of `place`.
#[inline]
pub(crate) fn inside<P: Place, R>(place: &mut P, work: impl FnOnce() -> R) -> R {
    struct Leave<'a, P: Place>(&'a mut P);
    impl<P: Place> Drop for Leave<'_, P> {
        fn drop(&mut self) {
            self.0.exchange();
        }
    }
    place.exchange();
    let _leave = Leave(place);
    work()
}

/// Runs a future as part of a slot's actor: what it starts hangs under that slot.
pub fn in_slot<F: Future>(slot: SlotHandle, future: F) -> impl Future<Output = F::Output> {
    Placed::new(Current::of(slot), future)
}

/// [`in_slot`] for adapters that keep one hold on a slot from message to message, instead of
/// cloning one for each, and poll by themselves.
#[derive(Debug)]
pub struct InSlot(Current);

impl InSlot {
    /// To be kept as long as the slot's actor runs.
    pub const fn new(slot: SlotHandle) -> Self {
        Self(Current::of(slot))
    }

    /// Whether it is this slot's.
    #[inline]
    pub fn is_of(&self, slot: &SlotHandle) -> bool {
        self.0.actor.as_ref().is_some_and(|actor| actor.id() == slot.id())
    }

    /// Runs `work` as part of the slot's actor.
    #[inline]
    pub fn run<R>(&mut self, work: impl FnOnce() -> R) -> R {
        inside(&mut self.0, work)
    }
}

pin_project_lite::pin_project! {
    /// A future that is polled, and dropped, inside of a place. After its end it stays pending.
    pub(crate) struct Placed<F, P: Place> {
        #[pin]
        future: Option<F>,
        place: P,
    }

    impl<F, P: Place> PinnedDrop for Placed<F, P> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let mut future = this.future;
            if future.is_some() {
                inside(this.place, || future.set(None));
            }
        }
    }
}

impl<F, P: Place> Placed<F, P> {
    pub(crate) const fn new(place: P, future: F) -> Self {
        Self { future: Some(future), place }
    }
}

impl<F: Future, P: Place> Future for Placed<F, P> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let mut future = this.future;
        inside(this.place, || {
            let Some(running) = future.as_mut().as_pin_mut() else { return Poll::Pending };
            let poll = running.poll(cx);
            if poll.is_ready() {
                // Here and not later, so that what its end starts hangs in the same place.
                future.set(None);
            }
            poll
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Registration, Registry};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    fn slot(registry: &Registry, name: &str) -> SlotHandle {
        registry.register(Registration::new("test", name, "T"))
    }

    fn names() -> (Option<String>, Option<String>) {
        let name = |slot: SlotHandle| slot.name().to_string();
        (current_slot().map(name), current_place().map(name))
    }

    fn here(actor: &str, place: &str) -> (Option<String>, Option<String>) {
        (Some(actor.to_owned()), Some(place.to_owned()))
    }

    #[test]
    fn an_actor_inside_of_a_group_stays_who_it_is() {
        let registry = Registry::new();
        let [a, b, group] = ["a", "b", "group"].map(|name| slot(&registry, name));
        let seen = inside(&mut Current::of(a), || {
            let grouped = inside(&mut InGroup::new(group, ()), || {
                // Another actor's code does not start its children in our group.
                (names(), inside(&mut Current::of(b), names), names())
            });
            (grouped, names())
        });
        let (in_group, in_actor) = (here("a", "group"), here("b", "b"));
        assert_eq!(seen, ((in_group.clone(), in_actor, in_group), here("a", "a")));
        assert_eq!(names(), (None, None));
    }

    #[test]
    fn who_is_asked_knows_whose_code_runs_where_nobody_said() {
        thread_local! {
            static HERE: Cell<[Option<SlotHandle>; 2]> = const { Cell::new([None, None]) };
        }
        fn here(n: usize) -> Option<SlotHandle> {
            let all = HERE.take();
            let slot = all.get(n).cloned().flatten();
            HERE.set(all);
            slot
        }
        also_ask(|| here(0));
        also_ask(|| here(1));
        assert_eq!(names(), (None, None));
        let registry = Registry::new();
        for n in 0..2 {
            let mut slots = [None, None];
            slots[n] = Some(slot(&registry, "asked"));
            HERE.set(slots);
            assert_eq!(names(), self::here("asked", "asked"));
            let said = slot(&registry, "said");
            assert_eq!(inside(&mut Current::of(said), names), self::here("said", "said"));
            let group = slot(&registry, "group");
            assert_eq!(inside(&mut InGroup::new(group, ()), names), self::here("asked", "group"));
        }
        HERE.set([None, None]);
        assert_eq!(names(), (None, None));
    }

    #[test]
    fn a_panic_leaves_the_place() {
        let mut place = Current::of(slot(&Registry::new(), "a"));
        let panic = catch_unwind(AssertUnwindSafe(|| inside(&mut place, || panic!("on purpose"))));
        assert!(panic.is_err());
        assert_eq!(names(), (None, None));
        assert!(inside(&mut place, current_slot).is_some());
    }

    #[tokio::test]
    async fn a_future_is_dropped_where_it_was_polled() {
        struct SaysWhere<'a>(&'a Cell<Option<SlotHandle>>);
        impl Drop for SaysWhere<'_> {
            fn drop(&mut self) {
                self.0.set(current_slot());
            }
        }
        let registry = Registry::new();
        for is_finished in [true, false] {
            let dropped_in = Cell::new(None);
            let guard = SaysWhere(&dropped_in);
            let mut future = Box::pin(in_slot(slot(&registry, "a"), async move {
                let _guard = guard;
                if !is_finished {
                    std::future::pending::<()>().await;
                }
            }));
            assert_eq!(futures_util::poll!(future.as_mut()).is_ready(), is_finished);
            drop(future);
            assert!(dropped_in.take().is_some());
        }
    }

    #[test]
    fn an_error_is_for_the_actor_whose_code_tells_it() {
        failed("of nobody".to_owned());
        let mut place = Current::of(slot(&Registry::new(), "a"));
        inside(&mut place, || ());
        assert_eq!(place.take_error(), None);
        let group = slot(&Registry::new(), "group");
        inside(&mut place, || inside(&mut InGroup::new(group, ()), || failed("ours".to_owned())));
        assert_eq!((place.take_error().as_deref(), place.take_error()), (Some("ours"), None));
    }
}
