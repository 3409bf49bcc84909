//! `show`: one actor with all there is.

use super::{actor, agent};
use crate::cli::{ActorArgs, Common, Exit};
use crate::output::{Out, Stop, json, text};
use actorscope_core::view::ViewSpec;

/// Asks once and shows the page.
pub async fn run(common: &Common, args: &ActorArgs, out: &Out) -> Result<Exit, Stop> {
    let connection = agent(&common.target()).await?;
    let mut snapshot = actor::find(&connection, &args.actor).await?;
    if out.is_json() && snapshot.summary.is_none() {
        snapshot.summary = connection.query(&ViewSpec::Summary).await?.summary;
    }
    let row = actor::row(&snapshot, &args.actor)?;
    if out.is_json() {
        out.json(&json::Show::new(&snapshot, row))?;
    } else {
        out.text(&text::show(&snapshot, row, out.width()))?;
    }
    Ok(super::rows::completeness(&snapshot, out))
}
