//! What people read.

use crate::output::fixture::{folded, snapshot};
use crate::output::text;

#[test]
fn a_tree_is_indented_and_says_what_is_not_known() {
    insta::assert_snapshot!(text::Tree::default().page(&snapshot().view, None), @r"
    NAME      ID  STATE     RESTARTS  MAILBOX  RATE/S  BUSY  WAIT P99  HANDLING P99  TYPE
    shop      #1  idle             0      n/a     n/a   n/a       n/a           n/a  Root
      worker  #2  handling         2   ≥12/64     123   75%   4.50 ms           n/a  Worker<String>
    ");
}

#[test]
fn many_like_actors_are_one_line() {
    let mut snapshot = snapshot();
    folded(&mut snapshot);
    insta::assert_snapshot!(text::Tree::default().page(&snapshot.view, None), @r"
    NAME                  ID  STATE     RESTARTS  MAILBOX  RATE/S  BUSY  WAIT P99  HANDLING P99  TYPE
    shop                  #1  idle             0      n/a     n/a   n/a       n/a           n/a  Root
      worker              #2  handling         2   ≥12/64     123   75%   4.50 ms           n/a  Worker<String>
      Connection ×10,000      1 failed         3      ≥12     123   25%                     n/a  9,998 idle, 1 failed, 1 handling; longest wait 4.50 ms; worst Connection~70 #77
    ");
}

#[test]
fn top_shows_paths() {
    insta::assert_snapshot!(text::top(&snapshot(), None), @r"
    ID  PATH          STATE     MAILBOX  OLDEST  WAIT P99  HANDLING P99  BUSY  RATE/S  HANDLED  FAILED  RESTARTS
    #1  /shop         idle          n/a     n/a       n/a           n/a   n/a     n/a        0       0         0
    #2  /shop/worker  handling   ≥12/64  3.00 s   4.50 ms           n/a   75%     123     5000       1         2
    ");
}

#[test]
fn a_terminal_gets_no_line_that_wraps() {
    for line in text::top(&snapshot(), Some(40)).lines() {
        assert!(line.chars().count() <= 40, "{line:?}");
    }
}

#[test]
fn one_actor_fills_a_page() {
    let snapshot = snapshot();
    let row = snapshot.view.rows().nth(1).unwrap();
    insta::assert_snapshot!(text::show(&snapshot, row, None), @r"
    /shop/worker  #2
      type            shop::Worker<alloc::string::String> (kameo worker)
      created         2026-11-21T03:04:05.678Z
      child spec      permanent
      capabilities    kill, restart
      cannot kill     it was started outside of its supervisor

    now
      state           handling
      incarnation     3, since 2026-11-21T03:05:05.678Z (30.0 s)
      handling        Charge for 500 ms
      waits for       /shop for 3.20 s
      pending         restart, asked for by uid 1000 2.00 s ago
      mailbox         ≥12/64 (1.00 s old)
      oldest wait     3.00 s
      rate            123 /s
      busy            75%
      handled         5000 (1 failed); this incarnation 40 (1 failed)
      restarts        2
      restart budget  2 of 3 used in 5.00 s; the oldest expires in 1.00 s

    queue wait (measured)
      p50 1.50 ms · p95 3.00 ms · p99 4.50 ms · max 9.00 ms · 1000 counted in the last 10.0 s
        524 µs …      30   75.0%  ████████████████████████████████████████
       1.05 ms …       0    0.0%
       2.10 ms …      10   25.0%  █████████████

    handling
      n/a

    polls (7000, busy 3.00 s)
      p50 1.50 ms · p95 3.00 ms · p99 4.50 ms · max 9.00 ms · 1000 counted in the last 10.0 s

    scheduling delay (woken until polled)
      p50 n/a · p95 n/a · p99 n/a · max n/a · 0 counted
       32.8 µs …       5  100.0%  ████████████████████████████████████████

    by message type
      TYPE    HANDLED  FAILED     TIME     MEAN      MAX
      Charge       40       1  80.0 ms  2.00 ms  9.00 ms

    sends to
      PEER   TELLS  ASKS  FAILED  ASK P50      P99      MAX  WAITING
      /shop     40    12       1  1.20 ms  40.0 ms  92.0 ms  1 for 3.20 s

    is sent by
      PEER    TELLS  ASKS  FAILED  ASK P50  P99  MAX  WAITING
      _other      3     0       0      n/a  n/a  n/a

    deadlock
      /shop/worker waits for /shop waits for /shop/worker

    before
      INCARNATION  ENDED                      LIVED  HANDLED  LOST  EXIT   WHY
                2  2026-11-21T03:05:05.678Z  60.0 s     4960   n/a  panic  card declined
    ");
}

#[test]
fn an_actor_of_which_little_is_known_does_too() {
    let mut snapshot = snapshot();
    snapshot.view.detail = None;
    let row = snapshot.view.rows().next().unwrap();
    let page = text::show(&snapshot, row, None);
    assert!(page.contains("one_for_one, 3 restarts in 5.00 s, per child"), "{page}");
    assert!(page.contains("mailbox         n/a"), "{page}");
}
