//! Which views are wanted, and what of that an agent has not been told yet.

use super::MAX_VIEWS;
use actorscope_core::view::ViewSpec;
use actorscope_proto::v1;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// The views of a session, by number.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Dropped ones stay, because their revisions must not begin anew.
    views: BTreeMap<u32, Wish>,
}

#[derive(Debug, Default)]
struct Wish {
    revision: u32,
    view: Option<(ViewSpec, Duration)>,
}

/// What one stream has been told: the revision last sent of each view.
pub(super) type Told = HashMap<u32, u32>;

impl Wanted {
    /// Wants a view; returns its revision, or 0 if there are too many.
    pub(super) fn set(&mut self, view_id: u32, view: ViewSpec, interval: Duration) -> u32 {
        let wished = self.views.get(&view_id).is_some_and(|w| w.view.is_some());
        if !wished && self.live().count() >= MAX_VIEWS {
            return 0;
        }
        let wish = self.views.entry(view_id).or_default();
        let new = Some((view, interval));
        if wish.view != new {
            wish.view = new;
            wish.revision = wish.revision.saturating_add(1);
        }
        wish.revision
    }

    /// No longer wants a view.
    pub(super) fn unset(&mut self, view_id: u32) {
        if let Some(wish) = self.views.get_mut(&view_id)
            && wish.view.take().is_some()
        {
            wish.revision = wish.revision.saturating_add(1);
        }
    }

    /// Whether any view is wanted.
    pub(super) fn any(&self) -> bool {
        self.live().next().is_some()
    }

    /// The shortest interval wanted.
    pub(super) fn interval(&self) -> Duration {
        self.live().map(|(_, i)| *i).min().unwrap_or_default()
    }

    /// Whether a frame answers what is wanted now.
    pub(super) fn answers(&self, view_id: u32, revision: u32) -> bool {
        self.views.get(&view_id).is_some_and(|w| w.view.is_some() && revision >= w.revision)
    }

    /// Whether a view was ever wanted.
    pub(super) fn ever(&self, view_id: u32) -> bool {
        self.views.contains_key(&view_id)
    }

    /// The next thing to tell an agent that knows `told`, which is updated. What is dropped goes
    /// first, so that the agent never carries more views than are allowed.
    pub(super) fn next_request(&self, told: &mut Told) -> Option<v1::WatchRequest> {
        let dropped = self.views.iter().find(|(id, wish)| {
            wish.view.is_none() && told.get(id).is_some_and(|r| *r != wish.revision)
        });
        let set = || {
            self.views
                .iter()
                .find(|(id, wish)| wish.view.is_some() && told.get(id) != Some(&wish.revision))
        };
        let (id, wish) = dropped.or_else(set)?;
        told.insert(*id, wish.revision);
        Some(v1::WatchRequest {
            view_id: *id,
            revision: wish.revision,
            view: wish.view.as_ref().map(|(view, _)| view.into()),
            interval_ns: wish
                .view
                .as_ref()
                .map_or(0, |(_, interval)| interval.as_nanos().try_into().unwrap_or(u64::MAX)),
        })
    }

    fn live(&self) -> impl Iterator<Item = &(ViewSpec, Duration)> {
        self.views.values().filter_map(|w| w.view.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actorscope_core::SlotId;

    const SECOND: Duration = Duration::from_secs(1);

    fn detail(slot: u64) -> ViewSpec {
        ViewSpec::Detail { slot: SlotId::new(slot).unwrap() }
    }

    fn all_requests(wanted: &Wanted, told: &mut Told) -> Vec<(u32, u32, bool)> {
        std::iter::from_fn(|| wanted.next_request(told))
            .map(|r| (r.view_id, r.revision, r.view.is_some()))
            .collect()
    }

    #[test]
    fn a_new_stream_is_told_everything_and_an_old_one_only_the_changes() {
        let mut wanted = Wanted::default();
        wanted.set(1, ViewSpec::Summary, SECOND);
        wanted.set(2, detail(1), SECOND);
        let mut told = Told::new();
        assert_eq!(all_requests(&wanted, &mut told), [(1, 1, true), (2, 1, true)]);
        assert_eq!(wanted.set(2, detail(2), SECOND), 2);
        assert_eq!(all_requests(&wanted, &mut told), [(2, 2, true)]);
        assert_eq!(all_requests(&wanted, &mut Told::new()), [(1, 1, true), (2, 2, true)]);
    }

    #[test]
    fn the_same_view_again_changes_nothing() {
        let mut wanted = Wanted::default();
        assert_eq!(wanted.set(1, detail(1), SECOND), 1);
        assert_eq!(wanted.set(1, detail(1), SECOND), 1);
        assert_eq!(wanted.set(1, detail(1), 2 * SECOND), 2);
    }

    #[test]
    fn dropped_views_are_told_once_and_first() {
        let mut wanted = Wanted::default();
        wanted.set(9, detail(1), SECOND);
        let mut told = Told::new();
        all_requests(&wanted, &mut told);
        wanted.unset(9);
        wanted.set(1, detail(1), SECOND);
        assert_eq!(all_requests(&wanted, &mut told), [(9, 2, false), (1, 1, true)]);
        assert_eq!(all_requests(&wanted, &mut Told::new()), [(1, 1, true)]);
    }

    #[test]
    fn frames_of_earlier_revisions_answer_nothing() {
        let mut wanted = Wanted::default();
        wanted.set(1, detail(1), SECOND);
        let now = wanted.set(1, detail(2), SECOND);
        assert!(!wanted.answers(1, now - 1));
        assert!(wanted.answers(1, now));
        wanted.unset(1);
        assert!(!wanted.answers(1, now));
        assert_eq!(wanted.set(1, detail(2), SECOND), now + 2);
    }

    #[test]
    fn a_ninth_view_is_not_set() {
        let mut wanted = Wanted::default();
        for id in 0..8 {
            assert_eq!(wanted.set(id, ViewSpec::Summary, SECOND), 1);
        }
        assert_eq!(wanted.set(8, ViewSpec::Summary, SECOND), 0);
        wanted.unset(0);
        assert_eq!(wanted.set(8, ViewSpec::Summary, SECOND), 1);
    }
}
