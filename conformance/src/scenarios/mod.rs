//! What is played on every subject, once for all: each looks only at what a client sees and at what the
//! probes saw.

pub(crate) mod agent;
mod ends;
mod measuring;
mod restarts;
mod scale;
mod strategies;
mod suspend;
mod tree;
mod verbs;

use crate::stage::Stage;
use crate::subject::Subject;
use crate::suite::Scenario;

/// All scenarios, to be played one after another.
pub(crate) fn all<S: Subject>(stage: &Stage<S>) -> Vec<Scenario<'_>> {
    macro_rules! scenarios {
        ($($theme:ident :: $name:ident,)+) => {
            vec![$((
                concat!(stringify!($theme), "::", stringify!($name)),
                Box::pin($theme::$name(stage)),
            ),)+]
        };
    }
    scenarios![
        tree::start,
        tree::nested,
        tree::names,
        measuring::depth_wait_and_handling,
        ends::normal,
        ends::error,
        ends::panic,
        ends::failed_message,
        ends::own_means,
        ends::dropped,
        ends::parent_first,
        verbs::kill_idle,
        verbs::kill_busy,
        verbs::kill_full,
        verbs::stop_idle,
        verbs::stop_busy,
        verbs::restart_idle,
        verbs::restart_busy,
        verbs::restart_under_load,
        verbs::repeated_kill,
        verbs::dump,
        suspend::idle,
        suspend::busy,
        suspend::parent,
        suspend::resumes_by_itself,
        restarts::same_place,
        restarts::permanent,
        restarts::transient,
        restarts::temporary,
        restarts::limit,
        strategies::one_for_one,
        strategies::one_for_all,
        strategies::rest_for_one,
        scale::short_lived,
        agent::late_and_second,
    ]
}
