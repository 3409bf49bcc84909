//! Slots that nobody knows any more, for the next actors: where actors come and go, a slot lies in memory that its
//! thread has just used, and neither it nor what is measured of its polls is allocated again and again.

use super::{Birth, Cold, Phase, Slot};
use crate::spares::Spares;
use crate::sync::thread_local;
use actorscope_core::SlotId;
use std::sync::Arc;

thread_local! {
    /// Some 250 bytes each.
    static SPARE: Spares<Slot> = const { Spares::new() };
}

/// Keeps a slot that was taken out, unless there are enough. Before it is emptied, `take` takes something out of it.
/// Gives it back if somebody else still knows it.
pub(crate) fn keep<R>(
    mut slot: Arc<Slot>,
    take: impl FnOnce(&mut Cold) -> R,
) -> Result<R, Arc<Slot>> {
    let Some(alone) = Arc::get_mut(&mut slot) else { return Err(slot) };
    let taken = take(alone.cold_alone());
    alone.clear();
    // On a thread that is ending it is freed.
    let _ = SPARE.try_with(|spares| spares.keep(slot));
    Ok(taken)
}

/// A slot, if possible a spare one.
pub(crate) fn spare_or_new(id: SlotId, phase: Phase, birth: Birth<'_>) -> Arc<Slot> {
    if let Ok(Some(mut slot)) = SPARE.try_with(Spares::take)
        && let Some(alone) = Arc::get_mut(&mut slot)
    {
        alone.begin_anew(id, phase, birth);
        return slot;
    }
    Arc::new(Slot::new(id, phase, birth))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Registration, Registry};
    use actorscope_core::spec::ChildSpec;
    use actorscope_core::{ExitReason, Timestamp};

    fn make(registry: Registry, id: u64, new: &Registration) -> Arc<Slot> {
        let birth = Birth { registry, parent: None, new, name: None, now: Timestamp(id) };
        spare_or_new(SlotId::new(id).unwrap(), Phase::Running, birth)
    }

    /// What can be told of a slot from outside.
    fn all_of(slot: &Slot) -> String {
        let cold = slot.cold();
        let cold = (cold.name.clone(), cold.started_at, cold.has_history(), cold.key().is_some());
        let (polls, hot) = (slot.polled(), slot.hot());
        format!("{} {:?} {:?} {cold:?} {polls:?} {hot:?}", slot.id, slot.gate, slot.marks)
    }

    #[test]
    fn whoever_comes_next_has_nothing_of_who_was_before() {
        let (one, other) = (Registry::new(), Registry::new());
        let child = Registration::new("test", "before", "Before")
            .child_spec(ChildSpec { child_id: Some("id".to_owned()), ..ChildSpec::default() });
        let before = make(one, 1, &child);
        let place = Arc::as_ptr(&before);
        before.cold().parent = Some(make(one, 2, &child));
        before.polls().begin(Some(1));
        before.polls().end(true);
        before.meter().begin(Some(1), 0);
        before.gate.suspend();
        before.gate.next_incarnation();
        before.marks.set_mailbox(true);
        before.marks.set_depth(7);
        before.marks.rename();
        before.vacate(
            &mut before.cold(),
            ExitReason::Panic,
            Some("why".to_owned()),
            Phase::Failed,
            Timestamp(9),
        );
        before.cold().lose(3);
        assert!(before.marks.forget());
        let parent = keep(before, |cold| cold.parent.take());
        assert_eq!(parent.unwrap().map(|parent| parent.id.get()), Some(2));

        let new = Registration::new("test", "next", "Next");
        let next = make(other, 3, &new);
        assert_eq!(Arc::as_ptr(&next), place, "it lies where the other one lay");
        let fresh = make(other, 3, &new);
        assert_ne!(Arc::as_ptr(&fresh), place);
        assert_eq!(all_of(&next), all_of(&fresh));
        assert!(next.parent().is_none() && Arc::ptr_eq(&next.cold().class, &fresh.cold().class));
    }

    #[test]
    fn a_name_as_it_was_written_is_safe_in_a_spare_slot_as_in_a_new_one() {
        let (registry, new) = (Registry::new(), Registration::unnamed("test", "of::spare::Type"));
        let born = |id, name| {
            let birth = Birth { registry, parent: None, new: &new, name, now: Timestamp(id) };
            spare_or_new(SlotId::new(id).unwrap(), Phase::Running, birth)
        };
        let mut before: Arc<str> = "".into();
        for (name, wanted) in [
            (Some("worker"), "worker"),
            (Some("worker"), "worker"),
            (Some("a/b c"), "a∕b c"),
            (Some("a∕b c"), "a∕b c"),
            (Some("a/b c"), "a∕b c"),
            (None, "Type"),
        ] {
            let slot = born(2, name);
            assert_eq!(*slot.cold().name, *wanted);
            let is_known = name == Some(&*before);
            assert_eq!(Arc::ptr_eq(&slot.cold().name, &before), is_known, "{wanted}");
            before = slot.cold().name.clone();
            keep(slot, |_| ()).unwrap();
        }
    }

    #[test]
    fn what_somebody_knows_is_not_kept() {
        let (registry, new) = (Registry::new(), Registration::new("test", "known", "Known"));
        let known = make(registry, 1, &new);
        assert!(keep(known.clone(), |_| ()).is_err());
        assert!(!Arc::ptr_eq(&known, &make(registry, 2, &new)));
        assert_eq!(known.id.get(), 1);
    }
}
