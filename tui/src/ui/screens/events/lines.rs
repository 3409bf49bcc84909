//! The lines of the list: events, and what is missing between them.

use super::wanted::Wanted;
use crate::ui::attached::{Attached, Break};
use crate::ui::text;
use crate::ui::view::events::clock;
use actorscope_core::{Event, EventKind};
use std::time::Duration;

/// One line.
#[derive(Clone, Copy, Debug)]
pub enum Line<'a> {
    /// Events before the first one known.
    Missing {
        /// How many.
        events: u64,
    },
    /// An event; gaps in their numbers are events too.
    Event(&'a Event),
    /// A time without a connection.
    Break(&'a Break),
}

/// What a line is recognised by when others come and go; lines are in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Mark {
    /// The number of the event that it is or stands behind.
    seq: u64,
    /// The number of the break.
    n: u32,
}

impl Line<'_> {
    /// What it is recognised by.
    pub const fn mark(&self) -> Mark {
        match self {
            // Behind breaks that were before a restart.
            Self::Missing { .. } => Mark { seq: 0, n: u32::MAX },
            Self::Event(event) => Mark { seq: event.seq, n: 0 },
            Self::Break(gap) => Mark { seq: gap.after, n: gap.n },
        }
    }

    /// A line that is no event, as text; what happened takes at least `kind` cells.
    pub fn in_words(&self, now: Duration, kind: usize) -> String {
        match self {
            Self::Event(_) => String::new(),
            Self::Missing { events } => {
                let events = text::counted(*events, "earlier event is", "earlier events are");
                format!("{:9}{events} no longer kept", "")
            }
            Self::Break(gap) => {
                let at = gap.at.map_or_else(String::new, |at| clock(&at.to_rfc3339()));
                let lasted = gap.until.unwrap_or(now).saturating_sub(gap.since);
                let lasted = text::seconds(lasted);
                let lasted = match gap.until {
                    Some(_) => format!("for {lasted}"),
                    None => format!("{lasted} ago"),
                };
                let then = if gap.restarted { "; a new instance answered" } else { "" };
                let what = format!("{:kind$}", "connection lost");
                format!("{at:9}{what} {lasted}{then}: {}", gap.reason)
            }
        }
    }
}

/// All lines, oldest first. What is missing is shown whatever the filter: what it hides may be there.
pub fn lines<'a>(attached: &'a Attached, wanted: &Wanted) -> Vec<Line<'a>> {
    let events = attached.events();
    let mut breaks = attached.breaks.iter().peekable();
    let mut lines = Vec::with_capacity(events.len() + attached.breaks.len() + 1);
    // What was before a restart is about events that were numbered otherwise.
    while let Some(gap) = breaks.next_if(|gap| gap.after == 0) {
        lines.push(Line::Break(gap));
    }
    let missing = events.front().map_or(0, |first| first.seq.saturating_sub(1));
    if missing > 0 {
        lines.push(Line::Missing { events: missing });
    }
    for event in events {
        while let Some(gap) = breaks.next_if(|gap| gap.after < event.seq) {
            lines.push(Line::Break(gap));
        }
        if event.kind == EventKind::Gap || wanted.takes(event) {
            lines.push(Line::Event(event));
        }
    }
    lines.extend(breaks.map(Line::Break));
    lines
}
