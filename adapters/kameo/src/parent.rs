//! Who supervises an actor.
//!
//! kameo's link data is private, but its `Debug` output is not:
//! `ActorRef { id: ActorId(7), parent: Some(ActorId(3)), links: [] }`, or `<locked>` in the place of
//! the parent while somebody changes the links.

use kameo::Actor;
use kameo::actor::ActorRef;
use std::fmt::{self, Write as _};

/// What the link data says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Parent {
    /// Supervised by the actor with this number.
    Is(u64),
    /// Not supervised.
    None,
    /// Cannot be told now; ask again.
    Locked,
}

pub(crate) fn of<A: Actor>(actor_ref: &ActorRef<A>) -> Parent {
    let mut beginning = Beginning { text: [0; BEGINNING], len: 0 };
    // An error says that there was more, which nobody wants.
    let _ = write!(beginning, "{actor_ref:?}");
    read(beginning.as_str())
}

/// Bytes that hold the id and the parent, however long the numbers; links may follow by the
/// thousand.
const BEGINNING: usize = 256;

/// The beginning of a text, on the stack: this is read whenever an actor starts.
struct Beginning {
    text: [u8; BEGINNING],
    len: usize,
}

impl Beginning {
    fn as_str(&self) -> &str {
        let text = self.text.get(..self.len).unwrap_or_default();
        std::str::from_utf8(text).unwrap_or_default()
    }
}

impl fmt::Write for Beginning {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let room = self.text.get_mut(self.len..self.len + piece.len()).ok_or(fmt::Error)?;
        room.copy_from_slice(piece.as_bytes());
        self.len += piece.len();
        // What follows are the links.
        if piece == "links" { Err(fmt::Error) } else { Ok(()) }
    }
}

fn read(debug: &str) -> Parent {
    let Some((_, rest)) = debug.split_once("parent: ") else {
        return Parent::None;
    };
    if rest.starts_with("<locked>") {
        return Parent::Locked;
    }
    let Some(number) = rest.strip_prefix("Some(ActorId(") else { return Parent::None };
    let digits = number.len() - number.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number = number.get(..digits).and_then(|digits| digits.parse().ok());
    number.map_or(Parent::None, Parent::Is)
}

#[cfg(test)]
mod tests {
    use super::{Parent, of, read};
    use kameo::prelude::*;

    #[test]
    fn every_form_of_the_debug_output_is_read() {
        let cases = [
            ("ActorRef { id: ActorId(7), parent: Some(ActorId(3)), links: [] }", Parent::Is(3)),
            ("ActorRef { id: ActorId(7), parent: None, links: [ActorId(9)] }", Parent::None),
            ("ActorRef { id: ActorId(7), parent: <locked>, links: <locked> }", Parent::Locked),
            // With the feature `remote` an id carries its peer.
            ("ActorRef { id: ActorId(7, None), parent: Some(ActorId(12, None)) }", Parent::Is(12)),
            ("something else", Parent::None),
        ];
        for (debug, parent) in cases {
            assert_eq!(read(debug), parent, "{debug}");
        }
    }

    #[derive(Actor, Clone)]
    struct Anybody;

    #[tokio::test]
    async fn kameo_still_prints_what_is_read_here() {
        let supervisor = Anybody::spawn(Anybody);
        let child = Anybody::supervise(&supervisor, Anybody).spawn().await;
        assert_eq!(of(&child), Parent::Is(supervisor.id().sequence_id()));
        assert_eq!(of(&supervisor), Parent::None);
    }
}
