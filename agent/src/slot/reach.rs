//! How the agent reaches an actor and its mailbox.

use crate::adapter::{Arrival, Controls, DepthProbe, Reaction};
use std::sync::Arc;
use tokio::task::AbortHandle;

/// See the module's documentation. Three words, because every slot has one: a task of tokio's lies
/// beside its channel's probe, what an adapter brings is one object, and the few that have the two
/// apart have a box for them.
#[derive(Clone)]
pub(crate) struct Reach(Way);

#[derive(Clone)]
enum Way {
    /// Can be aborted and no more.
    Task {
        task: AbortHandle,
        probe: Option<Arc<dyn DepthProbe>>,
    },
    Other(Other),
}

#[derive(Clone)]
enum Other {
    /// As its framework's adapter does.
    Own(Arc<dyn Controls>),
    Apart(Option<Arc<Apart>>),
}

/// A mailbox that is looked at by other means than its actor is reached by.
struct Apart {
    controls: Option<Arc<dyn Controls>>,
    probe: Arc<dyn DepthProbe>,
}

impl Reach {
    /// Neither.
    pub(crate) const NONE: Self = Self(Way::Other(Other::Apart(None)));

    fn new(controls: Option<Arc<dyn Controls>>, probe: Option<Arc<dyn DepthProbe>>) -> Self {
        Self(Way::Other(match (controls, probe) {
            (Some(controls), None) => Other::Own(controls),
            (controls, Some(probe)) => Other::Apart(Some(Arc::new(Apart { controls, probe }))),
            (None, None) => Other::Apart(None),
        }))
    }

    /// What an adapter said of how the mailbox is looked at, apart from its controls.
    fn take_probe(&mut self) -> Option<Arc<dyn DepthProbe>> {
        match &mut self.0 {
            Way::Task { probe, .. } => probe.take(),
            Way::Other(Other::Apart(Some(apart))) => Some(apart.probe.clone()),
            Way::Other(_) => None,
        }
    }

    // --- The actor -----------------------------------------------------------------------------

    /// Another actor is reached, by these means. The mailbox stays.
    pub(crate) fn set_controls(&mut self, controls: Option<Arc<dyn Controls>>) {
        *self = Self::new(controls, self.take_probe());
    }

    /// Another actor is reached, which is a task. The mailbox stays.
    pub(crate) fn set_task(&mut self, task: AbortHandle) {
        *self = Self(Way::Task { task, probe: self.take_probe() });
    }

    /// The actor ended, and a successor is to have its mailbox.
    pub(crate) fn ended(&mut self) {
        let tells = |controls: &dyn Controls| controls.probe().is_some();
        // Who is gone says so when somebody wants to kill him.
        if !matches!(&self.0, Way::Other(Other::Own(controls)) if tells(&**controls)) {
            *self = Self::new(None, self.take_probe());
        }
    }

    fn controls(&self) -> Option<&dyn Controls> {
        match &self.0 {
            Way::Other(Other::Own(controls)) => Some(&**controls),
            Way::Other(Other::Apart(Some(apart))) => apart.controls.as_deref(),
            Way::Other(Other::Apart(None)) | Way::Task { .. } => None,
        }
    }

    /// Ends the actor at once.
    pub(crate) fn kill(&self) -> Reaction {
        match &self.0 {
            Way::Task { task, .. } if !task.is_finished() => {
                task.abort();
                Reaction::Accepted
            }
            _ => self.controls().map_or(Reaction::Gone, Controls::kill),
        }
    }

    /// The slot's gate was told something.
    pub(crate) fn nudge(&self) {
        if let Some(controls) = self.controls() {
            controls.nudge();
        }
    }

    // --- The mailbox ---------------------------------------------------------------------------

    /// How the depth is read, if not by the controls. The actor stays.
    pub(crate) fn set_probe(&mut self, new: Option<Arc<dyn DepthProbe>>) {
        match &mut self.0 {
            Way::Task { probe, .. } => *probe = new,
            Way::Other(Other::Own(controls)) => {
                let controls = controls.clone();
                *self = Self::new(Some(controls), new);
            }
            Way::Other(Other::Apart(apart)) => {
                let controls = apart.as_ref().and_then(|apart| apart.controls.clone());
                *self = Self::new(controls, new);
            }
        }
    }

