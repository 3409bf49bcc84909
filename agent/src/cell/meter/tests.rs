//! The writer's side of a slot, step by step and in one.

use super::*;

fn message(meter: &Meter, queued: usize) {
    meter.look(queued);
    let arrived = meter.take();
    meter.begin(Some(arrived), meter.type_number("test::Message"));
    meter.end(true);
}

#[test]
fn depth_and_oldest_wait_are_known_before_anything_is_dequeued() {
    let meter = Meter::default();
    meter.look(3);
    let hot = meter.hot.read();
    assert_eq!(hot.depth, 3);
    assert_ne!(hot.head_arrival, 0);
    meter.look(0);
    assert_eq!((meter.hot.read().depth, meter.hot.read().head_arrival), (0, 0));
}

#[test]
fn a_look_and_a_take_in_one_step_leave_what_both_leave() {
    let (one, two) = (Meter::default(), Meter::default());
    // Grows, stays, shrinks by itself, and was empty after all.
    for queued in [3, 5, 4, 1, 1, 0] {
        let before = ticks();
        let arrived = one.look_and_take(queued);
        two.look(queued);
        two.take();
        let (one, two) = (one.hot.read(), two.hot.read());
        assert_eq!(one.depth, two.depth, "{queued}");
        assert_eq!(one.head_arrival == 0, two.head_arrival == 0, "{queued}");
        assert!(arrived <= ticks() && (queued > 0 || arrived >= before), "{queued}");
    }
}

#[test]
fn a_turn_leaves_what_its_steps_leave() {
    let (one, two) = (Meter::default(), Meter::default());
    let lent = [&one, &two].map(|meter| {
        meter.look(3);
        meter.begin(Some(meter.take()), 0);
        let lent = Lent::take(ticks()).unwrap();
        meter.lend_fine(Some(&lent));
        lent
    });
    let types = ["test::First", "test::Second"].map(|name| one.type_number(name));
    // Grows, stays, shrinks by itself; of one type first, then of two.
    for (n, queued) in [2, 5, 4, 1, 1, 9].into_iter().cycle().take(60).enumerate() {
        let message_type = types[usize::from(n > 30 && n % 2 == 0)];
        let (waited, ending) = (one.hot.read().wait_sum_ns, one.ending().unwrap());
        let arrived = one.head_arrival();
        one.turn(ending, queued, message_type);
        two.end(true);
        two.begin_at_look(two.look_and_take(queued), message_type);
        // What is queued came by the moment of the end, which is that of the begin.
        let begun = one.hot.handling.since();
        assert_eq!(begun, ending.now | 1);
        if arrived != 0 && queued <= 5 {
            let waits = one.hot.read().wait_sum_ns - waited;
            assert!(waits <= nanos(arrived, begun), "{waits} ns at {n}");
        }
        let told = [&one, &two].map(|meter| {
            let hot = meter.hot.read();
            let head = hot.head_arrival == 0;
            (hot.handled, hot.failed, hot.depth, head, hot.message_type, meter.left())
        });
        assert_eq!(told[0], told[1], "{n}");
    }
    let counted = [(&one, &lent[0]), (&two, &lent[1])].map(|(meter, lent)| {
        let tier1 = meter.read_tier1().unwrap();
        let mut types: Vec<_> =
            meter.handlers().iter().map(|of| (of.message_type.to_string(), of.handled)).collect();
        types.sort();
        let coarse = (tier1.wait.read().count(), tier1.handling.read().count());
        (coarse, lent.with(|fine| (fine.wait(1).count(), fine.handling(1).count())), types)
    });
    assert_eq!(counted[0], counted[1]);
    assert!(counted[0].2.len() == 2 && counted[0].1 == Some(counted[0].0), "{counted:?}");
}

#[test]
fn a_handler_that_follows_at_once_begins_where_the_one_before_ended() {
    let meter = Meter::default();
    let arrived = ticks();
    // The first one follows nobody.
    meter.begin_at_end(arrived, 0);
    assert!(meter.hot.handling.since() >= arrived);
    meter.end(true);
    let ended = meter.hot.handling.ended();
    let waited = meter.hot.read().wait_sum_ns;
    meter.begin_at_end(arrived, 0);
    assert_eq!(meter.hot.handling.since(), ended | 1);
    assert_eq!(meter.hot.read().wait_sum_ns, waited + nanos(arrived, ended));
}

#[test]
fn a_handler_that_begins_with_the_look_does_so_where_the_one_before_ended() {
    let meter = Meter::default();
    meter.look(2);
    meter.begin(Some(meter.take()), 0);
    meter.end(true);
    let ended = meter.hot.handling.ended();
    let arrived = meter.look_and_take(1);
    meter.begin_at_look(arrived, 0);
    assert_eq!(meter.hot.handling.since(), ended | 1);
    // Without one before, at the look itself.
    meter.end(true);
    let before = ticks();
    meter.look(0);
    meter.begin_at_look(meter.look_and_take(1), 0);
    assert!((before..=ticks()).contains(&meter.hot.handling.since()));
}

#[test]
fn tiers_appear_when_they_are_worth_it() {
    let meter = Meter::default();
    for _ in 1..FROM_MESSAGE {
        message(&meter, 1);
    }
    assert!(meter.read_tier1().is_none());
    message(&meter, 1);
    let tier1 = meter.read_tier1().unwrap();
    assert_eq!(tier1.handling.read().count(), 1);
}

#[test]
fn a_second_type_is_told_from_the_first_with_nothing_lost() {
    let meter = Meter::default();
    let handle = |name: Option<&'static str>, ok| {
        meter.begin(None, name.map_or(0, |name| meter.type_number(name)));
        meter.end(ok);
    };
    assert_eq!(meter.handlers(), []);
    for i in 0..5 {
        handle(Some("test::First"), i > 0);
    }
    let only = meter.handlers();
    let counts = |h: &HandlerStats| (h.message_type.to_string(), h.handled, h.failed);
    assert_eq!(only.iter().map(counts).collect::<Vec<_>>(), [("First".to_owned(), 5, 1)]);
    handle(Some("test::Second"), false);
    handle(Some("test::First"), true);
    handle(None, true);
    let mut both = meter.handlers();
    both.sort_by_key(|h| h.message_type.to_string());
    assert_eq!(
        both.iter().map(counts).collect::<Vec<_>>(),
        [("First".to_owned(), 6, 1), ("Second".to_owned(), 1, 1)]
    );
    let busy: u64 = both.iter().map(|h| h.busy_ns).sum();
    assert!(busy <= meter.hot.read().busy_ns && both[0].busy_ns >= only[0].busy_ns);
}

#[test]
fn messages_of_no_known_type_are_nobodys() {
    let meter = Meter::default();
    for name in [0, 0, meter.type_number("test::Late")] {
        meter.begin(None, name);
        meter.end(true);
    }
    assert_eq!(meter.handlers().iter().map(|h| h.handled).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_meter_is_two_cache_lines() {
    assert_eq!(size_of::<Meter>(), 128);
}

#[test]
fn the_actor_records_into_what_it_was_lent_until_it_is_taken_back() {
    let meter = Meter::default();
    for _ in 0..20 {
        message(&meter, 1);
    }
    let lent = Lent::take(ticks()).unwrap();
    let counts = || lent.with(|fine| (fine.wait(1).count(), fine.handling(1).count())).unwrap();
    meter.lend_fine(Some(&lent));
    message(&meter, 1);
    assert_eq!(counts(), (1, 1));
    meter.lend_fine(None);
    message(&meter, 1);
    assert_eq!(counts(), (1, 1));
}
