//! All models. A new one is a function here and a line in [`ALL`].

mod counts;
mod fine;
mod gate;
mod links;
mod sleep;
mod table;
mod vacancy;

use crate::run::Model;

/// Every model there is, the quick ones first.
pub(crate) const ALL: &[Model] = &[
    counts::READ,
    counts::TIER_1,
    counts::FIRST,
    counts::POLLS,
    links::COUNTS,
    sleep::NOTHING_MISSED,
    fine::ROTATED,
    fine::LENT_EMPTY,
    fine::KEPT_BACK,
    fine::TAKEN_BACK,
    gate::STOPPED,
    gate::RESUMED,
    gate::WAKES,
    table::CHANGES,
    table::DEPARTED,
    table::ATTACHED_AGAIN,
    vacancy::TWO_COMERS,
    vacancy::PRUNED,
    vacancy::SETTLED,
];
