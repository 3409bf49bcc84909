//! Plain tokio, end to end: real channels and tasks, a real agent, a real client.

#[path = "tokio/channels.rs"]
mod channels;
#[path = "tokio/outcomes.rs"]
mod outcomes;
#[path = "tokio/polls.rs"]
mod polls;
#[path = "tokio/sets.rs"]
mod sets;
#[path = "tokio/tasks.rs"]
mod tasks;
#[path = "tokio/tokens.rs"]
mod tokens;
