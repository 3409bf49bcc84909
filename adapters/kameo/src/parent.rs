//! Who supervises an actor.
//!
//! kameo's link data is private, but its `Debug` output is not:
//! `ActorRef { id: ActorId(7), parent: Some(ActorId(3)), links: [] }`, or `<locked>` in the place of
//! the parent while somebody changes the links.

use kameo::Actor;
use kameo::actor::ActorRef;

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
    read(&format!("{actor_ref:?}"))
}

fn read(debug: &str) -> Parent {
    let Some((_, rest)) = debug.split_once("parent: ") else {
        return Parent::None;
    };
    if rest.starts_with("<locked>") {
        return Parent::Locked;
    }
    let number = rest
        .strip_prefix("Some(ActorId(")
        .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    number.and_then(|n| n.parse().ok()).map_or(Parent::None, Parent::Is)
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
