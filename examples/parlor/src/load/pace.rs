//! When things begin: a Poisson process, deaf to how the server copes.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::{session::Order, stats::Stats};
use actorscope_examples::Random;

/// Gives an order to a random session, `rate` times a second in the mean, for ever.
pub async fn run(
    rate: f64,
    sessions: Arc<[mpsc::Sender<Order>]>,
    stats: Arc<Stats>,
    order: fn(Instant) -> Order,
) {
    if rate <= 0.0 {
        return;
    }
    // Starting with half of the clients missing would measure the start.
    stats.all_joined().await;
    let mut random = Random::new();
    let mut due = Instant::now();
    loop {
        due += Duration::from_secs_f64(random.gap() / rate);
        sleep_until(due).await;
        let first = usize::try_from(random.below(sessions.len() as u64)).unwrap_or(0);
        let sent = stats
            .joined_from(first)
            .is_some_and(|index| sessions[index].try_send(order(due)).is_ok());
        if !sent {
            stats.count_unsent();
        }
    }
}
