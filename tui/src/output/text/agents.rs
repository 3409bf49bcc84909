//! `ls`.

use crate::format;
use crate::output::json::Agent;
use crate::output::table::{Align, Table};

/// The agents on this machine.
pub fn agents(agents: &[Agent], width: Option<usize>) -> String {
    let mut table = Table::new(&[
        ("NAME", Align::Left),
        ("PID", Align::Right),
        ("TARGET", Align::Left),
        ("UPTIME", Align::Right),
        ("ACTORS", Align::Right),
    ]);
    for agent in agents {
        let actors = agent.actors.map(|n| n.to_string());
        table.push(vec![
            agent.name.clone(),
            agent.pid.to_string(),
            agent.target.clone(),
            format::duration(agent.uptime_ns),
            actors.unwrap_or_else(|| format::ABSENT.to_owned()),
        ]);
    }
    table.render(width)
}
