//! Strings from a remote are hostile until they went through here: a name may carry escape
//! sequences that rewrite the terminal of whoever looks at it.

use actorscope_core::text;
use actorscope_proto::v1;

/// Longest text kept, in bytes.
const MAX_TEXT: usize = 4_096;

/// Longest list of lines in one message.
const MAX_LINES: usize = 64;

/// One line of text, safe to draw.
pub(crate) fn line(raw: &str) -> String {
    text::line(raw, MAX_TEXT)
}

/// Text of several lines: each is made safe, the breaks stay.
pub(crate) fn lines(raw: &str) -> String {
    raw.lines().take(MAX_LINES).map(line).collect::<Vec<_>>().join("\n")
}

/// Text of any number of lines: what was received of it is bounded already.
pub(crate) fn text(raw: &str) -> String {
    raw.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn in_place(text: &mut String) {
    // Most are harmless: look before copying.
    if text.len() > MAX_TEXT || !text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        *text = line(text);
    }
}

fn in_place_all<'a>(all: impl IntoIterator<Item = &'a mut String>) {
    all.into_iter().for_each(in_place);
}

/// Every text of a frame whose texts are spelled out.
pub(crate) fn frame(frame: &mut v1::Frame) {
    if let Some(rows) = &mut frame.rows {
        for class in &mut rows.classes {
            in_place_all([&mut class.actor_type, &mut class.framework]);
            in_place_all(class.no_kill.as_mut());
        }
        in_place_all(&mut rows.texts);
        in_place_all(&mut rows.names);
        in_place_all(&mut rows.paths);
        in_place_all(&mut rows.child_ids);
    }
    for fold in frame.folds.iter_mut().flat_map(|folds| &mut folds.changed) {
        in_place(&mut fold.worst_name);
        in_place_all(fold.stem.as_mut());
    }
    for partial in &mut frame.partial {
        in_place_all([&mut partial.reason, &mut partial.message]);
    }
    if let Some(detail) = &mut frame.detail {
        in_place_all(detail.handlers.iter_mut().map(|h| &mut h.message_type));
        in_place_all(detail.history.iter_mut().filter_map(|h| h.reason.as_mut()));
        in_place_all(detail.pending.as_mut().map(|pending| &mut pending.by));
        if let Some(links) = &mut detail.links {
            let both = links.outgoing.iter_mut().chain(&mut links.incoming);
            in_place_all(both.map(|link| &mut link.path));
            in_place_all(links.cycle.iter_mut().map(|waits| &mut waits.path));
        }
    }
    if let Some(deadlocks) = frame.summary.as_mut().and_then(|s| s.deadlocks.as_mut()) {
        in_place_all(deadlocks.groups.iter_mut().flat_map(|group| &mut group.paths));
    }
}

/// Every text of an event.
pub(crate) fn event(event: &mut v1::Event) {
    in_place(&mut event.path);
    in_place_all(event.reason.iter_mut().chain(event.by.as_mut()));
}

/// Every text of a preview.
pub(crate) fn radius(radius: &mut v1::BlastRadius) {
    in_place(&mut radius.path);
    in_place_all(radius.impossible.as_mut());
    in_place_all(&mut radius.sentences);
    in_place_all(radius.affected.iter_mut().map(|a| &mut a.path));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_do_not_reach_the_screen() {
        let mut hostile = v1::Frame {
            rows: Some(v1::Rows {
                names: vec!["\u{1b}[2Jroom".into()],
                texts: vec!["/\u{1b}[2Jrooms".into()],
                classes: vec![v1::Class { actor_type: "R\u{7}".into(), ..v1::Class::default() }],
                ..v1::Rows::default()
            }),
            detail: Some(v1::Detail {
                handlers: vec![v1::HandlerStats {
                    message_type: "Say\u{7}".into(),
                    ..v1::HandlerStats::default()
                }],
                pending: Some(v1::Pending { by: "ann\u{7}".into(), ..v1::Pending::default() }),
                ..v1::Detail::default()
            }),
            ..v1::Frame::default()
        };
        frame(&mut hostile);
        let rows = hostile.rows.unwrap();
        assert_eq!((rows.names[0].as_str(), rows.texts[0].as_str()), ("␛[2Jroom", "/␛[2Jrooms"));
        assert_eq!(rows.classes[0].actor_type, "R␇");
        let detail = hostile.detail.as_ref();
        assert_eq!(detail.map(|d| d.handlers[0].message_type.as_str()), Some("Say␇"));
        let pending = detail.and_then(|d| d.pending.as_ref());
        assert_eq!(pending.map(|p| p.by.as_str()), Some("ann␇"));
    }

    #[test]
    fn candidates_keep_their_lines() {
        assert_eq!(lines("a\nb\u{1b}c\n"), "a\nb␛c");
    }
}
