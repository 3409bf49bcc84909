// What all variants of ours share; each has `Agent` in scope.

/// The agent, unless the mode is `off`; its socket, if somebody is to watch.
fn agent(mode: &str) -> (Option<Agent>, Option<String>) {
    let agent = (mode != "off").then(|| Agent::builder("bench").start().expect("the agent"));
    let watched = agent.as_ref().filter(|_| mode == "watched");
    let socket = watched.map(|agent| agent.socket_path().display().to_string());
    (agent, socket)
}
