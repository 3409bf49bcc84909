//! What clients may cost.

use std::time::Duration;

/// Connections at a time.
pub(super) const CONNECTIONS: usize = 32;

/// Streams on one connection; tonic's default is no limit at all.
pub(super) const STREAMS: u32 = 32;

/// Views on one watch stream.
pub(super) const VIEWS: usize = 8;

/// A connection that has not sent a request by then is closed.
pub(super) const FIRST_REQUEST: Duration = Duration::from_secs(5);

/// A single answer takes no longer than this.
pub(super) const UNARY: Duration = Duration::from_secs(5);

/// A reader that takes nothing for so long is disconnected.
pub(super) const STALLED: Duration = Duration::from_secs(30);

/// Connections are closed after this time, give or take a tenth, and clients come back.
pub(super) const CONNECTION_AGE: Duration = Duration::from_secs(3600);

/// Time for streams to end after that.
pub(super) const AGE_GRACE: Duration = Duration::from_secs(10);

/// Shortest time between two frames of a view.
pub(super) const MIN_INTERVAL: Duration = Duration::from_millis(250);

/// Share of one core that building the frames of one view may take: what is dear comes less often, and what
/// is cheap beside it does not have to wait for it …
pub(super) const VIEW_SHARE: f64 = 0.04;
/// … but comes at least this often.
pub(super) const MAX_INTERVAL: Duration = Duration::from_secs(5);

/// Bytes of one frame; leaves room for what is added around the rows.
pub(super) const FRAME_BYTES: usize = actorscope_proto::MAX_MESSAGE - 64 * 1024;

/// What a filter may take for one frame. The agent's thread has others to answer, and this is as long
/// as nobody notices.
pub(super) const FILTER_TIME: Duration = Duration::from_millis(100);

/// Events in one batch.
pub(super) const EVENTS_PER_BATCH: usize = 256;

/// Share of one core that bringing events to one follower may take, once it has what was there when it came: where
/// they come by the ten thousand a second it gets to see gaps, and the host is spared.
pub(super) const EVENTS_SHARE: f64 = 0.04;

/// Longest pause between two batches for that.
pub(super) const EVENTS_PAUSE: Duration = Duration::from_millis(250);

/// How long an answer to a verb waits for the verb to take effect.
pub(super) const EFFECT: Duration = Duration::from_millis(400);

/// A suspension without a deadline ends after this.
pub(super) const SUSPENSION: Duration = Duration::from_secs(30);

/// No suspension is longer.
pub(super) const LONGEST_SUSPENSION: Duration = Duration::from_secs(3600);

/// Shortest pause before a pass for the end of a suspension: many of them may end one after another.
pub(super) const RESUMES_AT_ONCE: Duration = Duration::from_millis(10);

/// Longest text of an actor's state, in bytes.
pub(super) const DUMP_BYTES: usize = 64 * 1024;

/// How long an actor may take to get to printing its state.
pub(super) const DUMP_WAIT: Duration = Duration::from_secs(2);

/// How long a request's id is remembered, so that sending it twice acts once …
pub(super) const REMEMBERED: Duration = Duration::from_secs(300);
/// … and how many at most.
pub(super) const REMEMBERED_REQUESTS: usize = 1024;
