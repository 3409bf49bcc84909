//! A connection: an order a line, one after another.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use actix::{io::FramedWrite, io::WriteHandler, prelude::*};
use actorscope_actix::Context;
use tokio::{
    io::{ReadHalf, WriteHalf, split},
    net::TcpStream,
};
use tokio_util::codec::{FramedRead, LinesCodec, LinesCodecError};

use crate::{
    book::Entry,
    door::Bank,
    order::{Account, Order},
    report::Last,
    shard::{Balance, Check, Deposit, NotDone, Open, Shard, Statement, Transfer},
};

/// The longest line, in bytes.
const MAX_LINE: usize = 256;
/// A client that says nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(300);
/// Time between two looks whether it is.
const LOOK: Duration = Duration::from_secs(10);

type Writer = FramedWrite<String, WriteHalf<TcpStream>, LinesCodec>;

/// See the module's text.
pub struct Session {
    bank: Rc<Bank>,
    writer: Writer,
    last: Instant,
    // Counts it as long as it is there.
    _place: Rc<()>,
}

impl Session {
    /// Serves a connection.
    pub fn serve(
        ctx: &mut Context<Self>,
        socket: TcpStream,
        bank: Rc<Bank>,
        place: Rc<()>,
    ) -> Self {
        let (reader, writer): (ReadHalf<_>, WriteHalf<_>) = split(socket);
        Self::add_stream(FramedRead::new(reader, LinesCodec::new_with_max_length(MAX_LINE)), ctx);
        let writer = FramedWrite::new(writer, LinesCodec::new(), ctx);
        Self { bank, writer, last: Instant::now(), _place: place }
    }

    /// Ends when all answers are sent: [`WriteHandler::finished`] stops it.
    fn hang_up(&mut self, ctx: &mut Context<Self>) {
        self.writer.close();
        // Closing wakes nobody. With something new in the context all in it is looked at once more.
        ctx.spawn(async {}.into_actor(self));
    }
}

impl Actor for Session {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.run_interval(LOOK, |session, ctx| {
            if session.last.elapsed() > SILENCE {
                ctx.stop();
            }
        });
    }
}

impl WriteHandler<LinesCodecError> for Session {}

impl StreamHandler<Result<String, LinesCodecError>> for Session {
    fn handle(&mut self, line: Result<String, LinesCodecError>, ctx: &mut Context<Self>) {
        self.last = Instant::now();
        let order = match line {
            Ok(line) => line.parse::<Order>().map_err(|error| error.to_string()),
            // After this nothing can be trusted to be the beginning of a line.
            Err(error) => {
                self.writer.write(format!("error {error}; goodbye"));
                self.hang_up(ctx);
                return;
            }
        };
        let bank = self.bank.clone();
        let answer = async move {
            let done = match order {
                Ok(order) => bank.follow(order).await,
                Err(error) => Err(error),
            };
            done.unwrap_or_else(|why| format!("error {why}"))
        };
        // Until it is there the next line waits.
        ctx.wait(answer.into_actor(self).map(|answer, session, _| session.writer.write(answer)));
    }

    fn finished(&mut self, ctx: &mut Context<Self>) {
        self.hang_up(ctx);
    }
}

impl Bank {
    async fn follow(&self, order: Order) -> Result<String, String> {
        self.try_follow(order).await.map_err(|why| why.to_string())
    }

    async fn try_follow(&self, order: Order) -> Result<String, NotDone> {
        Ok(match order {
            Order::Open(account) => ok(self.shard(&account).send(Open(account)).await??),
            Order::Deposit(account, amount) => {
                ok(self.shard(&account).send(Deposit(account, amount)).await??)
            }
            Order::Transfer(from, to, amount) => {
                // It stays if it is there: accounts are never closed.
                self.shard(&to).send(Check(to.clone())).await??;
                ok(self.shard(&from).send(Transfer { from, to, amount }).await??)
            }
            Order::Balance(account) => ok(self.shard(&account).send(Balance(account)).await??),
            Order::Statement(account, entries) => {
                let entries = self.shard(&account).send(Statement(account, entries)).await??;
                let lines: String = entries.iter().map(line).collect();
                format!("{lines}{}", ok(format_args!("{} entries", entries.len())))
            }
            Order::Report => ok(self.report.send(Last).await?),
        })
    }

    fn shard(&self, account: &Account) -> &Addr<Shard> {
        &self.shards[account.shard(self.shards.len())]
    }
}

fn ok(what: impl std::fmt::Display) -> String {
    format!("ok {what}")
}

/// A line of a statement; those begin with a space.
fn line(entry: &Entry) -> String {
    let sign = if entry.came_in { '+' } else { '-' };
    let what = match &entry.peer {
        Some(peer) if entry.came_in => format!("from {peer}"),
        Some(peer) => format!("to {peer}"),
        None => "deposit".to_owned(),
    };
    format!(" #{} {sign}{} {what}\n", entry.seq, entry.amount)
}
