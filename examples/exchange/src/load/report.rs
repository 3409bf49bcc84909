//! What a run came to.

use std::fmt;
use std::time::Duration;

/// Totals of one run, over all sessions. `Display` writes them for people.
#[derive(Clone, Default, Debug)]
pub struct LoadReport {
    /// How long the load lasted.
    pub elapsed: Duration,
    /// Orders that were taken.
    pub orders: u64,
    /// Their quantity.
    pub quantity: u64,
    /// What they traded when they came.
    pub filled: u64,
    /// What was left of those that were taken out.
    pub cancelled: u64,
    /// Requests that were refused.
    pub refused: u64,
    /// Requests without an answer, after which their session ended.
    pub lost: u64,
    /// How long each answer took, in no order.
    pub answers: Vec<Duration>,
    /// In the words of the exchange.
    pub last_refusal: Option<String>,
}

impl LoadReport {
    pub(crate) fn add(&mut self, one: Self) {
        self.orders += one.orders;
        self.quantity += one.quantity;
        self.filled += one.filled;
        self.cancelled += one.cancelled;
        self.refused += one.refused;
        self.lost += one.lost;
        self.answers.extend(one.answers);
        self.last_refusal = one.last_refusal.or(self.last_refusal.take());
    }
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { orders, quantity, filled, cancelled, refused, lost, .. } = self;
        let seconds = self.elapsed.as_secs_f64();
        let rate = *orders as f64 / seconds.max(1e-3);
        writeln!(
            f,
            "{seconds:.1} s, {orders} orders ({rate:.1}/s), {refused} refused, {lost} lost"
        )?;
        writeln!(f, "quantity {quantity}, filled {filled}, cancelled {cancelled}")?;
        let mut answers = self.answers.clone();
        answers.sort_unstable();
        let at = |share: f64| {
            let last = answers.len().saturating_sub(1);
            let answer = answers.get((last as f64 * share).round() as usize);
            answer.map_or_else(|| "n/a".to_owned(), |a| format!("{:.2} ms", a.as_secs_f64() * 1e3))
        };
        write!(f, "answers p50 {} p99 {} max {}", at(0.5), at(0.99), at(1.0))?;
        match &self.last_refusal {
            Some(refusal) => write!(f, "\nlast {refusal}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_added_up_and_nothing_measured_is_not_a_zero() {
        let mut all = LoadReport::default();
        assert!(all.to_string().ends_with("answers p50 n/a p99 n/a max n/a"), "{all}");
        for millis in [1, 3] {
            let answers = vec![Duration::from_millis(millis)];
            all.add(LoadReport { orders: 2, filled: 5, answers, ..LoadReport::default() });
        }
        assert_eq!((all.orders, all.filled), (4, 10));
        assert!(all.to_string().ends_with("max 3.00 ms"), "{all}");
    }
}
