//! What goes in comes out.

use crate::made::{Row, SLOTS, Step, identity, stats, step};
use actorscope_core::node::{AgentCost, ProcessFigures, RuntimeFigures, Summary};
use actorscope_core::slot::{Identity, LatencySummary, Stats};
use actorscope_core::view::Placed;
use actorscope_core::{SlotId, Timestamp};
use actorscope_proto::pack::{Packer, Unpacked, Unpacker};
use actorscope_proto::v1;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use prost::Message;
use std::collections::HashMap;

/// Ages that differ by no more than this count as the same.
const SAME_NS: u64 = 10_000;

/// A node whose slots change.
struct World {
    now: u64,
    rows: HashMap<u64, Row>,
}

impl World {
    fn new(now: u64, stats: Vec<Stats>, identities: Vec<(Identity, String)>) -> Self {
        let mut world = Self { now, rows: HashMap::new() };
        for (raw, (stats, (identity, prefix))) in (1..).zip(stats.into_iter().zip(identities)) {
            let slot = SlotId::new(raw).unwrap();
            let place = Placed::slot_at(slot, 0, 0, false);
            let row = Row { place, identity: identity.clone(), path: String::new(), stats };
            world.rows.insert(raw, row);
            world.rename(raw, identity, prefix);
        }
        world
    }

    fn rename(&mut self, raw: u64, identity: Identity, prefix: String) {
        let path = match prefix.as_str() {
            "none" => format!("anything of {}", identity.name.len()),
            "parent" => {
                let parent = identity.parent.and_then(|parent| self.rows.get(&parent.get()));
                let above = parent.map_or("/above", |row| row.path.as_str());
                format!("{above}/{}", identity.name)
            }
            prefix => format!("{prefix}/{}", identity.name),
        };
        let row = self.rows.get_mut(&raw).unwrap();
        let version = row.identity.version + 1;
        row.identity =
            Identity { id: row.place.slot().unwrap(), ordinal: raw, version, ..identity };
        row.path = path;
    }

    /// The rows shown after a step.
    fn after(&mut self, step: Step) -> Vec<Row> {
        self.now = self.now.wrapping_add(step.elapsed);
        for (raw, stats) in step.stats {
            self.rows.get_mut(&raw).unwrap().stats = stats;
        }
        for (raw, (identity, prefix)) in step.identities {
            self.rename(raw, identity, prefix);
        }
        let shown = step.shown.into_iter().zip(step.places);
        shown
            .map(|(raw, (depth, children, open))| {
                let row = self.rows.get_mut(&raw).unwrap();
                row.place = Placed { depth, children, open, ..row.place };
                row.clone()
            })
            .collect()
    }
}

fn packed(packer: &mut Packer, now: u64, rows: &[Row]) -> Vec<u8> {
    let mut packing = packer.frame(Timestamp(now));
    for row in rows {
        packing.row(row.place, &row.identity, &row.path, &row.stats);
    }
    packing.finish(None).encode_to_vec()
}

/// What a reader knows.
#[derive(Default)]
struct Reader {
    unpacker: Unpacker,
    order: Vec<Placed>,
    identities: HashMap<SlotId, (Identity, String)>,
    stats: HashMap<SlotId, Stats>,
}

impl Reader {
    fn read(&mut self, bytes: &[u8]) {
        let mut frame = v1::Frame::decode(bytes).expect("a frame");
        let unpacked = self.unpacker.apply(&mut frame).expect("a frame that makes sense");
        self.take(unpacked);
    }

    fn take(&mut self, unpacked: Unpacked) {
        if let Some(order) = unpacked.order {
            self.order = order;
        }
        let identities = unpacked.identities.into_iter();
        self.identities.extend(identities.map(|(identity, path)| (identity.id, (identity, path))));
        let stats = unpacked.stats.into_iter();
        self.stats.extend(stats.map(|(slot, stats)| (slot, stats.expect("a state"))));
    }

    fn rows(&self) -> Vec<Row> {
        let row = |place: &Placed| {
            let (identity, path) = self.identities[&place.slot().unwrap()].clone();
            Row { place: *place, identity, path, stats: self.stats[&place.slot().unwrap()].clone() }
        };
        self.order.iter().map(row).collect()
    }
}

