//! `ls`: the agents on this machine.

use crate::cli::Exit;
use crate::output::failure::NO_AGENT;
use crate::output::json::{Agent, Agents};
use crate::output::{Out, Stop, text};
use actorscope_client::discovery::Finds;
use actorscope_client::{ConnectError, Connection, Found, Search};
use actorscope_core::view::ViewSpec;
use futures_util::future::join_all;

/// Asks all of them at once. Finding none is an answer, not an error.
pub async fn run(out: &Out) -> Result<Exit, Stop> {
    let search = Search::from_environment();
    let Finds { live, unreachable } = search.agents().await;
    let nobody = live.is_empty() && unreachable.is_empty();
    let answers = join_all(live.iter().map(|found| ask(found, &live))).await;
    for (found, why) in unreachable {
        out.say(&format!("{}: {why}", found.address()));
    }
    let mut agents = Vec::with_capacity(answers.len());
    for answer in answers {
        match answer {
            Ok(agent) => agents.push(agent),
            Err(error) => out.say(&error.to_string()),
        }
    }
    if nobody {
        let searched: Vec<_> =
            search.directories().iter().map(|dir| dir.display().to_string()).collect();
        out.say(&format!("no agents found in {}", searched.join(", ")));
        out.say(&format!("hint: {NO_AGENT}"));
    }
    if out.is_json() {
        out.json(&Agents::new(agents))?;
    } else if !agents.is_empty() {
        out.text(&text::agents(&agents, out.width()))?;
    }
    Ok(Exit::Done)
}

async fn ask(found: &Found, among: &[Found]) -> Result<Agent, ConnectError> {
    let connection = Connection::open(&found.address()).await?;
    let node = connection.node().clone();
    // An agent that is too busy to count is still there.
    let summary = connection.query(&ViewSpec::Summary).await;
    Ok(Agent {
        name: node.name.clone(),
        pid: node.pid,
        target: found.distinct_name(among),
        instance: node.instance.to_string(),
        uptime_ns: node.now.since(node.started_at),
        actors: summary.ok().and_then(|frame| frame.summary).map(|s| s.live),
    })
}
