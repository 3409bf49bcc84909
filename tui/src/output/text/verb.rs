//! Verbs: what they would do, what became of them.

use actorscope_client::Acted;
use actorscope_core::blast::BlastRadius;

/// What a verb would do, most important first.
pub fn radius(radius: &BlastRadius) -> String {
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
        for affected in &radius.affected {
            line(&format!(
                "  {} {}: {}",
                affected.slot,
                affected.path,
                affected.effect.word().replace('_', " ")
            ));
        }
        let named = radius.affected.len() as u64;
        if radius.affected_total > named {
            line(&format!("  … and {} more", radius.affected_total - named));
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