/// The same statistics with ages as of `truth` where clocks cannot tell them apart.
fn settled(mut stats: Stats, truth: &Stats) -> Stats {
    use actorscope_core::quality::{Quality, Reading};
    use actorscope_core::state::SlotState;
    fn age(ns: &mut u64, truth: u64) {
        if ns.abs_diff(truth) <= SAME_NS && *ns != 0 && truth != 0 {
            *ns = truth;
        }
    }
    fn stale(quality: &mut Quality, truth: Quality) {
        if let (Quality::Stale { age_ns }, Quality::Stale { age_ns: truth }) = (quality, truth) {
            age(age_ns, truth);
        }
    }
    fn window(latency: Option<&mut LatencySummary>, truth: Option<&LatencySummary>) {
        let (window, truth) = (latency.and_then(|l| l.window_ns.as_mut()), truth);
        if let (Some(window), Some(truth)) = (window, truth.and_then(|l| l.window_ns)) {
            age(window, truth);
        }
    }
    let pair = (&mut stats.state, &truth.state);
    if let (
        SlotState::Restarting { in_ns: Some(ns), .. },
        SlotState::Restarting { in_ns: Some(truth), .. },
    ) = pair
    {
        age(ns, *truth);
    }
    let mut quality = stats.depth.quality();
    stale(&mut quality, truth.depth.quality());
    stats.depth = stats.depth.value().map_or(Reading::ABSENT, |n| Reading::new(n, quality));
    stale(&mut stats.queue_wait_quality, truth.queue_wait_quality);
    if let (Some(ns), Some(truth)) = (&mut stats.oldest_wait_ns, truth.oldest_wait_ns) {
        age(ns, truth);
    }
    window(stats.queue_wait.as_mut(), truth.queue_wait.as_ref());
    window(stats.handling.as_mut(), truth.handling.as_ref());
    if let (Some(polling), Some(truth)) = (&mut stats.polling, &truth.polling) {
        window(Some(&mut polling.poll), Some(&truth.poll));
        window(Some(&mut polling.delay), Some(&truth.delay));
    }
    if let (Some(now), Some(truth)) = (&mut stats.handling_now, &truth.handling_now) {
        age(&mut now.for_ns, truth.for_ns);
    }
    if let (Some(waiting), Some(truth)) = (&mut stats.waiting_for, &truth.waiting_for) {
        age(&mut waiting.for_ns, truth.for_ns);
    }
    if let (Some(budget), Some(truth)) = (&mut stats.budget, &truth.budget) {
        for (ns, truth) in budget.expires_in_ns.iter_mut().zip(&truth.expires_in_ns) {
            age(ns, *truth);
        }
    }
    stats
}

