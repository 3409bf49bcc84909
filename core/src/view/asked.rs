//! A row as a filter asks about it: nothing is looked up before a term needs it, and nothing twice.

use super::RowSource;
use crate::filter::{Measure, Subject};
use crate::id::SlotId;
use crate::slot::{Identity, Stats};
use crate::spec::ChildKind;
use crate::state::SlotState;
use std::cell::{Cell, OnceCell, RefCell};

/// Room for the path of the row that is asked about.
#[derive(Default)]
pub(super) struct Paths(RefCell<String>);

impl Paths {
    /// One row.
    pub(super) fn asked<'a, S>(&'a self, source: &'a S, slot: SlotId) -> Asked<'a, S> {
        let (identity, stats) = (OnceCell::new(), OnceCell::new());
        Asked { source, slot, path: &self.0, has_path: Cell::new(false), identity, stats }
    }
}

/// See the module's documentation.
pub(super) struct Asked<'a, S> {
    source: &'a S,
    slot: SlotId,
    path: &'a RefCell<String>,
    has_path: Cell<bool>,
    identity: OnceCell<Option<Identity>>,
    stats: OnceCell<Option<Stats>>,
}

impl<S: RowSource> Asked<'_, S> {
    fn identity(&self) -> Option<&Identity> {
        self.identity.get_or_init(|| self.source.identity(self.slot)).as_ref()
    }

    fn stats(&self) -> Option<&Stats> {
        self.stats.get_or_init(|| self.source.stats(self.slot)).as_ref()
    }
}

impl<S: RowSource> Subject for Asked<'_, S> {
    fn path<T>(&self, look: impl FnOnce(&str) -> T) -> T {
        if !self.has_path.replace(true) {
            let mut path = self.path.borrow_mut();
            path.clear();
            self.source.forest().append_path(self.slot, &mut path);
        }
        look(&self.path.borrow())
    }

    fn name<T>(&self, look: impl FnOnce(&str) -> T) -> T {
        look(self.source.forest().name(self.slot).as_deref().unwrap_or_default())
    }

    fn actor_type<T>(&self, look: impl FnOnce(&str) -> T) -> T {
        look(self.identity().map_or("", |identity| &identity.actor_type))
    }

    fn framework<T>(&self, look: impl FnOnce(&str) -> T) -> T {
        look(self.identity().map_or("", |identity| &identity.framework))
    }

    fn kind(&self) -> Option<ChildKind> {
        Some(self.identity()?.kind)
    }

    fn state(&self) -> Option<SlotState> {
        self.source.state(self.slot)
    }

    fn measure(&self, measure: Measure) -> Option<f64> {
        match measure.column() {
            Some(column) => self.source.sort_value(self.slot, column).number(),
            None => measure.of(self.identity()?, self.stats()?, self.source.sampled_at()),
        }
    }
}
