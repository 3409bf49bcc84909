//! An adapter in a few lines, for whoever writes one for another framework. `docs/contributing.md`
//! quotes it, and a test holds it to that.

use actorscope_agent::adapter::{
    Controls, Fate, Reaction, Registration, Registry, Request, SlotHandle,
};
use actorscope_agent::core::{Capabilities, Capability, ExitReason};
use actorscope_testkit::{Rig, depth, state};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::task::AbortHandle;

/// How the agent ends one of our actors.
struct Abort(AbortHandle);

impl Controls for Abort {
    fn kill(&self) -> Reaction {
        self.0.abort();
        Reaction::Accepted
    }
}

/// An actor is registered before it runs, and starts once its task is known.
fn observe(registry: &Registry, name: &str, task: AbortHandle) -> SlotHandle {
    let slot = registry.register(
        Registration::new("homegrown", name, "shop::Till")
            .capabilities(Capabilities::of(&[Capability::Kill, Capability::Stop])),
    );
    // It has a mailbox, without a bound, whose depth nobody else can read.
    slot.set_mailbox(None, None);
    slot.started(Some(Arc::new(Abort(task))));
    slot
}

/// Between two messages its task tells what is queued and asks what it is to do.
fn next<M>(slot: &SlotHandle, mailbox: &mut VecDeque<M>) -> Option<M> {
    slot.look(mailbox.len());
    match slot.check() {
        Request::Proceed => mailbox.pop_front(),
        Request::Stop | Request::Restart | Request::Hold => None,
    }
}

/// A message is measured from its arrival to the end of its handler, however that comes.
fn handle<M>(slot: &SlotHandle, message: M, handler: impl FnOnce(M) -> bool) {
    let arrival = slot.take();
    let message_type = slot.message_type(std::any::type_name::<M>());
    let handling = slot.handle(Some(arrival), Some(message_type));
    handling.ok(handler(message));
}

#[tokio::test]
async fn an_adapter_of_ones_own_shows_messages_exits_and_verbs() {
    let rig = Rig::start().await;
    let task = tokio::spawn(std::future::pending::<()>());
    let slot = observe(&rig.registry, "till", task.abort_handle());
    let mut mailbox = VecDeque::from([1_u32, 2, 3]);
    while mailbox.len() > 1 {
        let message = next(&slot, &mut mailbox).expect("nobody has asked for anything else");
        handle(&slot, message, |n| n != 2);
    }
    slot.look(mailbox.len());
    let (identity, stats) = rig.when("/till", |s| depth(s) == (1, "exact".into())).await;
    assert_eq!((identity.framework.as_str(), state(&stats)), ("homegrown", "idle"));
    let total = stats.total.unwrap();
    assert_eq!((total.handled, total.failed), (2, 1));

    rig.act("kill", "/till").await.unwrap();
    assert!(task.await.unwrap_err().is_cancelled());
    slot.exited(ExitReason::Killed, None, Fate::Final);
    rig.when("/till", |s| state(s) == "stopped").await;
}
