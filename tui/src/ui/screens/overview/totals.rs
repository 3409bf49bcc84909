//! How many slots there are, and what they are doing.

use crate::format;
use crate::ui::severity::Severity;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::view::paint::Piece;
use actorscope_core::node::Summary;

/// The counts, with what a header of so many lines has no room for.
pub fn totals(summary: &Summary, header: u16, theme: Theme) -> Vec<Piece> {
    let n = text::grouped;
    let mut pieces = vec![Piece::new(
        0,
        format!(
            "{} of {}",
            n(summary.live),
            text::counted(summary.slots, "slot live", "slots live")
        ),
        theme.strong(),
    )];
    let mut add = |rank, n: u64, text: String, severity| {
        let style = if n > 0 { theme.severity(severity) } else { theme.faint() };
        pieces.push(Piece::new(rank, text, style));
    };
    let calm = Severity::Calm;
    if header < 3 {
        // The header has the rest only with a line of its own for it.
        add(1, summary.queued, format!("{} queued", n(summary.queued)), calm);
        let rate = summary.rate_per_s;
        add(2, rate.ceil() as u64, format!("{} msg/s", text::rate(rate)), calm);
    }
    let supervisors = summary.supervisors;
    add(7, supervisors, text::counted(supervisors, "supervisor", "supervisors"), calm);
    for (rank, count, word, severity) in [
        (6, summary.handling, "handling", calm),
        (4, summary.restarting, "restarting", Severity::Warn),
        (4, summary.suspended, "suspended", Severity::Warn),
        (2, summary.failed, "failed", Severity::Severe),
    ] {
        // No trouble is no news.
        if count > 0 || severity == calm {
            add(rank, count, format!("{} {word}", n(count)), severity);
        }
    }
    let handled = format::count(summary.handled);
    let failed = match summary.messages_failed {
        0 => String::new(),
        failed => format!(", {} failed", format::count(failed)),
    };
    add(5, summary.handled, format!("{handled} messages{failed}"), calm);
    pieces
}
