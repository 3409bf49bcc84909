//! From what a person writes to one slot.

use crate::cli::Exit;
use crate::output::{Failure, Snapshot};
use actorscope_client::model::Row;
use actorscope_client::{Connection, ViewState};
use actorscope_core::SlotId;
use actorscope_core::view::ViewSpec;

/// The detail view of the actor that `actor` names: `#id`, a path, the end of one, or a name.
pub async fn find(connection: &Connection, actor: &str) -> Result<Snapshot, Failure> {
    let frame = match slot_id(actor)? {
        Some(slot) => connection.query(&ViewSpec::Detail { slot }).await?,
        None => connection.query_path(actor).await?,
    };
    let mut view = ViewState::default();
    let summary = frame.summary.clone();
    view.apply(frame);
    Ok(Snapshot { node: connection.node().clone(), summary, view })
}

/// The one row of a detail view.
pub fn row<'a>(snapshot: &'a Snapshot, actor: &str) -> Result<Row<'a>, Failure> {
    snapshot.view.rows().next().ok_or_else(|| {
        Failure::new(Exit::Error, "not_found", format!("there is no actor {actor}"))
            .hint("`actorscope tree` shows those there are")
    })
}

fn slot_id(actor: &str) -> Result<Option<SlotId>, Failure> {
    let Some(digits) = actor.strip_prefix('#') else {
        return Ok(None);
    };
    let slot = digits.parse().ok().and_then(SlotId::new);
    let wrong = || {
        Failure::new(
            Exit::Usage,
            "usage",
            format!("{actor:?} is no id; an id is # and a number, as `actorscope tree` shows it"),
        )
    };
    slot.map(Some).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_from_names() {
        assert_eq!(slot_id("#12"), Ok(SlotId::new(12)));
        assert_eq!(slot_id("12"), Ok(None));
        assert_eq!(slot_id("/shop/#12"), Ok(None));
        for wrong in ["#", "#0", "#x", "#99999999999999999999"] {
            assert_eq!(slot_id(wrong).map_err(|f| f.exit), Err(Exit::Usage), "{wrong}");
        }
    }
}
