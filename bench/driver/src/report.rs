//! Medians, costs and ratios, as a Markdown table.

use crate::Family;
use crate::run::Found;
use actorscope_bench::Figures;

type Pick = fn(&Figures) -> Option<f64>;

/// What is printed before the tables.
pub fn method(rounds: usize) {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!(
        "{rounds} rounds, each variant once a round in rotating order, {cores} cores; medians, and in \
         brackets the cost over the base of the same round. F is the cost of the floor: two raw clock \
         reads a message and the stores that keep what they say."
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
    let floor = if family.has_floor { cost(found, 1, message) } else { None };
    println!();
    print!("| |");
    for (name, _) in &columns {
        print!(" {name} |");
    }
    println!("{}", if floor.is_some() { " cost of a message in F |" } else { "" });
    println!("|{}", "---|".repeat(columns.len() + 1 + usize::from(floor.is_some())));
    for (at, entry) in family.entries.iter().enumerate() {
        print!("| {} |", entry.label);
        for (_, pick) in &columns {
            match (median(&all(found, at, *pick)), cost(found, at, *pick)) {
                (Some(value), _) if at == 0 => print!(" {value:.0} |"),
                (Some(value), Some(cost)) => print!(" {value:.0} ({cost:+.0}) |"),
                _ => print!(" n/a |"),
            }
        }
        if let Some(floor) = floor {
            match cost(found, at, message) {
                Some(cost) if at > 0 => print!(" {:.2} |", cost / floor),
                _ => print!(" |"),
            }
        }
        println!();
    }
}

fn all(found: &Found, at: usize, pick: Pick) -> Vec<f64> {
    found[at].iter().filter_map(pick).collect()
}

/// The median of the differences to the base of the same round.
fn cost(found: &Found, at: usize, pick: Pick) -> Option<f64> {
    let differences: Vec<f64> = found[at]
        .iter()
        .zip(&found[0])
        .filter_map(|(this, base)| Some(pick(this)? - pick(base)?))
        .collect();
    median(&differences)
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
    use super::median;

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}
