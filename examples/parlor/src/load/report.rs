//! What a run came to.

use std::{fmt, time::Duration};

use super::histogram::Percentiles;

/// Totals of one run, over all sessions. `Display` writes them for people.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoadReport {
    /// How long the load lasted.
    pub elapsed: Duration,
    /// Clients asked for.
    pub sessions: usize,
    /// Clients that were in a room at the end.
    pub connected: usize,
    /// Chat messages said.
    pub messages_sent: u64,
    /// Chat messages heard. Each member of a room hears each message.
    pub messages_received: u64,
    /// Calls asked for.
    pub calls_started: u64,
    /// Calls set up.
    pub calls_answered: u64,
    /// Calls refused, or lost with their connection.
    pub calls_failed: u64,
    /// Calls without an answer at the end.
    pub calls_waiting: u64,
    /// From when a call was due to its answer.
    pub setup: Percentiles,
    /// Errors the server reported, and failed connections.
    pub errors: u64,
    /// Messages and calls that were due and that no session could take.
    pub unsent: u64,
    /// Connections made again after a loss.
    pub reconnects: u64,
    /// The last thing that went wrong, in the server's words or the system's.
    pub last_failure: Option<String>,
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.elapsed.as_secs_f64();
        let rate = |count: u64| count as f64 / seconds.max(1e-3);
        writeln!(
            f,
            "{seconds:.1} s, {} of {} clients connected at the end",
            self.connected, self.sessions
        )?;
        let (sent, received) = (self.messages_sent, self.messages_received);
        writeln!(
            f,
            "chat    {sent} out ({:.1}/s), {received} in ({:.1}/s)",
            rate(sent),
            rate(received)
        )?;
        let (started, answered) = (self.calls_started, self.calls_answered);
        writeln!(
            f,
            "calls   {started} begun ({:.1}/s), {answered} set up ({:.1}/s), {} failed, {} waiting",
            rate(started),
            rate(answered),
            self.calls_failed,
            self.calls_waiting,
        )?;
        writeln!(f, "setup   {} max {:.1} ms", self.setup, self.setup.max.as_secs_f64() * 1e3)?;
        write!(
            f,
            "errors  {}, {} not sent, {} reconnects",
            self.errors, self.unsent, self.reconnects
        )?;
        match &self.last_failure {
            Some(reason) => write!(f, "\nlast    {reason}"),
            None => Ok(()),
        }
    }
}
