//! What stopping a group does: a group has no actor that would end, so it asks everybody below.

use super::{BlastRadius, Effect, name, plural};
use crate::spec::ChildKind;
use crate::view::RowSource;

pub(super) fn cancelled(radius: &mut BlastRadius, source: &impl RowSource) {
    let mut touched = vec![(radius.slot, Effect::Ends)];
    let (mut groups, mut actors, mut supervised) = (0, 0, 0);
    for below in source.forest().descendants(radius.slot) {
        let is_live = source.stats(below).is_some_and(|stats| stats.state.is_live());
        let Some(identity) = source.identity(below).filter(|_| is_live) else { continue };
        if identity.kind == ChildKind::Group {
            groups += 1;
        } else {
            actors += 1;
        }
        let effect = if identity.child_spec.is_some() {
            supervised += 1;
            Effect::EndsWithParent
        } else {
            Effect::Ends
        };
        touched.push((below, effect));
    }
    name(radius, source.forest(), touched);
    let mut say = vec![
        "It is cancelled, which asks and forces nobody: everything that listens to it or to a \
         child token ends by itself."
            .to_owned(),
    ];
    if groups > 0 {
        let are = if groups == 1 { "is" } else { "are" };
        say.push(format!("{} below {are} cancelled with it.", plural(groups, "group")));
    }
    if actors > 0 {
        let end = if actors == 1 { "ends if it listens" } else { "end if they listen" };
        say.push(format!("{} below {end} to it.", plural(actors, "actor")));
    }
    if supervised > 0 {
        let are = if supervised == 1 { "is" } else { "are" };
        say.push(format!("{supervised} of them {are} supervised and may be started again."));
    }
    radius.sentences = say;
}
