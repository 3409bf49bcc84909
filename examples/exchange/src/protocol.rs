//! The wire: a line of text for each request, and one for its answer, in order.
//!
//! ```text
//! hello ACCOUNT                     welcome ACCOUNT
//! order buy|sell SYMBOL QTY PRICE   placed ID filled QTY open QTY
//! cancel SYMBOL ID                  cancelled ID QTY
//! book SYMBOL                       book SYMBOL open QTY bids PxQ … asks PxQ … last PxQ …
//! positions                         positions SYMBOL QTY … cash TICKS
//! totals                            totals executions N quantity QTY positions 0 cash 0
//! quit                              bye
//! ```
//!
//! What can't be done is answered with `refused REASON`.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use crate::ledger::{Holdings, Totals};
use crate::matching::Side;

/// Bytes of the longest line, its end included.
pub const LINE_LIMIT: u64 = 256;
/// Bytes of the longest name of an account.
pub const NAME_LIMIT: usize = 32;

/// What a client says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// Who it is. The first thing to say.
    Hello(Arc<str>),
    /// It wants to trade.
    Order {
        /// Which way.
        side: Side,
        /// Of what.
        symbol: String,
        /// How many.
        quantity: u64,
        /// The worst price, in ticks.
        price: u64,
    },
    /// It wants an order of its own taken out.
    Cancel {
        /// Of what.
        symbol: String,
        /// As the answer to the order said.
        id: u64,
    },
    /// What is open.
    Book(String),
    /// What it has.
    Positions,
    /// What all have.
    Totals,
    /// It goes.
    Quit,
}

/// What is not a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Misunderstood {
    /// An unknown word, or too few or too many of them.
    #[error(
        "expected `hello ACCOUNT`, `order buy|sell SYMBOL QTY PRICE`, `cancel SYMBOL ID`, \
         `book SYMBOL`, `positions`, `totals` or `quit`"
    )]
    Form,
    /// A name that could not be printed again.
    #[error("an account has 1 to {NAME_LIMIT} letters, digits or hyphens")]
    Account,
    /// A number that is none.
    #[error("quantities, prices and ids are whole numbers")]
    Number,
}

/// Reads a request.
pub fn parse(line: &str) -> Result<Request, Misunderstood> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let number = |word: &str| word.parse().map_err(|_| Misunderstood::Number);
    Ok(match words[..] {
        ["hello", account] => {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
            if account.len() > NAME_LIMIT || !account.chars().all(is_plain) {
                return Err(Misunderstood::Account);
            }
            Request::Hello(account.into())
        }
        ["order", side, symbol, quantity, price] => Request::Order {
            side: side.parse().map_err(|()| Misunderstood::Form)?,
            symbol: symbol.to_owned(),
            quantity: number(quantity)?,
            price: number(price)?,
        },
        ["cancel", symbol, id] => Request::Cancel { symbol: symbol.to_owned(), id: number(id)? },
        ["book", symbol] => Request::Book(symbol.to_owned()),
        ["positions"] => Request::Positions,
        ["totals"] => Request::Totals,
        ["quit"] => Request::Quit,
        _ => return Err(Misunderstood::Form),
    })
}

/// What a client is told. `Display` is the line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// It is known now.
    Welcome(Arc<str>),
    /// An order was taken.
    Placed {
        /// To cancel it by.
        id: u64,
        /// What it traded at once.
        filled: u64,
        /// What is left.
        open: u64,
    },
    /// An order was taken out.
    Cancelled {
        /// Which.
        id: u64,
        /// What was left of it.
        quantity: u64,
    },
    /// What is open, with prices and quantities.
    Book {
        /// Of what.
        symbol: String,
        /// The sum of all open quantities.
        open: u64,
        /// The best first.
        bids: Vec<(u64, u64)>,
        /// The best first.
        asks: Vec<(u64, u64)>,
        /// The latest trades first; `None` if nobody can tell.
        last: Option<Vec<(u64, u64)>>,
    },
    /// What the client has.
    Positions(Holdings),
    /// What all have.
    Totals(Totals),
    /// It can't be done.
    Refused(String),
    /// Goodbye.
    Bye,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let levels = |levels: &[(u64, u64)]| {
            levels.iter().fold(String::new(), |mut text, (price, quantity)| {
                let _ = write!(text, " {price}x{quantity}");
                text
            })
        };
        match self {
            Self::Welcome(account) => write!(f, "welcome {account}"),
            Self::Placed { id, filled, open } => {
                write!(f, "placed {id} filled {filled} open {open}")
            }
            Self::Cancelled { id, quantity } => write!(f, "cancelled {id} {quantity}"),
            Self::Book { symbol, open, bids, asks, last } => {
                let last = last.as_ref().map_or_else(|| " n/a".to_owned(), |last| levels(last));
                let (bids, asks) = (levels(bids), levels(asks));
                write!(f, "book {symbol} open {open} bids{bids} asks{asks} last{last}")
            }
            Self::Positions(holdings) => {
                f.write_str("positions")?;
                for (symbol, quantity) in &holdings.positions {
                    write!(f, " {symbol} {quantity}")?;
                }
                write!(f, " cash {}", holdings.cash)
            }
            Self::Totals(Totals { executions, quantity, positions, cash }) => write!(
                f,
                "totals executions {executions} quantity {quantity} positions {positions} cash {cash}"
            ),
            Self::Refused(reason) => write!(f, "refused {reason}"),
            Self::Bye => f.write_str("bye"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_is_read_and_everything_else_is_told_what_there_is() {
        let order =
            Request::Order { side: Side::Sell, symbol: "ACME".to_owned(), quantity: 5, price: 100 };
        for (line, expected) in [
            ("hello ada-1", Ok(Request::Hello("ada-1".into()))),
            ("  order sell\tACME 5 100 ", Ok(order)),
            ("cancel ACME 7", Ok(Request::Cancel { symbol: "ACME".to_owned(), id: 7 })),
            ("book ACME", Ok(Request::Book("ACME".to_owned()))),
            ("positions", Ok(Request::Positions)),
            ("totals", Ok(Request::Totals)),
            ("quit", Ok(Request::Quit)),
            ("", Err(Misunderstood::Form)),
            ("quit now", Err(Misunderstood::Form)),
            ("order keep ACME 5 100", Err(Misunderstood::Form)),
            ("order buy ACME -5 100", Err(Misunderstood::Number)),
            ("order buy ACME 99999999999999999999 1", Err(Misunderstood::Number)),
            ("cancel ACME x", Err(Misunderstood::Number)),
            ("hello a\u{7}", Err(Misunderstood::Account)),
            ("hello aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Err(Misunderstood::Account)),
        ] {
            assert_eq!(parse(line), expected, "{line}");
        }
    }

    #[test]
    fn a_book_is_one_line_and_what_nobody_can_tell_is_not_a_zero() {
        let book = |last| Answer::Book {
            symbol: "ACME".to_owned(),
            open: 9,
            bids: vec![(99, 4), (98, 2)],
            asks: vec![(101, 3)],
            last,
        };
        let all = book(Some(vec![(100, 1)])).to_string();
        assert_eq!(all, "book ACME open 9 bids 99x4 98x2 asks 101x3 last 100x1");
        assert!(book(None).to_string().ends_with(" last n/a"));
    }
}
