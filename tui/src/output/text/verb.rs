//! Verbs: what they would do, what became of them.

use actorscope_client::Acted;
use actorscope_core::blast::BlastRadius;

/// What a verb would do, most important first; at most `names` of those affected are named.
pub fn radius(radius: &BlastRadius, names: usize) -> String {
    let mut out = format!(
        "{} {} {} (incarnation {})\n",
        radius.verb, radius.slot, radius.path, radius.incarnation
    );
    let mut line = |text: &str| {
        out.push_str("  ");
        out.push_str(text);
        out.push('\n');
    };
    if let Some(why) = &radius.impossible {
        line(&format!("not possible: {why}"));
    }
    for sentence in &radius.sentences {
        line(sentence);
    }
    // The target alone is in the first line already.
    if radius.affected.len() > 1 {
        line(&format!("affects {} actors:", radius.affected_total));
        let named = radius.affected.len().min(names);
        for affected in &radius.affected[..named] {
            line(&format!(
                "  {} {}: {}",
                affected.slot,
                affected.path,
                affected.effect.word().replace('_', " ")
            ));
        }
        let more = radius.affected_total.saturating_sub(named as u64);
        if more > 0 {
            line(&format!("  … and {more} more"));
        }
    }
    out
}

/// What became of it.
pub fn acted(acted: &Acted) -> String {
    let outcome = acted.outcome.word().replace('_', " ");
    if acted.message.is_empty() {
        format!("{outcome}\n")
    } else {
        format!("{outcome}: {}\n", acted.message)
    }
}
