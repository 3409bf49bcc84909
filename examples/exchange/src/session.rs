//! One client (a tokio task): reads a request, sees to it, answers; then the next.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use actorscope_kameo::AskObserved;
use actorscope_ractor::TrackSends;
use kameo::error::SendError;
use ractor::ActorRef;
use ractor::rpc::CallResult;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::book::{Cancel, Look, Place, Placed};
use crate::matching::{Order, Side};
use crate::positions::{Of, Sum};
use crate::protocol::{Answer, LINE_LIMIT, Request, parse};
use crate::world::World;
use crate::{risk, tape};

/// How long a part of the exchange may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Prices shown of each side.
const LEVELS: usize = 5;

/// Serves a client until it goes, or the exchange stops.
pub async fn run(socket: TcpStream, world: Arc<World>) {
    let mut stopping = world.stopping.subscribe();
    let (input, mut output) = socket.into_split();
    let mut input = BufReader::new(input);
    let mut session = Session { world, account: None };
    let mut line = String::new();
    loop {
        line.clear();
        let mut limited = (&mut input).take(LINE_LIMIT);
        tokio::select! {
            // A request that is being seen to is answered first.
            _ = stopping.wait_for(|stopping| *stopping) => return,
            read = limited.read_line(&mut line) => {
                if !matches!(read, Ok(1..)) {
                    return;
                }
            }
        }
        let answer = if line.ends_with('\n') {
            match parse(&line) {
                Ok(request) => session.answer(request).await,
                Err(misunderstood) => Answer::Refused(misunderstood.to_string()),
            }
        } else {
            // The rest of it would be read as something else.
            let _ = output.write_all(b"refused a line is too long, or has no end; bye\n").await;
            return;
        };
        if output.write_all(format!("{answer}\n").as_bytes()).await.is_err()
            || answer == Answer::Bye
        {
            return;
        }
    }
}

struct Session {
    world: Arc<World>,
    account: Option<Arc<str>>,
}

impl Session {
    async fn answer(&mut self, request: Request) -> Answer {
        let answered = match request {
            Request::Hello(account) => {
                self.account = Some(account.clone());
                Ok(Answer::Welcome(account))
            }
            Request::Order { side, symbol, quantity, price } => {
                self.order(side, symbol, quantity, price).await
            }
            Request::Cancel { symbol, id } => self.cancel(&symbol, id).await,
            Request::Book(symbol) => self.book(symbol).await,
            Request::Positions => self.positions().await,
            Request::Totals => self.totals().await,
            Request::Quit => Ok(Answer::Bye),
        };
        answered.unwrap_or_else(Answer::Refused)
    }

    async fn order(
        &self,
        side: Side,
        symbol: String,
        quantity: u64,
        price: u64,
    ) -> Result<Answer, String> {
        let account = self.account()?;
        let book = self.world.book(&symbol).ok_or_else(|| unknown(&symbol, &self.world))?;
        let risk = ActorRef::where_is(risk::NAME).ok_or("risk is starting; try again")?.tracked();
        let check = |reply| risk::Say::Check(symbol, quantity, price, reply);
        match risk.call(check, Some(PATIENCE)).await {
            Ok(CallResult::Success(checked)) => checked.map_err(|refusal| refusal.to_string())?,
            Ok(CallResult::Timeout) => return Err("risk takes too long; try again".to_owned()),
            _ => return Err("risk was interrupted; try again".to_owned()),
        }
        let id = self.world.next_order.fetch_add(1, Relaxed);
        let order = Order { id, account, side, quantity, price };
        let placing = book.ask_observed(Place(order));
        let placed = placing.mailbox_timeout(PATIENCE).reply_timeout(PATIENCE).await;
        let Placed { filled, open } = placed.map_err(|error| match error {
            SendError::MailboxFull(_) => "too many orders wait for this book; try again".to_owned(),
            SendError::ActorNotRunning(_) => "this book is closed".to_owned(),
            // It was taken and may be matched: that it was not nobody can say.
            _ => format!("the book was interrupted; look for order {id} before you try again"),
        })?;
        Ok(Answer::Placed { id, filled, open })
    }

    async fn cancel(&self, symbol: &str, id: u64) -> Result<Answer, String> {
        let account = self.account()?;
        let book = self.world.book(symbol).ok_or_else(|| unknown(symbol, &self.world))?;
        let cancelling = book.ask_observed(Cancel { id, account });
        let left = cancelling.mailbox_timeout(PATIENCE).reply_timeout(PATIENCE).await;
        let left = left.map_err(|_| "the book does not answer; try again")?;
        let quantity = left.ok_or("no order of yours with this number is open")?;
        Ok(Answer::Cancelled { id, quantity })
    }

    async fn book(&self, symbol: String) -> Result<Answer, String> {
        let book = self.world.book(&symbol).ok_or_else(|| unknown(&symbol, &self.world))?;
        let looking = book.ask_observed(Look(LEVELS));
        let seen = looking.mailbox_timeout(PATIENCE).reply_timeout(PATIENCE).await;
        let seen = seen.map_err(|_| "the book does not answer; try again")?;
        let last = match ActorRef::where_is(tape::NAME) {
            Some(tape) => {
                let read = |reply| tape::Say::Last(symbol.clone(), reply);
                match tape.tracked().call(read, Some(PATIENCE)).await {
                    Ok(CallResult::Success(last)) => Some(last),
                    _ => None,
                }
            }
            None => None,
        };
        Ok(Answer::Book { symbol, open: seen.open, bids: seen.bids, asks: seen.asks, last })
    }

    async fn positions(&self) -> Result<Answer, String> {
        let account = self.account()?;
        let positions = self.world.positions().ok_or(NO_POSITIONS)?;
        let asking = positions.ask_observed(Of(account)).reply_timeout(PATIENCE);
        Ok(Answer::Positions(asking.await.map_err(|_| NO_POSITIONS)?))
    }

    async fn totals(&self) -> Result<Answer, String> {
        let positions = self.world.positions().ok_or(NO_POSITIONS)?;
        let asking = positions.ask_observed(Sum).reply_timeout(PATIENCE);
        Ok(Answer::Totals(asking.await.map_err(|_| NO_POSITIONS)?))
    }

    fn account(&self) -> Result<Arc<str>, String> {
        self.account.clone().ok_or_else(|| "say `hello ACCOUNT` first".to_owned())
    }
}

const NO_POSITIONS: &str = "settlement is starting; try again";

fn unknown(symbol: &str, world: &World) -> String {
    format!("{symbol} is not traded here; {} are", world.symbols.join(", "))
}
