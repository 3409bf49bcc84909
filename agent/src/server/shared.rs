//! What all connections share.

use super::act::Remembered;
use super::limits;
use super::{Principal, Role, Roles};
use crate::registry::Registry;
use crate::sampler::{Journal, Sampler};
use crate::sync::lock;
use actorscope_core::InstanceId;
use actorscope_core::view::{MAX_EXPANDED, MAX_ROWS};
use actorscope_proto::v1;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Who this process is.
#[derive(Clone, Debug)]
pub(crate) struct NodeInfo {
    pub(crate) name: String,
    pub(crate) instance: InstanceId,
    pub(crate) pid: u32,
    pub(crate) host: String,
    pub(crate) os: String,
}

/// What the host lets others do beyond looking.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct OptIns {
    /// Carry out verbs.
    pub(crate) control: bool,
    /// Ask actors for their state.
    pub(crate) state: bool,
}

/// See the module's documentation.
pub(crate) struct Shared {
    pub(crate) info: NodeInfo,
    pub(crate) registry: Registry,
    pub(crate) roles: Roles,
    pub(crate) opt_ins: OptIns,
    sampler: Mutex<Sampler>,
    ticks: watch::Sender<u64>,
    /// When the next pass is due: whoever makes one moves it, and whoever needs one sooner.
    due: watch::Sender<Instant>,
    watchers: AtomicU32,
    frames_skipped: AtomicU64,
    pub(super) remembered: Mutex<Remembered>,
}

/// One more watcher, until dropped.
pub(super) struct Watching(Arc<Shared>);

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.watchers.fetch_sub(1, Relaxed);
    }
}

impl Shared {
    pub(crate) fn new(
        info: NodeInfo,
        registry: Registry,
        roles: Roles,
        opt_ins: OptIns,
        sampler: Sampler,
    ) -> Self {
        Self {
            info,
            registry,
            roles,
            opt_ins,
            sampler: Mutex::new(sampler),
            ticks: watch::Sender::new(0),
            due: watch::Sender::new(Instant::now()),
            watchers: AtomicU32::new(0),
            frames_skipped: AtomicU64::new(0),
            remembered: Mutex::default(),
        }
    }

    /// Works with the sampler; all of its users run on the agent's thread.
    pub(super) fn with_sampler<T>(&self, work: impl FnOnce(&mut Sampler) -> T) -> T {
        work(&mut lock(&self.sampler))
    }

    /// Works with everything that happened until now.
    pub(super) fn with_journal<T>(&self, work: impl FnOnce(&Journal) -> T) -> T {
        self.take_in();
        self.with_sampler(|sampler| work(sampler.rows().journal()))
    }

    /// Brings the tree and the journal up to date.
    pub(super) fn take_in(&self) {
        self.with_sampler(|sampler| sampler.rows_mut().take_in());
    }

    /// Goes over all slots now, tells all streams, and sets when the next pass is due.
    pub(super) fn pass(&self) {
        let (watchers, skipped) = (self.watchers.load(Relaxed), self.frames_skipped.load(Relaxed));
        let (wait, tick, resumes_in) = self.with_sampler(|sampler| {
            let wait = sampler.pass(watchers, skipped);
            (wait, sampler.rows().tick(), sampler.rows().resumes_in())
        });
        self.ticks.send_replace(tick);
        // Whatever a pass costs: nobody is held for longer than was said.
        self.put_off(resumes_in.map_or(wait, |next| next.max(limits::RESUMES_AT_ONCE).min(wait)));
    }

    /// The next pass is due after this time.
    pub(super) fn put_off(&self, wait: Duration) {
        self.due.send_replace(Instant::now() + wait);
    }

    /// The next pass is due after this time, unless it is sooner.
    pub(super) fn due_within(&self, wait: Duration) {
        let at = Instant::now() + wait;
        self.due.send_if_modified(|due| {
            let is_sooner = at < *due;
            if is_sooner {
                *due = at;
            }
            is_sooner
        });
    }

    /// When the next pass is due.
    pub(super) fn due(&self) -> watch::Receiver<Instant> {
        self.due.subscribe()
    }

    /// Makes sure that somebody who has just come gets fresh rows.
    pub(super) fn freshen(&self) {
        if !self.with_sampler(|sampler| sampler.is_fresh()) {
            self.pass();
        }
    }

    /// The pause before a pass out of turn: short enough to feel live, long enough to stay within
    /// the budget.
    pub(super) fn pause_before_extra_pass(&self) -> Duration {
        self.with_sampler(|sampler| sampler.pause_before_extra_pass())
    }

    pub(super) fn ticks(&self) -> watch::Receiver<u64> {
        self.ticks.subscribe()
    }

    pub(super) fn is_watched(&self) -> bool {
        self.watchers.load(Relaxed) > 0
    }

    pub(super) fn watching(self: &Arc<Self>) -> Watching {
        self.watchers.fetch_add(1, Relaxed);
        Watching(self.clone())
    }

    pub(super) fn frame_skipped(&self) {
        self.frames_skipped.fetch_add(1, Relaxed);
    }

    /// Why `principal` may not act; `None` if they may.
    pub(super) fn control_refusal(&self, principal: &Principal) -> Option<String> {
        self.refusal(principal, self.opt_ins.control, "control is off", "allow_control")
    }

    /// Why `principal` may not ask actors for their state; `None` if they may.
    pub(super) fn state_refusal(&self, principal: &Principal) -> Option<String> {
        self.refusal(principal, self.opt_ins.state, "showing state is off", "allow_state_dump")
    }

    fn refusal(
        &self,
        principal: &Principal,
        allowed: bool,
        off: &str,
        opt_in: &str,
    ) -> Option<String> {
        let name = &self.info.name;
        if !allowed {
            return Some(format!(
                "{off} in {name}: its code has to say Agent::builder({name:?}).{opt_in}()"
            ));
        }
        match principal.role {
            Role::Operator => None,
            Role::Viewer | Role::Stranger => Some(format!(
                "{principal} may look but not act: the host has to say \
                 Agent::builder({name:?}).operator_uid(…)"
            )),
        }
    }

    /// The handshake's answer.
    pub(super) fn describe(&self, principal: &Principal) -> v1::NodeDescription {
        let refusal = self.control_refusal(principal);
        let state_refusal = self.state_refusal(principal);
        v1::NodeDescription {
            protocol: actorscope_proto::PROTOCOL,
            protocol_min: actorscope_proto::PROTOCOL_MIN,
            instance: self.info.instance.to_bytes().to_vec(),
            name: self.info.name.clone(),
            pid: self.info.pid,
            host: self.info.host.clone(),
            started_at: self.registry.inner().started_at.0,
            now: crate::clock::wall().0,
            agent: concat!("actorscope-agent ", env!("CARGO_PKG_VERSION")).to_owned(),
            frameworks: self.with_sampler(|sampler| sampler.rows().frameworks()),
            rights: Some(v1::Rights {
                control: refusal.is_none(),
                control_refused_because: refusal.unwrap_or_default(),
                principal: principal.name.clone(),
                state: state_refusal.is_none(),
                state_refused_because: state_refusal.unwrap_or_default(),
            }),
            os: self.info.os.clone(),
            limits: Some(v1::Limits {
                max_rows: MAX_ROWS,
                max_expanded: MAX_EXPANDED as u32,
                max_streams: limits::STREAMS,
                min_interval_ns: limits::MIN_INTERVAL.as_nanos() as u64,
                max_views: limits::VIEWS as u32,
            }),
        }
    }
}
