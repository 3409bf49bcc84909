//! Medians, costs and ratios, as a Markdown table.

use crate::Family;
use crate::run::Found;

/// Sets of rounds that are drawn for an interval.
const DRAWS: usize = 2_000;

/// What is printed before the tables.
pub fn method(rounds: usize) {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!(
        "{rounds} rounds, {cores} cores. In each round every variant is a process of its own, and they take turns with \
         windows of some milliseconds; medians, and in brackets the cost over the base of the same turn. F is the cost of \
         the floor: two raw clock reads a message and the stores that keep what they say; behind what is told in F is its \
         95 % interval, by the bootstrap over rounds ({DRAWS} draws)."
    );
}

/// One kind of figure: what it is of, and what was found of each entry.
pub struct Column {
    pub name: &'static str,
    pub found: Found,
}

impl Column {
    /// Of what could be measured of some.
    pub fn has_any(&self) -> bool {
        self.found.iter().flatten().any(|turns| !turns.is_empty())
    }

    /// The differences to the base in the same turn, by round. Their median is the cost.
    fn differences(&self, at: usize) -> Vec<Vec<f64>> {
        let rounds = self.found[at].iter().zip(&self.found[0]);
        rounds.map(|(this, base)| this.iter().zip(base).map(|(a, b)| a - b).collect()).collect()
    }
}

/// One table. The floor is that of a message, which is the first column.
pub fn table(family: &Family, columns: &[Column], has_floor: bool) {
    let costs = |at| columns.first().map_or_else(Vec::new, |column| column.differences(at));
    println!();
    print!("| |");
    for column in columns {
        print!(" {} |", column.name);
    }
    println!("{}", if has_floor { " cost of a message in F |" } else { "" });
    println!("|{}", "---|".repeat(columns.len() + 1 + usize::from(has_floor)));
    for (at, entry) in family.entries.iter().enumerate() {
        print!("| {} |", entry.label);
        for column in columns {
            match (
                median(column.found[at].iter().flatten()),
                median(column.differences(at).iter().flatten()),
            ) {
                (Some(value), _) if at == 0 => print!(" {value:.0} |"),
                (Some(value), Some(cost)) => print!(" {value:.0} ({cost:+.0}) |"),
                _ => print!(" n/a |"),
            }
        }
        if has_floor {
            match in_floors(&costs(at), &costs(1)) {
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

/// How many times as much, and its 95 % interval.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Ratio {
    value: f64,
    from: f64,
    to: f64,
}

/// One cost in another, by round: medians over all turns, and the interval from sets of rounds that are drawn out of
/// all of them, with rounds coming up more than once (the bootstrap). A round stays whole: its turns are of the same
/// processes, whose memory lies where it happens to lie. `None` if there are no rounds.
fn in_floors(costs: &[Vec<f64>], floors: &[Vec<f64>]) -> Option<Ratio> {
    let rounds = costs.len().min(floors.len());
    let mut draw = Draw(1);
    let mut ratios = Vec::with_capacity(DRAWS);
    for _ in 0..DRAWS {
        let drawn: Vec<usize> = (0..rounds).map(|_| draw.below(rounds)).collect();
        let of = |all: &[Vec<f64>]| median(drawn.iter().flat_map(|round| &all[*round]));
        ratios.push(of(costs)? / of(floors)?);
    }
    ratios.sort_by(f64::total_cmp);
    let at = |share: f64| ratios[(share * (DRAWS - 1) as f64).round() as usize];
    let value = median(costs.iter().flatten())? / median(floors.iter().flatten())?;
    Some(Ratio { value, from: at(0.025), to: at(0.975) })
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

fn median<'a>(values: impl IntoIterator<Item = &'a f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = values.into_iter().copied().collect();
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
    use super::{Column, in_floors, median};

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn a_turn_is_compared_with_the_bases_own() {
        let found = vec![vec![vec![10.0, 20.0], vec![30.0]], vec![vec![11.0, 22.0], vec![33.0]]];
        let column = Column { name: "message, ns", found };
        assert_eq!(column.differences(1), [vec![1.0, 2.0], vec![3.0]]);
    }

    #[test]
    fn a_ratio_tells_how_sure_it_is() {
        assert_eq!(in_floors(&[], &[]), None);
        let rounds = |cost: &dyn Fn(usize) -> f64| (0..15).map(|n| vec![cost(n); 4]).collect();
        let [costs, floors]: [Vec<_>; 2] = [rounds(&|_| 30.0), rounds(&|_| 20.0)];
        let same = in_floors(&costs, &floors).unwrap();
        assert_eq!((same.value, same.from, same.to), (1.5, 1.5, 1.5));
        // A round in which the host was slow for both says nothing else; uneven ones do.
        let slow = |n: usize| if n.is_multiple_of(2) { 1.0 } else { 3.0 };
        let [costs, both]: [Vec<_>; 2] = [rounds(&|n| 30.0 * slow(n)), rounds(&|n| 20.0 * slow(n))];
        assert_eq!(in_floors(&costs, &both).unwrap(), same);
        let uneven = in_floors(&costs, &floors).unwrap();
        assert_eq!((uneven.value, uneven.from, uneven.to), (1.5, 1.5, 4.5));
    }
}