    /// How the depth is read from outside, if it can be. Apart from the rest, so that the slot need not
    /// be locked meanwhile.
    pub(crate) fn probe(&self) -> Option<Probe> {
        Some(match &self.0 {
            Way::Task { probe, .. } => Probe::Apart(probe.clone()?),
            Way::Other(Other::Apart(apart)) => Probe::Apart(apart.as_ref()?.probe.clone()),
            Way::Other(Other::Own(controls)) => {
                controls.probe()?;
                Probe::Own(controls.clone())
            }
        })
    }
}

/// See [`Reach::probe`].
pub(crate) enum Probe {
    Own(Arc<dyn Controls>),
    Apart(Arc<dyn DepthProbe>),
}

impl Probe {
    fn get(&self) -> Option<&dyn DepthProbe> {
        match self {
            Self::Own(controls) => controls.probe(),
            Self::Apart(probe) => Some(&**probe),
        }
    }

    /// Messages queued now.
    pub(crate) fn depth(&self) -> Option<u64> {
        self.get()?.depth()
    }

    /// When the oldest of them arrived.
    pub(crate) fn oldest(&self) -> Option<Arrival> {
        self.get()?.oldest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_three_words() {
        assert_eq!(size_of::<Reach>(), 3 * size_of::<usize>());
    }

    /// Whether it is there, and how many messages wait for it, if it tells.
    struct Own(bool, Option<u64>);

    impl Controls for Own {
        fn kill(&self) -> Reaction {
            if self.0 { Reaction::Accepted } else { Reaction::Gone }
        }

        fn probe(&self) -> Option<&dyn DepthProbe> {
            self.1.is_some().then_some(self)
        }
    }

    impl DepthProbe for Own {
        fn depth(&self) -> Option<u64> {
            self.1
        }
    }

    fn own(depth: Option<u64>) -> Option<Arc<dyn Controls>> {
        Some(Arc::new(Own(true, depth)))
    }

    fn apart(depth: u64) -> Option<Arc<dyn DepthProbe>> {
        Some(Arc::new(move || Some(depth)))
    }

    fn depth(reach: &Reach) -> Option<u64> {
        reach.probe().and_then(|probe| probe.depth())
    }

    #[test]
    fn actor_and_mailbox_are_told_in_any_order_and_neither_forgets_the_other() {
        for mailbox_first in [true, false] {
            let mut reach = Reach::NONE;
            if mailbox_first {
                reach.set_probe(apart(3));
            }
            reach.set_controls(own(None));
            if !mailbox_first {
                assert_eq!(depth(&reach), None);
                reach.set_probe(apart(3));
            }
            assert_eq!((reach.kill(), depth(&reach)), (Reaction::Accepted, Some(3)));
            reach.ended();
            assert_eq!((reach.kill(), depth(&reach)), (Reaction::Gone, Some(3)));
            reach.set_controls(own(None));
            reach.set_probe(None);
            assert_eq!((reach.kill(), depth(&reach)), (Reaction::Accepted, None));
        }
    }

    #[test]
    fn controls_may_tell_the_depth_and_a_probe_apart_goes_before() {
        let mut reach = Reach::NONE;
        reach.set_controls(own(Some(5)));
        assert_eq!(depth(&reach), Some(5));
        // The next one has its mailbox, too.
        reach.ended();
        assert_eq!(depth(&reach), Some(5));
        reach.set_probe(apart(3));
        assert_eq!((reach.kill(), depth(&reach)), (Reaction::Accepted, Some(3)));
        reach.set_controls(None);
        assert_eq!((reach.kill(), depth(&reach)), (Reaction::Gone, Some(3)));
    }

    #[tokio::test]
    async fn a_task_is_aborted_once_and_its_channel_outlives_it() {
        let task = tokio::spawn(std::future::pending::<()>());
        let mut reach = Reach::NONE;
        reach.set_probe(apart(3));
        reach.set_task(task.abort_handle());
        assert_eq!((reach.kill(), depth(&reach)), (Reaction::Accepted, Some(3)));
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!((reach.kill(), depth(&reach)), (Reaction::Gone, Some(3)));
        reach.ended();
        assert_eq!((reach.kill(), depth(&reach)), (Reaction::Gone, Some(3)));
        reach.set_probe(None);
        assert_eq!(depth(&reach), None);
    }
}
