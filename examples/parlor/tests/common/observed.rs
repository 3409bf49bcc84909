//! A server that is looked at through the observer's own eyes: the agent in this process, over its socket.

use std::collections::BTreeMap;

use actorscope_parlor::{Fault, ServeOptions};
use actorscope_proto::v1::{self, view::Kind};
use actorscope_testkit::{Rig, state};

use super::{TestServer, eventually};

/// Actors by their path below the root, and which incarnation each is in.
pub type Incarnations = BTreeMap<String, u32>;

/// See the module's text.
pub struct Observed {
    pub server: TestServer,
    pub rig: Rig,
    name: &'static str,
}

impl Observed {
    /// A server whose name no other test of the process uses: all share one agent.
    pub async fn start(name: &'static str, change: impl FnOnce(&mut ServeOptions)) -> Self {
        let rig = Rig::shared().await;
        let server = TestServer::start_with(|options| {
            options.name = name.to_owned();
            change(options);
        })
        .await;
        Self { server, rig, name }
    }

    pub async fn with_fault(name: &'static str, fault: Fault) -> Self {
        Self::start(name, |options| options.fault = Some(fault)).await
    }

    /// The path of an actor, from that below the root.
    pub fn path(&self, below: &str) -> String {
        format!("/{}/{below}", self.name)
    }

    /// How an actor is, once `ready` accepts it.
    pub async fn when(&self, below: &str, ready: impl Fn(&v1::Stats) -> bool) -> v1::Stats {
        let path = self.path(below);
        let mut seen = None;
        eventually(&path, async || {
            seen = self.rig.show(&path).await.ok().map(|(_, stats, _)| stats);
            seen.as_ref().is_some_and(&ready)
        })
        .await;
        seen.unwrap()
    }

    /// Everything about an actor.
    pub async fn show(&self, below: &str) -> (v1::Identity, v1::Stats, v1::Detail) {
        self.rig.show(&self.path(below)).await.unwrap()
    }

    /// Does something to an actor, as an operator would.
    pub async fn act(&self, verb: &str, below: &str) {
        let answer = self.rig.act(verb, &self.path(below)).await.unwrap();
        assert!(matches!(answer.outcome.as_str(), "done" | "accepted"), "{}", answer.message);
    }

    /// Who would be concerned if an actor were killed, itself excepted.
    pub async fn preview_kill(&self, below: &str) -> Vec<String> {
        let (identity, ..) = self.show(below).await;
        let target = Some(v1::Target {
            instance: self.rig.instance.to_bytes().to_vec(),
            slot: identity.slot,
            incarnation: 0,
        });
        let request = v1::PreviewRequest { verb: "kill".to_owned(), target };
        let radius = self.rig.observe().preview(request).await.unwrap().into_inner();
        let others = radius.affected.iter().filter(|affected| affected.slot != identity.slot);
        let mut others: Vec<_> = others.map(|affected| self.below(&affected.path)).collect();
        others.sort();
        others
    }

    /// All actors that are there and alive, tasks excepted.
    pub async fn incarnations(&self) -> Incarnations {
        let (root, ..) = self.rig.show(&format!("/{}", self.name)).await.unwrap();
        let tree = v1::TreeView {
            root: Some(root.slot),
            to_depth: Some(16),
            limit: 500,
            ..v1::TreeView::default()
        };
        let view = Some(v1::View { kind: Some(Kind::Tree(tree)) });
        let request = v1::QueryRequest { view, path: String::new() };
        let frame = self.rig.ask(request).await.unwrap();
        let stats: BTreeMap<u64, &v1::Stats> = frame.stats.iter().map(|s| (s.slot, s)).collect();
        frame
            .identities
            .iter()
            .filter(|identity| identity.framework == "kameo" && identity.slot != root.slot)
            .filter_map(|identity| {
                let stats = stats.get(&identity.slot)?;
                let alive = matches!(state(stats), "idle" | "handling");
                alive.then(|| (self.below(&identity.path), stats.incarnation))
            })
            .collect()
    }

    fn below(&self, path: &str) -> String {
        let prefix = format!("/{}/", self.name);
        path.strip_prefix(&prefix).unwrap_or(path).to_owned()
    }

    /// Waits until exactly `restarted` are one incarnation further than they were, and nobody else is.
    pub async fn restarts_exactly(&self, before: &Incarnations, restarted: &[&str]) {
        let mut expected = before.clone();
        for path in restarted {
            *expected.get_mut(*path).unwrap_or_else(|| panic!("{path} is not in {before:?}")) += 1;
        }
        let mut now = Incarnations::new();
        for _ in 0..500 {
            now = self.incarnations().await;
            if now == expected {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let differ: Vec<_> =
            now.iter().filter(|(path, n)| expected.get(*path) != Some(n)).collect();
        panic!("{restarted:?} should have restarted, but {differ:?} of {now:?}");
    }
}
