//! Adapters that lie, each in one thing, and one that does not: the suite tells them apart.

use actorscope_agent::adapter::{Controls, Fate, Reaction, Registration, Registry, SlotHandle};
use actorscope_agent::core::{Capabilities, Capability, ExitReason};
use actorscope_conformance::{
    Family, FamilyPlan, Lacks, Life, Message, Next, Plan, Rules, Started, Subject, failures,
};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::{Notify, mpsc};

/// What it says that is not so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
enum Lie {
    None,
    /// A panic is an error.
    PanicIsError,
    /// A panic said something else.
    OtherWords,
    /// It can be killed, but then it can't.
    OffersKill,
    /// It was killed.
    KillsNobody,
    /// Nothing is queued.
    NothingQueued,
    /// It lives.
    Lives,
    /// Handlers take no time.
    NoTime,
    /// Every message was handled well.
    NothingFailed,
}

const NAMES: [&str; 9] = [
    "honest",
    "panic-error",
    "other-words",
    "offers",
    "nobody",
    "queued",
    "lives",
    "no-time",
    "well",
];

/// An adapter for actors that are a loop over a channel, with one lie.
struct Homegrown<const LIE: usize>;

impl<const LIE: usize> Homegrown<LIE> {
    fn lies(lie: Lie) -> bool {
        lie as usize == LIE
    }
}

/// Ends the loop, or does not.
struct Switch {
    kill: Arc<Notify>,
    works: Result<bool, String>,
}

impl Controls for Switch {
    fn kill(&self) -> Reaction {
        match &self.works {
            Err(why) => return Reaction::NotSupported(why.clone()),
            Ok(false) => {}
            Ok(true) => self.kill.notify_one(),
        }
        Reaction::Accepted
    }
}

impl<const LIE: usize> Homegrown<LIE> {
    async fn work(slot: SlotHandle, life: Life, mut inbox: mpsc::UnboundedReceiver<Message>) {
        let kill = Arc::new(Notify::new());
        let works = if Self::lies(Lie::OffersKill) {
            Err("it does not want to".to_owned())
        } else {
            Ok(!Self::lies(Lie::KillsNobody))
        };
        slot.started(Some(Arc::new(Switch { kill: kill.clone(), works })));
        let (exit, why) = tokio::select! {
            biased;
            () = kill.notified() => (ExitReason::Killed, None),
            end = Self::messages(&slot, &life, &mut inbox) => end,
        };
        slot.end(true);
        drop(life);
        if !Self::lies(Lie::Lives) {
            slot.exited(exit, why, Fate::Final);
        }
    }

    async fn messages(
        slot: &SlotHandle,
        life: &Life,
        inbox: &mut mpsc::UnboundedReceiver<Message>,
    ) -> (ExitReason, Option<String>) {
        while let Some(message) = inbox.recv().await {
            if !Self::lies(Lie::NoTime) {
                slot.begin(None, None);
            }
            let next = AssertUnwindSafe(life.perform(message)).catch_unwind().await;
            if Self::lies(Lie::NoTime) {
                slot.begin(None, None);
            }
            slot.end(next.is_ok() || Self::lies(Lie::NothingFailed));
            match next {
                Ok(Next::Go) => {}
                Ok(Next::End) => break,
                Ok(Next::Fail(error)) => return (ExitReason::Error, Some(error)),
                Err(_) if Self::lies(Lie::OtherWords) => {
                    return (ExitReason::Panic, Some("something went wrong".to_owned()));
                }
                Err(panic) => {
                    let error = Self::lies(Lie::PanicIsError);
                    let exit = if error { ExitReason::Error } else { ExitReason::Panic };
                    return (exit, panic.downcast_ref::<String>().cloned());
                }
            }
        }
        (ExitReason::Normal, None)
    }
}

const NO_FAMILIES: Lacks = Lacks("Nobody supervises these.");

