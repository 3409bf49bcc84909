//! What a reader refuses.

use actorscope_core::slot::Stats;
use actorscope_core::state::SlotState;
use actorscope_core::view::{MAX_ROWS, Placed};
use actorscope_core::{SlotId, Timestamp};
use actorscope_proto::pack::{MAX_CLASSES, MAX_TEXT_BYTES, MAX_TEXTS, Packer, Unpacker};
use actorscope_proto::v1;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use prost::Message;

/// The first frame of a view of so many rows.
fn good(rows: u64) -> v1::Frame {
    let mut runner = TestRunner::deterministic();
    let (identity, _) = crate::made::identity().new_tree(&mut runner).unwrap().current();
    let mut packer = Packer::default();
    let mut packing = packer.frame(Timestamp(1_000_000_000));
    for raw in 1..=rows {
        let id = SlotId::new(raw).unwrap();
        let place = Placed::slot_at(id, 0, 0, false);
        let identity = actorscope_core::Identity { id, ordinal: raw, ..identity.clone() };
        let path = format!("/shop/{}", identity.name);
        let mut stats = Stats::new(SlotState::Idle, Timestamp(raw));
        stats.rate_per_s = (raw % 2 == 0).then_some(1.0);
        packing.row(place, &identity, &path, &stats);
    }
    packing.finish(None)
}

/// What a reader says to the first frame of three rows, changed like this.
fn refusal(change: impl FnOnce(&mut v1::Rows)) -> String {
    let mut frame = good(3);
    change(frame.rows.as_mut().unwrap());
    let mut unpacker = Unpacker::default();
    let refusal = unpacker.apply(&mut frame).expect_err("makes no sense").to_string();
    // Nothing builds upon it.
    let mut next = v1::Frame { number: 1, ..v1::Frame::default() };
    assert!(unpacker.apply(&mut next).is_err());
    assert!(unpacker.apply(&mut good(3)).is_ok(), "a reader begins anew");
    refusal
}

fn column(rows: &mut v1::Rows, cell: v1::Cell) -> &mut v1::Column {
    rows.columns.iter_mut().find(|column| column.cell == cell as i32).expect("the column")
}

#[track_caller]
fn says(refusal: &str, field: &str) {
    assert!(refusal.contains(field), "{refusal}");
}

#[test]
fn numbers_that_lead_nowhere_are_refused() {
    let class = refusal(|rows| column(rows, v1::Cell::Class).values[1] = 7);
    says(&class, "`class`");
    says(&refusal(|rows| column(rows, v1::Cell::Class).values[1] = i64::MIN), "`class`");
    says(&refusal(|rows| column(rows, v1::Cell::Prefix).values[2] = 900), "`text`");
    says(&refusal(|rows| column(rows, v1::Cell::Prefix).values[0] = 0), "`prefix`");
    says(&refusal(|rows| rows.order.as_mut().unwrap().runs[0] = 2), "`slot`");
    says(&refusal(|rows| rows.order.as_mut().unwrap().runs[0] = 4), "`order`");
    says(&refusal(|rows| rows.order.as_mut().unwrap().runs[0] = u64::MAX - 3), "`order`");
    says(&refusal(|rows| rows.order.as_mut().unwrap().runs[1] = 3), "`order`");
    says(&refusal(|rows| rows.changed = vec![0b1111]), "`changed`");
    says(&refusal(|rows| rows.named = vec![0, 1]), "`named`");
    says(&refusal(|rows| column(rows, v1::Cell::State).rows = vec![1, 0]), "`column.rows`");
    says(&refusal(|rows| column(rows, v1::Cell::State).cell = 0), "`cell`");
}

#[test]
fn lists_of_different_lengths_are_refused() {
    says(&refusal(|rows| column(rows, v1::Cell::State).values.push(0)), "`column.values`");
    says(&refusal(|rows| column(rows, v1::Cell::State).values.clear()), "`column.values`");
    says(&refusal(|rows| column(rows, v1::Cell::State).absent = vec![1]), "`column.values`");
    says(&refusal(|rows| column(rows, v1::Cell::State).absent = vec![8]), "`column.absent`");
    says(&refusal(|rows| rows.names.truncate(2)), "`names_shared`");
    let fewer = |rows: &mut v1::Rows, names| {
        rows.names.truncate(names);
        rows.names_shared.truncate(names);
    };
    says(&refusal(|rows| fewer(rows, 2)), "`names`");
    says(&refusal(|rows| fewer(rows, 0)), "`named`");
    says(&refusal(|rows| rows.names_shared[1] = 900), "`names_shared`");
    says(&refusal(|rows| rows.paths.push("/a".into())), "`paths`");
    says(&refusal(|rows| rows.child_ids.push("a".into())), "`paths`");
    let expiries = v1::Expiries { counts: vec![1, u32::MAX, 0], ..v1::Expiries::default() };
    says(&refusal(|rows| rows.expiries = Some(expiries)), "`expiries`");
}

#[test]
fn rows_come_once_and_not_without_end() {
    // The same slot again: a difference of 0 to the one before.
    says(&refusal(|rows| rows.order.as_mut().unwrap().runs[1] = 2), "twice");
    let many = refusal(|rows| rows.order.as_mut().unwrap().runs = vec![10; MAX_ROWS as usize + 1]);
    says(&many, "`order`");
}

