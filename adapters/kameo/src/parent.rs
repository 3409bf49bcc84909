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
    read(|scan| write!(scan, "{actor_ref:?}"))
}

fn read(print: impl FnOnce(&mut Scan) -> fmt::Result) -> Parent {
    let mut scan = Scan { value: [0; VALUE], len: 0, at: At::Before };
    // An error says that there was more, which nobody wants.
    let _ = print(&mut scan);
    let value = scan.value.get(..scan.len).unwrap_or_default();
    let value = std::str::from_utf8(value).unwrap_or_default();
    if value.starts_with("<locked>") {
        return Parent::Locked;
    }
    let Some(number) = value.strip_prefix("Some(ActorId(") else { return Parent::None };
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let number = number.get(..digits).and_then(|digits| digits.parse().ok());
    number.map_or(Parent::None, Parent::Is)
}

/// Bytes of the parent's value that are kept: more than its number can need.
const VALUE: usize = 48;

/// Takes the value of the field `parent` out of what is printed, piece by piece and without a text of
/// the whole: this happens whenever an actor starts.
struct Scan {
    value: [u8; VALUE],
    len: usize,
    at: At,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Before,
    /// Behind the name, before the colon.
    Name,
    Value,
}

impl fmt::Write for Scan {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        match self.at {
            At::Before if piece == "parent" => self.at = At::Name,
            At::Name if piece == ": " => self.at = At::Value,
            At::Before | At::Name => {}
            At::Value => {
                // What does not fit is no longer the number.
                let end = self.len + piece.len();
                let room = self.value.get_mut(self.len..end).ok_or(fmt::Error)?;
                room.copy_from_slice(piece.as_bytes());
                self.len = end;
                // Nobody wants what follows: there may be links by the thousand.
                if matches!(piece, "None" | "<locked>" | ")") {
                    return Err(fmt::Error);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Parent, of, read};
    use kameo::prelude::*;
    use std::fmt::{self, Write as _};

    /// Prints as kameo does, with this parent.
    struct Ref(&'static str);

    impl fmt::Debug for Ref {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let links: Vec<u32> = (0..1_000).collect();
            let mut printed = f.debug_struct("ActorRef");
            printed.field("id", &format_args!("ActorId(7)"));
            printed.field("parent", &format_args!("{}", self.0)).field("links", &links).finish()
        }
    }

    #[test]
    fn every_form_of_the_debug_output_is_read() {
        let cases = [
            ("Some(ActorId(3))", Parent::Is(3)),
            ("None", Parent::None),
            ("<locked>", Parent::Locked),
            // With the feature `remote` an id carries its peer.
            ("Some(ActorId(12, None))", Parent::Is(12)),
            ("something else", Parent::None),
        ];
        for (parent, expected) in cases {
            assert_eq!(read(|scan| write!(scan, "{:?}", Ref(parent))), expected, "{parent}");
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