impl<const LIE: usize> Subject for Homegrown<LIE> {
    type Handle = mpsc::UnboundedSender<Message>;
    const COLUMN: &'static str = NAMES[LIE];
    const FRAMEWORK: &'static str = "homegrown";

    fn rules(&self) -> Rules {
        Rules {
            errors: Ok(()),
            ends: Err(NO_FAMILIES),
            limits: Err(NO_FAMILIES),
            ends_unreachable: true,
            ends_with_parent: false,
        }
    }

    async fn start(
        &self,
        plan: Plan,
        parent: Option<&Started<Self::Handle>>,
    ) -> Result<Started<Self::Handle>, Lacks> {
        assert!(parent.is_none(), "these are all at the root");
        let path = plan.path("");
        let kill = Capabilities::of(&[Capability::Kill, Capability::InterruptsHandler]);
        let slot = Registry::global()
            .register(Registration::new("homegrown", &plan.name, "Homegrown").capabilities(kill));
        if Self::lies(Lie::NothingQueued) {
            slot.set_mailbox(None, Some(Arc::new(|| Some(0))));
        }
        let (handle, inbox) = mpsc::unbounded_channel();
        tokio::spawn(Self::work(slot, plan.probe.live(), inbox));
        Ok(Started { handle, path })
    }

    fn send(&self, to: &Self::Handle, message: Message) -> bool {
        to.send(message).is_ok()
    }

    async fn family(&self, _: FamilyPlan) -> Result<Family<Self::Handle>, Lacks> {
        Err(NO_FAMILIES)
    }
}

/// Plays a scenario on one of them.
type Failed = fn(&str) -> String;

fn failed<const LIE: usize>(scenario: &str) -> String {
    failures(|| Homegrown::<LIE>, scenario).join("\n")
}

#[test]
fn an_honest_adapter_passes_what_the_others_fail() {
    for scenario in ["tree::start", "measuring", "ends::normal", "ends::panic", "verbs::kill"] {
        assert_eq!(failed::<{ Lie::None as usize }>(scenario), "");
    }
    let none = failures(|| Homegrown::<{ Lie::None as usize }>, "no such scenario");
    assert_eq!(none, ["no scenario has \"no such scenario\" in its name"]);
}

#[test]
fn an_end_of_the_wrong_kind_fails() {
    let said = failed::<{ Lie::PanicIsError as usize }>("ends::panic");
    assert!(said.contains("\"error\"") && said.contains("\"panic\""), "{said}");
}

#[test]
fn other_words_than_those_of_the_panic_fail() {
    let said = failed::<{ Lie::OtherWords as usize }>("ends::panic");
    assert!(said.contains("something went wrong"), "{said}");
}

#[test]
fn a_message_that_failed_and_is_told_as_handled_well_fails() {
    let said = failed::<{ Lie::NothingFailed as usize }>("ends::panic");
    assert!(said.contains("a panic is no success"), "{said}");
}

#[test]
fn a_capability_that_is_offered_and_refused_fails() {
    let said = failed::<{ Lie::OffersKill as usize }>("verbs::kill_idle");
    assert!(said.contains("it does not want to"), "{said}");
}

/// Each is waited for until it is certain that it will not come: all at the same time.
#[test]
fn what_should_come_and_does_not_fails() {
    let lies: [(Failed, &str, &str); 4] = [
        (
            failed::<{ Lie::KillsNobody as usize }>,
            "verbs::kill_idle",
            "the end that was asked for never came",
        ),
        (failed::<{ Lie::NothingQueued as usize }>, "measuring", "never became what was waited"),
        (failed::<{ Lie::Lives as usize }>, "ends::normal", "never became what was waited"),
        (failed::<{ Lie::NoTime as usize }>, "measuring", "never became what was waited"),
    ];
    std::thread::scope(|scope| {
        for (failed, scenario, why) in lies {
            scope.spawn(move || {
                let said = failed(scenario);
                assert!(said.contains(why), "{said}");
            });
        }
    });
}