#[test]
fn what_would_have_to_be_remembered_is_bounded() {
    let texts = |rows: &mut v1::Rows, texts| {
        rows.texts = texts;
        rows.texts_shared.clear();
    };
    says(&refusal(|rows| texts(rows, vec![String::new(); MAX_TEXTS + 1])), "`texts`");
    says(&refusal(|rows| texts(rows, vec!["x".repeat(MAX_TEXT_BYTES + 1)])), "`texts`");
    let class = v1::Class { kind: "worker".into(), ..v1::Class::default() };
    says(&refusal(|rows| rows.classes = vec![class; MAX_CLASSES + 1]), "`classes`");
    // Parts of a path that are short by themselves.
    says(&refusal(|rows| rows.texts[0] = "x".repeat(4_096)), "`path`");
}

#[test]
fn values_out_of_their_range_are_refused() {
    says(&refusal(|rows| column(rows, v1::Cell::Version).values[0] = -1), "`version`");
    says(&refusal(|rows| column(rows, v1::Cell::Rate).values[0] = i64::MAX), "`share`");
    says(&refusal(|rows| column(rows, v1::Cell::Incarnation).values[0] = -1), "INCARNATION");
    says(&refusal(|rows| rows.classes[0].kind = "teapot".into()), "`kind`");
}

#[test]
fn what_a_later_version_adds_is_passed_over() {
    let mut frame = good(3);
    let rows = frame.rows.as_mut().unwrap();
    rows.columns.push(v1::Column { cell: 5_000, values: vec![1, 2, 3], ..v1::Column::default() });
    // Of three rows the last is in a state without a name here.
    column(rows, v1::Cell::State).values[2] = 90;
    let unpacked = Unpacker::default().apply(&mut frame).unwrap();
    assert_eq!(unpacked.identities.len(), 3);
    let known: Vec<bool> = unpacked.stats.iter().map(|(_, stats)| stats.is_some()).collect();
    assert_eq!(known, [true, true, false]);
}

#[test]
fn frames_come_one_after_the_other() {
    let mut unpacker = Unpacker::default();
    let bare = |number| v1::Frame { number, ..v1::Frame::default() };
    assert!(unpacker.apply(&mut bare(1)).is_err());
    assert!(unpacker.apply(&mut bare(0)).is_ok() && unpacker.apply(&mut bare(1)).is_ok());
    let again = unpacker.apply(&mut bare(1)).unwrap_err().to_string();
    says(&again, "`number`");
}

fn bitmap() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![Just(Vec::new()), vec(any::<u8>(), 0..3)]
}

fn runs() -> impl Strategy<Value = Vec<u64>> {
    vec(prop_oneof![0..64u64, any::<u64>()], 0..8)
}

fn any_rows() -> impl Strategy<Value = v1::Rows> {
    let difference = || prop_oneof![-3..9i64, any::<i64>()];
    let column = (0..80i32, bitmap(), bitmap(), vec(difference(), 0..6))
        .prop_map(|(cell, rows, absent, values)| v1::Column { cell, rows, absent, values });
    let expiries = (bitmap(), vec(0..4u32, 0..4), vec(any::<i64>(), 0..6))
        .prop_map(|(rows, counts, moments)| v1::Expiries { rows, counts, moments });
    let texts = || vec("[a/]{0,3}", 0..4);
    let shared = || prop_oneof![4 => Just(Vec::new()), 1 => vec(0..4u32, 0..4)];
    (
        of(runs()),
        (bitmap(), texts(), texts(), texts(), texts(), shared(), shared()),
        (bitmap(), vec(column, 0..20), of(expiries)),
    )
        .prop_map(|(runs, who, how)| v1::Rows {
            classes: vec![v1::Class { kind: "worker".into(), ..v1::Class::default() }],
            texts: who.1,
            order: runs.map(|runs| v1::Order { runs }),
            named: who.0,
            names: who.2,
            paths: who.3,
            child_ids: who.4,
            texts_shared: who.5,
            names_shared: who.6,
            changed: how.0,
            columns: how.1,
            expiries: how.2,
        })
}

proptest! {
    #[test]
    fn no_rows_whatever_make_a_reader_panic(
        before in 0..5u64,
        frames in vec((any_rows(), any::<u64>()), 1..4),
    ) {
        let mut unpacker = Unpacker::default();
        let _ = unpacker.apply(&mut good(before));
        for (number, (rows, sampled_at)) in (1..).zip(frames) {
            let mut frame = v1::Frame { number, sampled_at, rows: Some(rows), ..v1::Frame::default() };
            let _ = unpacker.apply(&mut frame);
            let _ = unpacker.everything(Timestamp(sampled_at));
        }
    }

    #[test]
    fn no_bytes_whatever_make_a_reader_panic(
        flips in vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        noise in vec(any::<u8>(), 0..64),
    ) {
        let mut bytes = good(9).encode_to_vec();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        for bytes in [bytes, noise] {
            if let Ok(mut frame) = v1::Frame::decode(&*bytes) {
                let mut unpacker = Unpacker::default();
                let _ = unpacker.apply(&mut frame);
                let _ = unpacker.everything(Timestamp(1));
            }
        }
    }

    #[test]
    fn no_summary_whatever_makes_a_reader_panic(
        changed in bitmap(),
        absent in bitmap(),
        values in vec(any::<i64>(), 0..24),
        busy in of(vec(any::<u32>(), 0..4)),
    ) {
        let workers = busy.map(|busy| v1::Workers { busy });
        let cells = v1::SummaryCells { changed, absent, values, workers, deadlocks: None };
        let mut frame = v1::Frame { summary: Some(cells), ..v1::Frame::default() };
        let _ = Unpacker::default().apply(&mut frame);
    }
}