fn as_read(rows: Vec<Row>, truth: &[Row]) -> Vec<Row> {
    let both = rows.into_iter().zip(truth);
    both.map(|(row, truth)| Row { stats: settled(row.stats, &truth.stats), ..row }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_reader_knows_what_was_shown_last(
        now in prop_oneof![Just(1_700_000_000_000_000_000u64), any::<u64>()],
        first in proptest::collection::vec(stats(), SLOTS as usize),
        who in proptest::collection::vec(identity(), SLOTS as usize),
        steps in proptest::collection::vec(step(), 1..6),
    ) {
        let mut world = World::new(now, first, who);
        let (mut packer, mut reader) = (Packer::default(), Reader::default());
        for step in steps {
            let rows = world.after(step);
            reader.read(&packed(&mut packer, world.now, &rows));
            prop_assert_eq!(as_read(reader.rows(), &rows), rows.clone());
            // One who saw nothing of it, or only this, knows the same.
            let mut late = Reader::default();
            late.take(reader.unpacker.everything(Timestamp(world.now)).unwrap());
            prop_assert_eq!(as_read(late.rows(), &rows), rows.clone());
            let mut other = Reader::default();
            other.read(&packed(&mut Packer::default(), world.now, &rows));
            prop_assert_eq!(other.rows(), rows);
        }
    }

    #[test]
    fn what_did_not_change_is_not_sent(
        first in proptest::collection::vec(stats(), SLOTS as usize),
        who in proptest::collection::vec(identity(), SLOTS as usize),
        step in step(),
    ) {
        let mut world = World::new(1_700_000_000_000_000_000, first, who);
        let rows = world.after(step);
        let mut packer = Packer::default();
        packed(&mut packer, world.now, &rows);
        let again = v1::Frame::decode(&*packed(&mut packer, world.now, &rows)).unwrap();
        prop_assert_eq!(again.rows, None);
    }
}

#[test]
fn times_that_go_on_by_themselves_are_not_sent_and_go_on() {
    use actorscope_core::slot::HandlingNow;
    use actorscope_core::state::SlotState;
    let who = |_: u64| {
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        identity().new_tree(&mut runner).unwrap().current()
    };
    let stuck = |for_ns| Stats {
        handling_now: Some(HandlingNow { message_type: Some("Say".into()), for_ns }),
        oldest_wait_ns: Some(for_ns / 2),
        ..Stats::new(SlotState::Handling, Timestamp(5))
    };
    let mut world = World::new(10_000_000_000, vec![stuck(1_000_000)], vec![who(1)]);
    let (mut packer, mut reader) = (Packer::default(), Reader::default());
    reader.read(&packed(&mut packer, world.now, &[world.rows[&1].clone()]));
    world.now += 1_000_000_000;
    let row = world.rows.get_mut(&1).unwrap();
    row.stats = stuck(1_001_000_000);
    // The clocks of waking and of the wall are read one after the other.
    row.stats.oldest_wait_ns = Some(1_000_500_007);
    let rows = [row.clone()];
    let bytes = packed(&mut packer, world.now, &rows);
    assert!(bytes.len() < 16, "{} bytes", bytes.len());
    reader.read(&bytes);
    let told = reader.rows().remove(0).stats;
    assert_eq!(told.handling_now, rows[0].stats.handling_now);
    assert_eq!(told.oldest_wait_ns, Some(1_000_500_000));
}

#[test]
fn both_ends_forget_before_they_know_too_much() {
    use actorscope_core::state::SlotState;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let who = identity().new_tree(&mut runner).unwrap().current();
    let idle = || Stats::new(SlotState::Idle, Timestamp(5));
    let mut world = World::new(10_000_000_000, vec![idle()], vec![who.clone()]);
    let (mut packer, mut reader) = (Packer::default(), Reader::default());
    let mut begun = 0;
    for n in 0..12_000u64 {
        world.rename(1, who.0.clone(), format!("/place-{n}"));
        world.rows.get_mut(&1).unwrap().identity.actor_type = format!("Type{}", n / 4).into();
        let rows = [world.rows[&1].clone()];
        let bytes = packed(&mut packer, world.now, &rows);
        begun += u32::from(v1::Frame::decode(&*bytes).unwrap().number == 0);
        reader.read(&bytes);
        assert_eq!(reader.rows(), rows);
    }
    assert!((2..10).contains(&begun), "{begun} beginnings");
}

#[test]
fn summaries_come_through_and_only_once() {
    let summary = Summary {
        slots: 1_000_000,
        live: 999_999,
        handling: 12,
        rate_per_s: 1_024.5,
        handled: u64::MAX,
        deadlocks: vec![vec!["/a".to_owned(), "/b".to_owned()]],
        process: ProcessFigures {
            cpu_cores: Some(1.5),
            host_cores: Some(64),
            open_files: None,
            ..ProcessFigures::default()
        },
        runtime: Some(RuntimeFigures {
            workers: 2,
            busy_ratio: Some(0.25),
            worker_busy: vec![0.5, 0.0],
            ..RuntimeFigures::default()
        }),
        agent: AgentCost { pass_ns: 5_000_000, watchers: 1, ..AgentCost::default() },
        sampled_at: Timestamp(7),
        ..Summary::default()
    };
    let (mut packer, mut unpacker) = (Packer::default(), Unpacker::default());
    let mut send = |summary: &Summary| {
        let frame = packer.frame(summary.sampled_at).finish(Some(summary));
        let bytes = frame.encode_to_vec();
        let mut frame = v1::Frame::decode(&*bytes).unwrap();
        let told = unpacker.apply(&mut frame).unwrap().summary.unwrap();
        assert_eq!(told, *summary);
        bytes.len()
    };
    assert!(send(&summary) < 150);
    let later = Summary { sampled_at: Timestamp(1_700_000_000_000_000_000), ..summary.clone() };
    assert!(send(&later) < 16);
    let busier = Summary { handled: 5, process: ProcessFigures::default(), runtime: None, ..later };
    assert!(send(&Summary { deadlocks: Vec::new(), ..busier }) < 40);
}
