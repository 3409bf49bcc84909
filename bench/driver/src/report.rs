//! Medians, costs and ratios, as a Markdown table.

use crate::Family;
use crate::run::Found;
use actorscope_bench::Figures;

/// Sets of rounds that are drawn for an interval.
const DRAWS: usize = 2_000;

type Pick = fn(&Figures) -> Option<f64>;

/// What is printed before the tables.
pub fn method(rounds: usize) {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!(
        "{rounds} rounds, each variant once a round in rotating order, {cores} cores; medians, and in \
         brackets the cost over the base of the same round. F is the cost of the floor: two raw clock \
         reads a message and the stores that keep what they say. Behind what is told in F is its \
         95 % interval, by the bootstrap over rounds ({DRAWS} draws)."
    );
}

/// One table, with the columns that anybody has figures for.
pub fn table(family: &Family, what: &str, found: &Found) {
    let columns: &[(&str, Pick)] = if what == "memory" {
        &[("idle, bytes", |f| f.idle_bytes), ("active, bytes", |f| f.active_bytes)]
    } else {
        &[
            ("message, ns", |f| f.message_ns),
            ("ask, ns", |f| f.ask_ns),
            ("message, two threads, ns", |f| f.message_two_threads_ns),
            (family.spawn_exit, |f| f.spawn_exit_ns),
        ]
    };
    let has_any = |pick: Pick| found.iter().flatten().any(|figures| pick(figures).is_some());
    let columns: Vec<_> = columns.iter().filter(|(_, pick)| has_any(*pick)).collect();
    let message: Pick = |f| f.message_ns;
    let costs = |at| differences(found, at, message);
    let floor = if family.has_floor { costs(1) } else { Vec::new() };
    let has_floor = !floor.is_empty();
    println!();
    print!("| |");
    for (name, _) in &columns {
        print!(" {name} |");
    }
    println!("{}", if has_floor { " cost of a message in F |" } else { "" });
    println!("|{}", "---|".repeat(columns.len() + 1 + usize::from(has_floor)));
    for (at, entry) in family.entries.iter().enumerate() {
        print!("| {} |", entry.label);
        for (_, pick) in &columns {
            let cost = median(&differences(found, at, *pick));
            match (median(&all(found, at, *pick)), cost) {
                (Some(value), _) if at == 0 => print!(" {value:.0} |"),
                (Some(value), Some(cost)) => print!(" {value:.0} ({cost:+.0}) |"),
                _ => print!(" n/a |"),
            }
        }
        if has_floor {
            match in_floors(&costs(at), &floor) {
                Some(Ratio { value, from, to }) if at > 1 => {
                    print!(" {value:.2} ({from:.2} to {to:.2}) |");
                }
                Some(_) if at == 1 => print!(" 1.00 |"),
                _ => print!(" |"),
            }
        }
        println!();
    }
}

fn all(found: &Found, at: usize, pick: Pick) -> Vec<f64> {
    found[at].iter().filter_map(pick).collect()
}

/// The differences to the base of the same round. Their median is the cost.
fn differences(found: &Found, at: usize, pick: Pick) -> Vec<f64> {
    let rounds = found[at].iter().zip(&found[0]);
    rounds.filter_map(|(this, base)| Some(pick(this)? - pick(base)?)).collect()
}

/// How many times as much, and its 95 % interval.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Ratio {
    value: f64,
    from: f64,
    to: f64,
}

/// One cost in another: medians over the rounds, and the interval from sets of rounds that are drawn out of
/// all of them, with rounds coming up more than once (the bootstrap). A round keeps its two costs together:
/// the host was equally slow for both. `None` if there are no rounds.
fn in_floors(costs: &[f64], floors: &[f64]) -> Option<Ratio> {
    let rounds = costs.len().min(floors.len());
    let mut draw = Draw(1);
    let mut ratios = Vec::with_capacity(DRAWS);
    for _ in 0..DRAWS {
        let drawn: Vec<usize> = (0..rounds).map(|_| draw.below(rounds)).collect();
        let of = |all: &[f64]| median(&drawn.iter().map(|n| all[*n]).collect::<Vec<_>>());
        ratios.push(of(costs)? / of(floors)?);
    }
    ratios.sort_by(f64::total_cmp);
    let at = |share: f64| ratios[(share * (DRAWS - 1) as f64).round() as usize];
    Some(Ratio { value: median(costs)? / median(floors)?, from: at(0.025), to: at(0.975) })
}

/// Numbers that look like chance and are the same each time, so that a table is the same for the same figures
/// (xorshift64*).
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % n
    }
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted.get(middle).copied()
    } else {
        Some((sorted.get(middle.checked_sub(1)?)? + sorted.get(middle)?) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{in_floors, median};

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
    #[test]
    fn a_ratio_tells_how_sure_it_is() {
        assert_eq!(in_floors(&[], &[]), None);
        let same = in_floors(&[30.0; 15], &[20.0; 15]).unwrap();
        assert_eq!((same.value, same.from, same.to), (1.5, 1.5, 1.5));
        // A round in which the host was slow for both says nothing else; uneven ones do.
        let slow = |n| if n % 2 == 0 { 1.0 } else { 3.0 };
        let costs: Vec<f64> = (0..15).map(|n| 30.0 * slow(n)).collect();
        let floors: Vec<f64> = (0..15).map(|n| 20.0 * slow(n)).collect();
        assert_eq!(in_floors(&costs, &floors).unwrap(), same);
        let uneven = in_floors(&costs, &[20.0; 15]).unwrap();
        assert_eq!((uneven.value, uneven.from, uneven.to), (1.5, 1.5, 4.5));
    }
}
